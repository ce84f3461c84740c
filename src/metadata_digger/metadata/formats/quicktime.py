"""QuickTime (Apple, QuickTime File Format Specification): movie, tracks, metadata."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import movie as words_of
from metadata_digger.metadata.blocks.dates import since_1904
from metadata_digger.metadata.blocks.movie import Head, Kind, Movie, Track, walk
from metadata_digger.metadata.blocks.quicktime_media import TRACKS, track
from metadata_digger.metadata.blocks.stream import Payload, Stream
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, Rational, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.quicktime import QUICKTIME

_THUMBNAIL_DATE = 0x2000
_DATE_TIME = 0x0132  # of Exif

TABLE = TagTable(
    QUICKTIME,
    {0x1000: words_of.brand, 0x1002: words_of.brands, 0x0104: words_of.duration},
)


def read(reader: Reader) -> Iterator[Directory]:
    movie = Movie()
    walk(Stream(reader.ordered(">")), movie, movie.track(MAIN), head, "Atom")
    return iter(movie.found)


def head(stream: Stream) -> Head:
    size = stream.number("I")
    if size == 0:  # Canon ends the thumbnail's box so (EOS 100D, PowerShot SX30 IS)
        size = stream.number("I")
    kind = stream.bytes(4)
    if size == 1:
        size = stream.number("q")
    return Head(size, kind, size - 8)


def _file_type(_: Movie, track: Track, box: Payload) -> None:
    brand, version = box.text(4), box.number("I")
    others = tuple(box.text(4) for _ in range(16, len(box.data) + 8, 4))
    track.directory.values |= {0x1000: brand, 0x1001: version, 0x1002: others}


def _movie_header(_: Movie, track: Track, box: Payload) -> None:
    created, modified, scale, duration, rate, volume, *times = box.unpack("4xIIIIih10x36x7I")
    values = track.directory.values
    values |= {0x0100: since_1904(created), 0x0101: since_1904(modified), 0x0103: duration, 0x0102: scale}
    values |= {0x0104: Rational(duration, scale), 0x0105: words_of.fixed(rate, 16), 0x0106: words_of.volume(volume, 8)}
    values |= dict(enumerate(times, 0x0107))


def _track_header(_: Movie, track: Track, box: Payload) -> None:
    box.skip(48 if box.number("B3x") == 1 else 36)
    *matrix, width, height = box.unpack("9iii")
    if width and height:
        track.directory.values[0x010E] = words_of.rotation(tuple(matrix))


def _media_header(movie: Movie, _: Track, box: Payload) -> None:
    box.skip(4)
    # One by one: what comes before the end of a box that is too short counts.
    movie.created = box.number("I")
    movie.modified = box.number("I")
    movie.scale = box.number("I")
    movie.duration = box.number("I")
    box.skip(4)


def _handler(movie: Movie, _: Track, box: Payload) -> Track | None:
    box.skip(8)
    kind = box.bytes(4)
    box.skip(12)
    box.skip(box.number("B"))  # its name; what MP4 has there, a string that a zero ends, is rarely long enough
    if kind in TRACKS:
        return track(movie, TRACKS[kind])
    if kind in (b"mdir", b"mdta"):
        from metadata_digger.metadata.blocks.quicktime_metadata import METADATA_TRACKS

        return movie.track(METADATA_TRACKS[kind])
    return None


def _canon_thumbnail(_: Movie, track: Track, box: Payload) -> None:
    """A JPEG of which the reference tells the date."""
    from metadata_digger.metadata.formats import jpeg

    size = box.number("I") or box.number("I")
    kind = box.bytes(4)
    if size == 1:
        size = box.number("q")
    if kind != b"CNDA" or not 0 < size <= 0x7FFFFFFF:
        return
    try:
        for directory in jpeg.read(Reader.over(box.bytes(size))):
            if directory.name == "Exif IFD0":
                date = next((tag.description for tag in directory.tags() if tag.id == _DATE_TIME), None)
                if date is not None:
                    track.directory.values[_THUMBNAIL_DATE] = date
                return
    except Malformed:  # no JPEG; one that ends early ends this level of the walk
        return


def _xmp(movie: Movie, _: Track, box: Payload) -> None:
    from metadata_digger.metadata.blocks import xmp

    movie.found.append(xmp.read_packet(box.data))


MAIN = Kind(
    "QuickTime",
    TABLE,
    frozenset({b"trak", b"udta", b"meta", b"moov", b"mdia"}),
    {
        b"ftyp": _file_type,
        b"mvhd": _movie_header,
        b"hdlr": _handler,
        b"mdhd": _media_header,
        b"CNTH": _canon_thumbnail,
        b"XMP_": _xmp,
        b"tkhd": _track_header,
    },
)
