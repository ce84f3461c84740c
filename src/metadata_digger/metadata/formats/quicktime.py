"""QuickTime (Apple, QuickTime File Format Specification): movie, tracks, metadata."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import movie as words_of
from metadata_digger.metadata.blocks import quicktime_metadata, user_data
from metadata_digger.metadata.blocks.limits import inflate
from metadata_digger.metadata.blocks.movie import Kind, Movie, Track, head_behind_zeros, walk
from metadata_digger.metadata.blocks.quicktime_media import TRACKS, track
from metadata_digger.metadata.blocks.quicktime_metadata import children
from metadata_digger.metadata.blocks.stream import Payload, Stream
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.quicktime import QUICKTIME

_THUMBNAIL_DATE = 0x2000
_OF_THE_MOVIE = ("Exif IFD0", "Exif SubIFD", "GPS")  # of a thumbnail's directories: others are about its picture
_INFLATED = 8 << 20  # bytes of a compressed movie
_DATE_TIME = 0x0132  # of Exif

TABLE = TagTable(
    QUICKTIME,
    {0x1000: words_of.brand, 0x1002: words_of.brands, 0x0104: words_of.duration},
)


def read(reader: Reader) -> Iterator[Directory]:
    movie = Movie()
    walk(Stream(reader.ordered(">")), movie, movie.track(MAIN), head_behind_zeros, "Atom")
    return iter(movie.found)


def _file_type(_: Movie, track: Track, box: Payload) -> None:
    brand, version = box.text(4), box.number("I")
    others = tuple(box.text(4) for _ in range(16, len(box.data) + 8, 4))
    track.directory.values |= {0x1000: brand, 0x1001: version, 0x1002: others}


def _movie_header(_: Movie, track: Track, box: Payload) -> None:
    # Version 1, with times of 64 bits, is ISO/IEC 14496-12's; the reference reads 32 bits in any case.
    created, modified, scale, duration = box.unpack("qqIq" if box.number("B3x") == 1 else "IIII")
    values = track.directory.values
    words_of.put_times(track, (0x0100, created), (0x0101, modified))
    words_of.put_duration(track, scale, duration)
    rate, volume, *times = box.unpack("ih10x36x7I")
    values |= {0x0105: words_of.fixed(rate), 0x0106: words_of.volume(volume)}
    values |= dict(enumerate(times, 0x0107))


def _track_header(_: Movie, track: Track, box: Payload) -> None:
    box.skip(48 if box.number("B3x") == 1 else 36)
    *matrix, width, height = box.unpack("9iii")
    if width and height:
        track.directory.values[0x010E] = words_of.rotation(tuple(matrix))


def _media_header(movie: Movie, _: Track, box: Payload) -> None:
    # One by one: what comes before the end of a box that is too short counts.
    created, modified, scale, duration = "qqIq" if box.number("B3x") == 1 else "IIII"
    movie.created = box.number(created)
    movie.modified = box.number(modified)
    movie.scale = box.number(scale)
    movie.duration = box.number(duration)


def _handler(movie: Movie, _: Track, box: Payload) -> Track | None:
    kind = box.bytes(12)[8:]
    return track(movie, TRACKS[kind]) if kind in TRACKS else None


def _user_data(movie: Movie, track: Track, box: Payload) -> None:
    user_data.read(movie, track, box, user_data.put_place, _OWN)


def _compressed(movie: Movie, track: Track, box: Payload) -> None:
    """A movie compressed with zlib ("Compressed Movie Resources"); one that lies in another is left."""
    parts = {child.kind: box.data[child.start : child.end] for child in children(box.data, 0, len(box.data))}
    if parts.get(b"dcom") != b"zlib" or len(parts.get(b"cmvd", b"")) < 4:
        raise Malformed("A compressed movie of an unknown form")
    data, fault = inflate(parts[b"cmvd"][4:], _INFLATED)
    kind = MAIN._replace(boxes={kind: read for kind, read in MAIN.boxes.items() if kind != b"cmov"})
    walk(Stream(Reader.over(data)), movie, Track(kind, track.directory), head_behind_zeros, "Atom")
    if fault is not None:
        track.directory.errors.append(f"The compressed movie: {fault}")


def _canon_thumbnail(movie: Movie, track: Track, box: Payload) -> None:
    """A JPEG whose Exif block says what the camera says of the movie. The reference tells its date alone."""
    from metadata_digger.metadata.formats import jpeg

    size = box.number("I") or box.number("I")
    kind = box.bytes(4)
    if size == 1:
        size = box.number("q")
    if kind != b"CNDA" or size <= 0:
        return
    try:
        for directory in jpeg.read(Reader.over(box.data[box.at : box.at + size])):
            if directory.name == "Exif IFD0" and _THUMBNAIL_DATE not in track.directory.values:
                date = next((tag.description for tag in directory.tags() if tag.id == _DATE_TIME), None)
                if date is not None:
                    track.directory.values[_THUMBNAIL_DATE] = date
            if directory.name.startswith(_OF_THE_MOVIE) or directory.name.endswith("Makernote"):
                movie.found.append(directory)
    except Malformed:  # no JPEG
        return


def _xmp(movie: Movie, _: Track, box: Payload) -> None:
    from metadata_digger.metadata.blocks import xmp

    movie.found.append(xmp.read_packet(box.data))


def _uuid(movie: Movie, _: Track, box: Payload) -> None:
    from metadata_digger.metadata.blocks import uuid_box

    movie.found.extend(uuid_box.read(Reader.over(box.data)))


_OWN = {b"CNTH": _canon_thumbnail, b"XMP_": _xmp}
MAIN = Kind(
    "QuickTime",
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
        b"cmov": _compressed,
        **_OWN,
    },
)
