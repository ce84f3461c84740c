"""Tags that this tool adds to the directory GPS: where and when, in a form that maps and search engines take.

They are the original's. What is no place on Earth and no moment makes none (metadata.blocks.gps says why not).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metadata_digger.metadata.blocks import iso6709
from metadata_digger.metadata.blocks.gps import location, moment
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import double
from metadata_digger.schema import OWN_TAG

LOCATION, LATITUDE, LONGITUDE, DATE_TIME = OWN_TAG - 1, OWN_TAG - 2, OWN_TAG - 3, OWN_TAG - 4


OwnTag = tuple[int, str, str]


def own_tags(gps: Directory) -> Iterator[OwnTag]:
    """(id, name, value): decimal degrees, south and west negative; "yyyy:MM:dd HH:mm:ss" in UTC."""
    place = location(gps)
    if place is not None:
        yield from _place_tags(*place)
    instant = moment(gps)
    if instant is not None:
        # strftime("%Y") does not pad years below 1000.
        yield DATE_TIME, "MD DateTime", f"{instant.year:04}:{instant:%m:%d %H:%M:%S}"


def tags_of_a_movie(directories: Sequence[Directory]) -> list[OwnTag]:
    """The same for the place that a movie has in directories of its own; none where a directory GPS has a place."""
    if any(one.name == "GPS" and location(one) is not None for one in directories):
        return []
    places = filter(None, map(iso6709.location, directories))
    place = next(places, None)
    return [] if place is None else list(_place_tags(*place))


def _place_tags(latitude: float, longitude: float) -> Iterator[OwnTag]:
    north, east = double(latitude), double(longitude)
    yield LOCATION, "MD Location", f"{north},{east}"
    yield LATITUDE, "MD Location Lat F", north
    yield LONGITUDE, "MD Location Long F", east
