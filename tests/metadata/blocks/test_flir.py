"""FLIR's records: over one segment and several, in both byte orders, cut short."""

from __future__ import annotations

from struct import pack, pack_into

import pytest

from metadata_digger.metadata.formats import jpeg
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_jpeg import jpeg as build
from ..show import described, named


def camera(order: str) -> bytes:
    record = bytearray(0x480)
    pack_into(order + "H", record, 0, 2)
    pack_into(order + "f", record, 0x20, 0.95)
    pack_into(order + "f", record, 0x24, 2.5)
    pack_into(order + "f", record, 0x28, 293.15)
    pack_into(order + "f", record, 0x70, 0.006569)
    pack_into(order + "IIh", record, 0x384, 1_500_000_000, 0x10000 + 42, -120)
    record[0xD4:0xDD] = b"FLIR E40 "
    record[0x104:0x10D] = b"418131006"
    return bytes(record)


def fff(*records: tuple[int, bytes], order: str = ">") -> bytes:
    start = 0x40 + 0x20 * len(records)
    head = b"FFF\0" + b"MTX IR\0".ljust(16, b"\0") + pack(order + "III", 101, 0x40, len(records))
    entries, content = b"", b""
    for kind, record in records:
        entry = pack(order + "HHIIII", kind, 1, 100, 1, start + len(content), len(record))
        entries += entry.ljust(0x20, b"\0")
        content += record
    return head.ljust(0x40, b"\0") + entries + content


def read(*parts: bytes, numbers: tuple[int, ...] | None = None) -> list[Directory]:
    numbered = zip(numbers or range(len(parts)), parts, strict=True)
    segments = ((0xE1, b"FLIR\0\1" + bytes((number, len(parts) - 1)) + part) for number, part in numbered)
    return list(jpeg.read(Reader.over(build(*segments))))


SAYS = {
    "Creator Software": "MTX IR",
    "Camera Model": "FLIR E40",
    "Camera Serial Number": "418131006",
    "Emissivity": "0.95",
    "Object Distance": "2.5 metres",
    "Reflected Apparent Temperature": "20.0 °C",
    "Atmospheric Trans Alpha 1": "0.006569",
    "Date/Time Original": "2017:07:14 04:40:00.042+02:00",
}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("inner", ["<", ">"])
def test_camera(order: str, inner: str) -> None:
    (directory,) = read(fff((0x20, camera(inner)), order=order))
    assert directory.name == "FLIR"
    assert SAYS.items() <= described(directory).items()


def test_parts_are_joined_by_their_numbers() -> None:
    data = fff((0x01, pack(">HHH", 2, 320, 240) + bytes(90_000)), (0x20, camera(">")))
    directories = read(data[60_000:], data[:60_000], numbers=(1, 0))
    assert named(directories) == ["FLIR", "FLIR Raw Data"]
    assert described(directories[0])["Camera Serial Number"] == "418131006"
    assert described(directories[1]) == {"Raw Thermal Image Width": "320", "Raw Thermal Image Height": "240"}


def test_place() -> None:
    record = bytearray(0x70)
    pack_into("<I", record, 0, 1)
    pack_into("<dd", record, 0x10, -12.5, 130.25)
    found = described(read(fff((0x2B, bytes(record))))[-1])
    assert (found["GPS Latitude"], found["GPS Longitude"]) == ("-12.5", "130.25")


@pytest.mark.parametrize("cut", [8, 0x30, 0x50, 0x60 + 0x110])
def test_what_is_there_counts(cut: int) -> None:
    directories = read(fff((0x20, camera(">")))[:cut])
    assert named(directories) == ["FLIR"]
    assert directories[0].errors


def test_a_record_that_is_not_there_costs_itself() -> None:
    data = bytearray(fff((0x01, b"\0\2\1\0\1\0"), (0x20, camera(">"))))
    pack_into(">I", data, 0x40 + 0x0C, 0x7FFFFFFF)
    (directory,) = read(bytes(data))
    assert described(directory)["Camera Model"] == "FLIR E40"
    assert directory.errors[0].startswith("Record 0x01: ")
