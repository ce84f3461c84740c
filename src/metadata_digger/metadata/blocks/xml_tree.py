"""XML to a small tree, by expat alone: no document type, no entities of its own, depth and size limited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed

_DEPTH = 128  # nested elements; real packets need about 12
_SIZE = 32 << 20
_NODES = 200_000  # elements and attributes: 64 KiB of deflated "<a/>" would become gigabytes of them
_SEPARATOR = "\f"  # a character that no XML document can hold


class Attribute(NamedTuple):
    """`name` is as written, with the document's prefix."""

    name: str
    ns: str | None
    local: str
    prefix: str | None
    value: str


@dataclass(slots=True)
class Element:
    """`children` are elements and texts in order; a Fragment is what is neither (CDATA, processing instruction)."""

    ns: str | None
    local: str
    prefix: str | None
    attributes: list[Attribute]
    declares: bool  # has xmlns attributes
    children: list[Element | str | Fragment] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.prefix}:{self.local}" if self.prefix else self.local


class Fragment(NamedTuple):
    """A CDATA section or a processing instruction."""

    text: str


def parse(data: bytes) -> Element:
    """The root element. Raises Malformed for what is no well-formed XML, has a document type or nests too deep."""
    from xml.parsers import expat  # here, for not every picture has XMP

    if len(data) > _SIZE:
        raise Malformed("XML document too large")
    root = Element(None, "", None, [], False)
    stack = [root]
    declared = cdata = False
    nodes = 0
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.namespace_prefixes = True
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.buffer_size = max(len(data), 1)  # a text comes in one piece, however long

    def declare(_prefix: str | None, _uri: str | None) -> None:
        nonlocal declared
        declared = True

    def start(name: str, pairs: list[str]) -> None:
        nonlocal declared, nodes
        nodes += 1 + len(pairs) // 2
        if len(stack) > _DEPTH or nodes > _NODES:
            raise Malformed("XML document nests too deep or has too many elements")
        attributes = []
        if pairs:
            for i in range(0, len(pairs), 2):
                ns, local, prefix = _split(pairs[i])
                attributes.append(Attribute(f"{prefix}:{local}" if prefix else local, ns, local, prefix, pairs[i + 1]))
            attributes.sort()  # the reference's DOM keeps attributes in the order of their names
        ns, local, prefix = _split(name)
        element = Element(ns, local, prefix, attributes, declared)
        declared = False
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def characters(text: str) -> None:
        children = stack[-1].children
        if cdata:
            children.append(Fragment(text))
        else:
            children.append(text)

    def start_cdata() -> None:
        nonlocal cdata
        cdata = True

    def end_cdata() -> None:
        nonlocal cdata
        cdata = False

    def instruction(_target: str, text: str) -> None:
        stack[-1].children.append(Fragment(text))

    def reject(*_: object) -> None:
        raise Malformed("XML document has a document type")

    parser.StartNamespaceDeclHandler = declare
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartCdataSectionHandler = start_cdata
    parser.EndCdataSectionHandler = end_cdata
    parser.ProcessingInstructionHandler = instruction
    parser.StartDoctypeDeclHandler = reject
    parser.EntityDeclHandler = reject
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # an unknown encoding is a LookupError
        raise Malformed(str(error)) from error
    for child in root.children:
        if isinstance(child, Element):
            return child
    raise Malformed("XML document has no element")


def _split(name: str) -> tuple[str | None, str, str | None]:
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return None, name, None
    return parts[0], parts[1], parts[2] if len(parts) > 2 else None
