from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.formats import avi
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_riff import chunk, chunks
from ..build_riff import riff as build
from ..hostile import consume, damaged
from ..show import described

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


def test_list_in_front_of_its_size() -> None:
    """A list whose size is less than its own place is over before it begins: its chunks are its parent's."""
    directory = read(riff(chunk(b"JUNK", bytes(200)), chunks(b"hdrl", MAIN)))
    assert described(directory)["Stream Count"] == "2"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (DATE, DATE.decode()[:-2]),
        (DATE[:-2] + b"\0\0", None),
        (b"2024\xff\r\n", None),
    ],
)
def test_date(data: bytes, shown: str | None) -> None:
    # Of the chunk the last two bytes are left out, however it ends.
    directory = read(riff(b"IDIT" + pack("<I", len(data) + 2) + data + b"\n\0"))
    assert described(directory) == {"Date/Time Original": shown or data.decode("latin-1")}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "00:00:00"),
        (59.5, "00:00:60"),
        (61.4, "00:01:01"),
        (3601.0, "01:00:3601"),
        (-61.0, "00:-1:-1"),
        (float("nan"), "00:00:00"),
        (float("inf"), "596523:14:-1"),
        (float("-inf"), "-596523:-14:00"),
        (1e12, "596523:14:-727380808"),
    ],
)
def test_clock(seconds: float, shown: str) -> None:
    assert avi.clock(seconds) == shown


@pytest.mark.parametrize(
    ("rate", "scale", "shown"),
    [
        (30000, 1001, "29.97"),
        (1, 0, "∞"),
        (0, 0, "NaN"),
        (1, 0x80000000, "-∞"),
        (0x80000001, 0, "-∞"),
        (0x7F7FFFFF, 1, "∞"),
    ],
)
def test_frequency(rate: int, scale: int, shown: str) -> None:
    directory = read(riff(stream(b"vids", rate, scale, 0)[12:]))
    assert described(directory)["Frames Per Second"] == shown


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (riff(), []),
        (riff()[:4] + b"\x64" + riff()[5:], [END]),
        (riff(chunk(b"avih", bytes(10))), [beyond(24, 4, 10)]),
        (riff(chunk(b"avih", bytes(38))), [beyond(36, 4, 38)]),
        (riff(chunk(b"strh", bytes(3))), [beyond(0, 4, 3)]),
        (riff(chunk(b"strh", bytes(35))), [beyond(32, 4, 35)]),
        (riff(b"JUNK\0\0\0\0"), ["Invalid chunk size: 0"]),
        (riff(b"JUNK\xff\xff\xff\xff"), ["Invalid chunk size: -1"]),
        (riff(b"LIST\3\0\0\0hdrl"), ["Chunk size too small."]),
        (riff(b"IDIT\1\0\0\0"), ["Chunk size too small."]),
        (riff(b"JUNK\x64\0\0\0abcd"), ["Unable to skip. Requested 100 bytes but only 4 remained."]),
        (riff(b"avih\x64\0\0\0abcd"), [END]),
        (riff(b"LIST\x64\0\0\0hdrlavih\x64\0\0\0abcd"), [END, END]),
        (b"RIFF\4\0\0\0AVI ", []),
        (b"RIFF\xff\xff\xff\xffWAVE", []),
    ],
)
def test_faults(data: bytes, errors: list[str]) -> None:
    assert read(data).errors == errors


def test_no_header() -> None:
    with pytest.raises(MetadataError, match=END):
        read(b"RIFF\4\0\0\0")


def test_chunks_have_a_ceiling() -> None:
    with pytest.raises(MetadataError, match="More than 65536 chunks"):
        read(riff(chunk(b"JUNK", bytes(2)) * 70_000))


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(avi.read, data)
