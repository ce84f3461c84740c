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
    "|shift_jis|cp932|euc-(jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]|tis-620|iso2022_jp_2|iso-2022-jp",
    re.IGNORECASE,
)
_LATIN = re.compile("iso-?8859-?1|us-ascii|ascii|latin-?1", re.IGNORECASE)
# Windows-1252 by the bytes of UTF-8's surrogate escapes, and by Latin-1's characters.
_WESTERN = {
    byte: chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes((byte,)).decode("cp1252")
    for byte in range(0x80, 0x100)
}
_STRAY = {0xDC00 + byte: character for byte, character in _WESTERN.items()}
_ESCAPED = re.compile("[\udc80-\udcff]")
_WIDE = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


def is_known(charset: str) -> bool:
    """Whether text may be decoded by a name that a file gives."""
    return _CHARSETS.fullmatch(charset) is not None


def decoded(data: bytes, declared: str | None = None) -> str:
    """Text by the rule of this module.

    ISO 8859-1 and ASCII are read as Windows-1252, which adds letters where they have none. Text that has more
    characters of UTF-8 than stray bytes is UTF-8 that was cut or joined: the stray ones alone are Windows-1252.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    if declared is not None and is_known(declared) and not _LATIN.fullmatch(declared):
        try:
            return data.decode(declared)
        except UnicodeDecodeError:
            pass
    text = data.decode("utf-8", "surrogateescape")
    if len(_WIDE.findall(text)) >= len(_ESCAPED.findall(text)):
        return text.translate(_STRAY)
    return data.decode("latin-1").translate(_WESTERN)


def strayed(data: bytes) -> str:
    """UTF-8 in any case; bytes that are none are taken for Windows-1252, one by one."""
    return data.decode("utf-8", "surrogateescape").translate(_STRAY)
