"""MP4 (ISO/IEC 14496-12 and -14): movie, tracks, user data and UUID boxes."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import iso6709, quicktime_metadata, user_data
from metadata_digger.metadata.blocks import movie as words_of
from metadata_digger.metadata.blocks.dates import since_1904, zoned
from metadata_digger.metadata.blocks.iso6709 import Place
from metadata_digger.metadata.blocks.movie import Box, Kind, Movie, Track, head, looked_up, walk
from metadata_digger.metadata.blocks.quicktime_metadata import Filling
from metadata_digger.metadata.blocks.stream import Payload, Stream
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import divided, narrowed, trimmed, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.movie import DEPTHS, GRAPHICS_MODES, SOUND_FORMATS, VIDEO_CODECS
from metadata_digger.metadata.tags.mp4 import HINT, MEDIA, MP4, SOUND, VIDEO

_ROTATION, _ISO_6709, _LATITUDE, _LONGITUDE, _ALTITUDE = 0x0200, 0x2000, 0x2001, 0x2002, 0x2003
_TRACK_CREATED = 105
_EXACT = 1 << 24  # whole numbers up to here are 32-bit floating point numbers

TABLE = TagTable(
    MP4,
    {
        0x0001: words_of.brand,
        0x0003: words_of.brands,
        0x0100: zoned,
        0x0101: zoned,
        0x0104: words_of.duration,
        _LATITUDE: iso6709.degrees,
        _LONGITUDE: iso6709.degrees,
        _ALTITUDE: iso6709.metres,
    },
)
MEDIA_TABLE = TagTable(MEDIA)
SOUND_TABLE = TagTable(SOUND)
HINT_TABLE = TagTable(HINT)
VIDEO_TABLE = TagTable(
    VIDEO,
    {
        204: words_of.pixels,
        205: words_of.pixels,
        209: words(DEPTHS),
        211: words(GRAPHICS_MODES),
        213: words_of.color_table(209),
    },
)


def read(reader: Reader) -> Iterator[Directory]:
    """The directories of a file, or of the content of a box "moov"."""
    movie = Movie()
    walk(Stream(reader.ordered(">")), movie, movie.track(MAIN), head, "Box")
    return iter(movie.found)


# Boxes of the movie


def _file_type(_: Movie, track: Track, box: Payload) -> None:
    brand, version = box.text(4), box.number("I")
    others = tuple(box.text(4) for _ in range(16, len(box.data) + 8, 4))
    track.directory.values |= {0x0001: brand, 0x0002: version, 0x0003: others}


def _movie_header(_: Movie, track: Track, box: Payload) -> None:
    created, modified, scale, duration = box.unpack("qqIq" if box.number("B3x") == 1 else "IIII")
    values = track.directory.values
    words_of.put_times(track, (0x0100, created), (0x0101, modified))
    words_of.put_duration(track, scale, duration)
    rate, volume, *matrix, following = box.unpack("ih10x9i24xI")
    values |= {0x010F: tuple(matrix), 0x0105: words_of.fixed(rate), 0x0106: words_of.volume(volume)}
    values[0x010E] = following


def _track_header(movie: Movie, track: Track, box: Payload) -> None:
    movie.track_created = box.unpack("qqi4xq" if box.number("B3x") == 1 else "III4xI")[0]
    *matrix, width, height = box.unpack("16x9iii")
    values = track.directory.values
    if width and height and _ROTATION not in values:
        values[_ROTATION] = words_of.rotation(tuple(matrix))


def _media_header(movie: Movie, _: Track, box: Payload) -> None:
    # One by one: what comes before the end of a box that is too short counts.
    created, modified, scale, duration = "qqiq" if box.number("B3x") == 1 else "IIII"
    movie.created = box.number(created)
    movie.modified = box.number(modified)
    movie.scale = box.number(scale)
    movie.duration = box.number(duration)
    letters = box.number("H")
    movie.language = "".join(chr((letters >> shift & 0x1F) + 0x60) for shift in (10, 5, 0))


def _handler(movie: Movie, track: Track, box: Payload) -> Track | None:
    kind = _TRACKS.get(box.bytes(24)[8:12])
    if kind is None:
        return None
    track = movie.track(kind)
    values = track.directory.values
    if movie.track_created and movie.created and movie.track_created != movie.created:
        values[_TRACK_CREATED] = since_1904(movie.track_created)
    movie.track_created = None
    if movie.created is not None:
        values[101] = since_1904(movie.created)
    if movie.modified is not None:
        values[102] = since_1904(movie.modified)
    if movie.language is not None:
        values[104] = movie.language
    return track


def _user_data(movie: Movie, track: Track, box: Payload) -> None:
    def put(filling: Filling, place: Place | None, text: str | None) -> None:
        _put_place(track.directory, filling, place, text)

    user_data.read(movie, track, box, put, {b"XMP_": _xmp})


def _put_place(directory: Directory, filling: Filling, place: Place | None, text: str | None) -> None:
    """The first place is the movie's; what is none on Earth is kept as it was told."""
    tags = (_LATITUDE, _LONGITUDE, _ALTITUDE)
    told: dict[int, Value] = {} if place is None else dict(zip(tags, place, strict=True))
    if place is None or not place.real:
        directory.errors.append("The place is none on Earth")
        told = told if text is None else {_ISO_6709: text}
    elif _LATITUDE in directory.values:
        if any(directory.values.get(tag) != value for tag, value in told.items()):
            user_data.put_place(filling, place, text)
        return
    for tag, value in told.items():
        if value is not None:
            directory.values.setdefault(tag, value)


def _xmp(movie: Movie, _: Track, box: Payload) -> None:
    from metadata_digger.metadata.blocks import xmp

    movie.found.append(xmp.read_packet(box.data))


def _uuid(movie: Movie, _: Track, box: Payload) -> None:
    from metadata_digger.metadata.blocks import uuid_box

    movie.found.extend(uuid_box.read(Reader.over(box.data)))


# Boxes of a track


def _video_header(_: Movie, track: Track, box: Payload) -> None:
    mode, *color = box.unpack("4x4H")
    track.directory.values |= {212: tuple(color), 211: mode}


def _video_description(_: Movie, track: Track, box: Payload) -> None:
    box.skip(12)
    codec = box.text(4)
    box.skip(24)
    width, height, horizontal, vertical = box.unpack("HHII6x")
    name = trimmed(box.text(32))
    values = track.directory.values
    depth = box.number("H2x")
    values |= {210: looked_up(VIDEO_CODECS, codec), 204: width, 205: height}
    if name:
        values[208] = name
    values |= {209: depth, 206: words_of.fixed(horizontal), 207: words_of.fixed(vertical)}


def _video_times(movie: Movie, track: Track, box: Payload) -> None:
    count = box.number("4xI")
    if movie.scale is None or movie.duration is None:
        box.skip(8 * count)
        return
    samples = _total(box, count)
    length = divided(movie.duration, samples)
    track.directory.values[214] = divided(movie.scale, length)


def _total(box: Payload, count: int) -> float:
    """The sum of every other number of 2 * `count`, as 32-bit floating point numbers add up."""
    start = box.at
    box.skip(8 * count)
    total = 0.0
    for position in range(start, box.at, 8):
        number = int.from_bytes(box.data[position : position + 4], "big")
        total += number
        if total > _EXACT:
            total = narrowed(narrowed(total - number) + narrowed(number))
    return total


def _sound_header(_: Movie, track: Track, box: Payload) -> None:
    track.directory.values[305] = words_of.volume(box.number("4xh2x"))


def _sound_description(_: Movie, track: Track, box: Payload) -> None:
    box.skip(12)
    kind = box.text(4)
    channels, size, _rate = box.unpack("16xHh4xI")
    track.directory.values |= {301: looked_up(SOUND_FORMATS, kind), 302: channels, 303: size}


def _sound_times(movie: Movie, track: Track, box: Payload) -> None:
    box.skip(8 * box.number("4xI"))
    if movie.scale is not None:
        track.directory.values[304] = float(movie.scale)


def _hint_header(_: Movie, track: Track, box: Payload) -> None:
    track.directory.values |= dict(enumerate(box.unpack("4xHHII"), 401))


def _nothing(_: Movie, _track: Track, _box: Payload) -> None:
    """A box that the reference takes and makes nothing of."""


_IN_TRACK = frozenset({b"minf", b"stbl"})


def _kind(name: str, table: TagTable, header: bytes, *boxes: Box) -> Kind:
    return Kind(name, table, _IN_TRACK, dict(zip((header, b"stsd", b"stts"), boxes, strict=True)))


_TRACKS = {
    b"soun": _kind("MP4 Sound", SOUND_TABLE, b"smhd", _sound_header, _sound_description, _sound_times),
    b"vide": _kind("MP4 Video", VIDEO_TABLE, b"vmhd", _video_header, _video_description, _video_times),
    b"hint": _kind("MP4 Hint", HINT_TABLE, b"hmhd", _hint_header, _nothing, _nothing),
    b"text": _kind("MP4 Text", MEDIA_TABLE, b"text", _nothing, _nothing, _nothing),
    b"meta": _kind("MP4 Metadata", MEDIA_TABLE, b"nmhd", _nothing, _nothing, _nothing),
}
MAIN = Kind(
    "MP4",
    TABLE,
    frozenset({b"trak", b"moov", b"mdia"}),
    {
        b"ftyp": _file_type,
        b"mvhd": _movie_header,
        b"hdlr": _handler,
        b"mdhd": _media_header,
        b"tkhd": _track_header,
        b"udta": _user_data,
        b"meta": quicktime_metadata.read,
        b"uuid": _uuid,
    },
)
