"""Normalisation of an XMP tree as Adobe's XMPCore does it: forms of Dublin Core arrays, aliases, old instance ids."""

from __future__ import annotations

import re

from metadata_digger.metadata.blocks.xmp_nodes import ARRAY, DEFAULT, ITEM, LANG, SIMPLE, STRUCT, Node, Tree
from metadata_digger.metadata.tags.xmp import ALIAS_NAMESPACES, ALIASES, DC, DC_ARRAYS, DM, EXIF, MM, RIGHTS

_UUID = re.compile(r"[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}")
_BREAK = "\n\n"


def normalise(tree: Tree) -> None:
    """Changes the tree in place. What XMPCore drops for something else of the same meaning is kept beside it."""
    tree.schema(DC)
    for ns, schema in list(tree.schemas.items()):
        if ns == DC:
            _form_arrays(schema)
        elif ns == EXIF:
            _form_comment(schema)
        elif ns == RIGHTS:
            _repair_alternatives(schema.find("xmpRights:UsageTerms"))
        elif ns == DM:
            _move_copyright(tree, schema)
    _move_aliases(tree)
    _move_instance_id(tree)
    tree.schemas = {ns: schema for ns, schema in tree.schemas.items() if schema.children}


def _form_arrays(dublin_core: Node) -> None:
    """Acrobat 5 wrote arrays of one item as plain values, and left x-default out."""
    for number, node in enumerate(dublin_core.children):
        alternatives = DC_ARRAYS.get(node.name)
        if alternatives is None:
            continue
        if node.form == SIMPLE:
            array = Node(node.name, form=ARRAY, alternatives=alternatives, children=[node], repeats=node.repeats)
            node.name, node.repeats = ITEM, []
            dublin_core.children[number] = array
            if alternatives and node.language is None:
                node.qualify(LANG, DEFAULT)
        else:
            # A struct stays one and is an array too: paths then count its fields.
            node.form, node.alternatives = ARRAY, alternatives
            if alternatives:
                _repair_alternatives(node)


def _form_comment(exif: Node) -> None:
    """exif:UserComment became language alternatives; a plain one is the default language's."""
    comment = exif.find("exif:UserComment")
    if comment is not None and comment.form == SIMPLE:
        item = Node(ITEM, comment.value, qualifiers=comment.qualifiers)
        if item.language is None:
            item.qualify(LANG, DEFAULT)
        comment.form, comment.value, comment.children, comment.qualifiers = ARRAY, "", [item], []
    _repair_alternatives(comment)


def _repair_alternatives(array: Node | None) -> None:
    """Every simple alternative has a language; "x-repair" where it was left out."""
    if array is None or array.form != ARRAY:
        return
    array.alternatives = True
    array.children = [item for item in array.children if item.form != SIMPLE or item.language is not None or item.value]
    for item in array.children:
        if item.form == SIMPLE and item.language is None:
            item.add_qualifier(Node(LANG, "x-repair"))  # not a language, so not spelt like one


def _move_aliases(tree: Tree) -> None:
    for schema in list(tree.schemas.values()):
        aliases = [child for child in schema.children if child.alias]
        if aliases:
            schema.children = [child for child in schema.children if not child.alias]
        for node in aliases:
            node.alias = False
            name, form = ALIASES[node.name]
            base_schema = tree.schema(ALIAS_NAMESPACES[name.partition(":")[0]])
            base = base_schema.find(name)
            if form is None:
                if base is None:
                    node.name = name
                    base_schema.children.append(node)
                elif not _says(base, node):
                    schema.children.append(node)
                continue
            if base is None:
                base = Node(name, form=ARRAY, alternatives=form == "alt")
                base_schema.children.append(base)
            if base.children and (form != "alt" or any(item.language == DEFAULT for item in base.children)):
                if not _says(base, node):
                    schema.children.append(node)
                continue
            if base.alternatives and node.language is None:
                node.qualify(LANG, DEFAULT)
            base.repeats += node.repeats
            node.name, node.repeats = ITEM, []
            base.children.append(node)


def _says(base: Node, alias: Node) -> bool:
    """Whether the base has all that its alias says, so that it may go as XMPCore lets it go in any case.

    "tiff:Artist" is one text where "dc:creator" is several: programs join them with a semicolon.
    """
    said = {base.value, *(item.value for item in base.children)}
    mine = {alias.value, *(item.value for item in alias.children)} - {""}
    if alias.repeats or any(item.children for item in alias.children):
        return False
    return mine <= said or all({part.strip() for part in value.split(";")} <= said for value in mine)


def _move_instance_id(tree: Tree) -> None:
    """Old packets have their instance id in rdf:about; one that the packet has beside it is kept."""
    about = tree.about.lower().removeprefix("uuid:")
    if len(tree.about) < 36 or not _UUID.fullmatch(about):
        return
    media = tree.schema(MM)
    node = media.find("xmpMM:InstanceID")
    if node is None:
        node = Node("xmpMM:InstanceID")
        media.children.append(node)
    elif node.value != f"uuid:{about}":
        kept = Node(node.name, node.value, node.form, children=node.children, qualifiers=node.qualifiers)
        node.repeats.append(kept)
    node.value, node.form, node.children, node.qualifiers = f"uuid:{about}", SIMPLE, [], []


def _move_copyright(tree: Tree, media: Node) -> None:
    """WAV files once had their copyright in xmpDM:copyright; it goes into dc:rights, after an empty line."""
    node = media.find("xmpDM:copyright")
    if node is None:
        return
    dublin_core = tree.schema(DC)
    rights = dublin_core.find("dc:rights")
    if rights is None:
        rights = Node("dc:rights", form=ARRAY, alternatives=True)
        dublin_core.children.append(rights)
    elif rights.form == STRUCT:
        return
    default = next((item for item in rights.children if item.language == DEFAULT), None)
    if default is None:
        default = Node(ITEM, rights.children[0].value if rights.children else _BREAK)
        default.qualify(LANG, DEFAULT)
        rights.children.insert(0, default)
    head, found, tail = default.value.partition(_BREAK)
    if found:
        default.value = default.value if tail == node.value else head + _BREAK + node.value
    elif default.value != node.value:
        default.value += _BREAK + node.value
    media.children.remove(node)
