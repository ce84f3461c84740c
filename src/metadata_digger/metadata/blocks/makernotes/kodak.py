"""Kodak's makernote: fields at fixed positions."""

from __future__ import annotations

from collections.abc import Iterator
from struct import calcsize, unpack

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.charsets import decoded, is_utf8
from metadata_digger.metadata.model import Directory, TagTable, Text, Value
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.kodak import FIELDS, NAMES, WORDS

_TABLE = TagTable(NAMES, {tag: words(table) for tag, table in WORDS.items()})
_HEADER = 8  # "KDK INFO" or "KDK0100"; the fields' positions count from behind it
_LENGTH = _HEADER + 0x6C


def _model(data: bytes) -> str:
    """All eight bytes, NULs too."""
    model = decoded(data)
    return model if is_utf8(data) else Text(model, data)


def read(reader: Reader) -> Iterator[Directory]:
    """The directory of the note that `reader` starts with; what is wrong is a text on it.

    Those that begin with "KDK INFO" are big-endian. The reference has them for little-endian: it compares the first
    seven bytes with an eight-byte name.
    """
    directory = Directory("Kodak Makernote", _TABLE)
    data = reader.bytes(0, min(_LENGTH, reader.size))
    order = ">" if data.startswith(b"KDK INFO") else "<"
    for tag, form in FIELDS.items():
        start, size = _HEADER + tag, calcsize(form)
        if start + size > len(data):
            fault = beyond(start, size, reader.size)
            directory.errors.append(f"Error processing Kodak makernote data: {fault}")
            break
        value: Value = unpack(order + form, data[start : start + size])[0]
        directory.values[tag] = _model(value) if tag == 0 else value
    yield directory
