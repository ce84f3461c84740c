"""What MP4 (ISO/IEC 14496-12) and QuickTime files have in common: boxes in boxes, and what their numbers mean.

A kind of track is a row: its directory, which boxes hold further ones, and a function for each box that says something.
Boxes are walked without looking into media data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import atan2, ceil, degrees
from typing import NamedTuple

from metadata_digger.metadata.blocks.dates import java_date, since_1904
from metadata_digger.metadata.blocks.limits import END, called
from metadata_digger.metadata.blocks.stream import COLLECTED, Payload, Stream
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import integer, text, wrapped
from metadata_digger.metadata.tags.movie import BRANDS

_BOXES = 65_536  # an hour of fragments of two seconds has 4,000
_DIRECTORIES = 8192  # a fuzzed file of the corpus has 300
_ITEMS = 50_000  # the most in the corpus is 40
ERRORS = 100  # of one directory
_SHORTEST = 8  # bytes of a box: its size and type
_PADDING = 4096  # bytes of zeros at the end of a level that are nothing to speak of
_TYPE = re.compile(rb"[\xa9A-Za-z][A-Za-z0-9 _-]{3}")


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


@dataclass(slots=True)
class Track:
    """A directory being filled, and what its kind remembers from box to box."""

    kind: Kind
    directory: Directory


@dataclass(slots=True)
class Movie:
    """What is known of a file so far; times and language are those of the last media header."""

    found: list[Directory] = field(default_factory=list)
    track_created: int | None = None  # by the last track header
    created: int | None = None
    modified: int | None = None
    scale: int | None = None
    duration: int | None = None
    language: str | None = None
    items: int = 0  # of user data and lists of metadata

    def count(self) -> None:
        """One item more."""
        self.items += 1
        if self.items > _ITEMS:
            raise Malformed(f"More than {_ITEMS} items of metadata")

    def track(self, kind: Kind) -> Track:
        if len(self.found) >= _DIRECTORIES:
            raise Malformed(f"More than {_DIRECTORIES} directories")
        directory = Directory(kind.name, kind.table)
        self.found.append(directory)
        return Track(kind, directory)


# Reads a box's content into a track; gives the track that the boxes after it belong to when that is another one.
Box = Callable[[Movie, Track, Payload], Track | None]


def walk(stream: Stream, movie: Movie, track: Track, head: Callable[[Stream, int], Head], word: str) -> None:
    """The boxes of a file, in file order. `word` is what error texts call a box.

    A fault costs the box that has it. Where a box and the one that it is in disagree about where they end, that one is
    believed behind whose end a box begins: bytes that were lost or put in move the ends of all boxes around them, a
    size that was spoilt only its own. A box that the file ends in is read as far as it goes.
    """
    levels: list[tuple[int, Track]] = []
    end = stream.size
    seen = 0
    try:
        while True:
            try:
                while stream.at < end:
                    seen += 1
                    if seen > _BOXES:
                        raise Malformed(f"More than {_BOXES} boxes")
                    if end - stream.at < _SHORTEST and not (levels and _leads_on(stream, stream.at)):
                        _rest(stream, end, track)
                        break
                    size, kind, content = head(stream, end)
                    if size < 8 or content < 0:
                        if size or any(kind + stream.peek(stream.at, min(end - stream.at, _PADDING))):
                            _fault(track, f"{word} size too small.")
                        if _leads_on(stream, end):
                            stream.skip(end - stream.at)
                        break
                    if levels and content > end - stream.at:
                        _fault(track, f"{word} '{called(kind)}' is longer than what it is in.")
                        if stream.at + content > stream.size or _leads_on(stream, end):
                            content = end - stream.at
                    box = track.kind.boxes.get(kind)
                    if kind in track.kind.containers:
                        levels.append((end, track))
                        end = min(stream.at + content, stream.size)
                        if stream.at + content > stream.size:
                            _fault(track, END)
                        stream.expect(end)
                    elif box is not None:
                        track = _read(stream, movie, track, kind, content, box)
                    else:
                        stream.skip(content)
            except Truncated as error:
                _fault(track, str(error))
            if not levels:
                break
            end, track = levels.pop()
            stream.expect(end if levels else 0)  # beside the boxes of the file is media
        if stream.at > stream.size:
            _fault(track, END)
    except Malformed as error:
        movie.found[-1].errors.append(str(error))


def _leads_on(stream: Stream, position: int) -> bool:
    """Whether a box may begin at a place, or the file ends there."""
    if position == stream.size:
        return True
    first = stream.peek(position, _SHORTEST)
    size = int.from_bytes(first[:4], "big")
    return len(first) == _SHORTEST and _TYPE.fullmatch(first[4:]) is not None and 8 <= size <= stream.size - position


def head(stream: Stream, end: int) -> Head:
    """The size and type of the next box; a size of 0 reaches to the end of the file, for one that lies in no other."""
    return _headed(stream, end, stream.number("I"))


def head_behind_zeros(stream: Stream, end: int) -> Head:
    """The same where four zeros may come before a box, as Canon ends that of a thumbnail (EOS 100D)."""
    size = stream.number("I")
    if not size and end - stream.at >= _SHORTEST and _TYPE.fullmatch(stream.peek(stream.at, 4)) is None:
        size = stream.number("I")
    return _headed(stream, end, size)


def _headed(stream: Stream, end: int, size: int) -> Head:
    kind = stream.bytes(4)
    if size == 1:
        size = stream.number("q")
        return Head(size, kind, size - 16)
    if not size and end == stream.size and _TYPE.fullmatch(kind) is not None:
        return Head(end - stream.at + 8, kind, end - stream.at)
    return Head(size, kind, size - 8)


def _read(stream: Stream, movie: Movie, track: Track, kind: bytes, content: int, box: Box) -> Track:
    """Reads one box; gives the track that those after it belong to."""
    there = min(content, stream.size - stream.at)
    if there > stream.room:
        _fault(track, f"Box '{called(kind)}' of {content} bytes is left out: more than {COLLECTED} MiB of them")
        stream.skip(content)
        return track
    data = stream.bytes(there)
    try:
        track = box(movie, track, Payload(data)) or track
    except MetadataError as error:
        if len(movie.found) >= _DIRECTORIES:
            raise
        if there == content or not isinstance(error, Truncated):
            _fault(track, str(error))
    if there < content:
        _fault(track, END)
    return track


def _rest(stream: Stream, end: int, track: Track) -> None:
    """What is behind the last box of a level and too short for one: user data may end in four zeros."""
    if any(stream.bytes(end - stream.at)):
        _fault(track, END)


def _fault(track: Track, error: str) -> None:
    errors = track.directory.errors
    if len(errors) < ERRORS and (error != END or END not in errors):
        errors.append(error)


# Numbers


def fixed(number: int) -> float:
    """16.16 bits. The reference divides the lower half by 16, so that 1.5 is 2049 there."""
    return number / 0x10000


def volume(number: int) -> float:
    """8.8 bits, which the reference divides by 4, 8 or 16: a volume, or a balance of sound channels."""
    return number / 0x100


def rotation(matrix: tuple[int, ...]) -> float:
    """Degrees that a track's matrix turns its pictures by."""
    return degrees(atan2(wrapped(matrix[0] + matrix[3]), wrapped(matrix[1] + matrix[4]))) - 45


# Times

_1970 = 2_082_844_800  # in seconds since 1904


def put_times(track: Track, created: tuple[int, int], modified: tuple[int, int]) -> None:
    """Puts a movie's times, each a tag and seconds since 1904, and notes those that can be none."""
    for tag, seconds in (created, modified):
        track.directory.values[tag] = since_1904(seconds)
    if not created[1]:
        _fault(track, "The file has no time of when it was made: it is 0")
    for seconds in dict.fromkeys((created[1], modified[1])):
        if 0 < seconds < _1970:
            _fault(track, f"A time is before 1970; counted from 1970 it is {java_date(seconds)}")


# Words


def looked_up(table: Mapping[str, str], code: str) -> str:
    return table.get(code, "Unknown")


def brand(_: Directory, value: Value) -> str | None:
    return looked_up(BRANDS, text(value) or "")


def brands(_: Directory, value: Value) -> str | None:
    return f"[{', '.join(looked_up(BRANDS, one) for one in value)}]"


def duration(_: Directory, value: Value) -> str | None:
    """Hours, minutes and seconds of a count by its scale, begun seconds as whole ones.

    In the reference the seconds of a movie of an hour count the hour too.
    """
    if value[0] < 0 or (value[0] and value[1] <= 0):
        return None
    seconds = ceil(value[0] / value[1]) if value[0] else 0
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def put_duration(track: Track, scale: int, count: int) -> None:
    """Puts how long a movie is; all ones mean that nobody knows (ISO/IEC 14496-12, 8.2.2.3)."""
    values = track.directory.values
    values |= {0x0103: count, 0x0102: scale}
    if count not in (0xFFFFFFFF, -1):
        values[0x0104] = Rational(count, scale)


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
