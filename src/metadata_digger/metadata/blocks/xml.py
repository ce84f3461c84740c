"""XML of no kind that is known better: each text and attribute by its path (XPath 1.0's short form).

RDF in it is XMP. A document that is not well-formed is read as far as it can be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from metadata_digger.metadata.blocks import xml_loose, xmp
from metadata_digger.metadata.blocks.xml_tree import Element, parse
from metadata_digger.metadata.charsets import strayed
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable, XmpProperty
from metadata_digger.metadata.source import Reader

LONGEST = 16 << 20  # bytes of a document that are read
_MENDED = 2 << 20  # of one that is no XML
_LEAVES = 2000
_KEPT = 16_384  # characters of one text
_RDF = re.compile(rb"<(?:[\w.-]{1,20}:)?RDF[\s>]")
TABLE = TagTable({1: "Root Element", 2: "Namespace"})


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "XML", or "XMP" where it is that."""
    data, encoding = xmp.narrowed(reader.bytes(0, min(reader.size, LONGEST)))
    data = data.strip(b"\0")
    if _RDF.search(data):
        yield xmp.read_packet(data)
    else:
        yield directory_of(*tree(data, encoding))
    if reader.size > LONGEST:
        raise Malformed(f"Only the first {LONGEST >> 20} MiB of the document are read")


def tree(data: bytes, encoding: str | None) -> tuple[Element, list[str]]:
    """The document, an element without a name around its root, and what is wrong with it."""
    try:
        return parse(data.strip(), encoding)[0], []
    except Malformed as error:
        loose = xml_loose.read(strayed(data[:_MENDED]), {})
        return loose.root, [str(error), *loose.faults]


def directory_of(root: Element, faults: list[str]) -> Directory:
    """The leaves of a document; `errors` tell what is wrong with it, and how many there are too many."""
    found = Directory("XML", TABLE, errors=faults)
    for child in root.children:
        if isinstance(child, Element):
            found.values[1] = child.name
            if child.ns:
                found.values[2] = child.ns
            found.xmp += leaves(child, child.name)
            break
    if len(found.xmp) > _LEAVES:
        del found.xmp[_LEAVES:]
        found.errors.append(f"Only the first {_LEAVES:,} texts and attributes are kept")
    return found


def leaves(element: Element, path: str) -> list[XmpProperty]:
    """Attributes and texts at and below an element, one more than are kept at most."""
    found: list[XmpProperty] = []
    _walk(element, path, found)
    return found


def _walk(element: Element, path: str, found: list[XmpProperty]) -> None:
    """Its depth is that of the tree, which has a limit."""
    for attribute in element.attributes:
        if not attribute.name.startswith("xmlns"):
            found.append(XmpProperty(attribute.ns or "", f"{path}/@{attribute.name}", attribute.value[:_KEPT]))
    words = "".join(child for child in element.children if isinstance(child, str)).strip()
    if words:
        found.append(XmpProperty(element.ns or "", path, words[:_KEPT]))
    names = Counter(child.name for child in element.children if isinstance(child, Element))
    counts: Counter[str] = Counter()
    for child in element.children:
        if len(found) > _LEAVES:
            return
        if isinstance(child, Element):
            counts[child.name] += 1
            index = f"[{counts[child.name]}]" if names[child.name] > 1 else ""
            _walk(child, f"{path}/{child.name}{index}", found)
