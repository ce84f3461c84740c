"""Photoshop image resources ("8BIM" blocks; Adobe Photoshop File Formats Specification)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from struct import pack, unpack_from

from metadata_digger.metadata.blocks import icc, iptc, nested, xmp
from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import decimal, double, narrowed
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.photoshop import PATHS, PHOTOSHOP, QUALITIES, QUALITY_FORMATS

PREAMBLE = b"Photoshop 3.0"
PREAMBLE_LENGTH = 14  # with its zero
_IPTC, _ICC, _EXIF, _XMP = 0x0404, 0x040F, (0x0422, 0x0423), 0x0424
_DIGEST = 0x0425  # MD5 of the IPTC block
_SIGNATURES = (b"8BIM", b"8B64", b"AgHg", b"DCSR", b"MeSa", b"PHUT")


def blocks(segments: Iterable[bytes]) -> list[bytes]:
    """Resources of a JPEG's segments APP13, without the identifier.

    What is longer than a segment goes on in one that has the identifier and does not begin with a resource. Those that
    do are blocks of their own, as in the reference.
    """
    found: list[bytes] = []
    for segment in segments:
        if segment.startswith(PREAMBLE) and len(segment) > len(PREAMBLE):
            data = segment[PREAMBLE_LENGTH:]
            if found and not data.startswith(_SIGNATURES):
                found[-1] += data
            else:
                found.append(data)
    return found


def read(reader: Reader) -> Iterator[Directory]:
    """A run of resources; those that hold a block of their own (IPTC, ICC, Exif, XMP) follow as directories."""
    directory = Directory("Photoshop", TABLE)
    nested: list[Directory] = []
    fault = _read_resources(reader.bytes(0, reader.size), directory, nested)
    if fault is not None:
        directory.errors.append(fault)
    yield directory
    yield from nested


def _read_resources(data: bytes, directory: Directory, nested: list[Directory]) -> str | None:
    """Gives the reference's words for what ended it early. A resource: signature, id, name, length, data; padded."""
    position, size, paths = 0, len(data), 0
    while position < size:
        if position + 7 > size:
            return END
        signature, tag, name_length = unpack_from(">4sHB", data, position)
        position += 7
        if position + name_length > size:
            return "Invalid string length"
        name = data[position : position + name_length]
        position += name_length
        position += position & 1
        if position + 4 > size:
            return END
        length = unpack_from(">i", data, position)[0]
        position += 4
        if length < 0:
            return str(length)  # the message of Java's NegativeArraySizeException
        content = data[position : position + length]
        position += length
        if position > size:  # of a block in a block, what is there can be read
            _read_nested(tag, content, nested)
            return END
        position += position & 1  # the last resource may lack the byte behind it; the reference loses such a one
        # Other signatures ("AgHg", "DCSR", "PHUT") belong to plug-ins, which number resources as they like.
        if signature == b"8BIM":
            if tag in PATHS:
                if paths < len(PATHS):
                    directory.values[PATHS.start + paths] = (content, name)
                    paths += 1
            elif not _read_nested(tag, content, nested):
                directory.keep(tag, content)
                directory.values[tag] = content
    return None


def _read_nested(tag: int, content: bytes, nested: list[Directory]) -> bool:
    """Whether the resource is a block with a reader of its own."""
    reader = _READERS.get(tag)
    if reader is None:
        return False
    try:
        nested.extend(reader(Reader.over(content)))
    except MetadataError as error:
        nested.append(Directory("Error", TagTable({}), errors=[str(error)]))
    return True


def _read_exif(reader: Reader) -> Iterator[Directory]:
    return nested.reader("blocks.exif")(reader)


_READERS: dict[int, Callable[[Reader], Iterator[Directory]]] = {
    _IPTC: iptc.read,
    _ICC: icc.read,
    _XMP: xmp.read,
    **dict.fromkeys(_EXIF, _read_exif),
}


def _guarded(layout: str, offset: int, make: Callable[..., str]) -> Callable[[Directory, Value], str | None]:
    """A rendering of big-endian fields at `offset`; a resource that is too short has no description."""
    from struct import calcsize

    end = offset + calcsize(">" + layout)

    def render(_: Directory, value: Value) -> str | None:
        if len(value) < end:
            return None
        return make(*unpack_from(">" + layout, value, offset))

    return render


def _thumbnail(form: int, width: int, height: int, _: int, total: int, packed: int, depth: int) -> str:
    kind = "JpegRGB" if form == 1 else "RawRGB"
    return f"{kind}, {width}x{height}, Decomp {total} bytes, {depth} bpp, {packed} bytes"


def _jpeg_quality(quality: int, form: int, scans: int) -> str:
    level = quality - 0xFFFC if quality >= 0xFFFD else quality + 4 if quality <= 8 else quality
    named = QUALITY_FORMATS.get(form) or f"Unknown 0x{form:04X}"
    count = scans + 2 if 1 <= scans <= 3 else f"Unknown 0x{scans:04X}"
    return f"{level} ({QUALITIES.get(quality, 'Unknown')}), {named} format, {count} scans"


def _resolution(horizontal: int, _: int, vertical: int) -> str:
    return f"{decimal(narrowed(horizontal / 65536), 2)}x{decimal(narrowed(vertical / 65536), 2)} DPI"


def _print_scale(_: Directory, value: Value) -> str | None:
    if len(value) < 14:
        return None
    # The style has 2 bytes, of which the reference makes 4: its x, y and scale overlap the style as here.
    style = unpack_from(">i", value, 0)[0]
    x, y, scale = (_single_text(number) for number in unpack_from(">3f", value, 2))
    if style == 0:
        return f"Centered, Scale {scale}"
    if style == 1:
        return "Size to fit"
    kind = "User defined" if style == 2 else f"Unknown {style & 0xFFFFFFFF:04X}"
    return f"{kind}, X:{x} Y:{y}, Scale:{scale}"


def _single_text(value: float) -> str:
    """java.lang.Float.toString: the shortest decimal that reads back as the same single-precision number."""
    if value != value or value in (float("inf"), float("-inf")):
        return double(value)
    stored = pack(">f", value)
    for digits in range(1, 9):
        number = float(f"{value:.{digits}g}")
        if abs(number) < 3.4e38 and pack(">f", number) == stored:
            return double(number)
    return double(float(f"{value:.9g}"))


def utf16(data: bytes) -> str:
    """Java's UTF-16: big-endian unless a byte order mark says otherwise."""
    if data[:2] == b"\xff\xfe":
        return data[2:].decode("utf-16-le", "backslashreplace")
    return data[2 if data[:2] == b"\xfe\xff" else 0 :].decode("utf-16-be", "backslashreplace")


def _version(_: Directory, value: Value) -> str | None:
    position, parts = 5, []
    if len(value) < 5:
        return None
    for _number in range(2):  # reader, writer
        if position + 4 > len(value):
            return None
        length = 2 * unpack_from(">i", value, position)[0]
        position += 4
        if length < 0 or position + length > len(value):
            return None
        parts.append(utf16(value[position : position + length]))
        position += length
    if position + 4 > len(value):
        return None
    version, file_version = unpack_from(">i", value, 0)[0], unpack_from(">i", value, position)[0]
    return f"{version} ({parts[0]}, {parts[1]}) {file_version}"


def _slices(_: Directory, value: Value) -> str | None:
    if len(value) < 24:
        return None
    top, left, bottom, right, length = unpack_from(">5i", value, 4)
    end = 24 + 2 * length
    if length < 0 or end + 4 > len(value):
        return None
    name, count = utf16(value[24:end]), unpack_from(">i", value, end)[0]
    return f"{name} ({top},{left},{bottom},{right}) {count} Slices"


def _path_name(_: Directory, value: Value) -> str | None:
    if not value or value[0] > 0x7F or value[0] + 1 > len(value):
        return None
    return decoded(value[1 : 1 + value[0]])


_KNOTS = {1: "Linked", 2: "Unlinked", 4: "Linked", 5: "Unlinked"}


def _path(_: Directory, value: Value) -> str | None:
    """A path resource: records of 26 bytes, each a selector and six signed fixed-point numbers of 8.24 bits.

    As in the reference the closed subpath and the open one being read are kept apart, an unfinished one comes at the
    end, and each subpath is told the number of subpaths as that of its knots.
    """
    data, name = value
    fill = None
    found: list[tuple[str, list[str]]] = []
    current: dict[str, list[str]] = {"Closed Subpath": [], "Open Subpath": []}
    for start in range(0, len(data) // 26 * 26, 26):
        selector = unpack_from(">h", data, start)[0]
        kind = "Closed Subpath" if selector < 3 else "Open Subpath"
        if selector in (0, 3):
            if current[kind]:
                found.append((kind, current[kind]))
            current[kind] = []
        elif selector in _KNOTS:
            points = [double(number / 2**24) for number in unpack_from(">6i", data, start + 2)]
            pairs = (f"({points[i]},{points[i + 1]})" for i in (0, 2, 4))
            current[kind].append(f"\n  - {_KNOTS[selector]} {' '.join(pairs)}")
        elif selector == 8:
            fill = "with all pixels" if unpack_from(">h", data, start + 2)[0] == 1 else "without all pixels"
    found += [(kind, knots) for kind, knots in current.items() if knots]
    rule = f'initial fill rule "{fill}" and ' if fill is not None else ""
    plural = "" if len(found) == 1 else "s"
    lines = [f'"{decoded(name)}" having {rule}{len(found)} subpath{plural}:']
    for kind, knots in found:
        lines.append(f"\n- {kind} with {len(found)} knot{plural}:")
        lines += knots
    return "".join(lines)


_number = _guarded("i", 0, str)

TABLE = TagTable(
    PHOTOSHOP,
    dict.fromkeys((0x040C, 0x0409), _guarded("7i", 0, _thumbnail))
    | dict.fromkeys((0x040B, 0x03EA), lambda _, value: decoded(value))
    | dict.fromkeys((0x040D, 0x0419, 0x041E, 0x0414), _number)
    | dict.fromkeys(PATHS, _path)
    | {
        _IPTC: lambda _, value: f"{len(value)} bytes binary data",
        0x041A: _slices,
        0x0421: _version,
        _DIGEST: lambda _, value: value.hex(),
        0x040A: _guarded("B", 0, lambda flag: "Yes" if flag else "No"),
        0x03ED: _guarded("III", 0, _resolution),
        0x0406: _guarded("HHH", 0, _jpeg_quality),
        0x0426: _print_scale,
        0x0428: _guarded("d", 4, double),
        0x0BB7: _path_name,
    },
)
