"""XML that is not well-formed, as editors, transfers and overwriting leave it: every element that can be told is kept.

The rules of XML 1.0 hold where they can. What is no markup is text, an element that is not closed ends with the one
around it, and each such fault is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.entities import html5

from metadata_digger.metadata.blocks.xml_tree import DEPTH, NODES, Attribute, Element

XMLNS = "xmlns"
_NAME = r"[^\s<>/=\"'!?&;]++"  # possessive: of a name of thousands of letters each shorter one would be tried
_START = re.compile(rf"<({_NAME})((?:\s+{_NAME}\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_TORN = re.compile(rf"<({_NAME})([^<>]*?)(/?)>")  # a start tag with something wrong in it
_END = re.compile(rf"</({_NAME})\s*>")
_PAIR = re.compile(rf"({_NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_ENTITY = re.compile(rf"<!ENTITY\s+({_NAME})\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([\w:.-]{1,64}));?")
_BREAK = re.compile(r"[\t\n\r]")
_DOCUMENT_TYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[(.*?)\]\s*)?>", re.DOTALL)
_PACKET_END = "<?xpacket end"
_PREDEFINED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITIES, _REPLACEMENT = 100, 1024  # entities that a document may declare, and the longest text of one
_EXPANDED = 1 << 20  # characters that all references to them together may become
_FAULTS, _SHOWN = 20, 80
_MARKS = 2 * NODES  # of "<"; each costs some 2 microseconds, whatever it begins
_TOO_MUCH = "XML document nests too deep or has too many elements; the rest is not read"


@dataclass(slots=True)
class Loose:
    """`root` is an element without a name around what was found; `before` and `behind` are text that is not of it."""

    root: Element = field(default_factory=lambda: Element(None, "", None, []))
    faults: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


def read(text: str, known: Mapping[str, str]) -> Loose:
    """Reads as far as it goes. `known` are prefixes that need no declaration: namespace by prefix."""
    reading = _Reading(text, known)
    reading.run()
    return reading.found


def shown(text: str) -> str:
    """A text as a fault shows it: in quotes, of a long one its beginning."""
    text = " ".join(text[: 4 * _SHOWN].split())
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


class _Reading:
    """One way through a document."""

    __slots__ = (
        *("entities", "expanded", "found", "known", "last"),
        *("missing", "nodes", "prefixes", "scopes", "stack", "text"),
    )

    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        self.text = text.replace("\r\n", "\n")
        self.known = known
        self.found = Loose()
        self.stack = [self.found.root]
        self.last = self.text.rfind(">")
        self.prefixes: dict[str, list[str]] = {}  # what each stands for, the innermost last
        self.scopes: list[list[str]] = [[]]  # the prefixes that each open element declares
        self.entities: dict[str, str] | None = None
        self.expanded = self.nodes = 0
        self.missing: set[str] = set()

    def fault(self, words: str) -> None:
        if len(self.found.faults) < _FAULTS:
            self.found.faults.append(words)

    def run(self) -> None:
        text, position, marks = self.text, 0, 0
        while True:
            at = text.find("<", position)
            marks += 1
            if marks > _MARKS:
                self.fault(_TOO_MUCH)
                break
            self.characters(text[position : at if at >= 0 else len(text)])
            if at < 0:
                break
            if text.startswith(_PACKET_END, at) and self.stack[0].children:
                position = text.find(">", at) + 1 or len(text)
                self.found.behind.append(text[position:])
                break
            position = self.markup(at)
            if position < 0:
                break
        if len(self.stack) > 1:
            self.cut()

    def markup(self, at: int) -> int:
        """Reads the markup at a "<"; where it ends, -1 when the rest cannot be read."""
        text = self.text
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")):
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening))
                if end < 0:
                    return self.torn(at)
                if opening == "<![CDATA[":
                    self.put(text[at + len(opening) : end])
                return end + len(closing)
        if (match := _START.match(text, at)) is not None:
            return match.end() if self.start(match[1], match[2], bool(match[3])) else -1
        if (match := _END.match(text, at)) is not None:
            self.end(match[1])
            return match.end()
        if self.entities is None and text.startswith("<!DOCTYPE", at):
            self.entities = {}
            if (match := _DOCUMENT_TYPE.match(text, at)) is not None:
                self.declare(self.entities, match[1] or "")
                return match.end()
        if (match := _TORN.match(text, at)) is not None:
            self.fault(f"The tag {shown(match[0])} is not well-formed")
            return match.end() if self.start(match[1], match[2], bool(match[3])) else -1
        if at > self.last:
            return self.torn(at)
        self.fault(f"A '<' that begins no tag: {shown(text[at : at + _SHOWN])}")
        self.put("<")
        return at + 1

    def torn(self, at: int) -> int:
        self.fault(f"The document ends inside {shown(self.text[at : at + 4 * _SHOWN])}")
        return -1

    def cut(self) -> None:
        """The innermost element that is open at the end has not got all of its text: that is told, not kept."""
        last = self.stack[-1]
        content = "".join(child for child in last.children if isinstance(child, str))
        if len(self.stack) > 2 and content.strip() and not any(isinstance(one, Element) for one in last.children):
            self.stack[-2].children.pop()
            self.fault(f"The document ends inside {last.name}: {shown(content)}")
        else:
            self.fault(f"The document ends inside {last.name}")

    def put(self, text: str) -> None:
        if len(self.stack) > 1:
            self.stack[-1].children.append(text)
        elif self.stack[0].children:
            self.found.behind.append(text)
        else:
            self.found.before.append(text)

    def characters(self, text: str) -> None:
        if text:
            self.put(self.resolved(text) if len(self.stack) > 1 else text)

    def resolved(self, text: str) -> str:
        """Text with what its references stand for; one that is not known is kept as it is written."""
        if "&" not in text:
            return text
        found = _REFERENCE.sub(self.reference, text)
        if "&" in _REFERENCE.sub("", text):
            self.fault(f"An '&' that begins no reference: {shown(text)}")
        return found

    def reference(self, match: re.Match[str]) -> str:
        decimal, hexadecimal, name = match.groups()
        if match[0][-1] != ";":
            pass
        elif name is None:
            number = int(decimal) if decimal is not None else int(hexadecimal, 16)
            if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0x110000:
                return chr(number)
        else:
            if name in _PREDEFINED:
                return _PREDEFINED[name]
            own = (self.entities or {}).get(name)
            if own is not None and self.expanded + len(own) <= _EXPANDED:
                self.expanded += len(own)
                return own
            if own is None and (common := html5.get(f"{name};")) is not None:
                self.fault(f"The entity {match[0]} is not declared")
                return common
        if len(self.found.faults) < _FAULTS:
            self.fault(f"The reference {shown(match[0])} is kept as it is written")
        return match[0]

    def declare(self, entities: dict[str, str], subset: str) -> None:
        """Entities of the document's own, where each is plain text: those of other files and nested ones stay words."""
        for match in _ENTITY.finditer(subset):
            replacement = match[2] if match[2] is not None else match[3]
            if len(entities) < _ENTITIES and len(replacement) <= _REPLACEMENT and "&" not in replacement:
                entities.setdefault(match[1], replacement)

    def start(self, name: str, rest: str, closed: bool) -> bool:
        """Opens an element; False when there are too many."""
        pairs = [
            (one[1], self.resolved(_BREAK.sub(" ", next(value for value in one.groups()[1:] if value is not None))))
            for one in _PAIR.finditer(rest)
        ]
        self.nodes += 1 + len(pairs)
        if self.nodes > NODES or len(self.stack) > DEPTH:
            self.fault(_TOO_MUCH)
            return False
        declared = []
        for key, value in pairs:
            if key == XMLNS or key.startswith(f"{XMLNS}:"):
                declared.append(key[len(XMLNS) + 1 :])
                self.prefixes.setdefault(declared[-1], []).append(value)
        attributes = [
            Attribute(key, *self.named(key, attribute=True), value)
            for key, value in pairs
            if key != XMLNS and not key.startswith(f"{XMLNS}:")
        ]
        element = Element(*self.named(name), sorted(attributes))
        self.stack[-1].children.append(element)
        if closed:
            self.leave(declared)
        else:
            self.stack.append(element)
            self.scopes.append(declared)
        return True

    def leave(self, declared: list[str]) -> None:
        for prefix in declared:
            self.prefixes[prefix].pop()

    def named(self, name: str, *, attribute: bool = False) -> tuple[str | None, str, str | None]:
        """Namespace, local name and prefix."""
        prefix, colon, local = name.partition(":")
        if not colon:
            default = self.prefixes.get("") if not attribute else None
            return (default[-1] or None) if default else None, name, None
        if declared := self.prefixes.get(prefix):
            return declared[-1], local, prefix
        if prefix not in self.missing and prefix != "xml":
            self.missing.add(prefix)
            self.fault(f"The prefix {prefix} is not declared")
        return self.known.get(prefix, ""), local, prefix

    def end(self, name: str) -> None:
        for depth in range(len(self.stack) - 1, 0, -1):
            if self.stack[depth].name == name:
                for element in self.stack[depth + 1 :]:
                    self.fault(f"The element {element.name} is not closed")
                for declared in self.scopes[depth:]:
                    self.leave(declared)
                del self.stack[depth:], self.scopes[depth:]
                return
        last = self.stack[-1]
        if len(self.stack) > 1 and last.children and all(isinstance(child, str) for child in last.children):
            self.fault(f"The element {last.name} is closed by the tag </{name}>")
            self.leave(self.scopes.pop())
            self.stack.pop()
        elif len(self.stack) > 1:
            self.fault(f"The tag </{name}> closes nothing")
        else:
            self.put(f"</{name}>")
