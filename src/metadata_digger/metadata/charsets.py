"""From bytes to characters, where a format leaves open which those are, or a writer did not keep to it.

One rule holds for all text: what is valid UTF-8 is UTF-8; else the character set counts that its block or packet
declares; else Windows-1252. Bytes that the set does not know are kept as the control characters of the same number, so
that the bytes of a text can always be had back: nothing becomes U+FFFD.
"""

from __future__ import annotations

import re

# Names that a file may choose a decoder by: Python has others that are no character sets ("idna", "unicode_escape").
_CHARSETS = re.compile(
    "utf-?8|utf-(16|32)(be|le)|iso-?8859-?([1-9]|1[013456])|(windows-|cp)125[0-8]|us-ascii|ascii|latin-?1"
    "|shift_jis|cp932|euc-(jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]|mac_roman|tis-620|iso2022_jp_2|iso-2022-jp",
    re.IGNORECASE,
)
_UNITS = re.compile("utf-(16|32)", re.IGNORECASE)  # of which ASCII text is valid UTF-8 with zeros
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}  # the same letters, and more
_LATIN = re.compile("iso-?8859-?1|us-ascii|ascii|latin-?1", re.IGNORECASE)
# Windows-1252 by the bytes of UTF-8's surrogate escapes, and by Latin-1's characters.
_WESTERN = {
    byte: chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes((byte,)).decode("cp1252")
    for byte in range(0x80, 0x100)
}
GUESSED = "Text that is not UTF-8, read as Windows-1252"  # what is told where nothing declares another set
_STRAY = {0xDC00 + byte: character for byte, character in _WESTERN.items()}
_ESCAPED = re.compile("[\udc80-\udcff]")
_CUT = re.compile("[^\udc80-\udcff][\udc80-\udcff]{1,3}\\Z")  # the last character was
_WIDE = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


# ISO 2022's escape sequences: the final byte of a set of 96 letters, in whichever place it is to be, and of 94 by 94.
_ESCAPE = re.compile(rb"\x1b(?:(%/?)|[-./]|\xe2\x80\xa2|(\$[()*+,]?)|([()*+]))([\x40-\x7e])")
_LETTERS = {
    b"A": "ISO-8859-1",
    b"B": "ISO-8859-2",
    b"C": "ISO-8859-3",
    b"D": "ISO-8859-4",
    b"F": "ISO-8859-7",
    b"G": "ISO-8859-6",
    b"H": "ISO-8859-8",
    b"L": "ISO-8859-5",
    b"M": "ISO-8859-9",
    b"T": "TIS-620",
    b"V": "ISO-8859-10",
    b"Y": "ISO-8859-13",
    b"_": "ISO-8859-14",
    b"b": "ISO-8859-15",
    b"f": "ISO-8859-16",
}
_SIGNS = {b"A": "GB2312", b"B": "EUC-JP", b"C": "EUC-KR", b"@": "EUC-JP"}
_UNICODE = {b"G": "UTF-8", b"H": "UTF-8", b"I": "UTF-8"}


def escaped(sequence: bytes) -> str | None:
    """Name of the character set that ISO 2022's escape sequences designate (IPTC-IIM 4.2, 1:90), None for none known.

    ESC % G is UTF-8; ESC - A is ISO 8859-1 as G1, ESC . A as G2. The dot is also known spoilt by a text editor.
    """
    name = None
    for match in _ESCAPE.finditer(sequence):
        coding, signs, basic, final = match.groups()
        if coding is not None:
            found = _UNICODE.get(final) or ("UTF-16BE" if coding == b"%/" else None)
        elif signs is not None:
            found = _SIGNS.get(final)
        elif basic is not None:
            found = None  # ASCII and its relatives, which all sets have
        else:
            found = _LETTERS.get(final)
        if found is not None and name != "UTF-8":
            name = found
    return name


def shift(data: bytes) -> str | None:
    """Text with escape sequences in it, None where they make no sense."""
    name = escaped(data)
    if name == "EUC-JP" or (name is None and b"\x1b(" in data):
        try:
            return data.decode("iso2022_jp_2")
        except UnicodeDecodeError:
            pass
    if name is None:
        return None
    return decoded(_ESCAPE.sub(b"", data), name)


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_known(charset: str) -> bool:
    """Whether text may be decoded by a name that a file gives."""
    return _CHARSETS.fullmatch(charset) is not None


def decoded(data: bytes, declared: str | None = None) -> str:
    """Text by the rule of this module.

    ISO 8859-1 and ASCII are read as Windows-1252, which adds letters where they have none. Text that has more
    characters of UTF-8 than stray bytes is UTF-8 that was cut or joined: the stray ones alone are Windows-1252.
    """
    known = declared is not None and is_known(declared) and not _LATIN.fullmatch(declared)
    if not (known and declared and _UNITS.match(declared)):
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
    if known and declared:
        try:
            return data.decode(_WIDER.get(declared.lower(), declared))
        except UnicodeDecodeError:
            pass
    text = data.decode("utf-8", "surrogateescape")
    wide, stray = len(_WIDE.findall(text)), len(_ESCAPED.findall(text))
    if wide >= stray or (wide and stray < 4 and _CUT.search(text)):
        return text.translate(_STRAY)
    return data.decode("latin-1").translate(_WESTERN)


def strayed(data: bytes) -> str:
    """UTF-8 in any case; bytes that are none are taken for Windows-1252, one by one."""
    return data.decode("utf-8", "surrogateescape").translate(_STRAY)
