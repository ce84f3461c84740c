"""XMP packets (ISO 16684-1; JPEG: XMP Specification Part 3, 1.1.3).

A fault costs the property that has it. A packet that is no well-formed XML is read as far as it can be told; what is
left over, or cannot be read at all, is kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from metadata_digger.metadata.blocks import xml_loose
from metadata_digger.metadata.blocks.xml_loose import Loose
from metadata_digger.metadata.blocks.xml_tree import Element, parse
from metadata_digger.metadata.blocks.xmp_nodes import ARRAY, NAMESPACES, Node, Tree
from metadata_digger.metadata.blocks.xmp_normal import normalise
from metadata_digger.metadata.blocks.xmp_tree import find_rdf, read_rdf
from metadata_digger.metadata.charsets import decoded, is_known, strayed
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable, XmpProperty
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.xmp import TEXT, TOOLKIT, UNDECLARED, VALUE_COUNT, XMP

PREAMBLE = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
TABLE = TagTable(XMP)
_GUID = 32  # digits of the extended packet's MD5
_MARKUP = 150_000  # elements and attributes of a JPEG's packets together
_EXTENDED = 16  # extended packets of one file; one is all that is allowed
_MENDED = 2 << 20  # bytes of a packet that is no XML: what is behind them is not read
_PACKETS = 4  # that follow one another where one should be
_PATHS = 64 << 20  # characters of all paths together
_KEPT = 16_384  # characters of text that is no packet
_PADDING = b"\0 \t\r\n"
_FAULT = "Error processing XMP data: {}"
_FAILURE = "XML parsing failure"
_KNOWN = {**UNDECLARED, **NAMESPACES}
# Adobe's parser makes a space of each control character, written as such or as a character reference.
_SPACED = bytes(32 if byte == 127 or (byte < 32 and byte not in (9, 10, 13)) else byte for byte in range(256))
_REFERENCES = re.compile(rb"&#(?:0*(?:[0-8]|1[12]|1[4-9]|2\d|3[01]|127)|[xX]0*(?:[0-8bBcCeEfF]|1[\da-fA-F]|7[fF]));")
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w-]+)[\"']")
# How a packet may begin by its encoding; the longer ones first, for two of them begin with another.
_WIDE = (
    ("utf-32-le", (b"\xff\xfe\0\0", b"<\0\0\0")),
    ("utf-32-be", (b"\0\0\xfe\xff", b"\0\0\0<")),
    ("utf-16-le", (b"\xff\xfe", b"<\0")),
    ("utf-16-be", (b"\xfe\xff", b"\0<")),
)
_TOOLKITS = ("xmptk", "xaptk")
_MARKS = ("<?xpacket", "xmpmeta", "<rdf:RDF")


def read(reader: Reader) -> Iterator[Directory]:
    """One packet."""
    yield read_packet(reader.bytes(0, reader.size))


def read_packet(data: bytes) -> Directory:
    """Its properties; `errors` tell what is wrong with it."""
    directory = Directory("XMP", TABLE)
    data, encoding = narrowed(data)
    data = data.strip(_PADDING)
    document = _document(data, encoding)
    faults = list(document.faults)
    rest = ["".join(document.before), "".join(document.behind)]
    rdf = find_rdf(document.root)
    for _ in range(_PACKETS - 1):
        if ":RDF" not in rest[-1]:
            break
        further = xml_loose.read(rest.pop(), _KNOWN)
        rest += ["".join(further.before), "".join(further.behind)]
        rdf += find_rdf(further.root)
    if rdf or _FAILURE not in faults:  # XML without RDF is an empty packet
        tree = read_rdf(rdf)
        normalise(tree)
        faults += tree.faults
        try:
            _gather(tree, directory.xmp)
        except Malformed as error:
            faults.append(str(error))
        directory.values[VALUE_COUNT] = len(directory.xmp)
    if toolkit := _toolkit(document.root):
        directory.values[TOOLKIT] = toolkit
    left = decoded(data) if not rdf else "\n".join(part for part in (text.strip("\0 \t\r\n") for text in rest) if part)
    if left:
        directory.values[TEXT] = left[:_KEPT]
        if len(left) > _KEPT:
            faults.append(f"Only the first {_KEPT:,} of {len(left):,} characters of text are kept")
        elif rdf:
            faults.append("Text before or behind the packet")
    directory.errors += [_FAULT.format(fault) for fault in faults]
    return directory


def _toolkit(root: Element) -> str:
    """What x:xmpmeta, in Adobe's oldest packets x:xapmeta, says of the program that wrote it."""
    outermost = (root, *(child for child in root.children if isinstance(child, Element)))
    return next(
        (one.value for element in outermost for one in element.attributes if one.local in _TOOLKITS), ""
    ).strip()


def read_segments(segments: Sequence[bytes]) -> Iterator[Directory]:
    """The APP1 segments of a JPEG: each packet, then the extended packets, wherever their parts stand."""
    found: list[Directory] = []
    left = _MARKUP
    extended: dict[str, list[tuple[int, int, bytes]]] = {}  # size, offset, bytes of each part by the packet's name
    for segment in segments:
        head = segment[: len(PREAMBLE)]
        # "XMP\0://ns.adobe.com/xap/1.0/" has been seen too, see issue 102 of the reference.
        if len(head) == len(PREAMBLE) and (head.lower() == PREAMBLE or head[:3].lower() == b"xmp"):
            left -= segment.count(b"<") + segment.count(b"=")
            if left < 0:
                found.append(Directory("XMP", TABLE, errors=[f"More than {_MARKUP:,} elements and attributes of XMP"]))
                break
            found.append(read_packet(segment[len(PREAMBLE) :]))
        elif segment[: len(EXTENSION)].lower() == EXTENSION:
            start = len(EXTENSION) + _GUID
            guid = segment[len(EXTENSION) : start].decode("latin-1").upper()
            size, offset = (int.from_bytes(segment[at : at + 4], "big") for at in (start, start + 4))
            if len(segment) < start + 8:
                extended.setdefault(guid, []).append((0, 0, b""))
            else:
                extended.setdefault(guid, []).append((size, offset, segment[start + 8 :]))
    yield from found
    named = {item.value.upper() for one in found for item in one.xmp if item.path == "xmpNote:HasExtendedXMP"}
    for number, guid in enumerate(sorted(extended, key=lambda guid: guid not in named)):
        if number >= _EXTENDED:
            yield Directory("XMP", TABLE, errors=[f"More than {_EXTENDED} extended packets"])
            return
        data, faults = _joined(extended[guid])
        directory = read_packet(data)
        if guid not in named:
            faults.append("Extended XMP that no packet names")
        directory.errors = faults + directory.errors
        yield directory


def _joined(parts: list[tuple[int, int, bytes]]) -> tuple[bytes, list[str]]:
    """An extended packet as far as its parts follow one another, and what is wrong with it."""
    size = parts[0][0]
    faults = [
        f"Inconsistent length for the Extended XMP buffer: {other} instead of {size}"
        for other in sorted({part[0] for part in parts} - {size})
    ]
    joined = bytearray()
    for _, offset, part in sorted((part for part in parts if part[0] == size), key=lambda part: part[1]):
        if offset > len(joined):
            break
        joined += part[len(joined) - offset :]
    if len(joined) != size:
        faults.append(f"The first {len(joined):,} of {size:,} bytes of Extended XMP are there")
    return bytes(joined), faults


def narrowed(data: bytes) -> tuple[bytes, str | None]:
    """The packet, in UTF-8 where it is in UTF-16 or UTF-32, and its encoding whatever it may say of itself."""
    for encoding, starts in _WIDE:
        if data.startswith(starts):
            return data.decode(encoding, "backslashreplace").lstrip("\ufeff").encode(), "utf-8"
    if b"\0" in data[:4096] and not any(mark.encode() in data for mark in _MARKS):  # something stands in front
        for encoding, starts in _WIDE:
            found = [data.find(mark.encode(encoding)) for mark in _MARKS]
            if any(at >= 0 and at % len(starts[1]) == 0 for at in found):
                return data.decode(encoding, "backslashreplace").encode(), "utf-8"
    return data, None


def _document(data: bytes, encoding: str | None) -> Loose:
    """The document's tree; where it is not well-formed, control characters and stray bytes are mended as by XMPCore."""
    try:
        return _sound(*parse(data, encoding))
    except Malformed:
        pass
    mended = _mended(data[:_MENDED])
    if mended != data:
        try:
            return _sound(*parse(mended, "utf-8"))
        except Malformed:
            pass
    document = xml_loose.read(mended.decode(), _KNOWN)
    if len(data) > _MENDED:
        document.faults.append(f"Only the first {_MENDED >> 20} MiB are read")
    document.faults.insert(0, _FAILURE)
    return document


def _sound(root: Element, left_out: int) -> Loose:
    return Loose(root, [f"{left_out:,} items of lists are left out: too many"] if left_out else [])


def _mended(data: bytes) -> bytes:
    """The same in UTF-8 without control characters."""
    declared = _DECLARED.match(data[:256])
    charset = declared[1].decode() if declared else "utf-8"
    text = decoded(data, charset) if is_known(charset) and charset.lower() != "utf-8" else strayed(data)
    return _REFERENCES.sub(b" ", text.encode().translate(_SPACED))


def _gather(tree: Tree, leaves: list[XmpProperty]) -> None:
    """Fills in the leaves of the tree: simple properties, fields, items, qualifiers."""
    left = _PATHS
    for node in chain.from_iterable(schema.children for schema in tree.schemas.values()):
        left = _walk(tree, node, node.name, leaves, left)


def _walk(tree: Tree, node: Node, path: str, leaves: list[XmpProperty], left: int) -> int:
    """Adds the leaves at and below a node; gives how many characters paths may still have."""
    first = len(leaves)
    if node.repeats and node.form == ARRAY:
        _unite(node)
    if not node.children:
        leaves.append(XmpProperty(tree.namespace(node.name), path, node.value))
    left -= len(path)
    if left < 0:
        raise Malformed("Paths of properties are too long")
    # Adobe's iterator counts on from an array's items to its qualifiers.
    for number, child in enumerate((*node.children, *node.qualifiers), 1):
        below = f"{path}[{number}]" if node.form == ARRAY else f"{path}/{child.name}"
        left = _walk(tree, child, below, leaves, left)
    if node.repeats:
        said = set(leaves[first:])
        for repeat in node.repeats:
            again: list[XmpProperty] = []
            left = _walk(tree, repeat, path, again, left)
            leaves += [leaf for leaf in again if leaf not in said]
            said.update(again)
    return left


def _unite(array: Node) -> None:
    """Items of arrays of the same name become one array's; those that are there already are left out."""
    said = {(item.value, item.language) for item in array.children if not item.children}
    for repeat in array.repeats:
        for item in repeat.children if repeat.form == ARRAY else [repeat]:
            if item.children or (item.value, item.language) not in said:
                array.children.append(item)
                said.add((item.value, item.language))
    array.repeats = []
