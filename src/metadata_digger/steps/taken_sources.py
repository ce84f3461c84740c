"""The dates that files have of their making, as steps.taken asks for them: one function for each kind of place.

Values are read by metadata.blocks.stamps. What is no date comes with the reason, an empty field without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from metadata_digger.metadata.blocks.coordinates import characters
from metadata_digger.metadata.blocks.dates import Moment
from metadata_digger.metadata.blocks.stamps import MINUTE, SECOND, Stamp, is_blank, is_zero, offset, stamp
from metadata_digger.metadata.model import Directory, describe

_HOURS = 0x882A  # TimeZoneOffset
_ZONE, _ZONE_ORIGINAL, _ZONE_DIGITIZED = 0x9010, 0x9011, 0x9012
_MOVIE_CREATED = 0x0100
_PNG_TEXT = 13


class Found(NamedTuple):
    """A date that a file has: which tags say it, as Directory.Tag, and the moment, None where it is no date."""

    sources: tuple[str, ...]
    stamp: Stamp | None
    fault: str | None = None
    utc: bool = False  # in UTC by the rules of its format


Read = Callable[[Sequence[Directory]], Iterator[Found]]


def _read(words: str, *sources: str) -> Found:
    """A date in words; nothing is said of a field that is empty, which is Exif's word for an unknown date."""
    if is_blank(words):
        return Found(sources, None)
    at = stamp(words)
    if at is None:
        why = "is no date" if is_zero(words) else "cannot be read as a date"
        return Found(sources, None, f"{words[:40]!r} {why}")
    late = at.unit >= MINUTE and (" 24:" in words or "T24:" in words)
    return Found(sources, at, "hour 24 counts as the next day's first" if late else None)


def text(name: str, tag: int, time: int | None = None) -> Read:
    """A tag with a date, and one with the time of the day."""

    def read(directories: Sequence[Directory]) -> Iterator[Found]:
        for directory in directories:
            date = _first(directory, tag) if directory.name == name else None
            if date:
                clock = None if time is None else _first(directory, time)
                found = _read(date, _called(directory, tag))
                if clock and time is not None and found.stamp is not None:
                    whole = stamp(f"{date}T{clock}")
                    found = found if whole is None else Found((*found.sources, _called(directory, time)), whole)
                yield found

    return read


def _first(directory: Directory, tag: int) -> str | None:
    """The text of a tag; of a repeated one (IPTC) the first."""
    value = directory.values.get(tag)
    return characters(value[0] if isinstance(value, tuple) and value and isinstance(value[0], str) else value)


def named(*names: str) -> Read:
    """A tag of such a name in any directory but those of Exif and IPTC, which have more beside it."""

    def read(directories: Sequence[Directory]) -> Iterator[Found]:
        for directory in directories:
            if directory.name != "IPTC" and not directory.name.startswith("Exif "):
                named_so = directory.table.names
                for tag, value in directory.values.items():
                    if named_so.get(tag) in names and (date := describe(directory, tag, value)):
                        yield _read(date.strip("()"), _called(directory, tag))  # PostScript has texts in them

    return read


def _called(directory: Directory, tag: int) -> str:
    return f"{directory.name}.{directory.tag_name(tag)}"


def exif(name: str, tag: int, fraction: int, zone: int) -> Read:
    """A date of Exif with its fraction and zone, which stand in the SubIFD of the same block."""

    def read(directories: Sequence[Directory]) -> Iterator[Found]:
        for index, directory in enumerate(directories):
            date = characters(directory.values.get(tag)) if directory.name == name else None
            if date:
                found = _read(date, _called(directory, tag))
                if found.stamp is not None:
                    found = _refined(found, found.stamp, _block(directories, index), fraction, zone)
                yield found

    return read


def _block(directories: Sequence[Directory], index: int) -> list[Directory]:
    """A directory and the SubIFD of its block."""
    found = [directories[index]]
    for directory in directories[index + 1 :]:
        if directory.name == "Exif IFD0":
            break
        if directory.name == "Exif SubIFD":
            found.append(directory)
            break
    return found


def _refined(found: Found, at: Stamp, block: Sequence[Directory], fraction: int, zone: int) -> Found:
    sources = [*found.sources]
    for directory in block:
        digits = (characters(directory.values.get(fraction)) or "").strip()
        if at.unit == SECOND and not at.fraction and digits.isascii() and digits.isdigit():
            at = at._replace(fraction=digits[:9])
        away = _ahead(directory, zone)
        if at.offset is None and away is not None:
            at = at._replace(offset=away[1])
            sources.append(_called(directory, away[0]))
    return Found(tuple(sources), at, found.fault)


def _ahead(directory: Directory, tag: int) -> tuple[int, timedelta] | None:
    """The tag that tells the zone and what it tells: Exif 2.31's text, or the whole hours of TIFF/EP (ISO 12234-2)."""
    words = characters(directory.values.get(tag))
    away = None if words is None else offset(words)
    if away is not None:
        return tag, away
    hours = directory.values.get(_HOURS)
    if isinstance(hours, tuple) and hours:  # of DateTimeOriginal, then of DateTime
        hours = hours[-1] if tag == _ZONE else hours[0]
    if type(hours) is int and tag != _ZONE_DIGITIZED and -12 <= hours <= 14:
        return _HOURS, timedelta(hours=hours)
    return None


def movie(name: str) -> Read:
    """The time of a movie header, which counts in UTC (ISO/IEC 14496-12, 8.2.2).

    0 and the first second of 1970 are clocks never set; before that is who counts from 1970 and not from 1904.
    """

    def read(directories: Sequence[Directory]) -> Iterator[Found]:
        for directory in directories:
            value = directory.values.get(_MOVIE_CREATED) if directory.name == name else None
            if value is not None:
                source = (_called(directory, _MOVIE_CREATED),)
                if not isinstance(value, Moment) or not value:
                    yield Found(source, None, f"{value} is no date")
                elif value < 0:
                    yield Found(source, None, f"{value} is before all movies: counted from 1970, perhaps")
                else:
                    yield _since_1970(source, int(value))

    return read


def _since_1970(source: tuple[str, ...], seconds: int) -> Found:
    try:
        return Found(source, Stamp(datetime(1970, 1, 1) + timedelta(seconds=seconds)), None, True)
    except OverflowError:
        return Found(source, None, "is beyond all dates")


def xmp(*paths: str) -> Read:
    def read(directories: Sequence[Directory]) -> Iterator[Found]:
        packets = [directory for directory in directories if directory.xmp]
        for path in paths if packets else ():
            for directory in packets:
                for found in directory.xmp:
                    if found.path == path and found.value:
                        yield _read(found.value, f"XMP.{path}")

    return read


def png_text(directories: Sequence[Directory]) -> Iterator[Found]:
    """The keyword "Creation Time" of PNG, 11.3.3.2."""
    for directory in directories:
        value = directory.values.get(_PNG_TEXT) if directory.name in ("PNG-tEXt", "PNG-zTXt", "PNG-iTXt") else None
        if isinstance(value, tuple) and len(value) == 2 and str(value[0]).lower() == "creation time":
            yield _read(str(value[1]), f"{directory.name}.{value[0]}")


def png_time(directories: Sequence[Directory]) -> Iterator[Found]:
    """The time of the last change, which PNG, 11.3.4.1, wants in UTC."""
    for found in text("PNG-tIME", 14)(directories):
        yield found._replace(utc=True)


# When it was taken, the best first.
ORIGINALS: tuple[Read, ...] = (
    exif("Exif SubIFD", 0x9003, 0x9291, 0x9011),
    exif("Exif IFD0", 0x9003, 0x9291, 0x9011),  # TIFF/EP has it there
    xmp("exif:DateTimeOriginal", "photoshop:DateCreated"),
    text("IPTC", 0x0237, 0x023C),
    text("QuickTime Metadata", 0x0506),
    text("QuickTime Metadata", 0x0446),
    movie("MP4"),
    movie("QuickTime"),
    named("Date/Time Original", "Date Created"),  # makernotes of FLIR and Reconyx, AVI, WAV
)
# When it was made into a file, then when it was last changed: not later than that.
OTHERS: tuple[Read, ...] = (
    exif("Exif SubIFD", 0x9004, 0x9292, 0x9012),
    text("IPTC", 0x023E, 0x023F),
    xmp("xmp:CreateDate"),
    png_text,
    named("Creation Date"),  # EPS
    exif("Exif IFD0", 0x0132, 0x9290, 0x9010),
    xmp("xmp:ModifyDate"),
    png_time,
)
