from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import mp3
from metadata_digger.metadata.source import Reader

from ..show import described, named


def read(data: bytes) -> tuple[dict[str, str | None], list[str]]:
    (directory,) = mp3.read(Reader.over(data))
    return described(directory), directory.errors


def test_whole() -> None:
    directories = read_metadata(b"\xff\xfb\x90\xc4" + bytes(400))
    assert named(directories) == ["MP3", "File Type"]
    assert described(directories[0]) == {
        "ID": "MPEG-1",
        "Layer": "Layer III",
        "Bitrate": "128",
        "Frequency": "44100",
        "Mode": "Mono",
        "Copyright": "False",
        "Emphasis Method": "none",
        "Frame Size": "417 bytes",
    }


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("fff39480", {"ID": "MPEG-2", "Layer": "Layer III", "Bitrate": "128", "Frequency": "24000"}),
        ("fff59880", {"ID": "MPEG-2", "Layer": "Layer II", "Bitrate": "160", "Frequency": "16000"}),
        ("fff79080", {"ID": "MPEG-2", "Layer": "Layer I", "Bitrate": "28", "Frequency": "22050"}),
        ("fffd9440", {"Layer": "Layer II", "Bitrate": "160", "Frequency": "48000", "Mode": "Joint stereo"}),
        ("ffff9888", {"Layer": "Layer I", "Bitrate": "288", "Copyright": "True", "Mode": "Dual channel"}),
        ("fffb9001", {"Mode": "Stereo", "Emphasis Method": "50/15ms", "Frame Size": "417 bytes"}),
        ("fffb9003", {"Emphasis Method": "CCITT j.17"}),
    ],
)
def test_words(header: str, shown: dict[str, str]) -> None:
    found, _ = read(bytes.fromhex(header))
    assert found.items() >= shown.items()


@pytest.mark.parametrize(
    ("header", "missing", "errors"),
    [
        ("fffb0000", {"Bitrate", "Frame Size"}, []),
        ("fffbf000", {"Bitrate", "Frame Size"}, []),
        ("fffb9c00", {"Frequency", "Frame Size"}, ["Invalid frequency index."]),
        ("fffb9002", {"Emphasis Method"}, []),
        ("ffe39000", {"ID", "Layer"}, ["MPEG-2.5 not supported."]),
        ("ffeb9000", {"ID", "Layer"}, ["Not valid mp3 file."]),
        ("fff99000", {"ID", "Layer"}, ["Not valid mp3 file."]),
        ("fffb90", {"ID", "Layer"}, ["End of data reached."]),
    ],
)
def test_faults(header: str, missing: set[str], errors: list[str]) -> None:
    found, faults = read(bytes.fromhex(header))
    assert not missing & found.keys()
    assert faults == errors


@given(st.binary(max_size=2))
def test_any_header_of_the_kind(rest: bytes) -> None:
    for second in (0xE3, 0xF3, 0xF5, 0xF7, 0xFB, 0xFD, 0xFF):
        read(bytes((0xFF, second)) + rest)
