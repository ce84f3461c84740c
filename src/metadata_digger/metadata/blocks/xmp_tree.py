"""RDF as XMP writes it (ISO 16684-1, clause 7) to XMP's own tree of properties.

Follows Adobe's XMPCore 6.1 in what it takes and what it rejects, for its paths are what the reference gives. A packet
with one bad property is rejected whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from metadata_digger.metadata.blocks.xml_tree import Attribute, Element
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.tags.xmp import ALIASES, DC, DC_OLD, PREFIXES, RDF

ITEM = "[]"  # name of an array's item
LANG = "xml:lang"
DEFAULT = "x-default"
SIMPLE, STRUCT, ARRAY = 0, 1, 2
_FIELDS = 4096  # each new one is compared with those before; Camera Raw has some 300
# java.lang.Character.isWhitespace; the no-break spaces are none.
_SPACES = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B))))
_SPACES += "\u2028\u2029\u205f\u3000"
# RDF's own words; everything else names a property. aboutEach and so on are forbidden everywhere.
_CORE = frozenset(("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype"))
_TERMS = _CORE | {"Description", "li", "aboutEach", "aboutEachPrefix", "bagID"}


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
        if name != ITEM and any(other.name == name for other in self.qualifiers):
            raise Malformed(f"Duplicate '{name}' qualifier")
        if name == LANG:
            self.qualifiers.insert(0, qualifier)
        elif name == "rdf:type":
            self.qualifiers.insert(1 if self.language is not None else 0, qualifier)
        else:
            self.qualifiers.append(qualifier)


@dataclass(slots=True)
class Tree:
    """A packet: properties by namespace in the order of their first use, and the namespaces by prefix."""

    about: str = ""
    schemas: dict[str, Node] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)  # of namespaces that PREFIXES lacks
    namespaces: dict[str, str] = field(default_factory=dict)  # the other way round
    numbers: dict[str, int] = field(default_factory=dict)  # the last that a prefix got: counting anew takes for ever

    def schema(self, ns: str) -> Node:
        return self.schemas.setdefault(ns, Node(ns, form=STRUCT))

    def prefix(self, ns: str, suggested: str) -> str:
        """The prefix that paths use; a new namespace takes the packet's, with a number when that is taken."""
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


def find_rdf(root: Element) -> Element | None:
    """The rdf:RDF element, inside x:xmpmeta or not; None when there is none."""
    if root.local == "RDF" and root.ns == RDF:
        return root
    for child in root.children:
        if isinstance(child, Element):
            found = find_rdf(child)
            if found is not None:
                return found
    return None


def read_rdf(rdf: Element) -> Tree:
    """The properties as written; normalisation is the next step. Raises Malformed in XMPCore's words."""
    tree = Tree()
    if not (rdf.attributes or rdf.declares):
        raise Malformed("Invalid attributes of rdf:RDF element")
    for child in _children(rdf):
        if not isinstance(child, Element):
            raise Malformed("Node element must be rdf:Description or typed node")
        _read_node(tree, None, child)
    return tree


def _children(element: Element) -> list[object]:
    """Children but white space."""
    return [child for child in element.children if not (isinstance(child, str) and not child.strip(_SPACES))]


def _term(ns: str | None, local: str) -> str | None:
    return local if ns == RDF and local in _TERMS else None


def _attribute_term(attribute: Attribute, owner: Element) -> str | None:
    if attribute.ns is None and owner.ns == RDF and attribute.local in ("about", "ID"):
        return attribute.local
    return _term(attribute.ns, attribute.local)


def _read_node(tree: Tree, parent: Node | None, element: Element) -> None:
    """A node element: rdf:Description or a type's name. Without a parent it is at the top level."""
    term = _term(element.ns, element.local)
    if term not in (None, "Description"):
        raise Malformed("Node element must be rdf:Description or typed node")
    if parent is None and term is None:
        raise Malformed("Top level typed node not allowed")
    exclusive = 0
    for attribute in element.attributes:
        term = _attribute_term(attribute, element)
        if term in ("ID", "nodeID", "about"):
            exclusive += 1
            if exclusive > 1:
                raise Malformed("Mutally exclusive about, ID, nodeID attributes")
            if parent is None and term == "about":
                if tree.about and tree.about != attribute.value:
                    raise Malformed("Mismatched top level rdf:about values")
                tree.about = attribute.value
        elif term is None:
            _add(tree, parent, attribute, attribute.value)
        else:
            raise Malformed("Invalid nodeElement attribute")
    for child in _children(element):
        if not isinstance(child, Element):
            raise Malformed("Expected property element node not found")
        _read_property(tree, parent, child)


def _read_property(tree: Tree, parent: Node | None, element: Element) -> None:
    """A property element; which of RDF's productions it is, its attributes and content tell."""
    term = _term(element.ns, element.local)
    if term is not None and term != "li":
        raise Malformed("Invalid property element name")
    attributes = element.attributes
    if len(attributes) > 3:
        return _read_empty(tree, parent, element)
    for attribute in attributes:
        if attribute.name == LANG:
            continue
        if attribute.ns == RDF and attribute.local == "datatype":
            return _read_literal(tree, parent, element)
        if attribute.ns != RDF or attribute.local != "parseType":
            return _read_empty(tree, parent, element)
        if attribute.value == "Resource":
            return _read_parsed_resource(tree, parent, element)
        kind = attribute.value if attribute.value in ("Literal", "Collection") else "Other"
        raise Malformed(f"ParseType{kind} property element not allowed")
    if not element.children:
        return _read_empty(tree, parent, element)
    if all(isinstance(child, str) for child in element.children):
        return _read_literal(tree, parent, element)
    return _read_resource(tree, parent, element)


def _read_resource(tree: Tree, parent: Node | None, element: Element) -> None:
    """A struct in rdf:Description or a typed node, an array, or a value with qualifiers."""
    if parent is None and element.name == "iX:changes":
        return
    node = _add(tree, parent, element, "")
    _qualify(node, element, (), "resource property")
    found = False
    for child in _children(element):
        if found:
            raise Malformed("Invalid child of resource property element")
        if not isinstance(child, Element):
            raise Malformed("Children of resource property element must be XML elements")
        found = True
        in_rdf = child.ns == RDF
        if in_rdf and child.local in ("Bag", "Seq", "Alt"):
            node.form, node.alternatives = ARRAY, child.local == "Alt"
        else:
            node.form = STRUCT
            if not in_rdf and child.local != "Description":
                if child.ns is None:
                    raise Malformed("All XML elements must be in a namespace")
                node.qualify("rdf:type", f"{child.ns}:{child.local}")
        _read_node(tree, node, child)
        if node.has_value:
            _lift_value(node)
        elif node.alternatives:
            _default_first(node)
    if not found:
        raise Malformed("Missing child of resource property element")


def _read_literal(tree: Tree, parent: Node | None, element: Element) -> None:
    node = _add(tree, parent, element, "")
    _qualify(node, element, ("datatype",), "literal property")
    texts = [child for child in element.children if isinstance(child, str)]
    if len(texts) != len(element.children):
        raise Malformed("Invalid child of literal property element")
    node.value = "".join(texts)


def _read_parsed_resource(tree: Tree, parent: Node | None, element: Element) -> None:
    node = _add(tree, parent, element, "")
    node.form = STRUCT
    _qualify(node, element, ("parseType",), "ParseTypeResource property")
    for child in _children(element):
        if not isinstance(child, Element):
            raise Malformed("Expected property element node not found")
        _read_property(tree, node, child)
    if node.has_value:
        _lift_value(node)


def _read_empty(tree: Tree, parent: Node | None, element: Element) -> None:
    """A property without content: its value is rdf:value or rdf:resource, else its attributes are a struct's fields."""
    if element.children:
        raise Malformed("Nested content not allowed with rdf:resource or property attributes")
    source: Attribute | None = None
    terms = [_attribute_term(attribute, element) for attribute in element.attributes]
    fields = False
    for attribute, term in zip(element.attributes, terms, strict=True):
        if term is None and attribute.ns == RDF and attribute.local == "value":
            if "resource" in terms:
                raise Malformed("Empty property element can't have both rdf:value and rdf:resource")
            source = attribute
        elif term == "resource":
            if "nodeID" in terms:
                raise Malformed("Empty property element can't have both rdf:resource and rdf:nodeID")
            source = attribute
        elif term is None:
            fields = fields or attribute.name != LANG
        elif term not in ("ID", "nodeID"):
            raise Malformed("Unrecognized attribute of empty property element")
    node = _add(tree, parent, element, source.value if source is not None else "")
    if source is None and fields:
        node.form = STRUCT
    for attribute, term in zip(element.attributes, terms, strict=True):
        if attribute is source or term is not None:
            continue
        if node.form != STRUCT or attribute.name == LANG:
            node.qualify(attribute.name, attribute.value)
        else:
            _add(tree, node, attribute, attribute.value)


def _qualify(node: Node, element: Element, allowed: tuple[str, ...], kind: str) -> None:
    for attribute in element.attributes:
        if attribute.name == LANG:
            node.qualify(LANG, attribute.value)
        elif attribute.ns != RDF or (attribute.local != "ID" and attribute.local not in allowed):
            raise Malformed(f"Invalid attribute for {kind} element")


def _add(tree: Tree, parent: Node | None, source: Element | Attribute, value: str) -> Node:
    """A new node under its parent, at the top level under its namespace."""
    ns = source.ns
    if not ns:
        raise Malformed("XML namespace required for all elements and attributes")
    if ns == DC_OLD:
        ns = DC
    name = f"{tree.prefix(ns, source.prefix or '_dflt')}:{source.local}"
    node = Node(name, value)
    if parent is None:
        node.alias = name in ALIASES
    owner = parent if parent is not None else tree.schema(ns)
    if owner.form != ARRAY and len(owner.children) >= _FIELDS:
        raise Malformed(f"More than {_FIELDS} properties in one namespace or struct")
    if owner.form != ARRAY and owner.find(name) is not None:
        raise Malformed(f"Duplicate property or field node '{name}'")
    if name == "rdf:value":
        if parent is None or owner.form != STRUCT:
            raise Malformed("Misplaced rdf:value element")
        owner.children.insert(0, node)
        owner.has_value = True
    else:
        owner.children.append(node)
    if name == "rdf:li":
        if owner.form != ARRAY:
            raise Malformed("Misplaced rdf:li element")
        node.name = ITEM
    elif owner.form == ARRAY:
        raise Malformed("Arrays cannot have arbitrary child names")
    return node


def _lift_value(node: Node) -> None:
    """A struct with rdf:value is that value; its other fields are qualifiers."""
    value = node.children[0]
    if value.language is not None and node.language is not None:
        raise Malformed("Redundant xml:lang for rdf:value element")
    for qualifier in (*value.qualifiers, *node.children[1:]):
        node.add_qualifier(qualifier)
    node.has_value = False
    node.form, node.alternatives, node.value, node.children = (
        value.form,
        value.alternatives,
        value.value,
        value.children,
    )


def _default_first(array: Node) -> None:
    """In language alternatives x-default comes first; were there two items, both have its text."""
    if all(item.language is None for item in array.children):
        return
    for number, item in enumerate(array.children[1:], 1):
        if item.qualifiers and item.qualifiers[0].value == DEFAULT:
            array.children.insert(0, array.children.pop(number))
            if number == 1:
                array.children[1].value = item.value
            return
