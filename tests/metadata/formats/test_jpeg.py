from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_partly
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
        (build((0xE1, b"Exif\0")), ["Error"]),
        (build((0xE0, b"JFI"), (0xED, b""), (0xEE, b"Adobe")), []),
    ],
)
def test_chain(data: bytes, directories: list[str]) -> None:
    assert named(read(data)) == directories


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xd8", "End of data reached."),
        (b"\xff\xd8\xff\xc0\0", "End of data reached."),
        (b"\xff\xd8\xff\xe0\0\1", "End of data reached."),
        (b"\xff\xd9", "JPEG data is expected to begin with 0xFFD8 (ÿØ) not 0xffd9"),
    ],
)
def test_broken_chain(data: bytes, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert str(caught.value) == message


END = "End of data reached."
BROKEN = [
    (build((0xC0, frame()), scan=b""), ["JPEG"], END),
    (build((0xC0, frame()), (0xFE, b"a comment"))[:-34], ["JPEG", "JpegComment"], END),
    (build((0xC0, frame()), scan=b"\xff\xdb\xff\xff"), ["JPEG"], END),
    (build((0xC0, frame()), scan=b"\xff\xdb\xff\xff" + bytes(9000)), ["JPEG"], END),
    (build((0xE1, b"Exif\0\0" + TIFF), (0xE0, JFIF), scan=b"\xff\xc4\0"), ["JFIF", "Exif IFD0"], END),
]  # fmt: skip


@pytest.mark.parametrize(("data", "directories", "message"), BROKEN)
def test_what_stands_before_a_break_is_given(data: bytes, directories: list[str], message: str) -> None:
    found = []
    with pytest.raises(MetadataError) as caught:
        found.extend(jpeg.read(Reader.over(data)))
    assert str(caught.value) == message
    found = []
    with suppress(MetadataError):
        for directory in jpeg.read(Reader.over(data)):
            found.append(directory)  # extend would lose them
    assert named(found) == directories


PASSED = [
    (b"\xff\xd8\0\xff\0junk" + segment(0xC0, frame()) + SCAN, "Bytes at 2 that belong to no segment"),
    (build(scan=b"\xff\xe0\0\1" + segment(0xC0, frame()) + SCAN), "JPEG segment size would be less than zero"),
    (b"\xff\xd8\0\xff\0junk" + SCAN, "Bytes at 2 that belong to no segment"),
]


@pytest.mark.parametrize(("data", "message"), PASSED)
def test_a_fault_that_is_passed_over_is_the_pictures(data: bytes, message: str) -> None:
    (directory,) = read(data)
    assert directory.name in ("JPEG", "Error")
    assert directory.errors == [message]


SHIFTS = [(b"\0" * 4, 0), (b"junk that a program left", 0), (b"", 4), (b"", 1), (b"\xff\xd9", 0), (b"\xff\xe5\0\0", 0)]


@pytest.mark.parametrize(("more", "fewer"), SHIFTS)
def test_bytes_put_in_or_taken_out_cost_their_segment(tiff: Callable[..., bytes], more: bytes, fewer: int) -> None:
    """They shift what follows; a thumbnail's segments are not taken for the picture's."""
    thumbnail = build((0xC0, frame(16, 12)), (0xDB, bytes(65)))
    block = tiff({0x010F: (2, b"Camera\0")}, {0x0201: (4, 0), 0x0202: (4, len(thumbnail)), 0xC000: (7, thumbnail)})
    whole = build((0xE1, b"Exif\0\0" + block), (0xDB, bytes(65)), (0xC0, frame(640, 480)))
    at = 60
    reading = read_partly(whole[:at] + more + whole[at + fewer :])
    assert {"JPEG", "Exif IFD0"} <= set(named(reading.directories))
    assert described(reading.directories[0])["Image Width"] == "640 pixels"
    assert described(next(one for one in reading.directories if one.name == "Exif IFD0"))["Make"] == "Camera"
    assert "that belong to no segment" in reading.directories[0].errors[0]


def test_a_segment_that_the_file_ends_in_is_read_as_far_as_it_goes() -> None:
    whole = build((0xE1, b"Exif\0\0" + TIFF + bytes(500)), scan=b"")
    reading = read_partly(whole[:-300])
    assert described(reading.directories[0])["Make"] == "Cam"
    assert str(reading.fault) == END


EXIF_HEADERS = [
    b"Exif\0\0",
    b"Exif\0\xff",
    b"Exif\xff\xff",
    b"EXIF\0\0",
    b"exif\0\0",
    b"Exif\0",
    b"Exif\0\0\0\0",
    b"",
    b"\0\0Exif\0\0",
]


@pytest.mark.parametrize("header", EXIF_HEADERS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_headers_of_exif(tiff: Callable[..., bytes], header: bytes, order: str) -> None:
    data = tiff({0x010F: (2, b"Camera\0"), 0x0131: (2, b"Software\0")}, order=order)
    directories = read(build((0xE1, header + data), (0xE1, PREAMBLE + packet("<dc:title>T</dc:title>"))))
    assert named(directories) == ["Exif IFD0", "XMP"]
    assert described(directories[0]) == {"Make": "Camera", "Software": "Software"}


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_over_several_segments(tiff: Callable[..., bytes], order: str, parts: int) -> None:
    data = tiff(
        {0x9286: (7, b"ASCII\0\0\0" + b"long " * 14_000 * (parts - 1)), 0x0131: (2, b"Software\0")}, order=order
    )
    cut = [data[start : start + 65_527] for start in range(0, len(data), 65_527)]
    assert len(cut) == parts
    directories = read(build(*((0xE1, b"Exif\0\0" + part) for part in cut)))
    assert described(directories[0])["Software"] == "Software"
    assert not directories[0].errors


def test_two_exif_blocks_do_not_mix(tiff: Callable[..., bytes]) -> None:
    first, second = tiff({0x010F: (2, b"Camera\0")}), tiff({0x0131: (2, b"Program\0")}, order=">")
    directories = read(build((0xE1, b"Exif\0\0" + first), (0xE1, b"Exif\0\0" + second)))
    assert [described(directory) for directory in directories] == [{"Make": "Camera"}, {"Software": "Program"}]


@pytest.mark.parametrize("cut", [20, 30, 70])
def test_photoshop_resources_over_two_segments(cut: int) -> None:
    name = "a name of some length that is cut in two"
    data = resource(0x0414, b"\0\0\0\1") + resource(0x0404, datasets((0x0205, name.encode())))
    parts = (data[:cut], data[cut:])
    directories = read(build(*((0xED, b"Photoshop 3.0\0" + part) for part in parts)))
    assert named(directories) == ["Photoshop", "IPTC"]
    assert described(directories[1])["Object Name"] == name


def test_photoshop_segments_that_begin_with_a_resource_are_blocks_of_their_own() -> None:
    parts = (resource(0x0414, b"\0\0\0\1"), resource(0x0414, b"\0\0\0\2"))
    assert named(read(build(*((0xED, b"Photoshop 3.0\0" + part) for part in parts)))) == ["Photoshop", "Photoshop"]


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
