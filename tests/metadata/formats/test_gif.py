from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import gif
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_icc import curve, profile
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves, named


def header(version: bytes = b"89a", flags: int = 0, background: int = 0, aspect: int = 0) -> bytes:
    return (
        b"GIF"
        + version
        + pack("<HHBBB", 32, 16, flags, background, aspect)
        + bytes(3 * (2 << (flags & 7)) * (flags >> 7))
    )


def blocks(data: bytes) -> bytes:
    parts = [data[start : start + 255] for start in range(0, len(data), 255)]
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def image(flags: int = 0) -> bytes:
    palette = bytes(3 * (2 << (flags & 7)) * (flags >> 7))
    return b"," + pack("<HHHHB", 1, 2, 30, 12, flags) + palette + b"\x08" + blocks(bytes(600))


def control(flags: int = 0, delay: int = 0, transparent: int = 0) -> bytes:
    return b"!\xf9\x04" + pack("<BHB", flags, delay, transparent) + b"\0"


def application(name: bytes, data: bytes) -> bytes:
    return b"!\xff" + bytes((len(name),)) + name + data


def comment(text: bytes) -> bytes:
    return b"!\xfe" + blocks(text)


def animation(repeats: int) -> bytes:
    return application(b"NETSCAPE2.0", blocks(b"\x01" + pack("<H", repeats)))


TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
XMP = application(b"XMP DataXMP", packet("<dc:title>T</dc:title>") + TRAILER)
ICC = application(b"ICCRGBG1012", blocks(profile({b"rTRC": curve(*range(200))})))
TEXT = b"!\x01\x0c" + bytes(12) + blocks(b"text")
WHOLE = (
    header(flags=0x81) + XMP + ICC + animation(3) + comment(b"hello") + TEXT + control(9, 10, 3) + image(0x81) + b";"
)


def read(data: bytes) -> list[Directory]:
    return list(gif.read(Reader.over(data)))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (
            header(b"87a", 0xF7, 9),
            {
                "GIF Format Version": "87a",
                "Image Width": "32",
                "Image Height": "16",
                "Color Table Size": "256",
                "Bits per Pixel": "8",
                "Has Global Color Table": "true",
                "Background Color Index": "9",
            },
        ),
        (
            header(b"89a", 0x18, aspect=49),
            {
                "GIF Format Version": "89a",
                "Image Width": "32",
                "Image Height": "16",
                "Color Table Size": "2",
                "Is Color Table Sorted": "true",
                "Bits per Pixel": "2",
                "Has Global Color Table": "false",
                "Background Color Index": "0",
                "Pixel Aspect Ratio": "1",
            },
        ),
    ],
)
def test_header(data: bytes, shown: dict[str, str]) -> None:
    (directory,) = read(data + b";")
    assert (directory.name, described(directory)) == ("GIF Header", shown)


def test_aspect_ratio() -> None:
    assert described(read(header(aspect=1) + b";")[0])["Pixel Aspect Ratio"] == "0.25"


@pytest.mark.parametrize(
    ("block", "name", "shown"),
    [
        (
            image(0xE3),
            "GIF Image",
            {
                "Left": "1",
                "Top": "2",
                "Width": "30",
                "Height": "12",
                "Has Local Colour Table": "true",
                "Is Interlaced": "true",
                "Is Local Colour Table Sorted": "true",
                "Local Colour Table Bits Per Pixel": "4",
            },
        ),
        (
            image(),
            "GIF Image",
            {
                "Left": "1",
                "Top": "2",
                "Width": "30",
                "Height": "12",
                "Has Local Colour Table": "false",
                "Is Interlaced": "false",
            },
        ),
        (
            control(0x0F, 25, 7),
            "GIF Control",
            {
                "Disposal Method": "Restore to Previous",
                "User Input Flag": "true",
                "Transparent Color Flag": "true",
                "Delay": "25",
                "Transparent Color Index": "7",
            },
        ),
        (comment("é and more".encode("latin-1")), "GIF Comment", {"Comment": "é and more"}),
        (comment("木".encode()), "GIF Comment", {"Comment": "木"}),
        (comment(b"x" * 300), "GIF Comment", {"Comment": "x" * 300}),
        (comment(b""), "GIF Comment", {"Comment": ""}),
    ],
)
def test_block(block: bytes, name: str, shown: dict[str, str]) -> None:
    _, directory = read(header() + block + b";")
    assert (directory.name, described(directory)) == (name, shown)


@pytest.mark.parametrize(
    ("method", "word"),
    [
        (0, "Not Specified"),
        (1, "Don't Dispose"),
        (2, "Restore to Background Color"),
        (3, "Restore to Previous"),
        (4, "To Be Defined"),
        (7, "To Be Defined"),
    ],
)
def test_disposal_method(method: int, word: str) -> None:
    assert described(read(header() + control(method << 2))[1])["Disposal Method"] == word


@pytest.mark.parametrize(("count", "word"), [(0, "Infinite"), (1, "Once"), (2, "Twice"), (3, "3 times")])
def test_repeats(count: int, word: str) -> None:
    assert described(read(header() + animation(count))[1]) == {"Iteration Count": word}


def test_whole_file() -> None:
    directories = read(WHOLE)
    names = ["XMP", "ICC Profile", "GIF Animation", "GIF Comment", "GIF Control", "GIF Image"]
    assert named(directories) == ["GIF Header", *names]
    assert leaves(directories[1])["dc:title[1]"] == "T"
    assert not any(directory.errors for directory in directories)
    assert named(read_metadata(WHOLE))[-1] == "File Type"


def test_other_applications_are_passed_over() -> None:
    data = header() + application(b"ImageMagick", blocks(b"gamma")) + application(b"XMP DataXMP", b"\0") + b";"
    assert named(read(data)) == ["GIF Header"]


IO = "IOException processing GIF data"


@pytest.mark.parametrize(
    ("data", "names", "error"),
    [
        (b"GIF89", ["Error"], IO),
        (b"GIF89a\0\0", ["Error"], IO),
        (b"GIF88a" + bytes(7), ["GIF Header"], "Unexpected GIF version"),
        (b"gif89a" + bytes(7), ["GIF Header"], "Invalid GIF file signature"),
        (header(flags=0x80)[:-1], ["GIF Header", "Error"], IO),
        (header() + b"?", ["GIF Header", "Error"], "Unknown gif block marker found."),
        (header() + image()[:-5], ["GIF Header", "GIF Image", "Error"], IO),
        (header() + image()[:5], ["GIF Header", "Error"], IO),
        (
            header() + b"!\x77\x02ab\0;",
            ["GIF Header", "Error"],
            "Unsupported GIF extension block with type 0x77.",
        ),
        (
            header() + b"!\x01\x02ab\0;",
            ["GIF Header", "Error"],
            "Invalid GIF plain text block size. Expected 12, got 2.",
        ),
        (
            header() + application(b"short", b"\0;"),
            ["GIF Header", "Error"],
            "Invalid GIF application extension block size. Expected 11, got 5.",
        ),
    ],
)
def test_fault(data: bytes, names: list[str], error: str) -> None:
    directories = read(data)
    assert named(directories) == names
    assert directories[-1].errors == [error]


def test_a_file_may_lack_its_end() -> None:
    assert named(read(header() + image())) == ["GIF Header", "GIF Image"]


def test_number_of_blocks_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gif, "_DIRECTORIES", 10)
    directories = read(header() + control() * 100)
    assert len(directories) == 12
    assert directories[-1].errors == ["More than 10 blocks"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(gif.read, data)


@pytest.mark.parametrize(
    "block",
    [b"!\x77\x02ab\x03cde\0", b"!\x77\0", b"!\x01\x02ab\x01c\0", b"!\xff\x05short\x02ab\0", b"\0", b"\0\0\0"],
    ids=["unknown", "unknown and empty", "text", "application", "a zero", "zeros"],
)
def test_what_stands_behind_an_odd_block_is_read(block: bytes) -> None:
    directories = read(header() + block + b"!\xfe\x05found\0;")
    assert described(directories[-1]) == {"Comment": "found"}
