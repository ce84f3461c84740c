"""FlashPix extensions: the list of contents."""

from __future__ import annotations

from struct import pack

import pytest

from metadata_digger.metadata.formats import jpeg
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_jpeg import jpeg as build
from ..show import described, named

SCREEN_NAIL = "/\5Screen Nail_bd0100609719a180"


def contents(*entries: tuple[int, str]) -> bytes:
    listed = b""
    for size, name in entries:
        listed += pack(">IB", size, 0) + f"{name}\0".encode("utf-16-le") + bytes(16 if size == 0xFFFFFFFF else 0)
    return b"FPXR\0\0\1" + pack(">H", len(entries)) + listed


def read(*segments: bytes) -> list[Directory]:
    return list(jpeg.read(Reader.over(build(*((0xE2, data) for data in segments)))))


def test_streams_are_listed() -> None:
    entries = ((260, "/\5Extension List"), (0xFFFFFFFF, "/Audio"), (9521, SCREEN_NAIL))
    (directory,) = read(contents(*entries), b"FPXR\0\0\2" + bytes(40), b"FPXR\0\0\2" + bytes(9))
    assert directory.name == "FlashPix"
    assert described(directory) == {
        "Stream 1": "/Extension List, 260 bytes",
        "Stream 2": "/Audio, storage",
        "Stream 3": "/Screen Nail_bd0100609719a180, 9521 bytes",
    }


@pytest.mark.parametrize("cut", [1, 20, 60, 100])
def test_a_list_that_is_cut(cut: int) -> None:
    (directory,) = read(contents((260, "/\5Extension List"), (9521, SCREEN_NAIL))[:-cut])
    assert directory.errors
    assert len(directory.values) == (cut < 70)


def test_a_segment_that_is_too_short_costs_itself() -> None:
    assert named(read(b"FPXR\0", contents((1, "/x")))) == ["Error", "FlashPix"]
