from __future__ import annotations

from struct import pack

import pytest

from metadata_digger.metadata.blocks import photoshop
from metadata_digger.metadata.source import Reader

from ..build_icc import profile
from ..build_iptc import dataset
from ..build_photoshop import knot, resource
from ..build_xmp import packet
from ..show import described, named


def utf16(text: str) -> bytes:
    return pack(">I", len(text)) + text.encode("utf-16-be")


SLICES = pack(">5i", 6, 0, 1, 20, 30) + utf16("web") + pack(">i", 4)
VERSION = pack(">IB", 1, 1) + utf16("Adobe") + utf16("Photoshop") + pack(">I", 2)
PATH = pack(">h24x", 6) + pack(">hh22x", 8, 1) + pack(">hh22x", 0, 1) + knot(2, 0.5, 0.25, 0.5, -0.25, 1, 0)


@pytest.mark.parametrize(
    ("tag", "content", "name", "text"),
    [
        (0x03ED, pack(">IHHIHH", 72 << 16, 1, 2, 300 << 16 | 0x8000, 1, 2), "Resolution Info", "72x300.5 DPI"),
        (0x0406, pack(">HHH", 8, 0x101, 3), "JPEG Quality", "12 (Maximum), Progressive format, 5 scans"),
        (0x0406, pack(">HHH", 0xFFFD, 1, 9), "JPEG Quality", "1 (Low), Optimised format, Unknown 0x0009 scans"),
        (0x0406, b"\0", "JPEG Quality", None),
        (0x040A, b"\1", "Copyright Flag", "Yes"),
        (0x040A, b"", "Copyright Flag", None),
        (0x040B, b"http://x", "URL", "http://x"),
        (0x040C, pack(">7i", 1, 160, 120, 480, 57600, 9000, 24), "Thumbnail Data", None),
        (0x040D, pack(">i", -30), "Global Angle", "-30"),
        (0x041A, SLICES, "Slices", "web (0,1,20,30) 4 Slices"),
        (0x041A, SLICES[:-1], "Slices", None),
        (0x0421, VERSION, "Version Info", "1 (Adobe, Photoshop) 2"),
        (0x0426, pack(">H3f", 0, 0, 0, 1), "Print Scale", "Centered, Scale 1.0"),
        (0x0426, pack(">H3f", 1, 0, 0, 1)[:13], "Print Scale", None),
        (0x0428, pack(">Id", 1, 1.5), "Pixel Aspect Ratio", "1.5"),
        (0x0BB7, b"\x03abc\0", "Clipping Path Name", "abc"),
        (0x0FA1, b"\0\1", "Plug-in 2 Data", "0 1"),
        (0x0425, bytes(range(16)), "Caption Digest", "000102030405060708090a0b0c0d0e0f"),
    ],
)
def test_resource(tag: int, content: bytes, name: str, text: str | None) -> None:
    (directory,) = photoshop.read(Reader.over(resource(tag, content)))
    if tag == 0x040C:
        text = "JpegRGB, 160x120, Decomp 57600 bytes, 24 bpp, 9000 bytes"
    assert (described(directory), directory.errors) == ({name: text}, [])


def test_a_resource_that_comes_again_has_all_its_values() -> None:
    urls = [resource(0x040B, url) for url in (b"http://a", b"http://b", b"http://b")]
    (directory,) = photoshop.read(Reader.over(b"".join(urls)))
    assert [tag.description for tag in directory.tags()] == ["http://a", "http://b"]


def test_paths_are_numbered_as_found() -> None:
    (directory,) = photoshop.read(Reader.over(resource(0x0801, PATH, b"one") + resource(0x07D0, b"", b"two")))
    assert described(directory) == {
        "Path Info 1": '"one" having initial fill rule "with all pixels" and 1 subpath:\n'
        "- Closed Subpath with 1 knot:\n  - Unlinked (0.5,0.25) (0.5,-0.25) (1.0,0.0)",
        "Path Info 2": '"two" having 0 subpaths:',
    }


def test_nested_blocks_follow() -> None:
    data = resource(0x0404, dataset(0x0205, b"name")) + resource(0x0424, packet("")) + resource(0x040F, profile())
    data += resource(0x0414, pack(">i", 7)) + resource(0x03ED, b"x", signature=b"PHUT")
    directories = list(photoshop.read(Reader.over(data)))
    assert named(directories) == ["Photoshop", "IPTC", "XMP", "ICC Profile"]
    assert described(directories[0]) == {"Seed Number": "7"}


def test_the_last_resource_may_lack_its_padding() -> None:
    (directory,) = photoshop.read(Reader.over(resource(0x0425, b"abc")[:-1]))
    assert (list(directory.values.values()), directory.errors) == ([b"abc"], [])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"8BIM", "End of data reached."),
        (b"8BIM\x04\x04\x20abc", "Invalid string length"),
        (resource(0x0414, bytes(4))[:-1], "End of data reached."),
        (b"8BIM\x04\x04\0\0\xff\xff\xff\xfb", "-5"),
    ],
)
def test_end(data: bytes, error: str) -> None:
    (directory,) = photoshop.read(Reader.over(data))
    assert (directory.values, directory.errors) == ({}, [error])
