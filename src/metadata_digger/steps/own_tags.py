"""The tags that this tool adds to those of a file: what people ask first, made of what it says in many places.

A module for each directory of them. It gives (id, name, value) of its tags, ids below schema.OWN_TAG, none where the
file says nothing of the kind; what is wrong with the sources goes to the notes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metadata_digger.metadata.model import Directory
from metadata_digger.steps import location, provenance, taken

OwnTags = Callable[[Sequence[Directory], list[str]], list[tuple[int, str, str]]]

OWN_DIRECTORIES: tuple[tuple[str, OwnTags], ...] = (
    (location.DIRECTORY, location.own_tags),
    (taken.DIRECTORY, taken.own_tags),
    (provenance.DIRECTORY, provenance.own_tags),
)
