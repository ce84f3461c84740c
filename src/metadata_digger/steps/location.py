"""Tags that this tool adds to the directory GPS: where and when, in a form that maps and search engines take.

They are the original's. What is no place on Earth and no moment makes none (metadata.blocks.gps says why not).
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.gps import location, moment
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import double
from metadata_digger.schema import OWN_TAG

LOCATION, LATITUDE, LONGITUDE, DATE_TIME = OWN_TAG - 1, OWN_TAG - 2, OWN_TAG - 3, OWN_TAG - 4


def own_tags(gps: Directory) -> Iterator[tuple[int, str, str]]:
    """(id, name, value): decimal degrees, south and west negative; "yyyy:MM:dd HH:mm:ss" in UTC."""
    place = location(gps)
    if place is not None:
        latitude, longitude = map(double, place)
        yield LOCATION, "MD Location", f"{latitude},{longitude}"
        yield LATITUDE, "MD Location Lat F", latitude
        yield LONGITUDE, "MD Location Long F", longitude
    instant = moment(gps)
    if instant is not None:
        # strftime("%Y") does not pad years below 1000.
        yield DATE_TIME, "MD DateTime", f"{instant.year:04}:{instant:%m:%d %H:%M:%S}"
