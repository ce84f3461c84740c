from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.formats import jpeg
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import FileSource, MemorySource, Reader

from ..build_icc import curve, profile
from ..build_iptc import UTF8, datasets
from ..build_jpeg import ADOBE, DUCKY, JFIF, SCAN, TABLE, frame, segment
from ..build_jpeg import jpeg as build
from ..build_photoshop import resource
from ..build_xmp import PREAMBLE, packet
from ..hostile import consume, damaged
from ..show import described, leaves, named

IPTC = datasets(UTF8, (0x0205, b"name"), (0x0219, b"one"), (0x0219, b"two"))
ICC = profile({b"rTRC": curve(1, 2, 3)})
TIFF = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x0f\x01\x02\0\x04\0\0\0Cam\0" + b"\0\0\0\0"
# In an order that is not that of the directories.
WHOLE = build(
    (0xC4, TABLE),
    (0xEE, ADOBE),
    (0xED, IPTC),
    (0xEC, DUCKY),
    (0xED, b"Photoshop 3.0\0" + resource(0x0404, IPTC) + resource(0x0414, b"\0\0\0\1")),
    (0xE2, b"ICC_PROFILE\0\2\2" + ICC[:100]),
    (0xE2, b"ICC_PROFILE\0\1\2" + ICC[100:]),
    (0xE1, PREAMBLE + packet("<dc:title>T</dc:title>")),
    (0xE1, b"Exif\0\0" + TIFF),
    (0xE0, b"JFXX\0\x10"),
    (0xE0, JFIF),
    (0xDB, bytes(65)),
    (0xFE, b"comment"),
    (0xC0, frame()),
)
ORDER = [
    "JPEG",
    "JpegComment",
    "JFIF",
    "JFXX",
    "Exif IFD0",
    "XMP",
    "ICC Profile",
    "Photoshop",
    "IPTC",
    "Ducky",
    "IPTC",
    "Adobe JPEG",
    "Huffman",
]


def read(data: bytes) -> list[Directory]:
    return list(jpeg.read(Reader.over(data)))


def test_order() -> None:
    directories = read(WHOLE)
    assert named(directories) == ORDER
    assert not any(directory.errors for directory in directories)
    assert described(directories[6])["Red TRC"] == "0.0000153, 0.0000305, 0.0000458"
    assert described(directories[8])["Keywords"] == "one;two"
    assert leaves(directories[5])["dc:title[1]"] == "T"


@pytest.mark.parametrize(
    ("data", "directories"),
    [
        (build(), []),
        (build((0xC0, frame()), scan=b"\xff\xd9"), ["JPEG"]),
        (b"\xff\xd8\xff\xff\xff" + segment(0xC0, frame())[1:] + SCAN, ["JPEG"]),
        (b"\xff\xd8\0\xff\0junk" + segment(0xC0, frame()) + SCAN, ["JPEG"]),
        (build((0xC0, frame()), scan=b"\xff\xdb\xff\xff"), ["JPEG"]),
        (build((0xE1, b"Exif\0"), (0xE0, b"JFI"), (0xED, b""), (0xEE, b"Adobe")), []),
    ],
)
def test_chain(data: bytes, directories: list[str]) -> None:
    assert named(read(data)) == directories


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xd8", "End of data reached."),
        (b"\xff\xd8\xff\xc0\0", "End of data reached."),
        (build((0xC0, frame()), scan=b""), "End of data reached."),
        (build((0xC0, frame()))[:12], "End of data reached."),
        (build((0xC0, frame()), scan=b"\xff\xdb\xff\xff" + bytes(9000)), "End of data reached."),
        (b"\xff\xd8\xff\xe0\0\1", "JPEG segment size would be less than zero"),
        (b"\xff\xd9", "JPEG data is expected to begin with 0xFFD8 (ÿØ) not 0xffd9"),
    ],
)
def test_broken_chain(data: bytes, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert str(caught.value) == message


def test_height_from_dnl() -> None:
    assert described(read(build((0xC0, frame(height=0)), (0xDC, b"\0\x63")))[0])["Image Height"] == "99 pixels"
    assert described(read(build((0xC0, frame()), (0xDC, b"\0\x63")))[0])["Image Height"] == "48 pixels"
    assert read(build((0xC0, frame(height=0)), (0xDC, b"")))[0].errors == ["End of data reached."]
    assert read(build((0xDC, b"\0\1")))[0].errors == ["DNL segment found without SOFx - illegal JPEG format"]


class Counting(MemorySource):
    """Remembers what was read behind the first block."""

    reads: list[tuple[int, int]]

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        return super().read_at(offset, length)


def test_reads_no_scan_data() -> None:
    """A segment beyond the first block costs one read; what has no reader costs 24 bytes."""
    head = build(*[(0xE2, b"x" * 60_000)] * 2, (0xDB, bytes(40_000)), (0xC0, frame()), scan=b"")
    data = head + SCAN + bytes(1_000_000)
    source = Counting(data)
    source.reads = []
    assert named(jpeg.read(Reader(source, 0, len(data)))) == ["JPEG"]
    assert len(source.reads) == 3  # the frame comes along with the marker before it
    assert max(offset + length for offset, length in source.reads) <= len(head) + 24


def test_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(build((0xFE, os.urandom(65_000)), (0xFE, b"x" * 65_000), (0xC0, frame())))
    with FileSource(path) as source:
        assert named(jpeg.read(Reader(source, 0, source.size))) == ["JPEG", "JpegComment", "JpegComment"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(jpeg.read, data)
