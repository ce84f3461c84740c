"""The fields of a row as it is searched, and the column of `schema` that each comes from: the one table that the index
and Solr go by.

Names and types are those of Solr's configset (docs/solr.md), so that one query means the same in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    STRING = "string"  # whole values, with case
    PATH = "path"  # found by each directory above too
    TAG = "tag"  # a tag's text: words for queries, the whole value for facets
    TEXT = "text"  # words alone
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Field:
    """`column`: of a row, "" where the field is made of its tags or of other fields. `title`: for people."""

    name: str
    kind: Kind
    title: str
    column: str = ""
    several: bool = False
    facet: bool = False  # few enough values to be counted on a page


FIELDS: tuple[Field, ...] = (
    Field("id", Kind.STRING, "Id", "id"),
    Field("base_path", Kind.PATH, "Base path", "base_path"),
    Field("file_path", Kind.PATH, "Folder", "file_path", facet=True),
    Field("exact_base_path", Kind.STRING, "Input", "base_path", facet=True),
    Field("exact_file_path", Kind.STRING, "Path", "file_path"),
    Field("file_name", Kind.STRING, "File name", "file_path"),
    Field("file_extension", Kind.STRING, "Extension", "file_path", facet=True),
    Field("file_type", Kind.STRING, "File type", "file_type", facet=True),
    Field("file_size", Kind.INTEGER, "Size", "size"),
    Field("file_modified", Kind.DATE, "Modified", "modified"),
    Field("notes", Kind.STRING, "Notes", "notes", several=True, facet=True),
    Field("processing_datetime", Kind.DATE, "Indexed"),
    Field("content_hash", Kind.STRING, "Content hash"),
    *(
        Field(f"hash_{kind}", Kind.STRING, kind.upper(), f"hash_{kind}")
        for kind in ("crc32", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    ),
    Field("labels", Kind.STRING, "Labels", "labels", several=True, facet=True),
    Field("model_name", Kind.STRING, "Model", "models", several=True, facet=True),
    Field("model_sha256", Kind.STRING, "Model's SHA-256", "models", several=True),
    Field("similar_score", Kind.INTEGER, "Similarity", "similar_score"),
    Field("similar_reasons", Kind.STRING, "Similar by", "similar_reasons", several=True, facet=True),
    Field("directory_names", Kind.STRING, "Directories", "directories", several=True, facet=True),
    Field("tag_names", Kind.STRING, "Tags", "tags", several=True, facet=True),
    Field("metadata_content", Kind.TEXT, "Any tag", "tags"),
    Field("location", Kind.PLACE, "Place", "tags"),
    Field("md_gps_md_location", Kind.PLACE, "Place", "tags"),
    Field("md_gps_md_location_lat_f", Kind.NUMBER, "Latitude", "tags"),
    Field("md_gps_md_location_long_f", Kind.NUMBER, "Longitude", "tags"),
    # The day that a picture is sorted by: MD Taken, else DateTimeOriginal, else DateTime, else GPS.
    Field("date", Kind.DATE, "Date", "tags"),
    Field("md_capture_md_taken", Kind.DATE, "Taken", "tags"),
    Field("md_capture_md_taken_source", Kind.STRING, "Taken by", "tags", facet=True),
    Field("md_capture_md_taken_zone", Kind.STRING, "Taken in zone", "tags", facet=True),
    Field("md_gps_md_datetime", Kind.DATE, "GPS time", "tags"),
    Field("md_exif_ifd0_datetime", Kind.DATE, "Changed", "tags"),
    Field("md_exif_subifd_datetime_original", Kind.DATE, "Original", "tags"),
    Field("md_icc_profile_profile_datetime", Kind.DATE, "Profile made", "tags"),
    *(
        Field(name, Kind.INTEGER, title, "tags")
        for name, title in (
            ("md_jpeg_image_width", "Width (JPEG)"),
            ("md_jpeg_image_height", "Height (JPEG)"),
            ("md_exif_subifd_exif_image_width", "Width (Exif)"),
            ("md_exif_subifd_exif_image_height", "Height (Exif)"),
            ("md_gps_gps_satellites", "Satellites"),
        )
    ),
)
# What the field `date` is made of: the first of these that a row has.
DAYS = (
    "md_capture_md_taken",
    "md_exif_subifd_datetime_original",
    "md_exif_ifd0_datetime",
    "md_gps_md_datetime",
)
_NAME = re.compile(r"(?:exact\.)?\w{1,300}")
BY_NAME = {field.name: field for field in FIELDS}
TAGS, SCORES, EXACT = (
    "md_",
    "score_",
    "exact.",
)  # what fields of tags, of labels' scores, of tags' whole values begin with


def field(name: str) -> Field | None:
    """The field of a name, those of tags and scores too, which no table lists; None where there can be none."""
    if name in BY_NAME:
        return BY_NAME[name]
    if not _NAME.fullmatch(name):  # no field of a row is called so
        return None
    if name.startswith(EXACT) and (own := BY_NAME.get(name.removeprefix(EXACT))):
        return own  # a tag of a kind of its own is whole anyway
    if name.startswith(EXACT) and name != EXACT:
        return Field(name, Kind.STRING, name.removeprefix(EXACT), "tags", several=True, facet=True)
    if name.startswith(TAGS) and name != TAGS:
        return Field(name, Kind.TAG, name, "tags", several=True, facet=True)
    if name.startswith(SCORES) and name != SCORES:
        return Field(name, Kind.NUMBER, name, "scores")
    return None
