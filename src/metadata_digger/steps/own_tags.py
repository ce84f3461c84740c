"""The tags that this tool adds to those of a file: what people ask first, made of what it says in many places.

A module for each directory of them, with its name and a function `own_tags`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metadata_digger.metadata.model import Directory
from metadata_digger.steps import location, taken

_MODULES = ((location.DIRECTORY, location.own_tags), (taken.DIRECTORY, taken.own_tags))


def own_tags(directories: Sequence[Directory], notes: list[str]) -> Iterator[tuple[str, list[tuple[int, str, str]]]]:
    """Directory and (id, name, value) of its tags, where it has any; what is wrong with their sources goes to notes."""
    for name, make in _MODULES:
        if tags := make(directories, notes):
            yield name, tags
