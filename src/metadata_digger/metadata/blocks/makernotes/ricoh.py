"""Ricoh's makernote in the form of an IFD; its older ones are text, which the reference leaves alone."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.model import TagTable
from metadata_digger.metadata.tags.ricoh import NAMES


def note() -> Note:
    """An IFD, with Print Image Matching in it."""
    return Note(TagTable(NAMES), blocks=PRINT_IM)
