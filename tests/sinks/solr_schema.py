"""Schemas of collections, as Solr's Schema API tells them."""

from __future__ import annotations

from typing import Any

TYPES = {
    "string": "solr.StrField",
    "text": "solr.SortableTextField",
    "path": "solr.TextField",
    "int": "solr.IntPointField",
    "long": "solr.LongPointField",
    "float": "solr.FloatPointField",
    "date": "solr.DateRangeField",
    "location": "solr.LatLonPointSpatialField",
    "binary": "solr.BinaryField",
}

# What collections made for Metadata Digger 0.2.1 have.
OLD = {
    "id": "string",
    "metadata_content": "path",
    "directory_names": "string",
    "tag_names": "string",
    "labels": "string",
    "file_type": "string",
    "content_hash": "string",
    **{f"hash_{name}": "string" for name in ("crc32", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")},
    "base_path": "path",
    "file_path": "path",
    "small_thumb": "binary",
    "medium_thumb": "binary",
    "processing_datetime": "date",
    "md_gps_md_location": "location",
    "md_gps_md_location_lat_f": "float",
    "md_gps_md_location_long_f": "float",
    "md_gps_md_datetime": "date",
    "md_exif_ifd0_datetime": "date",
    "md_exif_subifd_datetime_original": "date",
    "md_icc_profile_profile_datetime": "date",
    "md_jpeg_image_width": "int",
    "md_jpeg_image_height": "int",
    "md_exif_subifd_exif_image_width": "int",
    "md_exif_subifd_exif_image_height": "int",
    "md_gps_gps_satellites": "int",
}
NEW = {
    "file_name": "string",
    "file_extension": "string",
    "file_size": "long",
    "file_modified": "date",
    "notes": "string",
    "model_name": "string",
    "model_sha256": "string",
}


def schema(
    fields: dict[str, str], dynamic: dict[str, str], required: tuple[str, ...] = ("id",), unique: str = "id"
) -> dict[str, Any]:
    return {
        "uniqueKey": unique,
        "fieldTypes": [{"name": name, "class": kind} for name, kind in TYPES.items()],
        "fields": [
            {"name": name, "type": kind, **({"required": True} if name in required else {})}
            for name, kind in fields.items()
        ],
        "dynamicFields": [{"name": name, "type": kind} for name, kind in dynamic.items()],
    }


def old() -> dict[str, Any]:
    return schema(OLD, {"md_*": "text"}, required=("id", "file_type", "processing_datetime"))


def new() -> dict[str, Any]:
    return schema(OLD | NEW, {"*": "text", "md_*": "text", "score_*": "float"})
