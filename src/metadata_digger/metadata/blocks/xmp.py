"""XMP packets (ISO 16684-1; JPEG: XMP Specification Part 3, 1.1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metadata_digger.metadata.blocks.xml_tree import Element, parse
from metadata_digger.metadata.blocks.xmp_normal import normalise
from metadata_digger.metadata.blocks.xmp_tree import ARRAY, Node, Tree, find_rdf, read_rdf
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable, XmpProperty
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.xmp import VALUE_COUNT, XMP

PREAMBLE = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_GUID = 32  # digits of the extended packet's MD5
_EXTENDED_LIMIT = 64 << 20
TABLE = TagTable(XMP)
_MENDED = 4 << 20  # longest packet that is mended
_PATHS = 64 << 20  # characters of all paths together
# Adobe's parser makes a space of each control character, written as such or as a character reference.
_SPACED = bytes(32 if byte == 127 or (byte < 32 and byte not in (9, 10, 13)) else byte for byte in range(256))
_REFERENCES = re.compile(rb"&#(?:0*(?:[0-8]|1[12]|1[4-9]|2\d|3[01]|127)|[xX]0*(?:[0-8bBcCeEfF]|1[\da-fA-F]|7[fF]));")


def read(reader: Reader) -> Iterator[Directory]:
    """One packet."""
    yield read_packet(reader.bytes(0, reader.size))


def read_packet(data: bytes) -> Directory:
    directory = Directory("XMP", TABLE)
    try:
        directory.xmp = _properties(data)
        directory.values[VALUE_COUNT] = len(directory.xmp)
    except Malformed as error:
        directory.errors.append(f"Error processing XMP data: {error}")
    return directory


def read_segments(segments: Sequence[bytes]) -> Iterator[Directory]:
    """The APP1 segments of a JPEG: each packet, then the extended packet that the first to name one names."""
    guid: str | None = None
    extended: bytearray | None = None
    received = 0
    found: list[Directory] = []
    for segment in segments:
        head = segment[: len(PREAMBLE)]
        # "XMP\0://ns.adobe.com/xap/1.0/" has been seen too, see issue 102 of the reference.
        if len(head) == len(PREAMBLE) and (head.lower() == PREAMBLE or head[:3].lower() == b"xmp"):
            found.append(read_packet(segment[len(PREAMBLE) :]))
            if guid is None:
                guid = _extended_guid(found[-1])
        elif guid is not None and segment[: len(EXTENSION)].lower() == EXTENSION:
            start = len(EXTENSION)
            if len(segment) < start + _GUID + 8 or segment[start : start + _GUID] != guid.encode():
                continue
            size = int.from_bytes(segment[start + _GUID : start + _GUID + 4], "big")
            offset = int.from_bytes(segment[start + _GUID + 4 : start + _GUID + 8], "big")
            part = segment[start + _GUID + 8 :]
            if extended is None:
                if size > _EXTENDED_LIMIT:
                    continue
                extended = bytearray(size)
            if len(extended) != size:
                message = f"Inconsistent length for the Extended XMP buffer: {size} instead of {len(extended)}"
                found.append(Directory("XMP", TABLE, errors=[message]))
            elif offset + len(part) <= size:
                extended[offset : offset + len(part)] = part
                received += len(part)
    if extended is not None:
        # Without all of its parts it is no XML; its size is only what the file says.
        found.append(read_packet(bytes(extended) if received >= len(extended) else b""))
    yield from found


def _extended_guid(directory: Directory) -> str | None:
    for item in directory.xmp:
        if item.path == "xmpNote:HasExtendedXMP":
            return item.value
    return None


def _properties(data: bytes) -> list[XmpProperty]:
    """The leaves of the packet's tree: simple properties, fields, items, qualifiers."""
    rdf = find_rdf(_parse(data))
    if rdf is None:
        return []
    tree = read_rdf(rdf)
    normalise(tree)
    leaves: list[XmpProperty] = []
    left = _PATHS
    for schema in tree.schemas.values():
        for node in schema.children:
            left = _walk(tree, node, node.name, leaves, left)
    return leaves


def _parse(data: bytes) -> Element:
    """The document's tree; where it is not well-formed, control characters and stray bytes are mended as by XMPCore."""
    try:
        return parse(data)
    except Malformed:
        pass
    try:
        return parse(_mend(data))
    except Malformed as error:
        raise Malformed("XML parsing failure") from error


def _mend(data: bytes) -> bytes:
    if len(data) > _MENDED or data[:1] in (b"\xfe", b"\xff", b"\0") or data[1:2] == b"\0":
        return data  # too long, or UTF-16
    # Bytes that are no UTF-8 are taken for Windows-1252, one by one.
    text = data.decode("utf-8", "surrogateescape")
    mended = re.sub("[\udc80-\udcff]", lambda match: _latin(match[0]), text)
    return _REFERENCES.sub(b" ", mended.encode().translate(_SPACED))


def _latin(character: str) -> str:
    byte = bytes((ord(character) - 0xDC00,))
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return " "


def _walk(tree: Tree, node: Node, path: str, leaves: list[XmpProperty], left: int) -> int:
    """Adds the leaves at and below a node; gives how many characters paths may still have."""
    if not node.children:
        leaves.append(XmpProperty(tree.namespace(node.name), path, node.value))
    left -= len(path)
    if left < 0:
        raise Malformed("Paths of properties are too long")
    # Adobe's iterator counts on from an array's items to its qualifiers.
    for number, child in enumerate((*node.children, *node.qualifiers), 1):
        below = f"{path}[{number}]" if node.form == ARRAY else f"{path}/{child.name}"
        left = _walk(tree, child, below, leaves, left)
    return left
