"""The directories that describe the file itself: what type its bytes say it is, and what the file system knows."""

from __future__ import annotations

import os
import time

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

# English whatever the locale, as the reference prints dates.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def java_date(seconds: float) -> str:
    """A moment as the reference prints it: "Wed Jul 24 18:25:57 +10:00 2019", local time."""
    moment = time.localtime(seconds)
    offset = moment.tm_gmtoff // 60
    sign, offset = ("-", -offset) if offset < 0 else ("+", offset)
    return (
        f"{_DAYS[moment.tm_wday]} {_MONTHS[moment.tm_mon - 1]} {moment.tm_mday:02d} "
        f"{moment.tm_hour:02d}:{moment.tm_min:02d}:{moment.tm_sec:02d} "
        f"{sign}{offset // 60:02d}:{offset % 60:02d} {moment.tm_year}"
    )
