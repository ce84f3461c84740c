"""JPEG XL pictures, as far as the image header goes; checked once against files of pillow-jxl-plugin 1.3.8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import jpeg_xl
from metadata_digger.metadata.source import Reader

from ..build_jpeg_xl import SIGNATURE, box, codestream
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, named

TIFF = build_tiff({0x010F: (2, b"ACME\0")})
SMALL = ((1, 1), (5, 24), (3, 3))  # 200 high, 4:3
LONG = ((1, 0), (2, 1), (13, 4999), (3, 0), (2, 0), (9, 2))  # 5000 high, 3 wide
USUAL = codestream(*SMALL, (1, 1))
SIZE = {"Image Width": "266 pixels", "Image Height": "200 pixels"}
UPRIGHT = {"Orientation": "Top, left side (Horizontal / normal)", "Is Animation": "false"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (USUAL, {**SIZE, "Bits Per Sample": "8", **UPRIGHT}),
        (codestream(*SMALL[:2], (3, 0), (5, 0), (1, 1)), {**SIZE, "Image Width": "8 pixels"}),
        (codestream(*LONG, (1, 1)), {"Image Width": "3 pixels", "Image Height": "5000 pixels"}),
        (codestream(*SMALL, (1, 0), (1, 0), (1, 0), (2, 1)), {"Bits Per Sample": "10", **UPRIGHT}),
        (codestream(*SMALL, (1, 0), (1, 0), (1, 0), (2, 3), (6, 15)), {"Bits Per Sample": "16"}),
        (codestream(*SMALL, (1, 0), (1, 0), (1, 1), (2, 1)), {"Bits Per Sample": "16"}),
        (
            # turned, shown at another size, an animation of 100/1 ticks that goes on for ever
            codestream(*SMALL, (1, 0), (1, 1), (3, 5), (1, 1), *SMALL, (1, 0), (1, 1), (2, 0), (2, 0), (2, 0), (1, 0)),
            {"Orientation": "Right side, top (Rotate 90 CW)", "Is Animation": "true", "Bits Per Sample": "8"},
        ),
    ],
)
def test_image_header(data: bytes, expected: dict[str, str]) -> None:
    (directory,) = jpeg_xl.read(Reader.over(data + bytes(8)))
    assert described(directory).items() >= expected.items()
    assert directory.errors == []


def test_preview_hides_the_depth() -> None:
    (directory,) = jpeg_xl.read(Reader.over(codestream(*SMALL, (1, 0), (1, 1), (3, 0), (1, 0), (1, 1)) + bytes(8)))
    assert described(directory) == {**SIZE, "Orientation": UPRIGHT["Orientation"]}


@pytest.mark.parametrize("offset", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0", b""])
def test_container(offset: bytes) -> None:
    """The codestream's header may be in several parts, and what is behind it in any order."""
    parts = box(b"jxlp", b"\0\0\0\0" + USUAL[:3]), box(b"jxlp", b"\x80\0\0\1" + USUAL[3:] + bytes(70))
    blocks = box(b"xml ", packet("")), box(b"Exif", offset + TIFF), box(b"brob", b"Exif\x1b"), box(b"brob", b"jumb")
    directories = read_metadata(SIGNATURE + box(b"jxll", b"\x0a") + parts[0] + b"".join(blocks) + parts[1])
    assert named(directories) == ["JPEG XL", "XMP", "Exif IFD0", "File Type"]
    assert described(directories[0]).items() >= SIZE.items()
    assert directories[0].errors == [
        f"Box '{kind}' is compressed with Brotli and not read" for kind in ("Exif", "jumb")
    ]
    assert described(directories[2]) == {"Make": "ACME"}
    assert described(directories[3])["Detected File Type Name"] == "JXL"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xff\x0a", "End of data reached."),
        (SIGNATURE, "No codestream"),
        (SIGNATURE + box(b"jxlc", USUAL) + b"\0\0", "End of data reached."),
        (SIGNATURE + box(b"jxlc", USUAL, 0), ""),
        (SIGNATURE + box(b"jxlc", USUAL + bytes(100), 1 << 20), ""),  # cut short in the picture
        (SIGNATURE + box(b"jxlc", USUAL) + box(b"Exif", TIFF, 1 << 20), "End of data reached."),
        (SIGNATURE + box(b"jxlc", USUAL) + box(b"free", b"", 4), "stated to have 4 bytes"),
    ],
)
def test_faults_are_texts(data: bytes, error: str) -> None:
    directory = read_metadata(data)[0]
    assert directory.name == "JPEG XL"
    assert bool(directory.errors) == bool(error)
    assert error in "".join(directory.errors)
    if b"jxlc" in data:
        assert described(directory).items() >= SIZE.items()


def test_a_block_costs_no_other() -> None:
    blocks = box(b"Exif", b"none"), box(b"xml ", packet("")), box(b"Exif", b"\0\0\0\x09" + TIFF)
    directories = read_metadata(SIGNATURE + box(b"jxlc", USUAL) + b"".join(blocks))
    assert named(directories) == ["JPEG XL", "XMP", "Exif IFD0", "File Type"]
    assert directories[0].errors == [
        "Box 'Exif': The Exif item has no TIFF header",
        "The Exif item says that its TIFF header is at 13, and it is at 4",
    ]


@given(damaged(SIGNATURE + box(b"jxlp", b"\0\0\0\0" + USUAL) + box(b"Exif", b"\0\0\0\0" + TIFF)) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(jpeg_xl.read, data)
    consume(jpeg_xl.read, SIGNATURE + data)
