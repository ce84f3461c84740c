from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import ico
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..hostile import consume, damaged
from ..show import described, named


def entry(width: int, height: int, colours: int, first: int, second: int) -> bytes:
    return pack("<BBBBHHII", width, height, colours, 0, first, second, 1000, 0x80000000)


def file(kind: int, *entries: bytes, count: int | None = None) -> bytes:
    return pack("<HHH", 0, kind, len(entries) if count is None else count) + b"".join(entries)


WHOLE = file(1, entry(32, 16, 1, 1, 8), entry(0, 0, 0, 1, 32), entry(16, 16, 16, 1, 4))


def read(data: bytes) -> list[Directory]:
    return list(ico.read(Reader.over(data)))


def test_icon() -> None:
    first, second, third = read(WHOLE)
    assert (first.name, described(first)) == (
        "ICO",
        {
            "Image Type": "Icon",
            "Image Width": "32 pixels",
            "Image Height": "16 pixels",
            "Colour Palette Size": "1 colour",
            "Colour Planes": "1",
            "Bits Per Pixel": "8",
            "Image Size Bytes": "1000",
            "Image Offset Bytes": "2147483648",
        },
    )
    assert described(second)["Image Width"] == described(second)["Image Height"] == "256 pixels"
    assert described(second)["Colour Palette Size"] == "No palette"
    assert described(third)["Colour Palette Size"] == "16 colours"
    assert named(read_metadata(WHOLE)) == ["ICO", "ICO", "ICO", "File Type"]


def test_cursor() -> None:
    (directory,) = read(file(2, entry(32, 16, 0, 5, 6)))
    assert described(directory) == {
        "Image Type": "Cursor",
        "Image Width": "32 pixels",
        "Image Height": "16 pixels",
        "Colour Palette Size": "No palette",
        "Hotspot X": "5",
        "Hotspot Y": "6",
        "Image Size Bytes": "1000",
        "Image Offset Bytes": "2147483648",
    }


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\1\0\1\0\1\0", "Invalid header bytes"),
        (file(3, entry(1, 1, 1, 1, 1)), "Invalid type 3 -- expecting 1 or 2"),
        (file(1), "Image count cannot be zero"),
        (b"\0\0\1\0", "Exception reading ICO file metadata: End of data reached."),
    ],
)
def test_bad_header(data: bytes, error: str) -> None:
    (directory,) = read(data)
    assert (directory.name, directory.values, directory.errors) == ("ICO", {}, [error])


def test_missing_pictures() -> None:
    """Each counted picture has a directory, up to a limit."""
    directories = read(file(1, entry(32, 16, 0, 1, 8), count=3)[:-3])
    assert [directory.errors for directory in directories] == [
        ["Exception reading ICO file metadata: End of data reached."]
    ] * 3
    assert list(described(directories[1])) == ["Image Type"]
    assert len(read(file(1, entry(32, 16, 0, 1, 8), count=65535))) == 65


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(ico.read, data)
