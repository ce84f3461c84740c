"""What MP4 (ISO/IEC 14496-12) and QuickTime files have in common: boxes in boxes, and what their numbers mean.

A kind of track is a row: its directory, which boxes hold further ones, and a function for each box that says something.
Boxes are walked without looking into media data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import atan2, ceil, degrees, isinf
from typing import NamedTuple

from metadata_digger.metadata.blocks.stream import Payload, Stream
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import integer, quotient, saturated, text, wrapped
from metadata_digger.metadata.tags.movie import BRANDS

_BOXES = 65_536  # an hour of fragments of two seconds has 4,000
_DIRECTORIES = 8192  # a fuzzed file of the corpus has 300


class Head(NamedTuple):
    """A box's size as stated, its type, and how many bytes of its content follow the part that was read."""

    size: int
    kind: bytes
    content: int


class Kind(NamedTuple):
    """A kind of track: its directory's name and words, its containers, its boxes."""

    name: str
    table: TagTable
    containers: frozenset[bytes]
    boxes: Mapping[bytes, Box]
    enters: Callable[[Track, bytes], bool] | None = None  # containers that are told by more than their type


@dataclass(slots=True)
class Track:
    """A directory being filled, and what its kind remembers from box to box."""

    kind: Kind
    directory: Directory
    keys: list[str] = field(default_factory=list)
    key: str | None = None


@dataclass(slots=True)
class Movie:
    """What is known of a file so far; times and language are those of the last media header."""

    found: list[Directory] = field(default_factory=list)
    created: int | None = None
    modified: int | None = None
    scale: int | None = None
    duration: int | None = None
    language: str | None = None

    def track(self, kind: Kind) -> Track:
        if len(self.found) >= _DIRECTORIES:
            raise Malformed(f"More than {_DIRECTORIES} directories")
        directory = Directory(kind.name, kind.table)
        self.found.append(directory)
        return Track(kind, directory)


# Reads a box's content into a track; gives the track that the boxes after it belong to when that is another one.
Box = Callable[[Movie, Track, Payload], Track | None]


def walk(stream: Stream, movie: Movie, track: Track, head: Callable[[Stream], Head], word: str) -> None:
    """The boxes of a file, in file order. `word` is what error texts call a box.

    A fault ends the level that it is on, and the walk goes on above it, as in the reference.
    """
    levels: list[tuple[int | None, Track]] = []
    end: int | None = None
    seen = 0
    try:
        while True:
            try:
                while end is None or stream.position < end:
                    seen += 1
                    if seen > _BOXES:
                        raise Malformed(f"More than {_BOXES} boxes")
                    size, kind, content = head(stream)
                    if size > 0x7FFFFFFF:
                        track.directory.errors.append(f"{word} size too large.")
                        break
                    if size < 8:
                        track.directory.errors.append(f"{word} size too small.")
                        break
                    form = track.kind
                    if kind in form.containers or (form.enters is not None and form.enters(track, kind)):
                        levels.append((end, track))
                        end = size - 8 + stream.position
                        stream.expect(end)
                    elif (box := form.boxes.get(kind)) is not None:
                        track = box(movie, track, Payload(stream.bytes(size - 8))) or track
                    elif content < 0:
                        break
                    else:
                        stream.skip(content)
            except Truncated as error:
                track.directory.errors.append(str(error))
            if not levels:
                return
            end, track = levels.pop()
            stream.expect(end or 0)
    except Malformed as error:
        movie.found[-1].errors.append(str(error))


# Numbers


def fixed(number: int, fraction: int) -> float:
    """16.16 bits as the reference reads them: it divides the lower half by `fraction`."""
    return (number >> 16) + (number & 0xFFFF) / fraction


def volume(number: int, fraction: int) -> float:
    """8.8 bits, likewise."""
    return (number >> 8 & 0xFF) + (number & 0xFF) / fraction


def balance(number: int) -> float:
    """A balance of sound channels, likewise."""
    return (-0x10000 if number < 0 else 0) + (number & 0xFFFF) / 16


def rotation(matrix: tuple[int, ...]) -> float:
    """Degrees that a track's matrix turns its pictures by."""
    return degrees(atan2(wrapped(matrix[0] + matrix[3]), wrapped(matrix[1] + matrix[4]))) - 45


# Words


def looked_up(table: Mapping[str, str], code: str) -> str:
    return table.get(code, "Unknown")


def brand(_: Directory, value: Value) -> str | None:
    return looked_up(BRANDS, text(value) or "")


def brands(_: Directory, value: Value) -> str | None:
    return f"[{', '.join(looked_up(BRANDS, one) for one in value)}]"


def duration(_: Directory, value: Value) -> str | None:
    """Hours, minutes and seconds of a count by its scale; the seconds count the hours too, as in the reference."""
    seconds = quotient(Rational(*value))
    hours = _whole(seconds / 3600)
    minutes = _whole(seconds / 60 - wrapped(hours * 60))
    rest = seconds - wrapped(minutes * 60)
    return f"{hours:02d}:{minutes:02d}:{_whole(rest if isinf(rest) else ceil(rest)):02d}"


def _whole(number: float) -> int:
    return saturated(int(max(-9e18, min(9e18, number))))


def pixels(_: Directory, value: Value) -> str | None:
    return f"{text(value)} pixels"


def color_table(depth: int) -> Render:
    """A colour table's number; `depth` is the tag that tells how many bits a pixel has."""

    def render(directory: Directory, value: Value) -> str | None:
        number = integer(value)
        if number == -1:
            bits = integer(directory.values.get(depth))
            return "Default" if bits is not None and bits < 16 else "None"
        return "Color table within file" if number == 0 else f"Unknown ({number})"

    return render


def boolean(_: Directory, value: Value) -> str | None:
    return "true" if value else "false"
