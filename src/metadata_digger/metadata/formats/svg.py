"""SVG (Scalable Vector Graphics 2): size, title, description and metadata; the drawing itself is passed over.

Entities are as in XMP: a document's own are text, none of another file is ever fetched.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata_digger.metadata.blocks import xml, xmp
from metadata_digger.metadata.blocks.xml_tree import Element
from metadata_digger.metadata.charsets import strayed
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.svg import ATTRIBUTES, SVG

TABLE = TagTable(SVG)
_TITLE, _DESCRIPTION, _COMMENT = 101, 102, 103
_LONGEST = 16 << 20
_ELEMENTS = 400_000  # less than a second's work
_SPANS = 64
_KEPT = 16_384
_MARKUP = re.compile(rb"<!--|<!\[CDATA\[|<\?|<(/?)(?:[\w.-]{1,80}:)?([\w.-]{1,80})[^<>]*?(/?)>")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_WANTED = (b"title", b"desc", b"metadata")
_RDF = re.compile(rb"<(?:[\w.-]{1,20}:)?RDF[\s>]")


@dataclass(slots=True)
class _Outline:
    """Where a document's parts are: everything up to its root's start tag, and the parts of _WANTED right below."""

    root: bytes = b""
    head: int = 0
    spans: list[tuple[bytes, int, int]] = field(default_factory=list)
    comments: list[bytes] = field(default_factory=list)
    fault: str = ""


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "SVG", then XMP or other metadata in it."""
    directory = Directory("SVG", TABLE)
    data = reader.bytes(0, min(reader.size, _LONGEST))
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data, directory)
    data = xmp.narrowed(data)[0].strip(b"\0")
    outline = _outline(data)
    if outline.fault:
        directory.errors.append(outline.fault)
    if reader.size > _LONGEST:
        directory.errors.append(f"Only the first {_LONGEST >> 20} MiB are read")
    texts = [(name, start, end) for name, start, end in outline.spans if name != b"metadata"]
    root, faults = xml.tree(_document(data, outline, texts), None)
    directory.errors += faults
    _fill(directory, next((child for child in root.children if isinstance(child, Element)), None))
    if outline.comments:
        directory.values[_COMMENT] = "\n".join(strayed(comment) for comment in outline.comments)[:_KEPT]
    yield directory
    for span in outline.spans:
        if span[0] == b"metadata":
            document = _document(data, outline, [span])
            if _RDF.search(document):
                yield xmp.read_packet(document)
            else:
                yield from _other(document)


def _unpacked(data: bytes, directory: Directory) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(data, _LONGEST)
    except zlib.error as error:
        raise Malformed(str(error)) from error
    if not stream.eof:
        directory.errors.append(f"Compressed, and cut short or more than {_LONGEST >> 20} MiB")
    return plain


def _outline(data: bytes) -> _Outline:
    found = _Outline()
    depth = position = begun = 0
    name = b""
    for _ in range(_ELEMENTS):
        match = _MARKUP.search(data, position)
        if match is None:
            break
        position = match.end()
        ending = _ENDS.get(match[0])
        if ending is not None:
            end = data.find(ending, position)
            if end < 0:
                break
            if (
                match[0] == b"<!--"
                and depth < 2
                and len(found.comments) < _SPANS
                and (words := data[position:end].strip())
            ):
                found.comments.append(words)
            position = end + len(ending)
        elif match[1]:
            depth -= 1
            if depth == 1 and name and len(found.spans) < _SPANS:
                found.spans.append((name, begun, position))
            name = name if depth > 1 else b""
        elif not match[3]:
            if depth == 0 and not found.head:
                found.head = position
                found.root = data[match.start() + 1 :][:200].split(None, 1)[0].rstrip(b">/")
            if depth == 1 and match[2] in _WANTED:
                name, begun = match[2], match.start()
            depth += 1
        elif depth == 0 and not found.head:  # a drawing without anything in it
            found.head = position
    else:
        found.fault = f"Only the first {_ELEMENTS:,} elements are looked at"
    if name and not found.fault:
        found.spans.append((name, begun, len(data)))
    return found


def _document(data: bytes, outline: _Outline, spans: list[tuple[bytes, int, int]]) -> bytes:
    """The root with some of its parts alone: what it declares holds for them."""
    closing = b"</" + outline.root + b">" if outline.root else b""
    return b"".join((data[: outline.head], *(data[start:end] for _, start, end in spans), closing))


def _fill(directory: Directory, root: Element | None) -> None:
    if root is None:
        directory.errors.append("No element svg")
        return
    for attribute in root.attributes:
        tag = ATTRIBUTES.get(attribute.name)
        if tag is not None:
            directory.values[tag] = attribute.value[:_KEPT]
    for tag, local in ((_TITLE, "title"), (_DESCRIPTION, "desc")):
        for child in root.children:
            if isinstance(child, Element) and child.local == local and (words := _text(child)):
                directory.keep(tag, words)
                directory.values[tag] = words


def _text(element: Element) -> str:
    parts = (child if isinstance(child, str) else _text(child) for child in element.children)
    return " ".join("".join(parts).split())[:_KEPT]


def _other(document: bytes) -> Iterator[Directory]:
    """Metadata that is no RDF, as XML."""
    root, faults = xml.tree(document, None)
    for svg in root.children:
        for child in svg.children if isinstance(svg, Element) else ():
            if isinstance(child, Element) and child.local == "metadata":
                yield xml.directory_of(Element(None, "", None, [], [child]), faults)
