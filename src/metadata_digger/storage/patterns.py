"""input.include and input.exclude: patterns of paths below an entry of input.paths, in the manner of gitignore(5).

A pattern without a slash, or with one at its end alone, is of a name at any depth; every other one is of a path from
the entry on. `*` and `?` stand for anything but a slash, `**` for any directories, `[a-c]` for one of these characters,
a slash at the end for directories alone. What is true of a directory is true of everything in it. Case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Patterns:
    """As written; without any, everything is wanted."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def matcher(self) -> Matcher | None:
        """None when everything is wanted."""
        return Matcher(self) if self.include or self.exclude else None


EVERYTHING = Patterns()


class Matcher:
    """Patterns ready for use. Paths are relative, without a slash at either end."""

    def __init__(self, patterns: Patterns) -> None:
        include, exclude = (list(map(_parsed, texts)) for texts in (patterns.include, patterns.exclude))
        # Of a directory that is excluded nothing is ever asked, so files need not be held against its pattern.
        self._no_directory = _any(one.text for one in exclude)
        self._no_file = _any(one.text for one in exclude if not one.directory)
        self._file = _any(one.text + ("/.+" if one.directory else "(?:/.+)?") for one in include)
        # Parts of a path before the first `**`, by pattern: where a wanted file may be. None: anywhere.
        heads = [one.head for one in include]
        self._heads = None if None in heads else [head for head in heads if head is not None]

    def file(self, path: str) -> bool:
        """Whether a file is wanted."""
        if self._no_file is not None and self._no_file.fullmatch(path):
            return False
        return self._file is None or self._file.fullmatch(path) is not None

    def directory(self, path: str) -> bool:
        """Whether there may be a wanted file in a directory."""
        if self._no_directory is not None and self._no_directory.fullmatch(path):
            return False
        if not self._heads:
            return True
        parts = path.split("/")
        return any(
            all(wanted.fullmatch(part) for wanted, part in zip(head, parts, strict=False)) for head in self._heads
        )


class _Pattern(NamedTuple):
    text: str  # a regular expression
    directory: bool  # of directories alone
    head: list[re.Pattern[str]] | None


def _parsed(pattern: str) -> _Pattern:
    directory = pattern.endswith("/")
    anchored = "/" in pattern.rstrip("/")
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    while len(parts) > 1 and parts[-1] == "**":  # everything in a directory: the directory
        parts.pop()
        directory = True
    if not anchored:
        parts.insert(0, "**")
    text = "".join(
        ("(?:.+/)?" if part == "**" else _part(part) + "/") if number < len(parts) - 1 else _part(part)
        for number, part in enumerate(parts)
    )
    head = parts[: parts.index("**")] if "**" in parts else parts
    return _Pattern(text, directory, [_compiled(_part(part)) for part in head] or None)


def _part(part: str) -> str:
    """One name's pattern as a regular expression."""
    if part == "**":
        return ".+"
    pieces, at = [""], 0  # what stands between stars
    while at < len(part):
        character = part[at]
        at += 1
        end = part.find("]", at + 1 + part.startswith("!", at)) if character == "[" else -1
        if end > 0 and (chosen := _class(part[at:end])):
            pieces[-1] += chosen
            at = end + 1
        elif character == "*":
            pieces.append("")
        else:
            pieces[-1] += "[^/]" if character == "?" else re.escape(character)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    # Atomic groups: the first place where a piece fits is as good as any, and "*a*a*a*b" of a hostile name stays quick.
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"


def _class(inside: str) -> str | None:
    """What stands between brackets; None when it is no set of characters (`[z-a]`): then they stand for themselves."""
    negated = inside.startswith("!")
    members = "".join(one if one == "-" else re.escape(one) for one in inside[negated:])
    text = f"(?!/)[{'^' * negated}{members}]"
    if "--" in members:  # a set operation in some future Python, which warns of it
        return None
    try:
        re.compile(text)
    except re.error:
        return None
    return text


def _any(texts: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all; None for none."""
    joined = "|".join(f"(?:{text})" for text in texts)
    return _compiled(joined) if joined else None


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)
