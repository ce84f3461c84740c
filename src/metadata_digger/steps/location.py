"""Where and when by GPS, in a form that maps and search engines take: tags that this tool adds to the directory GPS.

They are the original's, of Exif's GPS directory. A file without a place there may have one in XMP (exif:GPSLatitude,
ISO 16684-2; DJI's drones) or in a movie. What is no place on Earth makes none, and a note says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from metadata_digger.metadata.blocks import iso6709
from metadata_digger.metadata.blocks.coordinates import LATITUDE, LONGITUDE, from_text, hemisphere
from metadata_digger.metadata.blocks.gps import location, moment
from metadata_digger.metadata.blocks.stamps import MINUTE, stamp
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import double
from metadata_digger.schema import OWN_TAG

DIRECTORY = "GPS"
_LOCATION, _LATITUDE, _LONGITUDE, _DATE_TIME, _SOURCE = (OWN_TAG - number for number in range(1, 6))


class Place(NamedTuple):
    latitude: float
    longitude: float
    source: str | None = None  # None: the directory GPS


class _Names(NamedTuple):
    """Properties of XMP that are a place. `signed`: south and west are negative, without letters."""

    latitude: str
    longitude: str
    signed: bool = False


_PROPERTIES = (
    _Names("exif:GPSLatitude", "exif:GPSLongitude"),
    _Names("Iptc4xmpExt:LocationCreated[1]/exif:GPSLatitude", "Iptc4xmpExt:LocationCreated[1]/exif:GPSLongitude"),
    _Names("drone-dji:GpsLatitude", "drone-dji:GpsLongitude", True),
    _Names("drone-dji:GpsLatitude", "drone-dji:GpsLongtitude", True),  # as some of them write it
)


def own_tags(directories: Sequence[Directory], notes: list[str]) -> list[tuple[int, str, str]]:
    """(id, name, value): decimal degrees, south and west negative; "yyyy:MM:dd HH:mm:ss" in UTC. Why what looks like a
    place is none, and that there are several, goes to the notes; GPS directories have their own errors."""
    found: list[tuple[int, str, str]] = []
    place = _place(directories, notes)
    if place is not None:
        latitude, longitude = double(place.latitude), double(place.longitude)
        found += (
            (_LOCATION, "MD Location", f"{latitude},{longitude}"),
            (_LATITUDE, "MD Location Lat F", latitude),
            (_LONGITUDE, "MD Location Long F", longitude),
        )
        if place.source is not None:
            found.append((_SOURCE, "MD Location Source", place.source))
    instant = gps_moment(directories)
    if instant is not None:
        # strftime("%Y") does not pad years below 1000.
        found.append((_DATE_TIME, "MD DateTime", f"{instant.year:04}:{instant:%m:%d %H:%M:%S}"))
    return found


def gps_moment(directories: Sequence[Directory]) -> datetime | None:
    """The first moment by GPS, in UTC: of Exif, else XMP's exif:GPSTimeStamp, which is a whole date."""
    of_exif = (moment(directory) for directory in directories if directory.name == DIRECTORY)
    found = next((one for one in of_exif if one is not None), None)
    if found is None:
        for value in _values(_packets(directories), "exif:GPSTimeStamp"):
            at = stamp(value)
            if at is not None and at.unit >= MINUTE:
                return at.utc.replace(microsecond=0)
    return found


def _place(directories: Sequence[Directory], notes: list[str]) -> Place | None:
    of_exif = [location(directory) for directory in directories if directory.name == DIRECTORY]
    places = list(dict.fromkeys(place for place in of_exif if place is not None))
    if len(places) > 1:
        notes.append(f"GPS: {len(places)} places that differ; MD Location is the first")
    if places:
        return Place(*places[0])
    return next(_of_xmp(directories, notes), None) or next(_of_movies(directories), None)


def _of_xmp(directories: Sequence[Directory], notes: list[str]) -> Iterator[Place]:
    directories = _packets(directories)
    for names in _PROPERTIES if directories else ():
        texts = [next(_values(directories, name), None) for name in names[:2]]
        if texts[0] is None or texts[1] is None:
            continue
        signed = names.signed or any(text is not None and text.strip()[:1] in ("-", "+") for text in texts)
        latitude, longitude = (
            from_text(text or "", axis, hemisphere(next(_values(directories, f"{name}Ref"), None), axis), signed=signed)
            for text, axis, name in zip(texts, (LATITUDE, LONGITUDE), names[:2], strict=True)
        )
        for name, found in zip(names[:2], (latitude, longitude), strict=True):
            if found.fault is not None:
                end = "" if found.degrees is not None else ": no place is made of it"
                notes.append(f"XMP: {name}: {found.fault}{end}")
        if latitude.degrees is not None and longitude.degrees is not None:
            yield Place(latitude.degrees, longitude.degrees, f"XMP.{names.latitude} + XMP.{names.longitude}")


def _values(directories: Sequence[Directory], path: str) -> Iterator[str]:
    return (found.value for directory in directories for found in directory.xmp if found.path == path)


def _packets(directories: Sequence[Directory]) -> list[Directory]:
    """The directories that have properties of XMP: most files have none."""
    return [directory for directory in directories if directory.xmp]


def _of_movies(directories: Sequence[Directory]) -> Iterator[Place]:
    for directory in directories:
        place = iso6709.location(directory)
        if place is not None:
            yield Place(*place, directory.name)
