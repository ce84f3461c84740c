"""The directories that describe the file itself: what type its bytes say it is, and what the file system knows."""

from __future__ import annotations

import os

from metadata_digger.metadata.blocks.dates import java_date
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import FileSource
from metadata_digger.metadata.tags.file_types import FileType

FILE_TYPE = TagTable(
    {
        1: "Detected File Type Name",
        2: "Detected File Type Long Name",
        3: "Detected MIME Type",
        4: "Expected File Name Extension",
    }
)
FILE = TagTable({1: "File Name", 2: "File Size", 3: "File Modified Date"}, {2: lambda _, size: f"{size} bytes"})


def read(kind: FileType) -> Directory:
    """The "File Type" directory."""
    values: dict[int, str] = {1: kind.name, 2: kind.long_name}
    if kind.mime is not None:
        values[3] = kind.mime
    if kind.extension is not None:
        values[4] = kind.extension
    return Directory("File Type", FILE_TYPE, values)


def read_file(path: str | os.PathLike[str], file: FileSource) -> Directory:
    """The "File" directory of an open file; its date is in the zone that TZ names."""
    name = os.fsdecode(path).rpartition(os.sep)[2]
    return Directory("File", FILE, {1: name, 2: file.size, 3: java_date(file.modified)})
