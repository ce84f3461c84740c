"""golden/differences.toml: where we differ on purpose, and which of its entries were met."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parent / "differences.toml"


class Difference(NamedTuple):
    """One thing that is not equal. `file`: the name of the picture, "" where it is about no single one; `column`: that
    of CSV in camelCase, or a word in brackets; None is what one side does not have; `repeated`: the column is of a
    directory that the file has several times."""

    case: str
    file: str
    column: str
    theirs: Any
    ours: Any
    repeated: bool = False


@dataclass(slots=True)
class Known:
    """The entries: `difference` with patterns for the case, the column and the file, `renamed` with the two names."""

    entries: list[dict[str, Any]]
    renamed: list[dict[str, Any]]
    met: set[int] = field(default_factory=set)  # id() of the entries that were of use

    @classmethod
    def read(cls) -> Known:
        found = tomllib.loads(FILE.read_text(encoding="utf-8"))
        return cls(found["difference"], found["renamed"])

    def new_name(self, column: str) -> str:
        """What we call a column of the original's."""
        for entry in self.renamed:
            if entry["theirs"] == column:
                self.met.add(id(entry))
                return str(entry["ours"])
        return column

    def same_tag(self, theirs: str, ours: str) -> bool:
        """Whether it is one tag under two names."""
        return theirs == ours or any(entry["tag"] == [theirs, ours] for entry in self.renamed)

    def excuses(self, difference: Difference) -> bool:
        found = [entry for entry in self.entries if _fits(entry, difference)]
        self.met.update(map(id, found[:1]))  # the first: one that another makes needless should go
        return bool(found)

    def unneeded(self) -> list[dict[str, Any]]:
        return [entry for entry in (*self.entries, *self.renamed) if id(entry) not in self.met]


def _fits(entry: dict[str, Any], difference: Difference) -> bool:
    sides = {"theirs": difference.ours is None, "ours": difference.theirs is None}
    return (
        _matches(difference.case, entry.get("case", "*"))
        and _matches(difference.file, entry.get("pattern", "*"))
        and _matches(difference.column, entry["column"])
        and not _matches(difference.column, entry.get("but", []))
        and sides.get(entry.get("only", ""), True)
        and difference.repeated >= entry.get("repeated", False)
    )


def _matches(text: str, patterns: str | list[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in ([patterns] if isinstance(patterns, str) else patterns))
