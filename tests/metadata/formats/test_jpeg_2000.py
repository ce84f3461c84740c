"""JPEG 2000 files and codestreams."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks.uuid_box import XMP as XMP_BOX
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import jpeg_2000

from ..build_files import ICC, IPTC, JPEG_2000, TIFF
from ..build_jpeg_2000 import PART_2, SIGNATURE, box, codestream, enumerated, header, jp2, resolution, uuid
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, named

STREAM = box(b"jp2c", codestream())
SIZE = {"Image Width": "64 pixels", "Image Height": "48 pixels", "Number of Components": "3", "Bits Per Sample": "8"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (jp2(header()), "JP2"),
        (jp2(header(), brand=b"jpx "), "JPX"),
        (jp2(header(), brand=b"jpm "), "JPM"),
        (jp2(header(), brand=b"jph "), "JPH"),
        (jp2(header(), brand=b"new!"), "JP2"),
        (SIGNATURE + header(), "JP2"),
        (SIGNATURE.replace(b"jP  ", b"jP\x1a\x1a") + header(), "JP2"),
        (codestream(), "J2C"),
        (jp2(STREAM), "JP2"),
        (jp2(box(b"jp2c", codestream(), size=0)), "JP2"),
        (jp2(pack(">I4sQ", 1, b"jp2c", 16 + len(codestream())) + codestream()), "JP2"),
    ],
)
def test_sizes(data: bytes, kind: str) -> None:
    found = read_metadata(data)
    assert described(found[0]).items() >= SIZE.items()
    assert found[0].errors == []
    assert described(found[-1])["Detected File Type Name"] == kind


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        (header(64, 48, enumerated(16)), {"Color Space": "sRGB", "Compression": "JPEG 2000"}),
        (header(64, 48, enumerated(99)), {"Color Space": "Unknown (99)"}),
        (header(64, 48, box(b"bpcc", b"\x07\x87\x0b"), bits=255), {"Bits Per Sample": "8 8 signed 12"}),
        (
            header(64, 48, box(b"res ", resolution(b"resc", (300, 254, 4), (150, 254, 4)))),
            {"Capture Y Resolution": "11811.02 pixels per metre", "Capture X Resolution": "5905.51 pixels per metre"},
        ),
        (
            header(64, 48, box(b"res ", resolution(b"resd", (300, 0, 4), (72, 1, -1)))),
            {"Display X Resolution": "7.2 pixels per metre"},
        ),
        (header() + box(b"asoc", box(b"lbl ", b"a name")), {"Label": "a name"}),
        (header() + box(b"uinf", box(b"url ", bytes(4) + b"http://a/\0")), {"URL": "http://a/"}),
        (
            box(b"page", box(b"phdr", pack(">HII", 1, 480, 640))) * 2 + header(),
            {"Image Width": "640 pixels", "Page Count": "2"},
        ),
        (box(b"jp2c", codestream(depths=(7, 8))), {"Bits Per Sample": "8 9"}),
    ],
)
def test_values(boxes: bytes, expected: dict[str, str]) -> None:
    directory = read_metadata(jp2(boxes))[0]
    assert described(directory).items() >= expected.items()
    assert directory.errors == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (uuid(XMP_BOX, packet("<dc:title>A</dc:title>")), ["UUID", "XMP"]),
        (box(b"xml ", packet("<dc:title>A</dc:title>")), ["XMP"]),
        (box(b"xml ", b"<a><b>c</b></a>"), ["XML"]),
        (box(b"asoc", box(b"asoc", box(b"xml ", b"<a/>"))), ["XML"]),
        (uuid(PART_2, TIFF), ["UUID", "Exif IFD0", "Exif SubIFD", "GPS", "PrintIM", "Exif Thumbnail"]),
        (uuid(PART_2, b"Exif\0\0" + TIFF), ["UUID", "Exif IFD0", "Exif SubIFD", "GPS", "PrintIM", "Exif Thumbnail"]),
        (
            uuid(bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"), build_tiff({0x010F: (2, b"A\0")})),
            ["UUID", "Exif IFD0"],
        ),
        (uuid(bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"), IPTC), ["UUID", "IPTC"]),
        (uuid(bytes.fromhex("09a14e97c0b442e0bebf36df6f0ce36f"), IPTC), ["UUID", "IPTC"]),
        (uuid(bytes(16), b"other"), ["UUID"]),
        (header(64, 48, box(b"colr", b"\2\0\0" + ICC)), ["ICC Profile"]),
        (box(b"Exif", build_tiff({0x010F: (2, b"A\0")})), ["Exif IFD0"]),
    ],
)
def test_blocks(block: bytes, expected: list[str]) -> None:
    found = read_metadata(jp2(header(), block, STREAM))
    assert sorted(named(found[1:-1])) == sorted(expected)
    assert found[0].errors == []


def test_a_map_is_no_picture() -> None:
    """The TIFF file of a GeoJP2 box has a picture of one point of its own."""
    point = build_tiff({0x0100: (4, 1), 0x0101: (4, 1), 0x87B1: (2, b"NAD83\0")})
    found = read_metadata(jp2(header(), uuid(jpeg_2000._GEO, point)))
    assert named(found[:-1]) == ["JPEG 2000", "GeoJP2"]
    assert list(found[1].values.values()) == ["NAD83"]


def test_comments() -> None:
    found = read_metadata(codestream((1, b"Writer 1.0\0"), (1, "Łódź".encode()), (0, b"\1\2")))
    assert named(found) == ["JPEG 2000", *["JPEG 2000 Comment"] * 3, "File Type"]
    assert [one.values[1] for one in found[1:-1]] == ["Writer 1.0", "Łódź", "0102"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (jp2(header(), b"\0\0"), "End of data reached."),
        (jp2(header(), box(b"free", size=4)), "Box 'free' is stated to have 4 bytes, or is one of too many"),
        (
            jp2(header(), box(b"xml ", b"<a/>", size=400)),
            "Box 'xml ' is stated to have 400 bytes, of which 12 are there",
        ),
        (jp2(header(), box(b"jp2c", codestream(width=10))), "The codestream has 10 by 48 pixels"),
        (jp2(header(), box(b"jp2c", b"none")), "Box 'jp2c': No codestream"),
        (jp2(header(), box(b"jp2c", codestream()[:50])), "Box 'jp2c': End of data reached."),
        (jp2(header(), box(b"colr", b"\1")), "Box 'colr': End of data reached."),
        (jp2(header(), *[box(b"asoc", size=8 * (9 - n)) for n in range(9)]), "Box 'asoc': Boxes nest too deep"),
    ],
)
def test_a_fault_costs_its_box(data: bytes, error: str) -> None:
    found = read_metadata(data)
    assert described(found[0]).items() >= SIZE.items()
    assert any(error in words for words in found[0].errors)


@given(damaged(JPEG_2000) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(jpeg_2000.read, data)
