"""Raw files written here: TIFF directories around JPEG previews, and the formats that are searched."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from metadata_digger.picture import PictureError, decode
from metadata_digger.preview import find_preview, is_raw

Entries = list[tuple[int, int, int]]  # tag, type, value


def jpeg(width: int, height: int) -> bytes:
    values = np.linspace(0, 255, width * height, dtype=np.uint8).reshape(height, width)
    target = io.BytesIO()
    Image.fromarray(values).convert("RGB").save(target, "JPEG")
    return target.getvalue()


SMALL, LARGE = jpeg(16, 12), jpeg(64, 48)


def tiff(directories: list[Entries], blocks: bytes, order: str = "<", magic: bytes = b"*\0") -> bytes:
    """Directories one after the other from offset 16, chained; blocks start at 1,024."""
    head = (b"II" if order == "<" else b"MM") + (magic if order == "<" else magic[::-1])
    body, at = b"", 16
    for index, entries in enumerate(directories):
        after = at + 2 + 12 * len(entries) + 4
        body += struct.pack(order + "H", len(entries))
        for tag, kind, value in entries:
            packed = struct.pack(order + "I", value) if kind != 3 else struct.pack(order + "HH", value, 0)
            body += struct.pack(order + "HHI", tag, kind, 1) + packed
        body += struct.pack(order + "I", after if index + 1 < len(directories) else 0)
        at = after
    return (head + struct.pack(order + "I", 16)).ljust(16, b"\0") + body.ljust(1008, b"\0") + blocks


SENSOR: Entries = [(0x103, 3, 7), (0x106, 3, 32803)]  # photometric interpretation: a colour filter array
AT_SMALL: Entries = [(0x201, 4, 1024), (0x202, 4, len(SMALL))]
AT_LARGE: Entries = [(0x201, 4, 1024 + len(SMALL)), (0x202, 4, len(LARGE))]
STRIP: Entries = [(0x103, 3, 6), (0x111, 4, 1024 + len(SMALL)), (0x117, 4, len(LARGE))]
TURNED: Entries = [(0x112, 3, 6)]
BLOCKS = SMALL + LARGE


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("directories", "size"),
    [
        ([AT_SMALL, SENSOR], (16, 12)),
        ([AT_SMALL, SENSOR, AT_LARGE], (64, 48)),
        ([AT_SMALL, STRIP, SENSOR], (64, 48)),
        ([TURNED + AT_SMALL, SENSOR, AT_LARGE], (48, 64)),  # the raw file's orientation, the preview has none
        ([SENSOR], (64, 48)),  # named nowhere: found by searching
    ],
)
def test_the_largest_preview(order: str, directories: list[Entries], size: tuple[int, int]) -> None:
    content = tiff(directories, BLOCKS, order)
    assert is_raw(content)
    found = decode(content, 416)
    assert (found.width, found.height) == size == found.image.size


def test_sub_directories() -> None:
    content = tiff([[(0x14A, 4, 900)], SENSOR], BLOCKS)
    sub = struct.pack("<H", 2) + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in AT_LARGE) + bytes(4)
    content = content[:900] + sub + content[900 + len(sub) :]
    preview = find_preview(content)
    assert preview is not None
    assert preview[0] == LARGE


def test_rw2() -> None:
    """Panasonic: magic 0x55, the JPEG is the value of tag 0x2E."""
    entry = struct.pack("<HHHII", 1, 0x2E, 7, len(LARGE), 1024)
    content = (b"IIU\0" + struct.pack("<I", 16)).ljust(16, b"\0") + (entry + bytes(4)).ljust(1008, b"\0") + LARGE
    assert decode(content, 416).width == 64


@pytest.mark.parametrize(
    "head",
    [b"FUJIFILMCCD-RAW 0201", b"II\x1a\0\0\0HEAPCCDR", b"\0MRM", b"FOVb", b"\0\0\0\x18ftypcrx ", b"IIRO\x08\0\0\0"],
)
def test_formats_that_are_searched(head: bytes) -> None:
    content = head.ljust(64, b"\0") + SMALL + b"\xff\xd8\xff" + LARGE + b"sensor"
    assert is_raw(content)
    assert decode(content, 416).width == 64


def test_lossless_frames_are_no_preview() -> None:
    """The sensor's data of a CR2 is a JPEG too: SOF3, which picture decoders cannot read."""
    at = LARGE.index(b"\xff\xc0")
    lossless = LARGE[:at] + b"\xff\xc3" + LARGE[at + 2 :]
    content = tiff([AT_SMALL, SENSOR, AT_LARGE], SMALL + lossless)
    assert decode(content, 416).width == 16


def test_without_a_preview() -> None:
    with pytest.raises(PictureError, match="a raw file without an embedded preview"):
        decode(tiff([SENSOR], b""), 416)


def test_an_ordinary_tiff_is_not_raw() -> None:
    target = io.BytesIO()
    Image.new("RGB", (5, 4)).save(target, "TIFF")
    assert not is_raw(target.getvalue())


def test_directories_in_a_circle() -> None:
    content = bytearray(tiff([SENSOR, AT_SMALL], BLOCKS))
    struct.pack_into("<I", content, content.index(struct.pack("<HHI", 0x202, 4, 1)) + 12, 16)
    assert decode(bytes(content), 416).width == 16


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_broken_raw_files_raise_nothing_else(data: st.DataObject) -> None:
    content = bytearray(tiff([AT_SMALL, SENSOR, STRIP], BLOCKS))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, 1100))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(content[: data.draw(st.integers(0, len(content)))]), 416)
    except PictureError:
        return
