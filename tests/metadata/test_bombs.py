"""Files that cost more to read than they hold, or would if nobody counted."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from struct import pack

import pytest

from metadata_digger.metadata.extract import read_metadata

from .build_icc import profile
from .build_jpeg import jpeg
from .build_movie import box, file_type
from .build_photoshop import knot, resource
from .build_png import compressed, international, png
from .build_xmp import PREAMBLE, packet
from .conftest import build_tiff
from .hostile import BYTES, SECONDS, check, read_whole

MIB = 1 << 20
XMP = "XML:com.adobe.xmp"


def psd(*resources: bytes) -> bytes:
    data = b"".join(resources)
    return b"8BPS" + pack(">H6xHIIHH", 1, 3, 48, 64, 8, 3) + pack(">II", 0, len(data)) + data


def packed_xmp(content: str) -> tuple[bytes, bytes]:
    return b"iTXt", international(XMP, packet(content).decode(), packed=True)


def nested(kind: bytes, depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = box(kind, data)
    return data


def shared_profile(tags: int, length: int) -> bytes:
    """A profile all of whose tags are the same long text."""
    body = b"text\0\0\0\0" + b"a" * length
    table = pack(">I", tags) + b"".join(b"%04x" % tag + pack(">II", 132 + 12 * tags, len(body)) for tag in range(tags))
    return profile()[:128] + table + body


def fan(levels: int, copies: int) -> bytes:
    """A TIFF in a Photoshop resource in a TIFF and so on, each named by many tags: copies ** levels."""
    data = build_tiff({0x010F: (2, b"Cam\0")})
    for _ in range(levels):
        inner = resource(0x0422, data)
        entry = pack("<HHII", 0x8649, 7, len(inner), 14 + 12 * copies)
        data = pack("<2sHIH", b"II", 42, 8, copies) + entry * copies + bytes(4) + inner
    return data


DEFLATED = {
    "one text": lambda: png((b"zTXt", compressed("k", bytes(100 * MIB)))),
    "many texts": lambda: png(*[(b"zTXt", compressed("k", b"a" * (15 * MIB)))] * 10),
    "wide text": lambda: png(*[(b"iTXt", international("k", "a" * (15 * MIB) + "\U0001f600", packed=True))] * 3),
    "profile": lambda: png((b"iCCP", compressed("k", profile() + bytes(100 * MIB)))),
    "XMP": lambda: png(*[packed_xmp("<my:a>" + "x" * (3 * MIB) + "</my:a>")] * 10),
}


@pytest.mark.parametrize("name", DEFLATED)
def test_what_is_deflated_costs_little_memory(name: str) -> None:
    data = DEFLATED[name]()
    tracemalloc.start()
    try:
        read_whole(data)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


SLOW: dict[str, Callable[[], bytes]] = {
    # XMPCore counts on from 1 for each namespace whose prefix is taken: 90,000 took over 40 s.
    "namespaces of one prefix": lambda: png(packed_xmp("".join(f"<n:a xmlns:n='u{i}'/>" for i in range(20_000)))),
    # All packets were searched for the name of the extended one after each: 10,000 took 18 s.
    "packets": lambda: jpeg(*[(0xE1, PREAMBLE + packet("<my:a>1</my:a>"))] * 3000),
    "packed packets": lambda: png(*[packed_xmp("<my:a>" + "x" * (2 * MIB) + "</my:a>")] * 30),
    "comments": lambda: jpeg(*[(0xFE, b"")] * 300_000),
    "Photoshop in TIFF in Photoshop": lambda: fan(40, 20),
    "nested boxes": lambda: file_type(b"isom") + nested(b"moov", 20_000),
    "nested boxes of QuickTime": lambda: file_type(b"qt  ") + nested(b"moov", 20_000),
    # Of a name without an end each shorter one was tried: 3,000 letters took over a second.
    "XML names without an end": lambda: jpeg((0xE1, PREAMBLE + packet("<my:a>1</my:a><" + "a" * 60_000))),
    "XML of brackets": lambda: png(packed_xmp("<my:a>" + "<" * (2 * MIB))),
    "XML of brackets apart": lambda: png(packed_xmp("<my:a>" + "< " * MIB)),
    "XML of ends": lambda: png(packed_xmp("</a>" * (MIB // 2))),
    "XML of attributes": lambda: png(packed_xmp("<my:a " + " ".join(f"my:a{i}='1'" for i in range(190_000)) + "/>")),
    "lost markers": lambda: b"\xff\xd8" + (b"\xff\xe5\0\4ab" + b"cd\xff\xe6") * 500_000,
    "shorts that may be pointers": lambda: (
        pack("<2sHIH", b"II", 42, 8, 60_000) + pack("<HHII", 0x14A, 3, 1, 8) * 60_000
    ),
    "zeros between the blocks of GIF": lambda: b"GIF89a" + pack("<HH3B", 1, 1, 0, 0, 0) + bytes(4 * MIB),
    "parts of FLIR": lambda: jpeg(*[(0xE1, b"FLIR\0\1\0\0FFF\0")] * 200_000),
    "shared data": lambda: psd(resource(0x040F, shared_profile(20_000, MIB))),
}


@pytest.mark.parametrize("name", SLOW)
def test_time_does_not_run_away(name: str) -> None:
    # Coverage traces every line, which takes three times as long: only then is the limit another.
    check(name, SLOW[name](), limit=5.0 if sys.gettrace() else SECONDS)


def test_directories_have_a_ceiling() -> None:
    *_, last, _ = read_metadata(jpeg(*[(0xFE, b"")] * 40_000))
    assert last.errors == ["More than 30,000 directories"]


def test_packed_texts_have_a_ceiling_together() -> None:
    directories = read_metadata(png(*[(b"zTXt", compressed("k", bytes(15 * MIB)))] * 6))
    assert [bool(one.errors) for one in directories if one.name == "PNG-zTXt"] == [False] * 4 + [True] * 2


def test_packed_xmp_has_a_ceiling() -> None:
    directories = read_metadata(png(*[packed_xmp("<my:a>" + "x" * (3 * MIB) + "</my:a>")] * 2))
    assert [one.name for one in directories[-4:-1]] == ["PNG-IHDR", "XMP", "PNG-iTXt"]
    assert [one.errors for one in directories[-3:-1]] == [
        [],
        [f'Exception decompressing PNG iTXt chunk with keyword "{XMP}": more than 0 MiB when decompressed'],
    ]


def test_more_paths_than_there_are_tags() -> None:
    """There are 999 tags for paths; the next one was kept as bytes that its description could not take apart."""
    directories = read_metadata(psd(*[resource(0x07D0, knot(1, *[0.5] * 6), b"P")] * 1010))
    paths = [tag for tag in directories[1].tags() if tag.name.startswith("Path Info")]
    assert len(paths) == 999
    assert len({tag.description for tag in paths}) == 1


def test_data_that_tags_share_has_a_ceiling() -> None:
    directories = read_metadata(psd(resource(0x040F, shared_profile(20, 8 * MIB))))
    assert directories[-2].errors == ["Exception reading ICC profile: its tags are many times as long as the profile"]


def test_numbered_prefixes() -> None:
    """Namespaces that the packet calls the same are told apart by a number."""
    (directory,) = (
        one
        for one in read_metadata(png(packed_xmp("".join(f"<n:a xmlns:n='u{number}'/>" for number in range(4)))))
        if one.name == "XMP"
    )
    assert [found.path for found in directory.xmp] == ["n:a", "n_1_:a", "n_2_:a", "n_3_:a"]
