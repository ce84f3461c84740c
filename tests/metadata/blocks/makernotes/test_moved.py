"""Makernotes that a program moved, with their offsets and without."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ...build_note import build_note, build_photo
from ...conftest import build_tiff

NOTE = {
    0x0004: (3, (8, 1, 2, 3)),  # begins with its own length, as Canon's settings do
    0x0006: (2, b"Canon EOS 20D\0"),
    0x0007: (2, b"Firmware 1.1.0\0\0"),
    0x0009: (2, b"A. Owner\0\0"),
    0x0010: (4, 0x175),
}


def moved(
    by: int, order: str, *, make: bytes = b"Canon\0", pad: int = 0, footer: bool = False, fill: bytes = b"q"
) -> bytes:
    """A photograph whose note says that it begins `by` bytes from where it does."""

    def note(at: int) -> bytes:
        data = build_note(NOTE, at=at + pad, order=order)
        end = 2 + 12 * len(NOTE) + 4
        data = data[:end] + bytes(pad) + data[end:]  # the offsets know of it
        mark = (b"II*\0" if order == "<" else b"MM\0*") + at.to_bytes(4, "little" if order == "<" else "big")
        return data + (mark if footer else b"")

    blank = b"\xa5" * len(note(0))
    image = {0x010F: (2, make), 0x8769: {0x927C: (7, blank), 0x9286: (7, fill * 900)}}
    data = build_tiff(image, order=order)
    return data.replace(blank, note(data.index(blank) - by))


def texts(data: bytes) -> tuple[dict[str, str | None], list[str]]:
    found: list[Directory] = list(exif.read(Reader.over(data)))
    note = next(one for one in found if one.name.endswith("Makernote"))
    return {tag.name: tag.description for tag in note.tags()}, note.errors


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("by", [-210, -64, -18, 18, 64])
@pytest.mark.parametrize("footer", [False, True])
@pytest.mark.parametrize("pad", [0, 2])
def test_a_moved_note_is_read_where_its_values_are(order, by, footer, pad):
    tags, errors = texts(moved(by, order, footer=footer, pad=pad))
    assert tags["Image Type"] == "Canon EOS 20D"
    assert tags["Firmware Version"] == "Firmware 1.1.0"
    assert tags["Owner Name"] == "A. Owner"
    assert errors == [f"The makernote was moved by {by:+,} bytes without its offsets: it is read where its values are"]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("footer", [False, True])
def test_a_note_in_its_place_is_left_alone(order, footer):
    tags, errors = texts(moved(0, order, footer=footer))
    assert tags["Owner Name"] == "A. Owner"
    assert not errors


def test_a_note_whose_offsets_were_mended_is_left_alone():
    """A program that moves a note with its offsets leaves Canon's footer as it was."""
    data = bytearray(moved(0, "<", footer=True))
    footer = data.index(b"II*\0", 4)
    data[footer + 4 : footer + 8] = (4711).to_bytes(4, "little")
    tags, errors = texts(bytes(data))
    assert tags["Owner Name"] == "A. Owner"
    assert not errors


def test_offsets_that_lead_nowhere_give_no_values():
    data = bytearray(moved(0, "<", fill=b"\1"))
    filling = data.index(b"\1" * 900)
    start = data.index((0x0004).to_bytes(2, "little") + b"\3\0")
    for number in range(4):  # all values at the same place, outside of the note
        at = start + 12 * number + 8
        data[at : at + 4] = (filling + 100 * number).to_bytes(4, "little")
    tags, errors = texts(bytes(data))
    assert tags == {"Canon Model ID": "373"}
    assert errors == [
        "The makernote was moved, or its offsets were changed: what stands in its directory alone is read"
    ]


def test_offsets_that_count_from_the_note_itself_are_no_fault():
    """As in Samsung's Galaxy S4."""
    data = build_photo(b"SAMSUNG", {0x0001: (7, b"0100"), 0x0020: (2, b"relative to the note\0")}, relative=True)
    tags, errors = texts(data)
    assert "relative to the note" in tags.values()
    assert not errors
