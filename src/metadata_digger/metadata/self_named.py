"""Text that names its own encoding, and text in units of two bytes (CIPA DC-008-2023, UserComment; Windows' XP tags).

Writers disagree about the names, about the byte order of "UNICODE" and about whether that is UTF-16 or, since Exif 3.0,
UTF-8. The reading counts that makes sense as text; where two do, that of the standard.
"""

from __future__ import annotations

from unicodedata import category

from metadata_digger.metadata.charsets import decoded, is_known, is_utf8

_NAME = 8  # bytes
_PADDING = b"\0 "
_LOOKED_AT = 500  # characters
_PREFERENCE = 1.0  # what the usual byte order is ahead by
_CLEARLY = 3.2  # times as much sense: East Asian text in two bytes may look like letters in one
_NONSENSE = frozenset(("Cn", "Co", "Cs", "Cc"))
# First and last character of a block, and how much one of them speaks for a text. Text whose bytes are in the wrong
# order is scattered over blocks that hardly any text has (CJK extension A, Yi, Vai), private use and what is not
# assigned, and over the 20,992 unified ideographs and 11,172 syllables of Hangul, of which texts have a few thousand.
_IDEOGRAPHS, _HANGUL = range(0x4E00, 0xA000), range(0xAC00, 0xD7A4)
_ONE = 0x4E00  # the number 1
_COMMON, _RARE = 2.5, -0.5
_LEVELS = (("gb2312", 0xB0, 0xD7), ("euc_jp", 0xB0, 0xCF), ("big5", 0xA4, 0xC6))  # first bytes of what is common
_SENSE = (
    (0x00A0, 0x024F, 2.0),  # Latin
    (0x0250, 0x10FF, 2.0),  # Greek, Cyrillic, Hebrew, Arabic, the scripts of India, Thai, ...
    (0x1100, 0x1DFF, 0.5),
    (0x1E00, 0x1FFF, 2.0),  # Latin and Greek
    (0x2000, 0x200A, 0.0),
    (0x200B, 0x206F, 2.0),  # punctuation
    (0x2070, 0x2BFF, 0.5),
    (0x3000, 0x303F, 1.0),  # punctuation of East Asia
    (0x3040, 0x30FF, 2.5),  # kana
    (0xFF00, 0xFF60, 1.5),
    (0xFF61, 0xFFEF, 0.3),  # half-width kana, which a wrong table makes of anything
    (0x1F000, 0x1FAFF, 2.0),  # emoji
    (0x20000, 0x3FFFF, 0.5),
)


def comment(data: bytes, order: str) -> str:
    """The text of UserComment and its like; `order` is the byte order of the Exif block."""
    body, name = data[_NAME:], data[:_NAME].strip(_PADDING).upper()
    if len(data) < _NAME:
        return plain(data, order)
    if name not in _READERS:
        for known, read in _READERS.items():  # padded otherwise, or not at all
            if known and data[: len(known)].upper() == known:
                padding = data[len(known) : _NAME + 2]
                return read(padding.lstrip(_PADDING) + data[_NAME + 2 :], order)
        named = name.decode("latin-1").replace("_", "-")
        if data[_NAME - 1] == 0 and is_known(named):
            return decoded(body.rstrip(_PADDING), named)
        return plain(data, order)
    return _READERS[name](body, order)


def plain(data: bytes, order: str) -> str:
    """Text of which nothing is known: single bytes, or where every other one is zero, units of two."""
    text = data.rstrip(b"\0")
    zeros = sorted((text[::2].count(0), text[1::2].count(0)))
    if zeros[1] * 4 >= len(text) > 1 and zeros[0] * 4 <= zeros[1]:
        return wide(data[: len(text) + len(text) % 2], order)
    return decoded(text)


def wide(data: bytes, order: str) -> str:
    """UTF-16 in the order that makes sense, `order` where both do; UTF-8 where only that does.

    What is no UTF-16 stands as hexadecimal digits, \\xd8\\x3d.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "backslashreplace").rstrip("\0")
    bytewise = data.rstrip(b"\0")
    even = len(data) - len(data) % 2
    own, other = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    senses = {encoding: _sense(data[:even].decode(encoding, "surrogatepass")) for encoding in (own, other)}
    best = other if senses[other] > max(senses[own] + _PREFERENCE, 0) else own
    if b"\0" not in bytewise and is_utf8(bytewise):
        text = bytewise.decode()
        sense = _sense(text)
        likely = len(data) % 2 == 1 or (len(data) > 2 and not text.isascii())
        if sense > (0 if likely else _CLEARLY * max(senses[best], 0)):
            return text
    return data.decode(best, "backslashreplace").rstrip("\0")


def japanese(data: bytes, order: str) -> str:
    """JIS X 0208: pairs of seven bits as Exif has it, with escape sequences, or in the codings of programs."""
    data = data.rstrip(b"\0")
    if b"\0" in data:
        return plain(data, order)
    candidates: list[str] = []
    if b"\x1b" in data:
        candidates += _tried(data, "iso2022_jp_2")
    elif data.isascii():
        first = data[::2]
        usual = sum(0x21 <= byte <= 0x25 or 0x30 <= byte <= 0x4F for byte in first)  # kana, signs, the commoner kanji
        if len(data) % 2 == 0 and min(data, default=0) > 0x20 and 2 * usual >= len(first):
            candidates += _tried(bytes(byte | 0x80 for byte in data), "euc_jp")
    elif not is_utf8(data):
        candidates += _tried(data, "euc_jp") + _tried(data, "cp932")
    return max(candidates, key=_sense) if candidates else decoded(data)


def _tried(data: bytes, encoding: str) -> list[str]:
    try:
        return [data.decode(encoding)]
    except UnicodeDecodeError:
        return []


def _single(data: bytes, order: str) -> str:
    return plain(data, order)


_READERS = {b"UNICODE": wide, b"ASCII": _single, b"JIS": japanese, b"": _single}


def _sense(text: str) -> float:
    """How much a text looks like one."""
    return sum(map(_weight, text[:_LOOKED_AT].rstrip("\0")))


def _weight(character: str) -> float:
    number = ord(character)
    if 0x20 <= number < 0x7F:
        return 4.0 if character.isalnum() or number == 0x20 else 3.0
    if number in (9, 10, 13):
        return 3.0
    if category(character) in _NONSENSE:
        return -6.0
    if number in _IDEOGRAPHS:
        if not number & 0xFF and number != _ONE:
            return _RARE  # a letter of ASCII in the other order
        return _COMMON if any(_is_common(character, *level) for level in _LEVELS) else _RARE
    if number in _HANGUL:
        return _COMMON if _is_common(character, "euc_kr", 0xB0, 0xC8) else _RARE
    for first, last, weight in _SENSE:
        if first <= number <= last:
            return weight
    return -1.0


def _is_common(character: str, encoding: str, first: int, last: int) -> bool:
    try:
        return first <= character.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False
