"""What a Solr collection's schema knows: which fields, of which types, which ones it insists on.

Solr Reference Guide, Schema API: the answer of /schema. Of two dynamic fields that fit, the longer pattern counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from metadata_digger.steps.rename import snake_case

# Names that all of Solr's parsers take (IndexSchema, "Field names should consist of alphanumeric or underscore
# characters only"); letters of every script are among them.
_UNSAFE = re.compile(r"\W")
LONGEST_NAME = 255  # characters; the path of an XMP property may be far longer


def safe_name(name: str) -> str:
    """A column's name as a field's."""
    name = _UNSAFE.sub("_", name)[:LONGEST_NAME]
    return f"_{name}" if name[:1].isdigit() else name


def score_field(label: str) -> str:
    """The field of a label's score, whatever the naming convention: score_traffic_light."""
    return safe_name(f"score_{snake_case(label)}")


@dataclass(frozen=True, slots=True)
class Fields:
    """Class of the type ("solr.StrField") by name of the field, and by pattern of the dynamic ones."""

    named: Mapping[str, str]
    dynamic: tuple[tuple[str, str], ...]  # longest pattern first
    required: tuple[str, ...]  # without a default
    unique: str  # the key
    several: frozenset[str] = frozenset()  # the names and patterns of fields that take several values

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Fields:
        """`schema`: the object "schema" of Solr's answer."""
        classes = {kind["name"]: kind.get("class", "") for kind in schema.get("fieldTypes", ())}
        named = {field["name"]: classes.get(field["type"], "") for field in schema.get("fields", ())}
        dynamic = [(field["name"], classes.get(field["type"], "")) for field in schema.get("dynamicFields", ())]
        many = {kind["name"] for kind in schema.get("fieldTypes", ()) if _is_true(kind.get("multiValued"))}
        several = frozenset(
            field["name"]
            for field in (*schema.get("fields", ()), *schema.get("dynamicFields", ()))
            if _is_true(field.get("multiValued", field["type"] in many))
        )
        required = [
            field["name"] for field in schema.get("fields", ()) if field.get("required") and "default" not in field
        ]
        longest_first = sorted(dynamic, key=lambda one: -len(one[0]))
        return cls(named, tuple(longest_first), tuple(required), schema.get("uniqueKey", "id"), several)

    def kind(self, name: str) -> str | None:
        """Class of the field's type without its package, "StrField"; None when the schema has no such field."""
        found = self.named.get(name)
        if found is None:
            found = next((kind for pattern, kind in self.dynamic if _fits(pattern, name)), None)
        return None if found is None else found.rpartition(".")[2]

    def takes_several(self, name: str) -> bool:
        """Whether a document may have several values of the field."""
        if name not in self.named:
            name = next((pattern for pattern, _ in self.dynamic if _fits(pattern, name)), "")
        return name in self.several

    def knows(self, name: str) -> bool:
        return self.kind(name) is not None

    def is_a(self, name: str, word: str) -> bool:
        """Whether there is such a field, of a type whose class has the word in its name: Float in FloatPointField."""
        kind = self.kind(name)
        return kind is not None and word in kind

    def lacking(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if not self.knows(name)]


def _is_true(value: object) -> bool:
    """The API gives booleans; a property of a type that was given as text comes back as text."""
    return str(value).lower() == "true"


def _fits(pattern: str, name: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return pattern.endswith("*") and name.startswith(pattern[:-1])
