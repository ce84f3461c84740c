"""Which picture a file of metadata belongs to, by its name: an own tag, so that both rows can be put side by side.

Programs name such files in two ways (XMP Specification Part 3, "Sidecar files"): IMG_1.jpg.xmp is of IMG_1.jpg alone,
and IMG_1.xmp is of all files IMG_1 in its directory, unless it says itself of which (photoshop:SidecarForExtension).
The name is all that is asked: no directory is listed, so that a row is the same wherever and with whatever it is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from metadata_digger.metadata.model import Directory
from metadata_digger.schema import OWN_TAG

DIRECTORY = "File Type"
TAG, NAME = OWN_TAG - 30, "MD Sidecar Of"
KINDS = ("XMP", "XML")
_EXTENSION = "photoshop:SidecarForExtension"
_ENDINGS = (".aux",)  # GDAL: IMG_1.tif.aux.xml


def own_tags(directories: Sequence[Directory], url: str) -> list[tuple[int, str, str]]:
    """(id, name, value) of the picture's file name, for a file of metadata; `NAME.*` stands for all files NAME."""
    if not directories or directories[0].values.get(1) not in KINDS:
        return []
    stem, _, ending = url.rpartition("/")[2].rpartition(".")
    if ending.lower() not in ("xmp", "xml") or not stem:
        return []
    for double in _ENDINGS:
        stem = stem[: -len(double)] if stem.lower().endswith(double) else stem
    named, _, extension = stem.rpartition(".")
    if named and 2 <= len(extension) <= 5 and extension.isalnum() and not extension.isdigit():
        return [(TAG, NAME, stem)]
    own = next((one.value for directory in directories for one in directory.xmp if one.path == _EXTENSION), "")
    return [(TAG, NAME, f"{stem}.{own if own.isalnum() and len(own) <= 5 else '*'}")]
