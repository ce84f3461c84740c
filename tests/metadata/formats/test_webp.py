from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import webp
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import MemorySource, Reader

from ..build_icc import curve, profile
from ..build_webp import chunk, extended, lossless, lossy
from ..build_webp import webp as build
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, leaves, named

TIFF = build_tiff({0x010F: (2, b"Cam\0"), 0x8825: {1: (2, b"N\0")}}, {0x0201: (4, 8), 0x0202: (4, 1)})
PICTURE = (b"VP8 ", lossy(640, 480))
WHOLE = build(
    (b"VP8X", extended(640, 480, 0x3E)),
    (b"ICCP", profile({b"rTRC": curve(1, 2, 3)})),
    (b"ANIM", bytes(6)),
    (b"ANMF", bytes(33)),
    PICTURE,
    (b"EXIF", TIFF),
    (b"XMP ", packet("<dc:title>T</dc:title>")),
)


def read(data: bytes) -> list[Directory]:
    return list(webp.read(Reader.over(data)))


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        (b"VP8 ", lossy(640, 480), [{"Image Width": "640", "Image Height": "480"}]),
        (b"VP8 ", lossy(640 | 1 << 14, 480), [{"Image Width": "17024", "Image Height": "480"}]),
        (b"VP8 ", lossy(640, 480)[:9], []),
        (b"VP8 ", b"\x11\0\0" + bytes(20), []),
        (b"VP8L", lossless(16384, 301), [{"Image Width": "16384", "Image Height": "301"}]),
        (b"VP8L", lossless(1, 16384), [{"Image Width": "1", "Image Height": "16384"}]),
        (b"VP8L", b"\x2e" + lossless(1, 1)[1:], []),
        (b"VP8L", b"\x2f\0\0\0", []),
        (
            b"VP8X",
            extended(16777216, 70000, 0x10),
            [{"Image Width": "16777216", "Image Height": "70000", "Has Alpha": "true", "Is Animation": "false"}],
        ),
        (
            b"VP8X",
            extended(1, 1, 0x02),
            [{"Image Width": "1", "Image Height": "1", "Has Alpha": "false", "Is Animation": "true"}],
        ),
        (b"VP8X", extended(1, 1) + b"\0", []),
        (b"ALPH", bytes(30), []),
    ],
)
def test_picture(kind: bytes, data: bytes, shown: list[dict[str, str]]) -> None:
    directories = read(build((kind, data)))
    assert [described(one) for one in directories] == shown
    assert {one.name for one in directories} <= {"WebP"}


def test_blocks_in_file_order() -> None:
    directories = read(WHOLE)
    assert named(directories) == [
        "WebP",
        "ICC Profile",
        "WebP",
        "Exif IFD0",
        "GPS",
        "Exif Thumbnail",
        "XMP",
    ]
    assert described(directories[1])["Tag Count"] == "1"
    assert described(directories[3])["Make"] == "Cam"
    assert leaves(directories[6])["dc:title[1]"] == "T"
    assert not any(one.errors for one in directories)
    assert list(directories[0].values) == [2, 1, 3, 4]


@pytest.mark.parametrize(("preamble", "offset"), [(b"", 8), (b"Exif\0\0", 14)])
def test_exif_may_start_as_in_jpeg(preamble: bytes, offset: int) -> None:
    directories = read(build((b"EXIF", preamble + TIFF)))
    assert named(directories) == ["Exif IFD0", "GPS", "Exif Thumbnail"]
    assert directories[2].values[0x0201] == offset


def test_exif_that_is_none() -> None:
    (directory,) = read(build((b"EXIF", b"no header of TIFF")))
    assert directory.name == "Error"
    assert directory.errors[0].startswith("Exception processing TIFF data: Unclear distinction")


def test_other_chunks_are_passed_over() -> None:
    assert read(build((b"LIST", b"INFOabcd"), (b"\xff\xfe\0\1", b"odd"), PICTURE)) == read(build(PICTURE))


def test_a_name_that_ends_in_a_zero() -> None:
    assert named(read(build((b"XMP\0", packet("")), PICTURE))) == ["XMP", "WebP"]


def test_a_block_that_cannot_be_read_costs_no_other() -> None:
    found = read(build((b"EXIF", b""), (b"EXIF", b"none"), (b"XMP ", packet("")), PICTURE))
    assert {"XMP", "WebP"} <= set(named(found))


def test_another_form() -> None:
    assert read(build(PICTURE, form=b"WEBM")) == []


@pytest.mark.parametrize(
    ("data", "names", "errors"),
    [
        (build(PICTURE)[:-1], ["WebP", "WebP"], ["Chunk 'VP8 ' is stated to have 20 bytes, and 19 are left"]),
        (
            build((b"ANMF", bytes(40)), PICTURE)[:40],
            ["WebP"],
            [
                "The file is stated to have 48 bytes more than it has",
                "Chunk 'ANMF' is stated to have 40 bytes, and 20 are left",
            ],
        ),
        (
            build(PICTURE, PICTURE)[:44],
            ["WebP", "WebP"],
            ["The file is stated to have 24 bytes more than it has", "End of data reached."],
        ),
        (build((b"EXIF", TIFF), (b"XXXX", b"12345"))[:-1], ["Exif IFD0", "GPS", "Exif Thumbnail"], []),
        (build(PICTURE)[:16] + b"\xf6\xff\xff\xff" + bytes(99), ["WebP"], ["Invalid chunk size: -10"]),
        (build((b"VP8 ", b""), PICTURE), ["WebP"], []),
        (
            build((b"LIST", b"name"), PICTURE)[:16] + b"\2\0\0\0na" + build(PICTURE)[12:],
            ["WebP", "WebP"],
            ["The file is stated to have 2 bytes more than it has", "Chunk size too small."],
        ),
    ],
)
def test_broken_chain(data: bytes, names: list[str], errors: list[str]) -> None:
    """What was read stands, and what can be found behind a fault; the faults are a directory of their own."""
    directories = read(data)
    assert named(directories) == names
    assert [error for one in directories for error in one.errors] == errors


@pytest.mark.parametrize("data", [b"", b"RIFF\0\0\0\0WEB"])
def test_no_header(data: bytes) -> None:
    with pytest.raises(MetadataError, match=r"End of data reached\."):
        read(data)


def test_a_file_may_lack_its_last_padding() -> None:
    (directory,) = read(build(PICTURE, (b"ANMF", bytes(9001)))[:-1])
    assert (directory.name, directory.errors) == ("WebP", [])


def test_too_many_chunks() -> None:
    *directories, _type = read_metadata(build(*[(b"ICCP", b"short")] * 300))
    assert len(directories) == 257
    assert directories[-1].errors[-1] == "More than 256 chunks or 128 MiB of metadata"


def test_picture_data_is_not_read() -> None:
    asked = []

    class Counting(MemorySource):
        def read_at(self, offset: int, length: int) -> bytes:
            asked.append(length)
            return super().read_at(offset, length)

    data = build((b"VP8 ", lossy(640, 480) + bytes(5_000_000)), (b"ANMF", bytes(1_000_000)), (b"EXIF", TIFF))
    source = Counting(data)
    assert named(webp.read(Reader(source, 0, source.size))) == ["WebP", "Exif IFD0", "GPS", "Exif Thumbnail"]
    assert sum(asked) < 1000


def test_file() -> None:
    assert named(read_metadata(build(PICTURE))) == ["WebP", "File Type"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(webp.read, data)


@given(st.lists(st.tuples(st.sampled_from(sorted(webp._READERS)), st.binary(max_size=40)), max_size=6))
def test_any_chunks(chunks: list[tuple[bytes, bytes]]) -> None:
    consume(webp.read, build(*chunks))
    consume(webp.read, build() + b"".join(chunk(kind, data) for kind, data in chunks))


def test_an_exif_chunk_that_is_a_whole_jpeg_segment() -> None:
    data = b"\xff\xe1" + (len(TIFF) + 8).to_bytes(2, "big") + b"Exif\0\0" + TIFF
    assert any(described(one).get("Make") == "Cam" for one in read(build(PICTURE, (b"EXIF", data))))
