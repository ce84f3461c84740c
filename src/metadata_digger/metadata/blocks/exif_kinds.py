"""Which directories an Exif block may have: IFDs by name, their words, and what their tags lead to.

A kind of IFD is a row. Makernotes are rows of `makernotes.MATCHES`, of which the kinds are made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from metadata_digger.metadata.blocks.exif_tables import EXIF, THUMBNAIL
from metadata_digger.metadata.blocks.exif_text import GPS_TEXTS, TEXTS
from metadata_digger.metadata.blocks.gps import GPS
from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Finish, Match, Note, Part, Split, match
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import TagTable

MAKERNOTE = 0x927C
IPTC = 0x83BB
XMP = 0x02BC
_PHOTOSHOP = 0x8649
_ICC = 0x8773
_PRINT_IM = 0xC4A5
_C2PA = 0xCD41

_BLOCKS = frozenset({_ICC, _PRINT_IM, _C2PA})  # these may be anywhere
HELD = {
    _ICC: "blocks.icc",
    XMP: "blocks.xmp",
    IPTC: "blocks.iptc",
    _PHOTOSHOP: "blocks.photoshop",
    _C2PA: "blocks.c2pa",
    **dict.fromkeys((_PRINT_IM, *PRINT_IM), "blocks.printim"),
}


class Kind(NamedTuple):
    """What an IFD is: its directory's name and words, the IFDs that its tags point to, the blocks that they hold."""

    name: str
    table: TagTable
    pointers: Mapping[int, Kind]
    blocks: frozenset[int] = _BLOCKS
    parts: Mapping[int, Part] = {}  # blocks that only this kind has
    arrays: Mapping[int, Split] = {}  # arrays whose members are tags of their own
    octets: Mapping[int, Split] = {}  # the same for bytes
    inline: bool = False  # the IFDs may also begin in the tags' values
    texts: frozenset[int] = frozenset()  # tags that are text, whatever their type
    kept: frozenset[int] = frozenset()  # pointers that stay tags
    finish: Finish | None = None  # of a makernote


_EXIF = Kind("", EXIF, {}, texts=TEXTS)
INTEROP = _EXIF._replace(name="Interoperability")
GPS_IFD = Kind("GPS", GPS, {}, texts=GPS_TEXTS)
# Of the pointers each belongs to one kind of IFD; programs that write directories anew put them elsewhere.
SUB_IFD = _EXIF._replace(
    name="Exif SubIFD", pointers={0xA005: INTEROP, 0x8825: GPS_IFD}, blocks=_BLOCKS | {XMP, MAKERNOTE}
)
IFD0 = _EXIF._replace(
    name="Exif IFD0", pointers={0x8769: SUB_IFD, 0x8825: GPS_IFD}, blocks=_BLOCKS | {XMP, IPTC, _PHOTOSHOP}
)
THUMBNAIL_IFD = _EXIF._replace(name="Exif Thumbnail", table=THUMBNAIL)
IMAGE_IFD = IFD0._replace(name="Exif Image")  # a page may have all that the first one has
CHAINED = (IFD0, THUMBNAIL_IFD, IMAGE_IFD)  # these lead to a next one
ERROR = TagTable({})


def note_of(make: str) -> Kind | None:
    """What the IFD of a makernote is that a container holds outside the Exif block, by the camera's make alone."""
    row = match(make, b"")
    return None if row is None or (row.table is None and row.note is None) else note_kind(row)


@cache
def note_kind(row: Match) -> Kind:
    """The kind of IFD that a makernote is, by its row; imports its vocabulary."""
    note = row.note() if row.note is not None else Note(row.table() if row.table is not None else ERROR)
    return _of_note(row.name, note, {})


def _of_note(name: str, note: Note, made: dict[str, Kind]) -> Kind:
    pointers: dict[int, Kind] = {}
    blocks = _BLOCKS | note.blocks | note.parts.keys()
    kind = Kind(
        name,
        note.table,
        pointers,
        blocks,
        note.parts,
        note.arrays,
        note.octets,
        bool(note.subs),
        kept=note.kept,
        finish=note.finish,
    )
    made[name] = kind  # a note may point to its own kind
    for tag, (sub, part) in note.subs.items():
        pointers[tag] = made[sub] if sub in made else _of_note(sub, part, made)
    return kind


@cache
def panasonic_raw() -> Kind:
    from metadata_digger.metadata.blocks.panasonic_raw import IFD0 as NOTE

    return _of_note("PanasonicRaw Exif IFD0", NOTE, {})._replace(pointers=IFD0.pointers)


def kind_of(marker: int) -> Kind:
    """What the first IFD is by the TIFF header's marker; raises Malformed."""
    # 0x2A TIFF, 0x2B BigTIFF, "RO" and "RS" Olympus ORF, 0x55 Panasonic RW2
    if marker in (0x2A, 0x2B, 0x4F52, 0x5352):
        return IFD0
    if marker == 0x55:
        return panasonic_raw()
    raise Malformed(f"Unexpected TIFF marker: 0x{marker:X}")
