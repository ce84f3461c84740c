from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.formats import wav
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_riff import chunk, chunks
from ..build_riff import riff as build
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described

PCM = pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)
INFO = chunks(b"INFO", chunk(b"IART", b"Somebody\0"), chunk(b"IXXX", b"?"), chunk(b"ISFT", b"Tool\0"))
WHOLE = build(b"WAVE", chunk(b"fmt ", PCM), INFO, chunk(b"data", bytes(500)))


def riff(*content: bytes) -> bytes:
    return build(b"WAVE", *content)


def read(data: bytes) -> Directory:
    (directory,) = wav.read(Reader.over(data))
    return directory


def test_whole() -> None:
    directory = read(WHOLE)
    assert directory.name == "WAV"
    assert described(directory) == {
        "Bits Per Sample": "16",
        "Format": "Microsoft PCM",
        "Channels": "2",
        "Samples Per Second": "44100",
        "Bytes Per Second": "176400",
        "Block Alignment": "4",
        "Artist": "Somebody",
        "Software": "Tool",
        "Duration": "00:00:00",
    }


def test_duration() -> None:
    rate = pack("<HHIIHH", 1, 2, 44_100, 100, 4, 16)
    assert described(read(riff(chunk(b"fmt ", rate), chunk(b"data", bytes(6150)))))["Duration"] == "00:01:02"
    assert "Duration" not in described(read(riff(chunk(b"data", bytes(6150)))))


def test_duration_at_no_bytes_per_second() -> None:
    rate = pack("<HHIIHH", 1, 2, 44_100, 0, 4, 16)
    assert described(read(riff(chunk(b"fmt ", rate), chunk(b"data", bytes(2))))).get("Duration") is None


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        (0x55, "MP3"),
        (0x676F, "Ogg Vorbis (mode 1+)"),
        (0xFFFE, "Extensible"),
        (0xFFFF, "Development"),
        (0x0C, "Unknown"),
    ],
)
def test_encoding(encoding: int, shown: str) -> None:
    assert described(read(riff(chunk(b"fmt ", pack("<HHIIH", encoding, 1, 2, 3, 4)))))["Format"] == shown


@pytest.mark.parametrize(
    ("text", "shown"), [(b"a\0", "a"), (b"a", "a"), ("é\0".encode(), "é"), ("é\0".encode("cp1252"), "é")]
)
def test_text(text: bytes, shown: str) -> None:
    directory = read(riff(chunks(b"INFO", chunk(b"INAM", text))))
    assert described(directory) == {"Title": shown}


def test_text_elsewhere_is_passed_over() -> None:
    content = chunk(b"INAM", b"title\0")
    assert described(read(riff(content, chunks(b"adtl", content)))) == {}


@pytest.mark.parametrize(
    ("size", "error"), [(1, beyond(0, 2, 1)), (7, beyond(4, 4, 7)), (13, beyond(12, 2, 13)), (15, beyond(14, 2, 15))]
)
def test_short_format(size: int, error: str) -> None:
    directory = read(riff(chunk(b"fmt ", PCM[:size])))
    assert directory.errors[0] == error
    assert not directory.values


def test_broadcast() -> None:
    content = (
        b"Interview".ljust(256, b"\0")
        + b"Recorder".ljust(32, b"\0")
        + bytes(32)
        + b"2024-05-31"
        + b"21:33:20"
        + bytes(9)
    )
    for data in (riff(chunk(b"bext", content)), riff(chunk(b"bext", content[:338]))):
        assert described(read(data)) == {
            "Description": "Interview",
            "Originator": "Recorder",
            "Origination Date": "2024-05-31",
            "Origination Time": "21:33:20",
        }


def test_xmp() -> None:
    found = list(wav.read(Reader.over(riff(chunk(b"_PMX", packet("<dc:title>T</dc:title>"))))))
    assert [one.name for one in found] == ["WAV", "XMP"]


def test_further_texts() -> None:
    info = chunks(b"INFO", chunk(b"IKEY", b"one; two\0"), chunk(b"IENG", b"Ada\0"))
    assert described(read(riff(info))) == {"Keywords": "one; two", "Engineer": "Ada"}


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(wav.read, data)
