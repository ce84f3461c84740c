"""The Arrow schema of a row; nothing else decides columns.

A row starts as FILE, every step appends fields and never rebuilds those before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pyarrow as pa

# An Arrow array. The types that pyarrow ships do not say of what a column of a batch is.
Column: TypeAlias = Any

OK = "ok"
FILTERED = "filtered"
TIMED_OUT = "timed_out"
FAILED = "failed"  # also "not_found", "denied", "timed_out": storage faults have a status of their own

_FILE: list[pa.Field[Any]] = [
    pa.field("id", pa.string(), nullable=False),  # MD5 of file_path, upper-case hex
    pa.field("base_path", pa.string(), nullable=False),  # the entry of input.paths, "file:///abs/dir"
    pa.field("file_path", pa.string(), nullable=False),  # "file:/abs/dir/name"
    pa.field("size", pa.int64(), nullable=False),  # bytes
    pa.field("modified", pa.timestamp("us", "UTC")),
    pa.field("status", pa.string(), nullable=False),
    pa.field("reason", pa.string()),  # why the row is not ok
    pa.field("notes", pa.list_(pa.string()), nullable=False),  # what went wrong without losing the row
    # Null: the row stands until the file changes. Else it lacks something that is no fault of the file: an update that
    # may hold so many bytes of a file at once reads it again. 0: every update does.
    pa.field("again", pa.int64()),
]
FILE = pa.schema(_FILE)

TAG = pa.struct(
    [
        pa.field("directory", pa.string(), nullable=False),
        pa.field("tag", pa.int32(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("value", pa.string()),
    ]
)

# Tags that this tool adds to a directory have ids below this, out of reach of every format's own (the lowest of the
# reference extractor is -3, JPEG's Compression Type). Like the original, TagNames leaves them out.
OWN_TAG = -0x4000_0000

EXTRACTED: list[pa.Field[Any]] = [
    pa.field("file_type", pa.string()),
    pa.field("directories", pa.list_(pa.string()), nullable=False),  # as found: repeated and empty ones too
    pa.field("tags", pa.list_(TAG), nullable=False),  # as found: of a repeated directory all
]

SCORE = pa.struct(
    [
        pa.field("label", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
        pa.field("model", pa.string(), nullable=False),  # the model's name, as in `models`
    ]
)
BOX = pa.struct(
    [
        pa.field("label", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
        *(pa.field(name, pa.int32(), nullable=False) for name in ("x", "y", "width", "height")),  # pixels, upright
        pa.field("model", pa.string(), nullable=False),
    ]
)
MODEL = pa.struct([pa.field("name", pa.string(), nullable=False), pa.field("sha256", pa.string(), nullable=False)])

LABELLED: list[pa.Field[Any]] = [
    pa.field("labels", pa.list_(pa.string())),  # null: the picture could not be decoded
    pa.field("scores", pa.list_(SCORE)),  # every label at or above 0.01, by model, best first
    pa.field("models", pa.list_(MODEL), nullable=False),  # the first one is that of the keys without a name
]
BOXED: list[pa.Field[Any]] = [pa.field("boxes", pa.list_(BOX))]  # where asked for; by model, best first

HASHES = ("crc32", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def hashed(types: Sequence[str]) -> list[pa.Field[Any]]:
    """A field for each type of hash, `hash_md5`: lower-case hex, null where the file could not be read."""
    return [pa.field(f"hash_{kind}", pa.string()) for kind in types]


THUMBNAILS = ("small_thumb", "medium_thumb")


def thumbnailed(names: Sequence[str]) -> list[pa.Field[Any]]:
    """A field for each of the thumbnails that are asked for: a picture file's bytes, null where there is no picture."""
    return [pa.field(name, pa.binary()) for name in names]


SIMILAR: list[pa.Field[Any]] = [
    # With rules: how many of them hold. Without: 0 to 100, how sure it is that both are by the same device or person.
    pa.field("similar_score", pa.int32()),
    pa.field("similar_reasons", pa.list_(pa.string())),
]
