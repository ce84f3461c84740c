"""Tracks of QuickTime files (QuickTime File Format Specification, "Media Data Atom Types")."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import movie as words_of
from metadata_digger.metadata.blocks.dates import since_1904
from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.blocks.movie import Box, Kind, Movie, Track, looked_up
from metadata_digger.metadata.blocks.stream import Payload
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.model import TagTable
from metadata_digger.metadata.render import divided, trimmed, words
from metadata_digger.metadata.tags.movie import DEPTHS, FACES, GRAPHICS_MODES, SOUND_FORMATS, VENDORS, VIDEO_CODECS
from metadata_digger.metadata.tags.quicktime import MEDIA, SOUND, SUBTITLE, TEXT, TIMECODE, VIDEO

_CREATED, _MODIFIED, _ = MEDIA
_ENTRY = 16  # bytes of a sample description before what is its kind's own
_JUSTIFICATIONS = {0: "Left", 1: "Center", -1: "Right"}

VIDEO_TABLE = TagTable(
    VIDEO,
    {
        4: words_of.pixels,
        5: words_of.pixels,
        9: words(DEPTHS),
        11: words(GRAPHICS_MODES),
        13: words_of.color_table(9),
    },
)
TEXT_TABLE = TagTable(TEXT, dict.fromkeys((1, 2, 3, 4, 7, 8, 9, 10), words_of.boolean))
TIMECODE_TABLE = TagTable(TIMECODE, dict.fromkeys((1, 2, 3, 4), words_of.boolean))
SUBTITLE_TABLE = TagTable(SUBTITLE, dict.fromkeys((1, 2, 3), words_of.boolean))


def track(movie: Movie, kind: Kind) -> Track:
    """A further track of the movie, with the times of the last media header."""
    found = movie.track(kind)
    if movie.created is not None and movie.modified is not None:
        times = {_CREATED: since_1904(movie.created), _MODIFIED: since_1904(movie.modified)}
        found.directory.values |= times
    return found


def _entries(box: Payload, size: int) -> Iterator[Payload]:
    """The first sample description, if there is one. All of them have to be there; `size` is that of each."""
    count = box.number("4xI")
    if count > 0x7FFFFFFF:
        return
    if len(box.data) - box.at < count * size:
        raise Truncated(END)
    if count:
        yield box


def _video_header(_: Movie, track: Track, box: Payload) -> None:
    mode, *color = box.unpack("4x4H")
    track.directory.values |= {12: tuple(color), 11: mode}


def _video_description(_: Movie, track: Track, box: Payload) -> None:
    for entry in _entries(box, _ENTRY + 70):
        entry.skip(4)
        codec = entry.text(4)
        entry.skip(12)
        vendor = entry.text(4)
        temporal, spatial, width, height, horizontal, vertical = entry.unpack("IIHHII6x")
        name = trimmed(entry.text(32))
        depth, colors = entry.unpack("Hh")
        values = track.directory.values
        values |= {1: looked_up(VENDORS, vendor), 10: looked_up(VIDEO_CODECS, codec)}
        values |= {2: temporal, 3: spatial, 4: width, 5: height}
        if name:
            values[8] = name
        values |= {9: depth, 13: colors, 6: words_of.fixed(horizontal), 7: words_of.fixed(vertical)}


def _video_times(movie: Movie, track: Track, box: Payload) -> None:
    """The reference takes the first entry's duration for that of all frames."""
    count = box.number("4xI")
    if count >= 0x7FFFFFFF:
        return
    start = box.at
    box.skip(8 * count)
    if count and movie.scale is not None:
        length = int.from_bytes(box.data[start + 4 : start + 8], "big")
        track.directory.values[14] = divided(movie.scale, length)


def _sound_header(_: Movie, track: Track, box: Payload) -> None:
    track.directory.values[0x0305] = words_of.volume(box.number("4xh2x"))


def _sound_description(_: Movie, track: Track, box: Payload) -> None:
    for entry in _entries(box, _ENTRY + 20):
        entry.skip(4)
        kind = entry.text(4)
        channels, size = entry.unpack("16xHH")
        track.directory.values |= {0x0301: looked_up(SOUND_FORMATS, kind), 0x0302: channels, 0x0303: size}


def _sound_times(movie: Movie, track: Track, _: Payload) -> None:
    if movie.scale is not None:
        track.directory.values[0x0304] = float(movie.scale)


def _timecode_header(_: Movie, track: Track, box: Payload) -> None:
    font, face, size = box.unpack("4x3h2x")
    colors = box.unpack("6H")
    name = box.text(box.number("B"))
    values = track.directory.values
    values[5] = font
    if face in FACES:
        values[6] = FACES[face]
    values |= {7: size, 8: colors[:3], 9: colors[3:], 10: name}


def _timecode_description(_: Movie, track: Track, box: Payload) -> None:
    for entry in _entries(box, _ENTRY + 18):
        flags = entry.number("20xI")
        track.directory.values |= {tag: bool(flags & bit) for tag, bit in zip((1, 2, 3, 4), (1, 2, 4, 8), strict=True)}


def _text_description(_: Movie, track: Track, box: Payload) -> None:
    count = box.number("4xI")
    if not 0 < count <= 0x7FFFFFFF:
        return
    flags, alignment, *numbers = box.unpack("16xIi3Hq8xHH3x3H")
    name = box.text(box.number("B"))
    for _entry in range(count - 1):  # the others have to be there
        box.skip(_ENTRY + 43)
        box.skip(box.number("B"))
    values = track.directory.values
    values |= {1: bool(flags & 0x0002), 2: bool(flags & 0x0008), 3: bool(flags & 0x0020), 4: bool(flags & 0x0040)}
    values[5] = "Horizontal" if flags & 0x0080 else "Vertical"
    values[6] = "Reverse" if flags & 0x0100 else "Normal"
    values |= {7: bool(flags & 0x0200), 8: bool(flags & 0x1000), 9: bool(flags & 0x2000), 10: bool(flags & 0x4000)}
    if alignment in _JUSTIFICATIONS:
        values[11] = _JUSTIFICATIONS[alignment]
    values |= {12: tuple(numbers[:3]), 13: numbers[3], 14: numbers[4]}
    if numbers[5] in FACES:
        values[15] = FACES[numbers[5]]
    values |= {16: tuple(numbers[6:]), 17: name}


def _subtitle_description(_: Movie, track: Track, box: Payload) -> None:
    for entry in _entries(box, _ENTRY + 32):
        flags, area, font, face, size, *color = entry.unpack("16xI6xq4xhbb3H")
        values = track.directory.values
        values[1] = flags & 0x20000000 != 0
        values[2] = flags & 0x40000000 != 0
        values[3] = flags & 0xC0000000 == 0xC0000000
        values |= {4: area, 5: font}
        if face in (1, 2, 4):
            values[6] = FACES[face]
        values |= {7: size, 8: tuple(color)}


def _music_description(_: Movie, _track: Track, box: Payload) -> None:
    for _entry in _entries(box, _ENTRY + 4):
        pass


def _nothing(_: Movie, _track: Track, _box: Payload) -> None:
    """A box that the reference takes and makes nothing of."""


_CONTAINERS = frozenset({b"stbl", b"minf", b"gmhd", b"tmcd"})


def _kind(name: str, table: TagTable, boxes: dict[bytes, Box]) -> Kind:
    return Kind(f"QuickTime {name}", table, _CONTAINERS, {b"stts": _nothing} | boxes)


TRACKS = {
    b"soun": _kind(
        "Sound", TagTable(SOUND), {b"smhd": _sound_header, b"stsd": _sound_description, b"stts": _sound_times}
    ),
    b"vide": _kind("Video", VIDEO_TABLE, {b"vmhd": _video_header, b"stsd": _video_description, b"stts": _video_times}),
    b"tmcd": _kind("Timecode", TIMECODE_TABLE, {b"tcmi": _timecode_header, b"stsd": _timecode_description}),
    b"text": _kind("Text", TEXT_TABLE, {b"stsd": _text_description}),
    b"sbtl": _kind("Subtitle", SUBTITLE_TABLE, {b"stsd": _subtitle_description}),
    b"musi": _kind("Music", TagTable(MEDIA), {b"stsd": _music_description}),
}
