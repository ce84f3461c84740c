"""Kodak's makernotes that do not begin with KDK: fields at fixed positions, kinds told apart by their first bytes.

Kinds, numbered, and fields are ExifTool's; the reference extractor leaves all of them as bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import calcsize, unpack
from typing import NamedTuple

from metadata_digger.metadata.blocks.ifd import string
from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal
from metadata_digger.metadata.source import Reader

_LONGEST = 512  # bytes of a note that are looked at


class _Field(NamedTuple):
    name: str
    form: str  # as in struct; "16s" and the like are text
    render: Render | None = None


class _Kind(NamedTuple):
    head: re.Pattern[bytes]
    order: str
    fields: dict[int, _Field]


def _scaled(by: float, most: int, unit: str = "") -> Render:
    def render(_: Directory, value: Value) -> str | None:
        return f"{decimal(value / by, most)}{unit}" if isinstance(value, int) else str(value)

    return render


def _month_and_day(_: Directory, value: Value) -> str | None:
    return "{:02d}:{:02d}".format(*value) if isinstance(value, tuple) else None


def _time(_: Directory, value: Value) -> str | None:
    return "{:02d}:{:02d}:{:02d}.{:02d}".format(*value) if isinstance(value, tuple) else None


def _date(_: Directory, value: Value) -> str | None:
    return value.replace("/", ":") if isinstance(value, str) else None


_F_NUMBER = _Field("F-Number", "H", _scaled(100, 2))
_ZOOM = _Field("Optical Zoom", "H", _scaled(100, 2))
_EXPOSURE = _Field("Exposure Time", "I", _scaled(1e5, 5, " sec"))
_ISO = _Field("ISO", "H")
_KINDS = (
    _Kind(  # 2, of some HP, Pentax and Minolta cameras too
        re.compile(rb".{8}Eastman Kodak|\x01\0[\0\x01]\0\0\0\x04\0[a-zA-Z]{4}", re.S),
        ">",
        {
            0x08: _Field("Kodak Maker", "32s"),
            0x28: _Field("Kodak Model", "32s"),
            0x6C: _Field("Kodak Image Width", "I"),
            0x70: _Field("Kodak Image Height", "I"),
        },
    ),
    _Kind(  # 3: DC240, DC280, DC3400, DC5000
        re.compile(rb"(?!MM|II).{12}\x07", re.S),
        ">",
        {
            0x0C: _Field("Year Created", "H"),
            0x0E: _Field("Month/Day Created", "2B", _month_and_day),
            0x10: _Field("Time Created", "4B", _time),
            0x1E: _ZOOM,
            0x37: _Field("Sharpness", "b"),
            0x38: _EXPOSURE,
            0x3C: _F_NUMBER,
            0x4E: _ISO,
        },
    ),
    _Kind(  # 4: DC200, DC215
        re.compile(rb".{41}JPG", re.S),
        ">",
        {0x20: _Field("Original File Name", "12s")},
    ),
    _Kind(  # 5: CX4200 to CX6230
        re.compile(rb"\0(\x1a\x18|\x3a\x08|\x59\xf8|\x14\x80)\0"),
        ">",
        {0x14: _EXPOSURE, 0x1C: _F_NUMBER, 0x1E: _ISO, 0x20: _ZOOM, 0x22: _Field("Digital Zoom", "H", _scaled(100, 2))},
    ),
    _Kind(  # 7: a serial number and nothing else
        re.compile(rb"[CK][A-Z\d]{3} ?[A-Z\d]{1,2}\d{2}[A-Z\d]\d{4}[ \0]"),
        "<",
        {0x00: _Field("Serial Number", "16s")},
    ),
    _Kind(  # 9
        re.compile(rb"IIII[\x02\x03]\0.{14}\d{4}/\d{2}/\d{2} ", re.S),
        "<",
        {
            0x0C: _F_NUMBER,
            0x10: _Field("Exposure Time", "I", _scaled(1e6, 6, " sec")),
            0x14: _Field("Date/Time Original", "20s", _date),
            0x34: _ISO,
            0x57: _Field("Firmware Version", "16s"),
        },
    ),
)


# A tag is the kind's place in the list and the field's position.
_TABLE = TagTable(
    {number << 8 | at: field.name for number, kind in enumerate(_KINDS) for at, field in kind.fields.items()},
    {
        number << 8 | at: field.render
        for number, kind in enumerate(_KINDS)
        for at, field in kind.fields.items()
        if field.render is not None
    },
)


def read(reader: Reader) -> Iterator[Directory]:
    """The directory of the note that `reader` starts with, as far as it goes; what is wrong is a text on it."""
    data = reader.bytes(0, min(_LONGEST, reader.size))
    number, kind = next(((number, kind) for number, kind in enumerate(_KINDS) if kind.head.match(data)), (0, None))
    if kind is None:
        return
    directory = Directory("Kodak Makernote", _TABLE, order=kind.order)
    for at, field in kind.fields.items():
        size = calcsize(kind.order + field.form)
        if at + size > len(data):
            directory.errors.append(f"Error processing Kodak makernote data: {beyond(at, size, reader.size)}")
            break
        if field.form.endswith("s"):
            value: Value = string(data[at : at + size]).rstrip()
        else:
            members = unpack(kind.order + field.form, data[at : at + size])
            value = members if len(members) > 1 else members[0]
        directory.values[number << 8 | at] = value
    yield directory
