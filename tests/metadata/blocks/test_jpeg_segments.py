"""The small JPEG segments: frame, comment, Huffman tables, JFIF, JFXX, Adobe, Ducky."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks import adobe, ducky, huffman, jfif, jfxx, jpeg_frame
from metadata_digger.metadata.charsets import GUESSED
from metadata_digger.metadata.source import Reader

from ..build_jpeg import ADOBE, DUCKY, JFIF, TABLE, frame
from ..show import described

BEYOND = (
    "Attempt to read from beyond end of underlying data source"
    " (requested index: {}, requested count: {}, max index: {})"
)


def test_frame() -> None:
    (directory,) = jpeg_frame.read(Reader.over(frame()), 0xC2)
    assert directory.name == "JPEG"
    assert described(directory) == {
        "Compression Type": "Progressive, Huffman",
        "Data Precision": "8 bits",
        "Image Height": "48 pixels",
        "Image Width": "64 pixels",
        "Number of Components": "3",
        "Component 1": "Y component: Quantization table 0, Sampling factors 2 horiz/2 vert",
        "Component 2": "Cb component: Quantization table 1, Sampling factors 1 horiz/1 vert",
        "Component 3": "Cr component: Quantization table 1, Sampling factors 1 horiz/1 vert",
    }
    assert [tag.id for tag in directory.tags()] == [-3, 0, 1, 3, 5, 6, 7, 8]


def test_frame_with_many_components() -> None:
    (directory,) = jpeg_frame.read(Reader.over(frame(components=tuple((9, 0x21, 3) for _ in range(5)))))
    shown = described(directory)
    assert shown["Component 4"] == "Unknown (9) component: Quantization table 3, Sampling factors 2 horiz/1 vert"
    assert shown["Unknown tag (0x000a)"] == "Quantization table 3, Sampling factors 2 horiz/1 vert"


@pytest.mark.parametrize(
    ("length", "tags", "error"),
    [
        (0, 1, "End of data reached."),
        (2, 2, "End of data reached."),
        (6, 5, "Insufficient bytes for JPEG the requested number of JPEG components."),
        (14, 5, "Insufficient bytes for JPEG the requested number of JPEG components."),
    ],
)
def test_short_frame(length: int, tags: int, error: str) -> None:
    (directory,) = jpeg_frame.read(Reader.over(frame()[:length]))
    assert (len(directory.values), directory.errors) == (tags, [error])


@pytest.mark.parametrize(
    ("data", "text", "errors"),
    [
        (b"plain", "plain", []),
        ("Grüße 木".encode(), "Grüße 木", []),
        ("Grüße".encode("latin-1"), "Grüße", [GUESSED]),
        (b"\x93a\x94 \x80\x81", "“a” €\x81", [GUESSED]),
        ("Grüße\0".encode() + b"\xff", "Grüße\0ÿ", [GUESSED]),
    ],
)
def test_comment(data: bytes, text: str, errors: list[str]) -> None:
    (directory,) = jpeg_frame.read_comment(Reader.over(data))
    assert (described(directory), directory.errors) == ({"JPEG Comment": text}, errors)


@pytest.mark.parametrize(
    ("segments", "text", "errors"),
    [
        ([TABLE], "1 Huffman table", []),
        ([TABLE * 3, TABLE], "4 Huffman tables", []),
        ([b""], "0 Huffman tables", []),
        ([TABLE[:-1]], "0 Huffman tables", ["End of data reached."]),
        ([TABLE + TABLE[:9]], "1 Huffman table", ["End of data reached."]),
        ([TABLE[:-1] + b"\xff\x00"], "1 Huffman table", []),
        ([TABLE[:-1] + b"\xff\xd9"], "0 Huffman tables", ["Marker EOI found inside DHT segment"]),
    ],
)
def test_huffman(segments: list[bytes], text: str, errors: list[str]) -> None:
    (directory,) = huffman.read_segments(segments)
    assert (directory.name, described(directory), directory.errors) == ("Huffman", {"Number of Tables": text}, errors)


def test_jfif() -> None:
    (directory,) = jfif.read(Reader.over(JFIF))
    assert described(directory) == {
        "Version": "1.2",
        "Resolution Units": "inch",
        "X Resolution": "72 dots",
        "Y Resolution": "1 dot",
        "Thumbnail Width Pixels": "0",
        "Thumbnail Height Pixels": "0",
    }


@pytest.mark.parametrize(
    ("length", "tags", "error"), [(4, 0, (5, 2, 3)), (8, 2, (8, 2, 7)), (9, 2, (8, 2, 8)), (13, 5, (13, 1, 12))]
)
def test_short_jfif(length: int, tags: int, error: tuple[int, int, int]) -> None:
    (directory,) = jfif.read(Reader.over(JFIF[:length]))
    assert (len(directory.values), directory.errors) == (tags, [BEYOND.format(*error)])


@pytest.mark.parametrize(
    ("data", "shown", "errors"),
    [
        (b"JFXX\0\x10", {"Extension Code": "Thumbnail coded using JPEG"}, []),
        (b"JFXX\0\x12", {"Extension Code": "Unknown extension code 18"}, []),
        (b"JFXX", {}, [BEYOND.format(5, 1, 3)]),
    ],
)
def test_jfxx(data: bytes, shown: dict[str, str], errors: list[str]) -> None:
    (directory,) = jfxx.read(Reader.over(data))
    assert (described(directory), directory.errors) == (shown, errors)


def test_adobe() -> None:
    (directory,) = adobe.read(Reader.over(ADOBE))
    assert described(directory) == {
        "DCT Encode Version": "25600",
        "Flags 0": "0",
        "Flags 1": "0",
        "Color Transform": "YCbCr",
    }
    (directory,) = adobe.read(Reader.over(ADOBE.replace(b"Adobe", b"ADOBE")))
    assert directory.errors == ["Invalid Adobe JPEG data header."]


@pytest.mark.parametrize(
    ("data", "shown", "errors"),
    [
        (DUCKY[5:], {"Quality": "60", "Comment": "ab"}, []),
        (DUCKY[5:-2], {"Quality": "60", "Comment": "ab"}, ["End of data reached."]),
        (DUCKY[5:18], {"Quality": "60"}, ["End of data reached."]),
        (b"\0\x01\0\x02\0\0", {}, ["Unexpected length for the quality tag"]),
        (b"\0\x09\0\x02\x07\x08\0\0", {"Unknown tag (0x0009)": "7 8"}, []),
    ],
)
def test_ducky(data: bytes, shown: dict[str, str], errors: list[str]) -> None:
    (directory,) = ducky.read(Reader.over(data))
    assert (described(directory), directory.errors) == (shown, errors)
