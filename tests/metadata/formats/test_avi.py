from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.blocks.riff_info import clock
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.formats import avi
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_riff import chunk, chunks
from ..build_riff import riff as build
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves

END = "End of data reached."
MAIN = chunk(b"avih", pack("<14I", *(0,) * 6, 2, 0, 320, 240, *(0,) * 4))
DATE = b"Thu Feb 29 12:30:59 2024\n\0"


def stream(kind: bytes, rate: int, scale: int, length: int, codec: bytes = b"MJPG") -> bytes:
    content = pack("<4s4s12xIIIi20x", kind, codec, scale, rate, 0, length)
    return chunks(b"strl", chunk(b"strh", content))


def riff(*content: bytes) -> bytes:
    return build(b"AVI ", *content)


VIDEO = stream(b"vids", 30, 2, 45)
SOUND = stream(b"auds", 22050, 1, 3)
LISTS = (chunks(b"hdrl", MAIN, VIDEO, SOUND, chunk(b"JUNK", bytes(600))), chunks(b"movi", bytes(300)))
WHOLE = riff(*LISTS)


def read(data: bytes) -> Directory:
    (directory,) = avi.read(Reader.over(data))
    return directory


def test_whole() -> None:
    directory = read(WHOLE)
    assert (directory.name, directory.errors) == ("AVI", [])
    assert described(directory) == {
        "Width": "320 pixels",
        "Height": "240 pixels",
        "Stream Count": "2",
        "Frames Per Second": "15",
        "Duration": "00:00:03",
        "Video Codec": "MJPG",
        "Samples Per Second": "22050",
    }


def test_first_stream_of_a_kind_counts() -> None:
    streams = (stream(b"vids", 1, 1, 1)[12:], stream(b"auds", 1, 1, 1)[12:])
    assert described(read(riff(*LISTS, *streams))) == described(read(WHOLE))


def test_lists_behind_their_own_size() -> None:
    """The reference takes a list's size for a place in the file: what lies behind that is its parent's, or lost."""
    directory = read(
        riff(chunk(b"JUNK", bytes(200)), chunks(b"hdrl", MAIN), chunks(b"INFO", chunk(b"ISFT", b"Tool\0")))
    )
    assert (described(directory)["Stream Count"], described(directory)["Software"]) == ("2", "Tool")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (DATE, DATE.decode()[:-2]),
        (DATE[:-2], DATE.decode()[:-2]),
        (b"2006/09/03 01:41:51\0", "2006/09/03 01:41:51"),
        (b"2006/09/03 01:41:51", "2006/09/03 01:41:51"),
        (b"2006:09:03 01:41:51\r\n\0\0", "2006:09:03 01:41:51"),
        (b"2024\xff\r\n", "2024ÿ"),
        (b"\0\0", None),
    ],
)
def test_date(data: bytes, shown: str | None) -> None:
    for place in (chunks(b"hdrl", chunk(b"IDIT", data)), chunk(b"IDIT", data), chunks(b"INFO", chunk(b"IDIT", data))):
        assert described(read(riff(place))) == ({"Date/Time Original": shown} if shown else {})


def test_texts() -> None:
    info = chunks(
        b"INFO",
        chunk(b"IART", b"Ada\0"),
        chunk(b"ICRD", b"2020-08-28\0\0"),
        chunk(b"IZZZ", b"?"),
        chunk(b"IART", b"Ada\0"),
    )
    exif = chunks(b"exif", chunk(b"ecor", b"CAM\0"), chunk(b"emdl", b"C-1\0"), chunk(b"etim", b"10:20:30\0"))
    assert described(read(riff(info, exif))) == {
        "Artist": "Ada",
        "Date Created": "2020-08-28",
        "Make": "CAM",
        "Model": "C-1",
        "Time Created": "10:20:30",
    }


def test_a_text_that_comes_again_has_a_directory_of_its_own() -> None:
    found = list(avi.read(Reader.over(riff(chunks(b"INFO", chunk(b"IART", b"A\0"), chunk(b"IART", b"B\0"))))))
    assert [described(one) for one in found] == [{"Artist": "A"}, {"Artist": "B"}]


def test_xmp() -> None:
    found = list(avi.read(Reader.over(riff(chunk(b"_PMX", packet("<dc:title>T</dc:title>")), *LISTS))))
    assert [one.name for one in found] == ["AVI", "XMP"]
    assert leaves(found[1])["dc:title[1]"] == "T"
    assert described(found[0])["Width"] == "320 pixels"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0, "00:00:00"), (59.5, "00:01:00"), (61.4, "00:01:01"), (3601.0, "01:00:01")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("rate", "scale", "shown"),
    [(30000, 1001, "29.97"), (1, 0, None), (0, 0, None), (0x80000000, 0x80000000, "1"), (90_000_000, 3_000_000, "30")],
)
def test_frequency(rate: int, scale: int, shown: str | None) -> None:
    directory = read(riff(stream(b"vids", rate, scale, 0)[12:]))
    assert described(directory).get("Frames Per Second") == shown


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (riff(), []),
        (riff()[:4] + b"\x64" + riff()[5:], ["The file is stated to have 96 bytes more than it has"]),
        (riff(chunk(b"avih", bytes(10))), [beyond(24, 4, 10)]),
        (riff(chunk(b"avih", bytes(38))), [beyond(36, 4, 38)]),
        (riff(chunk(b"strh", bytes(3))), [beyond(0, 4, 3)]),
        (riff(chunk(b"strh", bytes(35))), [beyond(32, 4, 35)]),
        (riff(b"JUNK\0\0\0\0"), []),
        (riff(b"JUNK\xfe\xff\xff\xff"), ["Invalid chunk size: -2"]),
        (riff(b"movi\xff\xff\xff\xff", bytes(40)), []),  # as programs write it that write a stream
        (riff(b"LIST\3\0\0\0hdrl"), ["Chunk size too small."]),
        (riff(b"JUNK\x64\0\0\0abcd"), ["Chunk 'JUNK' is stated to have 100 bytes, and 4 are left"]),
        (riff(b"avih\x64\0\0\0abcd"), ["Chunk 'avih' is stated to have 100 bytes, and 4 are left", beyond(24, 4, 4)]),
        (
            riff(b"LIST\x64\0\0\0hdrlavih\x64\0\0\0abcd"),
            [
                "Chunk 'LIST' is stated to have 100 bytes, and 16 are left",
                "Chunk 'avih' is stated to have 100 bytes, and 4 are left",
                beyond(24, 4, 4),
            ],
        ),
        (riff(b"abc\1"), [END]),
        (b"RIFF\4\0\0\0AVI ", []),
        (b"RIFF\xff\xff\xff\xffWAVE", []),
    ],
)
def test_faults(data: bytes, errors: list[str]) -> None:
    assert read(data).errors == errors


@pytest.mark.parametrize(
    "size",
    [0, 0xFFFFFFFF, 20, 1 << 20],
    ids=["never filled in", "a stream", "too small for the last list", "too large"],
)
def test_sizes_of_the_file(size: int) -> None:
    data = WHOLE[:4] + pack("<I", size) + WHOLE[8:]
    assert described(read(data))["Stream Count"] == "2"


def test_no_byte_behind_an_odd_chunk() -> None:
    odd = b"JUNK" + pack("<I", 3) + b"abc"
    assert described(read(riff(odd, *LISTS)))["Stream Count"] == "2"
    assert described(read(riff(odd + b"\0", *LISTS)))["Stream Count"] == "2"
    assert described(read(riff(odd + b"\x80", *LISTS)))["Stream Count"] == "2"


def test_lists_in_lists_have_a_limit() -> None:
    data = MAIN
    for _ in range(2000):
        data = chunks(b"hdrl", data)
    with pytest.raises(MetadataError, match="Lists 8 levels deep in lists"):
        read(riff(data))


def test_no_header() -> None:
    with pytest.raises(MetadataError, match=END):
        read(b"RIFF\4\0\0\0")


def test_chunks_have_a_ceiling() -> None:
    with pytest.raises(MetadataError, match="More than 65536 chunks"):
        read(riff(chunk(b"JUNK", bytes(2)) * 70_000))


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(avi.read, data)
