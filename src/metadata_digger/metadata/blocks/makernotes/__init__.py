"""Makernotes: which maker wrote one, where it starts, where its offsets count from, and which table reads it.

MATCHES is the one place that knows makers. The first row that fits wins; the order is the reference extractor's, in
which most signatures in the note go before the camera's name. A maker is one row here and one module of tags, named by
`table` (a note in the form of an IFD) or `read` (any other). A row without either is a note that is known and not read
yet: it gives no directory, and like the notes that are read it is not kept as a tag. A note that no row fits stays in
its directory as the tag "Makernote".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.source import Reader

HEAD = 48  # bytes of the note that a test sees

# What a tag of a note holds as a block of its own: directories, or None when the tag is to be kept as it is. What is
# wrong with the block is a text on the directory of the tag, which is the first argument.
Part = Callable[[Directory, Reader], Iterator[Directory] | None]
# Adds what several tags together tell, or the camera's model, which is the second argument.
Finish = Callable[[Directory, str], None]
# Puts the members of an array of whole numbers into a directory's values as tags of their own.
Split = Callable[[dict[int, Value], Value], None]

PRINT_IM = frozenset({0x0E00})  # the block of some makers' notes that is Print Image Matching


class Note(NamedTuple):
    """A note in the form of an IFD, some of whose tags hold more than a value."""

    table: TagTable
    parts: Mapping[int, Part] = {}
    arrays: Mapping[int, Split] = {}
    blocks: frozenset[int] = frozenset()  # tags that hold what other IFDs have too
    octets: Mapping[int, Split] = {}  # like arrays, for bytes
    # Tags that point to a further IFD or hold one, which counts its offsets like this one: its name and what it is.
    subs: Mapping[int, tuple[str, Note]] = {}
    kept: frozenset[int] = frozenset()  # tags of these that are numbers of their own besides
    finish: Finish | None = None


class Match(NamedTuple):
    """One kind of makernote."""

    name: str  # of the directory
    fits: Callable[[str, bytes], bool]  # make as in IFD0, first bytes of the note
    start: int | Callable[[bytes], int] = 0  # where its IFD starts in the note, or how the first bytes tell
    base: int | None = None  # what its offsets count from, in the note; None: the TIFF header
    order: str | None = None  # byte order, "<" or ">"; None: that of the Exif block
    table: Callable[[], TagTable] | None = None  # a note that is an IFD: imports its vocabulary
    note: Callable[[], Note] | None = None  # the same for an IFD whose tags hold more than values
    read: Callable[[Reader], Iterator[Directory]] | None = None  # a note that is none; it ends where the block does
    error: str = ""  # what the reference says of it, on the directory that has it
    keep: bool = False  # the note's bytes stay a tag all the same


def _starts(*signatures: bytes) -> Callable[[str, bytes], bool]:
    return lambda make, head: head.startswith(signatures)


def _made_by(*makes: str) -> Callable[[str, bytes], bool]:
    return lambda make, head: make.upper().startswith(makes)


def _is(make: str, *signatures: bytes) -> Callable[[str, bytes], bool]:
    return lambda other, head: other.upper() == make and (not signatures or head.startswith(signatures))


def _pointer(head: bytes) -> int:
    return int.from_bytes(head[8:12], "little", signed=True)


# A row's module of this package, imported when the first note of its kind comes by.


def _note(module: str, name: str = "note") -> Callable[[], Note]:
    def load() -> Note:
        found: Note = getattr(import_module(f"{__name__}.{module}"), name)()
        return found

    return load


def _table(module: str, name: str = "TABLE") -> Callable[[], TagTable]:
    def load() -> TagTable:
        found: TagTable = getattr(import_module(f"{__name__}.{module}"), name)
        return found

    return load


def _names(module: str) -> Callable[[], TagTable]:
    """Of a note whose values all read the generic way."""
    return lambda: TagTable(import_module(f"metadata_digger.metadata.tags.{module}").NAMES)


def _read(module: str, name: str = "read") -> Callable[[Reader], Iterator[Directory]]:
    def read(reader: Reader) -> Iterator[Directory]:
        found: Iterator[Directory] = getattr(import_module(f"{__name__}.{module}"), name)(reader)
        return found

    return read


MATCHES: tuple[Match, ...] = (
    Match("Kodak Makernote", lambda make, head: _kodak(make, head), read=_read("kodak_kinds")),
    Match("Olympus Makernote", _starts(b"OLYMP\0", b"EPSON", b"AGFA"), 8, note=_note("olympus")),
    Match("Olympus Makernote", _starts(b"OLYMPUS\0II"), 12, 0, note=_note("olympus")),
    # Its IFD starts at 16 by ExifTool and by Exiv2; the reference reads it from 14, two bytes early.
    Match("Olympus Makernote", _starts(b"OM SYSTEM\0\0\0II"), 14, 0, note=_note("olympus")),
    Match("Olympus Makernote", _made_by("MINOLTA"), note=_note("olympus")),
    Match("Nikon Makernote", lambda make, head: _nikon(make, head, 1), 8, table=_table("nikon", "TYPE_1")),
    Match("Nikon Makernote", lambda make, head: _nikon(make, head, 2), 18, 10, note=_note("nikon", "type_2")),
    Match(
        "Nikon Makernote",
        lambda make, head: _nikon(make) and head[:5] == b"Nikon",
        error="Unsupported Nikon makernote data ignored.",
    ),
    Match("Nikon Makernote", lambda make, head: _nikon(make), note=_note("nikon", "type_2")),
    Match("Sony Makernote", _starts(b"SONY CAM", b"SONY DSC"), 12, note=_note("sony", "type_1")),
    Match(
        "Sony Makernote",
        lambda make, head: make.startswith("SONY") and head[:2] != b"\1\0",
        note=_note("sony", "type_1"),
    ),
    Match("Sony Makernote", _starts(b"SEMC MS\0\0\0\0\0"), 20, order=">", table=_table("sony", "TYPE_6")),
    Match("Sigma Makernote", _starts(b"SIGMA\0\0\0", b"FOVEON\0\0"), 10, table=_table("sigma")),
    Match("Kodak Makernote", _starts(b"KDK"), read=_read("kodak")),
    Match("Canon Makernote", _is("CANON"), note=_note("canon")),
    Match(
        "Casio Makernote",
        lambda make, head: make.upper().startswith("CASIO") and head[:6] == b"QVC\0\0\0",
        6,
        note=_note("casio", "type_2"),
    ),
    Match("Casio Makernote", _made_by("CASIO"), table=_table("casio", "TYPE_1")),
    Match(
        "Fujifilm Makernote",
        lambda make, head: head[:8] == b"FUJIFILM" or make.upper() == "FUJIFILM",
        _pointer,
        0,
        "<",
        table=_table("fujifilm"),
    ),
    # Each offset counts from its own entry (a Finecam S3's lead behind the directory and to PrintIM so): right for one.
    Match("Kyocera/Contax Makernote", _starts(b"KYOCERA"), 22, 24, note=_note("kyocera")),
    Match(
        "Leica Makernote",
        _starts(*(b"LEICA\0" + bytes([kind]) + b"\0" for kind in (1, 4, 5, 6, 7))),
        8,
        0,
        "<",
        table=_table("leica", "TYPE_5"),
    ),
    Match(
        "Leica Makernote",
        lambda make, head: make == "Leica Camera AG" and head[:5] == b"LEICA",
        8,
        order="<",
        table=_table("leica"),
    ),
    Match(
        "Panasonic Makernote",
        lambda make, head: make == "LEICA" and head[:5] == b"LEICA",
        8,
        order="<",
        note=_note("panasonic"),
    ),
    Match("Panasonic Makernote", _starts(b"Panasonic\0\0\0"), 12, note=_note("panasonic")),
    # Of the notes that begin so only those of Asahi's Optio 330RS and 430RS have Casio's tags.
    Match(
        "Casio Makernote",
        lambda make, head: make.upper().startswith("ASAHI") and head[:4] == b"AOC\0",
        6,
        0,
        note=_note("casio", "type_2"),
    ),
    # Its offsets count from the TIFF header in some models and from the note in others.
    Match("Pentax Makernote", _starts(b"AOC\0"), 6, note=_note("pentax_slr")),
    Match("Pentax Makernote", _starts(b"PENTAX \0"), 10, 0, note=_note("pentax_slr")),
    Match("Pentax Makernote", _starts(b"RICOH\0II"), 8, 0, "<", note=_note("pentax_slr")),
    Match("Pentax Makernote", _starts(b"RICOH\0MM"), 8, 0, ">", note=_note("pentax_slr")),
    Match("Pentax Makernote", _made_by("PENTAX", "ASAHI"), 0, 0, note=_note("pentax")),
    Match("Sanyo Makernote", _starts(b"SANYO\0\1\0"), 8, 0, note=_note("sanyo")),
    Match(
        "Ricoh Makernote",
        lambda make, head: _ricoh(make, head) and head[:5].upper() == b"RICOH",
        8,
        0,
        ">",
        note=_note("ricoh"),
    ),
    Match("Ricoh Makernote", lambda make, head: _ricoh(make, head)),
    Match(
        "Ricoh Makernote",
        lambda make, head: make.upper().startswith("RICOH") and head.startswith((b"Rv", b"Rev")),
        read=_read("ricoh", "read_text"),
        keep=True,
    ),
    Match("Apple Makernote", _starts(b"Apple iOS\0"), 14, 0, ">", note=_note("apple")),
    Match("Reconyx HyperFire Makernote", _starts(b"\x01\xf1", b"\xf1\x01"), read=_read("reconyx", "read_hyperfire")),
    Match(
        "Reconyx UltraFire Makernote",
        lambda make, head: head[:9].upper() == b"RECONYXUF",
        read=_read("reconyx", "read_ultrafire"),
    ),
    Match(
        "Reconyx HyperFire 2 Makernote",
        lambda make, head: head[:9].upper() == b"RECONYXH2",
        read=_read("reconyx", "read_hyperfire_2"),
    ),
    Match("Samsung Makernote", _is("SAMSUNG"), table=_table("samsung")),
    Match("DJI Makernote", _is("DJI"), table=_names("dji"), keep=True),
    # The reference leaves it as it is.
    Match("FLIR Makernote", lambda make, head: make == "FLIR Systems", table=_names("flir"), keep=True),
)


def _nikon(make: str, head: bytes = b"", kind: int = 0) -> bool:
    """Whether Nikon made it; with a kind, whether the note's name says so."""
    if not make.strip().upper().startswith("NIKON"):
        return False
    return not kind or (head[:5] == b"Nikon" and head[6:7] == bytes([kind]))


# Kodak's kinds without a name: of any make, for others have them too, and of Kodak's alone.
_KODAK = re.compile(
    rb".{8}Eastman Kodak|\x01\0[\0\x01]\0\0\0\x04\0[a-zA-Z]{4}|IIII[\x02\x03]\0.{14}\d{4}/\d\d/\d\d ", re.S
)
_KODAKS_OWN = re.compile(
    rb"(?!MM|II).{12}\x07|.{41}JPG|\0(\x1a\x18|\x3a\x08|\x59\xf8|\x14\x80)\0"
    rb"|[CK][A-Z\d]{3} ?[A-Z\d]{1,2}\d{2}[A-Z\d]\d{4}[ \0]",
    re.S,
)


def _kodak(make: str, head: bytes) -> bool:
    if head.startswith(b"KDK"):
        return False
    return bool(_KODAK.match(head) or (make[:13].upper() == "EASTMAN KODAK" and _KODAKS_OWN.match(head)))


def _ricoh(make: str, head: bytes) -> bool:
    # "Rv..." and "Rev..." are text
    return make.upper().startswith("RICOH") and not head.startswith((b"Rv", b"Rev"))


def match(make: str, head: bytes) -> Match | None:
    """The kind of a makernote by the camera's make and the note's first 16 bytes; None when it is not known."""
    for row in MATCHES:
        if row.fits(make, head):
            return row
    return None
