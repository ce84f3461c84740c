"""Sony's makernotes and the enciphered block in one."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import sony
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.sony import CIPHER

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described, named

CASES = [
    (sony.TYPE_1, 0x0102, 2, "Fine"),
    (sony.TYPE_1, 0x0104, -1, "-1 EV"),
    (sony.TYPE_1, 0xB001, 297, "DSC-RX100"),
    (sony.TYPE_1, 0xB021, 0, "Auto"),
    (sony.TYPE_1, 0xB021, 0x12345678, "13330 K"),
    (sony.TYPE_1, 0xB021, 0xFF000000, "-1 K"),
    (sony.TYPE_1, 0xB026, 1, "On"),
    (sony.TYPE_1, 0xB026, 7, "N/A"),
    (sony.TYPE_1, 0xB041, 0xFFFF, "N/A"),
    (sony.TYPE_1, 0xB048, -32768, "Low"),
    (sony.TYPE_1, 0xB04A, 0, "Single"),
    (sony.TYPE_1, 0xB04A, 12, "12"),
    (sony.TYPE_1, 0xB04A, 65535, "n/a"),
    (sony.TYPE_6, 0x2000, b"0100", "1.00"),
    (sony.BLOCK_9050B, 0x0039, 0x41, "Built-in flash fired"),
    (sony.BLOCK_9050B, 0x0046, 0.0, "0"),
    (sony.BLOCK_9050B, 0x0046, 1 / 128, "1/128"),
    (sony.BLOCK_9050B, 0x0046, 2.0**-100, "1/2147483647"),
    (sony.BLOCK_9050B, 0x0088, (1, 2, 255), "0102ff"),
]


@pytest.mark.parametrize(("table", "tag", "value", "expected"), CASES)
def test_renderings(table, tag, value, expected):
    assert describe(Directory("Sony Makernote", table, {tag: value}), tag, value) == expected


def enciphered(size):
    plain = bytearray(size)
    for tag, layout, numbers in [
        (0x0026, "3H", (1, 2, 3)),
        (0x0039, "B", (2,)),
        (0x003A, "I", (12345,)),
        (0x0046, "H", (0x1700,)),
        (0x0048, "H", (4000,)),
        (0x0088, "6B", (1, 2, 3, 4, 5, 255)),
        (0x0116, "2B", (8, 9)),
    ]:
        if tag + struct.calcsize("<" + layout) <= size:
            struct.pack_into("<" + layout, plain, tag, *numbers)
    return bytes(CIPHER.index(byte) for byte in plain)


def test_cipher_is_a_permutation():
    assert sorted(CIPHER) == list(range(256))


NOTE = {0x0102: (4, 2), 0x0E00: (7, b"PrintIM\x000250\0\0\1\0\1\0\x16\0\x16\0"), 0x9050: (7, enciphered(300))}


@pytest.mark.parametrize("head", [b"", b"SONY DSC \0\0\0"])
def test_a_note(head):
    found = list(exif.read(Reader.over(build_photo(b"SONY", NOTE, head, relative=False))))
    assert named(found)[2:] == ["Sony Makernote", "PrintIM", "Sony 9050B"]
    assert described(found[2]) == {"Image Quality": "Fine"}
    assert described(found[4]) == {
        "Shutter": "1 2 3",
        "Flash Status": "Flash inhibited",
        "Shutter Count": "12345",
        "Sony Exposure Time": "1/128",
        "Sony F Number": "4000",
        "Internal Serial Number": "0102030405ff",
        "Lens Mount": "0",
        "Lens Format": "0",
        "Lens Type 2": "0",
        "Distortion Corr Params Present": "0",
        "APS-C Size Capture": "8 9",
    }


@pytest.mark.parametrize(
    ("size", "tags", "index", "count"), [(0x20, 0, 0x26, 2), (0x8A, 5, 0x8A, 1), (0x117, 11, 0x116, 2)]
)
def test_a_short_block_says_where_it_ends(size, tags, index, count):
    *_, found = exif.read(
        Reader.over(build_photo(b"SONY", {0x9050: (7, enciphered(size))}, b"SONY DSC \0\0\0", relative=False))
    )
    assert len(found.values) == tags
    assert found.errors == [
        "Attempt to read from beyond end of underlying data source "
        f"(requested index: {index}, requested count: {count}, max index: {size - 1})"
    ]


def test_type_6_is_big_endian_in_any_file():
    head = b"SEMC MS\0\0\0\0\0MM\0*\0\0\0\x08"
    data = build_photo(b"Sony Ericsson", {0x2000: (7, b"0100")}, head, relative=False, note_order=">")
    *_, found = exif.read(Reader.over(data))
    assert (found.name, described(found)) == ("Sony Makernote", {"Makernote Thumb Version": "1.00"})


SOUND = build_photo(b"SONY", NOTE, relative=False)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damage(data):
    consume(exif.read, data.draw(damaged(SOUND)))
