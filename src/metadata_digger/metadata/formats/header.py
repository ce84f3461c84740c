"""Rarer kinds of pictures, of which the header is read: size, and what else stands there in words.

DPX (SMPTE ST 268), OpenEXR (File Layout), Radiance (Radiance File Formats), FLIF 16, BPG 0.9, XCF (GIMP), MIFF
(ImageMagick), DjVu 3, PICT (Inside Macintosh: Imaging), PhotoCD and FLIR's FPF (as ExifTool describes them), MRC
(MRC2014), Sigma's X3F and Minolta's MRW (raw files), DV (IEC 61834) and R3D. The reference knows none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from struct import unpack_from

from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import suffixed
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.header import HEADER

(_WIDTH, _HEIGHT, _BITS, _CREATED, _CHANGED, _SOFTWARE, _AUTHOR, _COPYRIGHT, _COMMENT, _TITLE, _NAME, _MODEL,
 _SERIAL, _TEXT) = HEADER  # fmt: skip
TABLE = TagTable(HEADER, {_WIDTH: suffixed(" pixels"), _HEIGHT: suffixed(" pixels")})
_LONGEST = 64 << 10  # bytes of a header
_KEPT = 16_384  # characters of a text
_ITEMS = 500
_Values = dict[int, Value]
_Read = Callable[[Reader, _Values], Iterator[Directory]]
_NONE: tuple[Directory, ...] = ()


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "Image Header", then blocks. Raises MetadataError behind what stands before a fault."""
    directory = Directory("Image Header", TABLE)
    found: list[Directory] = []
    fault = None
    try:
        found.extend(_reader(reader)(reader, directory.values))
    except MetadataError as error:
        fault = error
    yield directory
    yield from found
    if fault is not None:
        raise fault


def _reader(reader: Reader) -> _Read:
    head = reader.bytes(0, min(32, reader.size))
    for start, magic, read_header in _KINDS:
        if head[start : start + len(magic)] == magic:
            return read_header
    for start, magic, read_header in _BEHIND:
        if start + len(magic) <= reader.size and reader.bytes(start, len(magic)) == magic:
            return read_header
    raise Malformed("No header")


def _head(reader: Reader) -> bytes:
    return reader.bytes(0, min(reader.size, _LONGEST))


def _put(values: _Values, tag: int, data: bytes) -> None:
    """A text of a fixed length, which a zero ends; empty or all ones: not given."""
    words = decoded(data.partition(b"\0")[0].strip(b"\xff \t"))
    if words:
        values[tag] = words[:_KEPT]


def _lines(values: _Values, lines: list[str]) -> None:
    if lines:
        values[_TEXT] = "\n".join(lines)[:_KEPT]


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y:%m:%d %H:%M:%S}Z"


def _dpx(reader: Reader, values: _Values) -> Iterator[Directory]:
    reader = reader.ordered(">" if reader.bytes(0, 4) == b"SDPX" else "<")
    values[_WIDTH], values[_HEIGHT] = reader.unpack("II", 772)
    values[_BITS] = reader.u8(803)
    texts = ((_NAME, 36, 100), (_CREATED, 136, 24), (_SOFTWARE, 160, 100), (_TITLE, 260, 200), (_COPYRIGHT, 460, 200))
    for tag, start, length in (*texts, (_MODEL, 1556, 32), (_SERIAL, 1588, 32)):
        if start + length <= reader.size:
            _put(values, tag, reader.bytes(start, length))
    return iter(_NONE)


def _exr(reader: Reader, values: _Values) -> Iterator[Directory]:
    """Attributes: name, kind, size, value; an empty name ends them."""
    data, at = _head(reader), 8
    lines: list[str] = []
    named = {b"owner": _AUTHOR, b"comments": _COMMENT, b"capDate": _CREATED, b"software": _SOFTWARE}
    for _ in range(_ITEMS):
        name, zero, rest = data[at : at + 600].partition(b"\0")
        kind, other, _ = rest.partition(b"\0")
        if zero and not name:
            break
        if not other:
            _lines(values, lines)
            raise Truncated("The header is not whole")
        at += len(name) + len(kind) + 2
        size = int.from_bytes(data[at : at + 4], "little")
        value, at = data[at + 4 : at + 4 + size], at + 4 + size
        if len(value) < size:
            _lines(values, lines)
            raise Truncated("The header is not whole")
        if name == b"dataWindow" and size == 16:
            left, top, right, bottom = unpack_from("<4i", value)
            values[_WIDTH], values[_HEIGHT] = right - left + 1, bottom - top + 1
        elif kind == b"string" and name in named:
            _put(values, named[name], value)
        elif kind == b"string":
            lines.append(f"{decoded(name)}={decoded(value)}")
        elif kind == b"float" and size == 4:
            lines.append(f"{decoded(name)}={unpack_from('<f', value)[0]:g}")
    _lines(values, lines)
    return iter(_NONE)


def _radiance(reader: Reader, values: _Values) -> Iterator[Directory]:
    head, found, rest = _head(reader).partition(b"\n\n")
    lines = [decoded(line) for line in head.splitlines()[1:] if line]
    for line in lines:
        name, _, value = line.partition("=")
        tag = {"SOFTWARE": _SOFTWARE, "VIEW": None, "CAPDATE": _CREATED, "OWNER": _AUTHOR}.get(name)
        if tag is not None:
            values[tag] = value[:_KEPT]
    _lines(values, lines)
    match = re.match(rb"[+-]([XY]) (\d{1,9}) [+-][XY] (\d{1,9})\n", rest)
    if not found or match is None:
        raise Truncated("The header is not whole")
    sides = int(match[2]), int(match[3])
    values[_HEIGHT], values[_WIDTH] = sides if match[1] == b"Y" else sides[::-1]
    return iter(_NONE)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the highest first, as FLIF and BPG have them."""
    value = 0
    for place in range(at, min(at + 5, len(data))):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    raise Truncated("The header is not whole")


def _flif(reader: Reader, values: _Values) -> Iterator[Directory]:
    data = reader.bytes(0, min(reader.size, 32))
    width, at = _number(data, 6)
    height, _ = _number(data, at)
    values[_WIDTH], values[_HEIGHT] = width + 1, height + 1
    if data[5:6] in (b"1", b"2"):
        values[_BITS] = 8 * int(data[5:6])
    return iter(_NONE)


def _bpg(reader: Reader, values: _Values) -> Iterator[Directory]:
    data = reader.bytes(0, min(reader.size, 32))
    if len(data) < 8:
        raise Truncated("The header is not whole")
    width, at = _number(data, 6)
    height, at = _number(data, at)
    values[_WIDTH], values[_HEIGHT], values[_BITS] = width, height, 8 + (data[4] & 0x0F)
    _, at = _number(data, at)  # the picture's bytes
    if data[5] & 0x08:
        size, at = _number(data, at)
        yield from _bpg_blocks(reader.within(at, size))


def _bpg_blocks(reader: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import exif, icc, xmp

    at = 0
    for _ in range(_ITEMS):
        if at >= reader.size:
            return
        head = reader.bytes(at, min(16, reader.size - at))
        kind, start = _number(head, 0)
        size, start = _number(head, start)
        block = reader.within(at + start, size)
        if kind in (1, 2, 3):
            yield from exif.read(block) if kind == 1 else icc.read(block) if kind == 2 else xmp.read(block)
        at += start + size


def _xcf(reader: Reader, values: _Values) -> Iterator[Directory]:
    """Width, height, then properties up to one of kind 0; 21 are parasites: named texts and blocks."""
    version = reader.bytes(9, 4)
    values[_WIDTH], values[_HEIGHT] = reader.unpack("II", 14)
    at = 30 if version[1:].isdigit() and int(version[1:]) >= 4 else 26
    for _ in range(_ITEMS):
        kind, size = reader.unpack("II", at)
        if not kind:
            return
        if kind == 21:
            yield from _parasites(reader.within(at + 8, size), values)
        at += 8 + size


def _parasites(reader: Reader, values: _Values) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import exif, exif_item, icc, xml

    at = 0
    while at + 4 <= reader.size:
        length = reader.u32(at)
        name = reader.bytes(at + 4, min(length, 256)).rstrip(b"\0")
        size, at = reader.u32(at + 8 + length), at + 12 + length
        block, at = reader.within(at, size), at + size
        if name == b"gimp-comment":
            _put(values, _COMMENT, block.bytes(0, min(size, _KEPT)))
        elif name in (b"exif-data", b"jpeg-exif-data"):
            yield from exif.read(exif_item.tiff(block)[0])
        elif name == b"icc-profile":
            yield from icc.read(block)
        elif name in (b"gimp-metadata", b"gimp-image-metadata") and block.bytes(0, min(size, 1)) == b"<":
            yield from xml.read(block)


def _miff(reader: Reader, values: _Values) -> Iterator[Directory]:
    head = re.split(rb":\x1a|\x0c", _head(reader), maxsplit=1)[0]
    comments = re.findall(rb"(?<!=)\{([^}]{0,4096})\}", head)
    if comments:
        _put(values, _COMMENT, b"\n".join(comments))
    pairs = re.findall(rb"([\w:-]{1,80})=(\{[^}]{0,4096}\}|[^\s=]{1,4096})", head)[:_ITEMS]
    for name, value in pairs:
        tag = {b"columns": _WIDTH, b"rows": _HEIGHT, b"depth": _BITS}.get(name.lower())
        if tag is not None and value.isdigit() and len(value) < 10:
            values[tag] = int(value)
    _lines(values, [f"{decoded(name)}={decoded(value)}" for name, value in pairs])
    return iter(_NONE)


def _djvu(reader: Reader, values: _Values) -> Iterator[Directory]:
    """The first page's chunk INFO: of one page, or of the first in a document of several."""
    at, end = 16, reader.size
    for _ in range(_ITEMS):
        kind, size = reader.bytes(at, 4), reader.u32(at + 4)
        if kind == b"FORM" and reader.bytes(at + 8, 4) == b"DJVU":
            at, end = at + 12, min(end, at + 8 + size)
            continue
        if kind == b"INFO":
            values[_WIDTH], values[_HEIGHT] = reader.unpack("HH", at + 8)
            return iter(_NONE)
        at += 8 + size + size % 2
    raise Malformed("No page")


def _pict(reader: Reader, values: _Values) -> Iterator[Directory]:
    start = 512 if reader.size > 526 and reader.bytes(522, 4) == b"\0\x11\2\xff" else 0
    top, left, bottom, right = reader.unpack("4h", start + 2)
    values[_WIDTH], values[_HEIGHT] = right - left, bottom - top
    return iter(_NONE)


def _photo_cd(reader: Reader, values: _Values) -> Iterator[Directory]:
    """The largest of the sizes that every file has; the two low bits of a byte are quarters of a turn."""
    turned = reader.u8(0xE02) & 1
    values[_WIDTH], values[_HEIGHT] = (2048, 3072) if turned else (3072, 2048)
    for tag, place in ((_CREATED, 2061), (_CHANGED, 2065)):
        seconds = reader.u32(place)
        if 0 < seconds < 0xFFFFFFFF:
            values[tag] = _date(seconds)
    _put(values, _MODEL, reader.bytes(2070, 20))
    return iter(_NONE)


def _mrc(reader: Reader, values: _Values) -> Iterator[Directory]:
    little = reader.bytes(212, 1) == b"\x44"
    reader = reader.ordered("<" if little else ">")
    values[_WIDTH], values[_HEIGHT] = reader.unpack("II", 0)
    count = min(reader.u32(220), 10)
    labels = (decoded(reader.bytes(224 + 80 * number, 80)).strip("\0 ") for number in range(count))
    _lines(values, [label for label in labels if label])
    return iter(_NONE)


def _fpf(reader: Reader, values: _Values) -> Iterator[Directory]:
    values[_WIDTH], values[_HEIGHT] = reader.ordered("<").unpack("HH", 0x2C)
    for tag, place in ((_MODEL, 0x78), (_SERIAL, 0xB8)):
        _put(values, tag, reader.bytes(place, 32))
    return iter(_NONE)


def _x3f(reader: Reader, values: _Values) -> Iterator[Directory]:
    """The picture's size, and the list of properties that the directory at the end of the file leads to."""
    reader = reader.ordered("<")
    values[_WIDTH], values[_HEIGHT] = reader.unpack("II", 28)
    at = reader.u32(reader.size - 4)
    if reader.bytes(at, 4) != b"SECd":
        raise Malformed("No directory of sections")
    for number in range(min(reader.u32(at + 8), _ITEMS)):
        place, size, kind = *reader.unpack("II", at + 12 + 12 * number), reader.bytes(at + 20 + 12 * number, 4)
        if kind == b"PROP":
            _properties(reader.within(place, size), values)
        elif kind == b"IMA2" and size > 28 and reader.u32(place + 12) == 18:
            from metadata_digger.metadata.blocks import nested

            yield from nested.reader("formats.jpeg")(reader.within(place + 28, size - 28).ordered(">"))


def _properties(reader: Reader, values: _Values) -> None:
    count, length = reader.u32(8), reader.u32(20)
    text = reader.bytes(24 + 8 * count, min(2 * length, reader.size - 24 - 8 * count))
    found: dict[str, str] = {}
    for number in range(min(count, _ITEMS)):
        places = reader.unpack("II", 24 + 8 * number)
        name, value = (text[2 * at : 2 * at + 2048].decode("utf-16-le", "ignore").partition("\0")[0] for at in places)
        found[name] = value
    for tag, name in ((_SERIAL, "CAMSERIAL"), (_MODEL, "CAMMODEL")):
        if name in found:
            values[tag] = found[name]
    if (time := found.get("TIME", "")).isdigit() and len(time) < 12:
        values[_CREATED] = _date(int(time)).rstrip("Z")  # the camera's clock
    _lines(values, [f"{name}={value}" for name, value in found.items()])


def _mrw(reader: Reader, values: _Values) -> Iterator[Directory]:
    at, end = 8, min(reader.size, 8 + reader.u32(4))
    for _ in range(_ITEMS):
        if at + 8 > end:
            return
        kind, size = reader.bytes(at, 4), reader.u32(at + 4)
        if kind == b"\0PRD":
            values[_HEIGHT], values[_WIDTH] = reader.unpack("HH", at + 20)
            values[_BITS] = reader.u8(at + 25)
        elif kind == b"\0TTW":
            from metadata_digger.metadata.blocks import exif

            yield from exif.read(reader.within(at + 8, size))
        at += 8 + size


def _dv(reader: Reader, values: _Values) -> Iterator[Directory]:
    values[_WIDTH], values[_HEIGHT] = 720, 576 if reader.u8(3) & 0x80 else 480
    return iter(_NONE)


def _r3d(reader: Reader, values: _Values) -> Iterator[Directory]:
    values[_WIDTH], values[_HEIGHT] = reader.unpack("II", 0x4C)
    return iter(_NONE)


_KINDS: tuple[tuple[int, bytes, _Read], ...] = (
    (0, b"SDPX", _dpx),
    (0, b"XPDS", _dpx),
    (0, b"\x76\x2f\x31\x01", _exr),
    (0, b"#?", _radiance),
    (0, b"FLIF", _flif),
    (0, b"BPG\xfb", _bpg),
    (0, b"gimp xcf ", _xcf),
    (0, b"id=ImageMagick", _miff),
    (0, b"AT&TFORM", _djvu),
    (0, b"FPF Public Image Format\0", _fpf),
    (0, b"FOVb", _x3f),
    (0, b"\0MRM", _mrw),
    (0, b"\x1f\7\0", _dv),
    (4, b"RED2", _r3d),
    (10, b"\0\x11\2\xff", _pict),
)
_BEHIND: tuple[tuple[int, bytes, _Read], ...] = (
    (2048, b"PCD_IPI", _photo_cd),
    (208, b"MAP ", _mrc),
    (522, b"\0\x11\2\xff", _pict),
)
