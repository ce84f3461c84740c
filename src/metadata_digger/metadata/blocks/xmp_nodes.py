"""XMP's own tree of properties (ISO 16684-1, clause 6), and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from metadata_digger.metadata.tags.xmp import PREFIXES

ITEM = "[]"  # name of an array's item
LANG = "xml:lang"
DEFAULT = "x-default"
SIMPLE, STRUCT, ARRAY = 0, 1, 2
_FAULTS = 20


@dataclass(slots=True)
class Node:
    """A property, a struct's field, an array's item or a qualifier."""

    name: str
    value: str = ""
    form: int = SIMPLE
    alternatives: bool = False  # an rdf:Alt
    has_value: bool = False  # has an rdf:value child, which is first
    alias: bool = False
    children: list[Node] = field(default_factory=list)
    qualifiers: list[Node] = field(default_factory=list)
    repeats: list[Node] = field(default_factory=list)  # further properties of the same name in the same place

    @property
    def language(self) -> str | None:
        """Its xml:lang qualifier, which always comes first."""
        if self.qualifiers and self.qualifiers[0].name == LANG:
            return self.qualifiers[0].value
        return None

    def find(self, name: str) -> Node | None:
        for child in self.children:
            if child.name == name:
                return child
        return None

    def qualify(self, name: str, value: str) -> None:
        self.add_qualifier(Node(name, normal_language(value) if name == LANG else value))

    def add_qualifier(self, qualifier: Node) -> None:
        name = qualifier.name
        if name == LANG and self.language is None:
            self.qualifiers.insert(0, qualifier)
            return
        place = 1 if self.language is not None else 0
        if name == "rdf:type" and [other.name for other in self.qualifiers[place : place + 1]] != [name]:
            self.qualifiers.insert(place, qualifier)
        else:
            self.qualifiers.append(qualifier)


@dataclass(slots=True)
class Tree:
    """A packet: properties by namespace in the order of their first use, and the namespaces by prefix."""

    faults: list[str] = field(default_factory=list)
    known: dict[tuple[int, str], tuple[Node, Node]] = field(default_factory=dict)  # by id of the owner, and name
    about: str = ""
    schemas: dict[str, Node] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)  # of namespaces that PREFIXES lacks
    namespaces: dict[str, str] = field(default_factory=dict)  # the other way round
    numbers: dict[str, int] = field(default_factory=dict)  # the last that a prefix got: counting anew takes for ever

    def fault(self, words: str) -> None:
        if len(self.faults) < _FAULTS:
            self.faults.append(words)
        elif len(self.faults) == _FAULTS:
            self.faults.append("and more faults of this kind")

    def schema(self, ns: str) -> Node:
        found = self.schemas.get(ns)
        if found is None:
            found = self.schemas[ns] = Node(ns, form=STRUCT)
        return found

    def prefix(self, ns: str, suggested: str) -> str:
        """The prefix that paths use; a new namespace takes the packet's, with a number when that is taken."""
        if not ns:
            return suggested  # declared nowhere
        known = PREFIXES.get(ns) or self.prefixes.get(ns)
        if known is not None:
            return known
        prefix, number = suggested, self.numbers.get(suggested, 0)
        while prefix in self.namespaces or prefix in NAMESPACES:
            number += 1
            prefix = f"{suggested}_{number}_"
        self.numbers[suggested] = number
        self.prefixes[ns] = prefix
        self.namespaces[prefix] = ns
        return prefix

    def namespace(self, name: str) -> str:
        """Namespace of a prefixed name, "" when there is none."""
        prefix, colon, _ = name.rpartition(":")
        return (NAMESPACES.get(prefix) or self.namespaces.get(prefix) or "") if colon else ""


NAMESPACES = {prefix: ns for ns, prefix in PREFIXES.items()}


def normal_language(value: str) -> str:
    """RFC 3066 in its usual spelling: "EN_us" is "en-US"."""
    if value == DEFAULT:
        return value
    parts = value.replace("_", "-").replace(" ", "").split("-")
    return "-".join(part.upper() if number == 1 else part.lower() for number, part in enumerate(parts))
