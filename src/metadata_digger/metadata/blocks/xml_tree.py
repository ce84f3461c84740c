"""XML (1.0, fifth edition) to a small tree, by expat alone: no entities of a document's own, depth and size limited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed

DEPTH = 128  # nested elements; real packets need about 12
NODES = 60_000  # elements and attributes, a second's work: 64 KiB of deflated "<a/>" would become gigabytes of them
_LISTED = 10_000  # children of one list that are kept: Photoshop gathers a hundred thousand ancestors of a document
_SIZE = 32 << 20
_SEPARATOR = "\f"  # a character that no XML document can hold


class Attribute(NamedTuple):
    """`name` is as written, with the document's prefix; `ns` is None without a prefix, "" where that is undeclared."""

    name: str
    ns: str | None
    local: str
    prefix: str | None
    value: str


@dataclass(slots=True)
class Element:
    """`children` are elements and texts in order; comments and processing instructions are left out."""

    ns: str | None
    local: str
    prefix: str | None
    attributes: list[Attribute]
    children: list[Element | str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.prefix}:{self.local}" if self.prefix else self.local


def parse(data: bytes, encoding: str | None = None) -> tuple[Element, int]:
    """The document, an element without a name around its root, and how many items of lists were left out.

    `encoding` wins over what the document says.

    Raises Malformed for what is no well-formed XML, nests too deep, is too large, or declares entities or defaults of
    its own: a few of these in one another become gigabytes, and those of other files are never fetched.
    """
    from xml.parsers import expat  # here, for not every picture has XMP

    if len(data) > _SIZE:
        raise Malformed("XML document too large")
    root = Element(None, "", None, [])
    stack = [root]
    nodes = inside = left_out = 0  # elements and attributes; depth within an item that is left out; such items
    parser = expat.ParserCreate(encoding, namespace_separator=_SEPARATOR)
    parser.namespace_prefixes = True
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.buffer_size = max(len(data), 1)  # a text comes in one piece, however long

    def start(name: str, pairs: list[str]) -> None:
        nonlocal nodes, inside, left_out
        if inside or (len(stack[-1].children) >= _LISTED and name.endswith("\fli\frdf")):
            left_out += not inside
            inside += 1
            return
        nodes += 1 + len(pairs) // 2
        if len(stack) > DEPTH or nodes > NODES:
            raise Malformed("XML document nests too deep or has too many elements")
        attributes = []
        if pairs:
            for i in range(0, len(pairs), 2):
                ns, local, prefix = _split(pairs[i])
                attributes.append(Attribute(f"{prefix}:{local}" if prefix else local, ns, local, prefix, pairs[i + 1]))
            attributes.sort()  # the reference's DOM keeps attributes in the order of their names
        element = Element(*_split(name), attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        nonlocal inside
        if inside:
            inside -= 1
        else:
            stack.pop()

    def characters(text: str) -> None:
        if not inside and (len(text) > 1 or len(stack[-1].children) < _LISTED):
            stack[-1].children.append(text)

    def reject(*_: object) -> None:
        raise Malformed("XML document has entities or defaults of its own")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = reject
    parser.AttlistDeclHandler = reject
    parser.SkippedEntityHandler = reject
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # an unknown encoding is a LookupError
        raise Malformed(str(error)) from error
    return root, left_out


def _split(name: str) -> tuple[str | None, str, str | None]:
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return None, name, None
    return parts[0], parts[1], parts[2] if len(parts) > 2 else None
