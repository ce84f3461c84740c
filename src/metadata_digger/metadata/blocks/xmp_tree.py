"""RDF as XMP writes it (ISO 16684-1, clause 7) to XMP's own tree of properties.

Follows Adobe's XMPCore 6.1, for its paths are what the reference gives. Where XMPCore rejects a packet for one bad
property, that is told in XMPCore's words, and what the property says is kept as well as it can be.
"""

from __future__ import annotations

from metadata_digger.metadata.blocks.xml_loose import shown
from metadata_digger.metadata.blocks.xml_tree import Attribute, Element
from metadata_digger.metadata.blocks.xmp_nodes import ARRAY, DEFAULT, ITEM, LANG, STRUCT, Node, Tree
from metadata_digger.metadata.tags.xmp import ALIASES, DC, DC_OLD, RDF

# java.lang.Character.isWhitespace; the no-break spaces are none.
_SPACES = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B))))
_SPACES += "\u2028\u2029\u205f\u3000"
# RDF's own words; everything else names a property. aboutEach and so on are forbidden everywhere.
_CORE = frozenset(("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype"))
_TERMS = _CORE | {"Description", "li", "aboutEach", "aboutEachPrefix", "bagID"}


def find_rdf(root: Element) -> list[Element]:
    """The elements rdf:RDF, inside x:xmpmeta or not: one in a sound packet.

    Where there is none, descriptions without it, and what is called RDF in another namespace, are taken for it.
    """
    if found := _named(root, "RDF", RDF):
        return found
    if descriptions := _named(root, "Description", RDF):
        return [Element(RDF, "RDF", "rdf", [], [*descriptions])]
    other = _named(root, "RDF")
    for element in other:
        _respell(element, element.ns)
    return other


def _named(root: Element, local: str, ns: str | None = None) -> list[Element]:
    """The outermost elements of a name, in any namespace without `ns`."""
    if root.local == local and ns in (None, root.ns):
        return [root]
    return [found for child in root.children if isinstance(child, Element) for found in _named(child, local, ns)]


def _respell(element: Element, ns: str | None) -> None:
    """Puts what is of a misspelt namespace into RDF's."""
    if element.ns == ns:
        element.ns = RDF
    element.attributes = [
        one._replace(ns=RDF) if one.ns == ns and ns is not None else one for one in element.attributes
    ]
    for child in element.children:
        if isinstance(child, Element):
            _respell(child, ns)


def read_rdf(documents: list[Element]) -> Tree:
    """The properties as written; normalisation is the next step. What is wrong is in the tree's `faults`."""
    tree = Tree()
    for number, rdf in enumerate(documents):
        if number == 1:
            tree.fault("More than one rdf:RDF")
        for child in _elements(tree, rdf, "Node element must be rdf:Description or typed node"):
            _read_node(tree, None, child)
    tree.known.clear()
    return tree


def _elements(tree: Tree, element: Element, words: str) -> list[Element]:
    """The elements in another one; other text than white space is told."""
    for child in element.children:
        if isinstance(child, str) and child.strip(_SPACES):
            tree.fault(f"{words}: {shown(child)}")
    return [child for child in element.children if isinstance(child, Element)]


def _text(element: Element) -> str:
    return "".join(child for child in element.children if isinstance(child, str))


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
        tree.fault("Node element must be rdf:Description or typed node")
    if parent is None and term is None:
        tree.fault(f"Top level typed node not allowed: {element.name}")
    exclusive = 0
    for attribute in element.attributes:
        term = _attribute_term(attribute, element)
        if term in ("ID", "nodeID", "about"):
            exclusive += 1
            if exclusive > 1:
                tree.fault("Mutally exclusive about, ID, nodeID attributes")
            if parent is None and term == "about":
                if tree.about and tree.about != attribute.value:
                    tree.fault(f"Mismatched top level rdf:about values: {shown(attribute.value)}")
                else:
                    tree.about = attribute.value
        elif term is None:
            _add(tree, parent, attribute, attribute.value)
        else:
            tree.fault(f"Invalid nodeElement attribute: {attribute.name}={shown(attribute.value)}")
    children = _elements(tree, element, "Expected property element node not found")
    for child in children:
        _read_property(tree, parent, child)
    text = "" if children or parent is None else _text(element).strip(_SPACES)
    if text and parent is not None:  # a value that stands where a property should
        if parent.form == ARRAY:
            parent.children.append(Node(ITEM, text))
        elif not parent.children:
            parent.value = text


def _read_property(tree: Tree, parent: Node | None, element: Element) -> None:
    """A property element; which of RDF's productions it is, its attributes and content tell."""
    term = _term(element.ns, element.local)
    if term is not None and term != "li":
        tree.fault(f"Invalid property element name: {element.name}")
        if term == "Description":
            return _read_node(tree, parent, element)
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
        tree.fault(f"ParseType{kind} property element not allowed: {element.name}")
        return _read_any(tree, parent, element)
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
    _qualify(tree, node, element, (), "resource property")
    _read_resources(tree, node, element)


def _read_resources(tree: Tree, node: Node, element: Element) -> None:
    """What a resource property holds: one node, by the rules."""
    words = "Children of resource property element must be XML elements"
    for number, child in enumerate(_elements(tree, element, words)):
        in_rdf = child.ns == RDF
        array = in_rdf and child.local in ("Bag", "Seq", "Alt")
        if number:
            tree.fault(f"Invalid child of resource property element: {child.name}")
        if in_rdf and child.local == "li" and (node.form == ARRAY or not node.children):
            tree.fault("Misplaced rdf:li element")
            node.form = ARRAY
            _read_property(tree, node, child)
            continue
        if array and (node.form == ARRAY or not node.children):
            node.form, node.alternatives = ARRAY, child.local == "Alt"
        elif not number:
            node.form = STRUCT
            if not in_rdf and child.local != "Description":
                if child.ns is None:
                    tree.fault(f"All XML elements must be in a namespace: {child.name}")
                node.qualify("rdf:type", f"{child.ns}:{child.local}" if child.ns else child.name)
        _read_node(tree, node, child)
        if node.has_value:
            _lift_value(node)
        elif node.alternatives:
            _default_first(node)


def _read_literal(tree: Tree, parent: Node | None, element: Element) -> None:
    if any(isinstance(child, Element) for child in element.children):
        tree.fault(f"Invalid child of literal property element: {element.name}")
        _read_any(tree, parent, element)
    else:
        node = _add(tree, parent, element, _text(element))
        _qualify(tree, node, element, ("datatype",), "literal property")


def _read_parsed_resource(tree: Tree, parent: Node | None, element: Element) -> None:
    node = _add(tree, parent, element, "")
    node.form = STRUCT
    _qualify(tree, node, element, ("parseType",), "ParseTypeResource property")
    for child in _elements(tree, element, "Expected property element node not found"):
        _read_property(tree, node, child)
    if node.has_value:
        _lift_value(node)


def _read_any(tree: Tree, parent: Node | None, element: Element) -> None:
    """An element that is no RDF, as it stands: attributes and elements are fields, text without them is the value."""
    node = _add(tree, parent, element, _text(element))
    for attribute in element.attributes:
        if attribute.name != LANG and attribute.ns != RDF:
            node.form = STRUCT
            _add(tree, node, attribute, attribute.value)
    for child in element.children:
        if isinstance(child, Element):
            node.form = STRUCT
            _read_any(tree, node, child)
    if node.form == STRUCT and node.value.strip(_SPACES):
        tree.fault(f"Text among the elements of {element.name}: {shown(node.value)}")


def _read_empty(tree: Tree, parent: Node | None, element: Element) -> None:
    """A property without content: its value is rdf:value or rdf:resource, else its attributes are a struct's fields.

    Windows' face regions have both attributes and an element; other programs have text with attributes.
    """
    source: Attribute | None = None
    terms = [_attribute_term(attribute, element) for attribute in element.attributes]
    inner = [child for child in element.children if isinstance(child, Element)]
    text = "" if inner else _text(element)
    literal = bool(text.strip(_SPACES))
    if inner or literal:
        tree.fault(f"Nested content not allowed with rdf:resource or property attributes: {element.name}")
    fields = False
    for attribute, term in zip(element.attributes, terms, strict=True):
        if term is None and attribute.ns == RDF and attribute.local == "value":
            if source is not None:
                tree.fault("Empty property element can't have both rdf:value and rdf:resource")
            source = attribute
        elif term == "resource":
            if "nodeID" in terms:
                tree.fault("Empty property element can't have both rdf:resource and rdf:nodeID")
            source = source or attribute
        elif term is None:
            fields = fields or attribute.name != LANG
        elif term not in ("ID", "nodeID"):
            words = f"{attribute.name}={shown(attribute.value)}"
            tree.fault(f"Unrecognized attribute of empty property element: {words}")
    value = text if literal else source.value if source is not None else ""
    node = _add(tree, parent, element, value)
    if inner or (source is None and fields and not literal):
        node.form = STRUCT
    for attribute, term in zip(element.attributes, terms, strict=True):
        if attribute is source:
            if literal or inner:
                node.add_qualifier(Node(attribute.name, attribute.value))
        elif term is None and (node.form != STRUCT or attribute.name == LANG):
            node.qualify(attribute.name, attribute.value)
        elif term is None:
            _add(tree, node, attribute, attribute.value)
        elif term == "resource":
            node.add_qualifier(Node(attribute.name, attribute.value))
    if any(child.ns == RDF and child.local in ("Description", "Bag", "Seq", "Alt") for child in inner):
        _read_resources(tree, node, element)
    else:
        for child in inner:
            _read_property(tree, node, child)
    if node.has_value:
        _lift_value(node)


def _qualify(tree: Tree, node: Node, element: Element, allowed: tuple[str, ...], kind: str) -> None:
    for attribute in element.attributes:
        if attribute.name == LANG:
            node.qualify(LANG, attribute.value)
        elif attribute.ns != RDF or (attribute.local != "ID" and attribute.local not in allowed):
            tree.fault(f"Invalid attribute for {kind} element: {attribute.name}")
            node.qualify(attribute.name, attribute.value)


def _add(tree: Tree, parent: Node | None, source: Element | Attribute, value: str) -> Node:
    """A new node under its parent, at the top level under its namespace."""
    ns = source.ns
    if ns is None:
        tree.fault(f"XML namespace required for all elements and attributes: {source.local}")
        name = source.local
    else:
        if ns == DC_OLD:
            ns = DC
        name = f"{tree.prefix(ns, source.prefix or '_dflt')}:{source.local}"
    node = Node(name, value)
    if parent is None:
        node.alias = name in ALIASES
    owner = parent if parent is not None else tree.schema(ns or "")
    if owner.form == ARRAY:
        if name != "rdf:li":
            tree.fault(f"Arrays cannot have arbitrary child names: {name}")
        node.name = ITEM
        owner.children.append(node)
        return node
    if name == "rdf:li":
        tree.fault("Misplaced rdf:li element")
    before = tree.known.setdefault((id(owner), name), (owner, node))[1]
    if before is not node:
        tree.fault(f"Duplicate property or field node '{name}'")
        before.repeats.append(node)
    elif name == "rdf:value" and parent is not None and owner.form == STRUCT:
        owner.children.insert(0, node)
        owner.has_value = True
    else:
        if name == "rdf:value":
            tree.fault("Misplaced rdf:value element")
        owner.children.append(node)
    return node


def _lift_value(node: Node) -> None:
    """A struct with rdf:value is that value; its other fields are qualifiers."""
    value = node.children[0]
    for qualifier in (*value.qualifiers, *node.children[1:]):
        node.add_qualifier(qualifier)
    node.repeats += value.repeats
    node.has_value = False
    node.form, node.alternatives, node.value, node.children = (
        value.form,
        value.alternatives,
        value.value,
        value.children,
    )


def _default_first(array: Node) -> None:
    """In language alternatives x-default comes first."""
    for number, item in enumerate(array.children[1:], 1):
        if item.qualifiers and item.qualifiers[0].value == DEFAULT:
            array.children.insert(0, array.children.pop(number))
            return
