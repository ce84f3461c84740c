from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import mp3
from metadata_digger.metadata.source import Reader

from ..build_xmp import packet
from ..hostile import consume, damaged
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


def tag(*frames: bytes, version: int = 3, flags: int = 0) -> bytes:
    content = b"".join(frames)
    size = len(content)
    return (
        b"ID3" + bytes((version, 0, flags, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127)) + content
    )


def frame(name: bytes, content: bytes, flags: int = 0) -> bytes:
    return name + len(content).to_bytes(4, "big") + flags.to_bytes(2, "big") + content


def short(name: bytes, content: bytes) -> bytes:
    """A frame of version 2.2."""
    return name + len(content).to_bytes(3, "big") + content


AUDIO = b"\xff\xfb\x90\xc4" + bytes(400)


def tags(data: bytes) -> list[dict[str, str | None]]:
    return [described(one) for one in mp3.read(Reader.over(data)) if one.name == "ID3"]


def test_audio_behind_an_id3_tag() -> None:
    data = tag(frame(b"TIT2", b"\0Title"), frame(b"TPE1", b"\3Zo\xc3\xab\0"), bytes(20)) + bytes(9) + AUDIO
    directories = read_metadata(data)
    assert named(directories) == ["ID3", "MP3", "File Type"]
    assert described(directories[0]) == {"Title": "Title", "Artist": "Zoë"}
    assert described(directories[1])["Bitrate"] == "128"
    assert not any(one.errors for one in directories)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (tag(frame(b"TIT2", b"\1" + "Zoë".encode("utf-16") + b"\0\0")), {"Title": "Zoë"}),
        (tag(frame(b"TIT2", b"\1" + "Zoë".encode("utf-16-le"))), {"Title": "Zoë"}),
        (tag(frame(b"TIT2", b"\2" + "Zoë".encode("utf-16-be"))), {"Title": "Zoë"}),
        (tag(frame(b"TIT2", b"\0" + "Zoë".encode("cp1252"))), {"Title": "Zoë"}),
        (tag(frame(b"TIT2", b"\0" + "Zoë".encode())), {"Title": "Zoë"}),
        (tag(frame(b"TPE1", b"\3A\0B\0"), version=4), {"Artist": "A; B"}),
        (tag(short(b"TT2", b"\0Title") + short(b"ZZZ", b"\0x"), version=2), {"Title": "Title"}),
        (tag(frame(b"COMM", b"\0eng\0words")), {"Comment": "words"}),
        (tag(frame(b"COMM", b"\1eng" + "a\0b".encode("utf-16"))), {"Comment": "a: b"}),
        (tag(frame(b"TXXX", b"\0name\0value")), {"User Defined Text": "name: value"}),
        (tag(frame(b"WXXX", b"\0\0http://a/\0")), {"User Defined URL": "http://a/"}),
        (tag(frame(b"WCOP", b"http://a/\0")), {"Copyright URL": "http://a/"}),
        (tag(frame(b"APIC", b"\0image/jpeg\0\3front\0\xff\xd8\xff")), {"Picture": "(3 bytes)"}),
        (tag(short(b"PIC", b"\0JPG\3\0\xff\xd8\xff"), version=2), {"Picture": "(3 bytes)"}),
        (tag(frame(b"TIT2", b"\0a\xffb").replace(b"\xff", b"\xff\0"), flags=0x80), {"Title": "aÿb"}),
        (tag(b"\0\0\0\6" + bytes(6), frame(b"TIT2", b"\0T"), flags=0x40), {"Title": "T"}),
        (tag(b"\0\0\0\6\1\0", frame(b"TIT2", b"\0T"), version=4, flags=0x40), {"Title": "T"}),
        (tag(frame(b"TIT2", b"\0T", 0x80), frame(b"TPE1", b"\0A")), {"Artist": "A"}),  # compressed
        (tag(frame(b"TIT2", b"\0\0\0\2\0T", 1), version=4), {"Title": "T"}),
        (tag(frame(b"TIT2", b"")), {}),
        (tag(), {}),
    ],
)
def test_frames(data: bytes, shown: dict[str, str]) -> None:
    assert tags(data + AUDIO) == [shown]


def test_a_frame_that_comes_again() -> None:
    again = tag(*(frame(b"TPE1", b"\0" + name) for name in (b"A", b"B", b"A")))
    assert tags(again + AUDIO) == [{"Artist": "A"}, {"Artist": "B"}]


def test_xmp() -> None:
    data = tag(frame(b"PRIV", b"XMP\0" + packet("<dc:title>T</dc:title>"))) + AUDIO
    assert named(mp3.read(Reader.over(data))) == ["ID3", "XMP", "MP3"]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            tag(frame(b"TIT2", b"\0T"), b"TPE1\0\0\1\0\0\0") + AUDIO,
            ["Frame 'TPE1' is stated to have 256 bytes, and 0 are left"],
        ),
        (tag(version=9) + AUDIO, ["ID3 version 2.9 is unknown"]),
        (tag(frame(b"TIT2", b"\0T")) + b"fLaC", ["No frame of MPEG audio behind the ID3 tag"]),
        (tag(frame(b"TIT2", b"\0T")), ["End of data reached."]),
        (tag(bytes(40))[:30], ["End of data reached."]),
    ],
)
def test_faults_of_tags(data: bytes, errors: list[str]) -> None:
    assert [error for one in list(mp3.read(Reader.over(data))) for error in one.errors] == errors


@given(damaged(tag(frame(b"TIT2", b"\1" + "T".encode("utf-16")), frame(b"COMM", b"\0eng\0words"), version=4) + AUDIO))
def test_damaged_tags(data: bytes) -> None:
    consume(mp3.read, data)
