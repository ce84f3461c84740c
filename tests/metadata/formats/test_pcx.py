from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import pcx
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..hostile import consume, damaged
from ..show import described, named


def header(version: int = 5, planes: int = 3, palette: int = 1, screen: tuple[int, int] = (640, 480)) -> bytes:
    head = pack("<BBBBHHHHHH", 10, version, 1, 8, 0, 1, 319, 199, 300, 301)
    return head + bytes(49) + pack("<BHHHH", planes, 320, palette, *screen) + bytes(54)


def read(data: bytes) -> Directory:
    (directory,) = pcx.read(Reader.over(data))
    return directory


def test_header() -> None:
    directory = read(header())
    assert directory.name == "PCX"
    assert described(directory) == {
        "Version": "3.0 or better",
        "Bits Per Pixel": "8",
        "X Min": "0",
        "Y Min": "1",
        "X Max": "319",
        "Y Max": "199",
        "Horizontal DPI": "300",
        "Vertical DPI": "301",
        "Palette": "[48 values]",
        "Color Planes": "24-bit color",
        "Bytes Per Line": "320",
        "Palette Type": "Color or B&W",
        "H Scr Size": "640",
        "V Scr Size": "480",
    }
    assert named(read_metadata(header())) == ["PCX", "File Type"]


@pytest.mark.parametrize(
    ("data", "tag", "word"),
    [
        (header(version=0), "Version", "2.5 with fixed EGA palette information"),
        (header(version=1), "Version", "Unknown (1)"),
        (header(version=2), "Version", "2.8 with modifiable EGA palette information"),
        (header(version=3), "Version", "2.8 without palette information (default palette)"),
        (header(version=4), "Version", "PC Paintbrush for Windows"),
        (header(version=255), "Version", "Unknown (-1)"),
        (header(planes=4), "Color Planes", "16 colors"),
        (header(planes=1), "Color Planes", "Unknown (1)"),
        (header(palette=2), "Palette Type", "Grayscale"),
        (header(palette=3), "Palette Type", "Unknown (3)"),
    ],
)
def test_words(data: bytes, tag: str, word: str) -> None:
    assert described(read(data))[tag] == word


def test_fields_not_given() -> None:
    assert not {"Palette Type", "H Scr Size", "V Scr Size"} & described(read(header(palette=0, screen=(0, 0)))).keys()


@pytest.mark.parametrize(
    ("data", "tags", "error"),
    [
        (b"\x0b" + header()[1:], 0, "Invalid PCX identifier byte"),
        (b"\x0a\5\2" + header()[3:], 1, "Invalid PCX encoding byte"),
        (header()[:20], 8, "End of data reached."),
        (header()[:64], 9, "Unable to skip. Requested 1 bytes but only 0 remained."),
        (header()[:68], 11, "End of data reached."),
    ],
)
def test_fault(data: bytes, tags: int, error: str) -> None:
    directory = read(data)
    assert len(directory.values) == tags
    assert directory.errors == [f"Exception reading PCX file metadata: {error}"]


@given(damaged(header()))
def test_damaged(data: bytes) -> None:
    consume(pcx.read, data)
