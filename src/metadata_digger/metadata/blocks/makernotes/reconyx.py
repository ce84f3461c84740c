"""The makernotes of Reconyx trail cameras: HyperFire, HyperFire 2 and UltraFire. Values are at fixed places.

Layout: Reconyx's own "HyperFire Makernote Specification" and its successors, as the reference has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from metadata_digger.metadata.blocks.makernotes.phrases import missing, whole
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal, integer, ints, real, text, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.reconyx import (
    HYPERFIRE_2_NAMES,
    HYPERFIRE_2_WORDS,
    HYPERFIRE_NAMES,
    HYPERFIRE_WORDS,
    ULTRAFIRE_NAMES,
    ULTRAFIRE_WORDS,
)

_LABEL = 44  # bytes
_SERIAL = 28
_number = whole("{}")


def _string(_: Directory, value: Value) -> str | None:
    return text(value)


def _sequence(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    return f"{numbers[0]}/{numbers[1]}" if len(numbers) > 1 else missing(len(numbers), len(numbers))


def _date(_: Directory, value: Value) -> str | None:
    """ "2015: 4:31  8: 5: 0" as the day that it is: 1 May."""
    if not isinstance(value, str):
        return None
    try:
        year, month, date = (int(field) for field in value[:10].split(":"))
        hour, minute, second = (int(field) for field in value[11:].split(":"))
        moment = datetime(year, month, 1) + timedelta(days=date - 1, hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None
    return f"{moment.year:04}:{moment:%m:%d %H:%M:%S}"


def _volts(_: Directory, value: Value) -> str | None:
    number = real(value)
    return None if number is None else decimal(number, 3, 3)


def _identifier(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return "0x    NULL" if number is None else f"0x{number & 0xFFFFFFFF:08X}"


def _table(
    names: dict[int, str], lists: dict[int, dict[int, str]], numbers: tuple[int, ...], others: dict[int, Render]
) -> TagTable:
    render: dict[int, Render] = {tag: words(table) for tag, table in lists.items()}
    return TagTable(names, {**render, **dict.fromkeys(numbers, _number), **others})


HYPERFIRE = _table(
    HYPERFIRE_NAMES,
    HYPERFIRE_WORDS,
    (0x00, 0x12, 0x26, 0x28, 0x48, 0x4A, 0x4C, 0x4E, 0x52),
    {0x02: _string, 0x0C: _string, 0x0E: _sequence, 0x16: _date, 0x2A: _string, 0x54: _volts, 0x56: _string},
)
HYPERFIRE_2 = _table(
    HYPERFIRE_2_NAMES,
    HYPERFIRE_2_WORDS,
    (0x10, 0x12, 0x3A, 0x4E, 0x50, 0x52, 0x54, 0x56, 0x58, 0x5C, 0x5E, 0x60, 0x66),
    {
        0x2A: _string,
        0x30: _date,
        0x34: _string,
        0x36: _sequence,
        0x3E: _date,
        0x62: _volts,
        0x64: _volts,
        0x68: _string,
        0x7E: _string,
    },
)
ULTRAFIRE = _table(
    ULTRAFIRE_NAMES,
    ULTRAFIRE_WORDS,
    (0x0E, 0x16, 0x37, 0x44, 0x46),
    {
        **dict.fromkeys((0x00, 0x18, 0x1F, 0x26, 0x2D, 0x34, 0x4B, 0x50), _string),
        0x0A: _identifier,
        0x12: _identifier,
        0x35: _sequence,
        0x3B: _date,
        0x49: _volts,
    },
)


def _firmware(reader: Reader, directory: Directory, tag: int, minor_at: int, camera: str) -> None:
    """Major, minor, revision; then the build, whose hexadecimal digits are a date."""
    major, minor = reader.u16(tag), reader.u16(tag + 2)
    revision = reader.u16(minor_at)
    release = f"{major}.{minor}.{revision}"
    build = f"{reader.u16(tag + 6):04X}{reader.u16(tag + 8):04X}"
    if build.isdecimal():
        release += f".{int(build)}"
    else:
        directory.errors.append(
            f"Error processing Reconyx {camera} makernote data: build '{build}' is not in the expected format"
            " and will be omitted from Firmware Version."
        )
    directory.values[tag] = release


def _moment(reader: Reader, directory: Directory, tag: int, camera: str) -> None:
    second, minute, hour, month, day, year = reader.unpack("6H", tag)
    if second < 60 and minute < 60 and hour < 24 and 1 <= month < 13 and 1 <= day < 32 and 1 <= year <= 9999:
        directory.values[tag] = f"{year:4}:{month:2}:{day:2} {hour:2}:{minute:2}:{second:2}"
    else:
        directory.errors.append(
            f"Error processing Reconyx {camera} makernote data: Date/Time Original"
            f" {year}-{month}-{day} {hour}:{minute}:{second} is not a valid date/time."
        )


def _label(reader: Reader, tag: int, length: int = _LABEL) -> str:
    return decoded(reader.bytes(tag, length).partition(b"\0")[0])


def read_hyperfire(reader: Reader) -> Iterator[Directory]:
    """Raises Truncated behind the note's end; what was read before stands."""
    directory = Directory("Reconyx HyperFire Makernote", HYPERFIRE)
    values = directory.values
    yield directory
    values[0x00] = reader.u16(0)
    _firmware(reader, directory, 0x02, 0x06, "HyperFire")
    trigger = reader.u16(0x0C)
    values[0x0C] = "?" if 0xD800 <= trigger < 0xE000 else chr(trigger)
    values[0x0E] = reader.unpack("HH", 0x0E)
    high, low = reader.unpack("HH", 0x12)
    values[0x12] = high << 16 | low
    _moment(reader, directory, 0x16, "HyperFire")
    values[0x24] = reader.u16(0x24)
    values[0x26] = reader.s16(0x26)
    values[0x28] = reader.s16(0x28)
    values[0x2A] = reader.bytes(0x2A, _SERIAL).decode("utf-16-le", "backslashreplace")
    for tag in (0x48, 0x4A, 0x4C, 0x4E, 0x50, 0x52):
        values[tag] = reader.u16(tag)
    values[0x54] = reader.u16(0x54) / 1000
    values[0x56] = _label(reader, 0x56)


def read_hyperfire_2(reader: Reader) -> Iterator[Directory]:
    """The same for HyperFire 2; like the reference it reads the revision and the label where HyperFire has them."""
    directory = Directory("Reconyx HyperFire 2 Makernote", HYPERFIRE_2)
    values = directory.values
    yield directory
    _firmware(reader, directory, 0x2A, 0x06, "HyperFire 2")
    file, folder = reader.unpack("HH", 0x10)
    if folder:
        values[0x10], values[0x12] = file, folder
    values[0x36] = reader.unpack("HH", 0x36)
    high, low = reader.unpack("HH", 0x3A)
    values[0x3A] = high << 16 | low
    _moment(reader, directory, 0x3E, "HyperFire 2")
    values[0x4C] = reader.u16(0x4C)
    values[0x4E] = reader.s16(0x4E)
    values[0x50] = reader.s16(0x50)
    for tag in (0x52, 0x54, 0x56, 0x58):
        values[tag] = reader.u16(tag)
    values[0x5A] = reader.unpack("b", 0x5A)[0]
    for tag in (0x5C, 0x5E, 0x60):
        values[tag] = reader.u16(tag)
    values[0x62] = reader.u16(0x62) / 1000
    values[0x64] = reader.u16(0x64) / 1000
    values[0x56] = _label(reader, 0x56)
    values[0x7E] = reader.bytes(0x7E, _SERIAL).decode("utf-16-le", "backslashreplace")


def read_ultrafire(reader: Reader) -> Iterator[Directory]:
    """The same for UltraFire, of which the reference reads a part."""
    directory = Directory("Reconyx UltraFire Makernote", ULTRAFIRE)
    values = directory.values
    yield directory
    values[0x00] = decoded(reader.bytes(0, 9))
    values[0x34] = decoded(reader.bytes(0x34, 1))
    values[0x35] = reader.unpack("bb", 0x35)
    reader.bytes(0x3B, 5)
    values[0x43] = reader.unpack("b", 0x43)[0]
    values[0x48] = reader.unpack("b", 0x48)[0]
    values[0x4B] = decoded(reader.bytes(0x4B, 14))
    values[0x50] = _label(reader, 0x50, 20)
