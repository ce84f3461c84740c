"""A sound picture beside damaged metadata: it is decoded all the same, and a note says so."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from metadata_digger.picture import PictureError, decode
from metadata_digger.picture.bare import bare

AVIF = pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
NOTE = "the picture was decoded without what stands beside it, which is damaged: "


def scene() -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (64, 48), (220, 30, 30))
    image.paste((30, 30, 220), (32, 0, 64, 48))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg(*segments: bytes, **options: Any) -> bytes:
    """A JPEG whose own JFIF segment these stand in place of."""
    whole = saved(scene(), "JPEG", **options)
    return whole[:2] + b"".join(segments) + whole[20:]


RESOLUTION = struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0x11A, 2, 1, 0, 0)  # XResolution as text
UPSIDE_DOWN = struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0x112, 3, 1, 3, 0)


@pytest.mark.parametrize("more", [b"\0\0\0\0", b"\xff\xd9", b"some more bytes"])
def test_bytes_put_into_a_segment_before_the_picture(more: bytes) -> None:
    """The segment then ends within the thumbnail at its end, whose end is not the picture's."""
    thumbnail = saved(Image.new("RGB", (16, 12)), "JPEG")
    whole = jpeg(segment(0xE1, b"Exif\0\0II*\0" + bytes(40) + thumbnail))
    picture = decode(whole[:40] + more + whole[40:], 0)
    assert (picture.width, picture.height) == (64, 48)
    assert picture.notes[0].startswith(NOTE)


@pytest.mark.parametrize(
    "content",
    [
        jpeg(segment(0xE0, b"JFIF\0\1")),
        jpeg(segment(0xEE, b"Adobe\0")),
        jpeg(segment(0xED, b"Photoshop 3.0\x008BIM\4")),
        jpeg(segment(0xE1, b"Exif\0\0" + RESOLUTION)),
        jpeg(segment(0xE2, b"MPF\0II*\0\xff\xff\xff\xff")),
        jpeg(segment(0xE0, b"JFIF\0\1"), progressive=True),
        b"\r\n\r\n" + jpeg(segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")),
        b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n" + saved(scene(), "PNG"),
    ],
    ids=["JFIF", "Adobe", "Photoshop", "Exif", "MPF", "progressive", "line breaks", "HTTP"],
)
def test_damaged_metadata_costs_no_picture(content: bytes) -> None:
    found = decode(content, 0)
    assert (found.width, found.height) == (64, 48)
    assert np.abs(np.asarray(found.image).astype(int) - np.asarray(scene())).mean() < 8
    assert all(note.startswith(NOTE) for note in found.notes)


def test_it_is_upright_all_the_same() -> None:
    content = jpeg(segment(0xE1, b"Exif\0\0" + UPSIDE_DOWN), segment(0xEE, b"Adobe\0"))
    found = decode(content, 0)
    assert found.notes
    assert found.image.getpixel((5, 5))[2] > 200  # type: ignore[index]  # RGB


def test_colours_are_those_that_a_whole_adobe_segment_tells() -> None:
    cmyk = saved(scene().convert("CMYK"), "JPEG")
    broken = cmyk[:2] + segment(0xED, b"Photoshop 3.0\x008BIM\4") + cmyk[2:]
    assert decode(broken, 0).image.getpixel((50, 5)) == decode(cmyk, 0).image.getpixel((50, 5))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    "broken", [chunk(b"iCCP", b"no zero"), chunk(b"pHYs", b""), chunk(b"gAMA", b""), b"\0\0\0\0tIMEcrc?"]
)
def test_a_png_with_a_broken_chunk_beside_the_picture(broken: bytes) -> None:
    content = saved(scene(), "PNG")
    found = decode(content[:33] + broken + content[33:], 0)
    assert np.array_equal(np.asarray(found.image), np.asarray(scene()))


@AVIF
def test_an_exif_item_that_is_none() -> None:
    exif = Image.Exif()
    exif[0x10F] = "Maker"
    content = saved(scene(), "AVIF", exif=exif)
    at = content.index(b"Maker") - 26
    assert content[at : at + 2] in (b"II", b"MM")
    found = decode(content[:at] + b"text" + content[at + 4 :], 0)
    assert (found.width, found.height) == (64, 48)
    assert found.notes[0].startswith(NOTE)


@AVIF
def test_a_general_brand() -> None:
    content = saved(scene(), "AVIF")
    assert decode(content[:8] + b"miaf" + content[12:], 0).notes == ()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:4] + bytes(4) + data[8:],
        lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:],
        lambda data: data + b"XMP\0" + struct.pack("<I", 3) + b"<x>",
        lambda data: data[:12] + b"EXIF" + bytes(4) + data[12:],
    ],
    ids=["size 0", "size too large", "chunk without its padding", "empty chunk"],
)
@pytest.mark.parametrize("lossless", [True, False])
def test_a_webp_whose_frame_is_wrong(damage: Any, lossless: bool) -> None:
    found = decode(damage(saved(scene(), "WEBP", lossless=lossless)), 0)
    assert (found.width, found.height) == (64, 48)


def test_other_files_with_a_jpeg_in_them_are_no_pictures() -> None:
    inner = saved(scene(), "JPEG")
    for content in (b"ID3\3\0\0\0\0\0\0" + inner, b"%PDF-1.4\n" + inner, b"PK\3\4" + inner):
        with pytest.raises(PictureError):
            decode(content, 0)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["JPEG", "WEBP", "AVIF" if features.check("avif") else "JPEG"]), st.data())
def test_nothing_is_raised(kind: str, data: st.DataObject) -> None:
    content = bytearray(saved(scene(), kind))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, min(len(content), 400) - 1))] = data.draw(st.integers(0, 255))
    bare(bytes(content[: data.draw(st.integers(0, len(content)))]))
