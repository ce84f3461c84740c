from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import psd
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_iptc import dataset
from ..build_photoshop import resource
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, named

RESOURCES = resource(0x0419, pack(">i", 30)) + resource(0x0424, packet("<dc:title>T</dc:title>"))


def header(
    mode: int = 3, channels: int = 3, bits: int = 8, size: tuple[int, int] = (16, 32), version: int = 1
) -> bytes:
    return b"8BPS" + pack(">H6xHiiHH", version, channels, *size, bits, mode)


def section(data: bytes) -> bytes:
    return pack(">I", len(data)) + data


WHOLE = header() + section(bytes(768)) + section(RESOURCES + resource(0x0404, dataset(0x0205, b"Title"))) + section(b"")


def read(data: bytes) -> list[Directory]:
    return list(psd.read(Reader.over(data)))


def test_whole_file() -> None:
    directories = read(WHOLE)
    assert named(directories) == ["PSD Header", "Photoshop", "XMP", "IPTC"]
    assert described(directories[0]) == {
        "Channel Count": "3 channels",
        "Image Height": "16 pixels",
        "Image Width": "32 pixels",
        "Bits Per Channel": "8 bits per channel",
        "Color Mode": "RGB",
    }
    assert described(directories[1]) == {"Global Altitude": "30"}
    assert named(read_metadata(WHOLE))[-1] == "File Type"


def test_singulars() -> None:
    directory = read(header(channels=1, bits=1, size=(1, 1), version=2))[0]
    assert list(described(directory).values()) == ["1 channel", "1 pixel", "1 pixel", "1 bit per channel", "RGB"]


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        (0, "Bitmap"),
        (1, "Grayscale"),
        (2, "Indexed"),
        (4, "CMYK"),
        (5, "Unknown (5)"),
        (7, "Multichannel"),
        (8, "Duotone"),
        (9, "Lab"),
        (10, "Unknown (10)"),
    ],
)
def test_color_mode(mode: int, word: str) -> None:
    assert described(read(header(mode))[0])["Color Mode"] == word


@pytest.mark.parametrize(
    ("data", "tags", "error"),
    [
        (b"8BPX" + header()[4:], 0, "Invalid PSD file signature"),
        (header(version=3), 0, "Invalid PSD file version (must be 1 or 2)"),
        (header()[:17], 1, "Unable to read PSD header"),
        (header()[:11], 0, "Unable to read PSD header"),
    ],
)
def test_bad_header(data: bytes, tags: int, error: str) -> None:
    (directory,) = read(data)
    assert (directory.name, len(directory.values), directory.errors) == ("PSD Header", tags, [error])


def test_sections_that_are_not_there() -> None:
    """Without a word, as in the reference."""
    for data in (header(), header() + section(b"abc")[:-1], header() + section(b"") + b"\0\0"):
        (directory,) = read(data)
        assert directory.errors == []


def test_resources_that_end_early() -> None:
    directories = read(header() + section(b"") + pack(">I", 5000) + RESOURCES[:-5])
    assert named(directories) == ["PSD Header", "Photoshop", "XMP"]  # the last resource, as far as it goes
    assert directories[1].errors == ["End of data reached."]


def test_length_with_the_sign_bit() -> None:
    directories = read(header() + section(b"") + b"\xff\xff\xff\xf0" + RESOURCES)
    assert [directory.values for directory in directories[1:]] == [{}]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(psd.read, data)
