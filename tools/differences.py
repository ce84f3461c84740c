"""What tests/metadata/differences.toml has a reason for, put in the reference's place before the two are compared.

Used by tools/judge.py and by tests/metadata/test_conformance.py. The file itself tells what its entries mean.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "tests/metadata/differences.toml"
Texts = Counter[tuple[str, str]]  # (name of a directory, text of its errors)


def _tags(entries: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Names of directories and tags."""
    return {(directory, tag) for entry in entries for directory in entry["directories"] for tag in entry["tags"]}


class Differences:
    """The entries; `idle` is what nothing compared so far has needed: a kind of entry, its number, the pattern."""

    def __init__(self, path: Path = FILE) -> None:
        known = tomllib.loads(path.read_text("utf-8"))
        self.files = {path for entry in known["file"] for path in entry.get("paths") or [entry["path"]]}
        self._values = {
            (directory, tag, entry["ours"]): (number, entry["theirs"])
            for number, entry in enumerate(known["value"])
            for directory in entry["directories"]
            for tag in entry["tags"]
        }
        self._added = _tags(known["added"])
        self._hexadecimal = _tags(known["hexadecimal"])
        self._errors: Sequence[Mapping[str, Any]] = known["error"]
        self.idle = {("value", str(number)) for number, _ in self._values.values()} | {
            (side, f"{number}: {pattern}")
            for number, entry in enumerate(self._errors)
            for side in ("theirs", "ours")
            for pattern in entry.get(side, ())
        }

    def put_values(self, directories: Iterable[dict[str, Any]]) -> None:
        """The reference's words in the place of ours, in the directories of one file as `extract_single --json` has
        them."""
        for directory in directories:
            name = directory["name"]
            for tag in directory["tags"]:
                if (name, tag["name"]) in self._hexadecimal:
                    tag["description"] = " ".join(map(str, bytes.fromhex(tag["description"])))
            directory["tags"] = [tag for tag in directory["tags"] if (name, tag["name"]) not in self._added]
            for tag in directory["tags"]:
                number, text = self._values.get((directory["name"], tag["name"], tag["description"]), (None, None))
                if number is not None:
                    tag["description"] = text
                    self.idle.discard(("value", str(number)))

    def without_errors(self, path: str, theirs: Texts, ours: Texts) -> tuple[Texts, Texts]:
        """The texts of a file's errors that are to be equal."""
        lost, more = theirs - ours, ours - theirs
        common = theirs & ours
        for number, entry in enumerate(self._errors):
            if path in entry.get("paths", (path,)):
                here = self._taken(number, "ours", more)
                if here or "ours" not in entry:
                    self._taken(number, "theirs", lost)
        return common + lost, common + more

    def _taken(self, number: int, side: str, texts: Texts) -> bool:
        """Takes what the patterns of one side match out of the texts; whether there was any."""
        entry = self._errors[number]
        found = False
        for pattern in entry.get(side, ()):
            for key in [key for key in texts if key[0] in entry["directories"] and re.fullmatch(pattern, key[1], re.S)]:
                del texts[key]
                self.idle.discard((side, f"{number}: {pattern}"))
                found = True
        return found
