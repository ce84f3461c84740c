"""Leica, Pentax, Ricoh, Samsung, Sanyo, Sigma: notes with few words of their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import leica, pentax, samsung, sanyo, sigma
from metadata_digger.metadata.model import Directory, Rational, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described, named

CASES = [
    (leica.TABLE, 0x0300, 1, "Fine"),
    (leica.TABLE, 0x0302, 7, None),
    (leica.TABLE, 0x0304, 6, "Shadow"),
    (leica.TABLE, 0x0311, Rational(-45, 10), "-4.5"),
    (leica.TABLE, 0x0313, "f/8", None),
    (leica.TABLE, 0x0320, 23, "23 C"),
    (leica.TYPE_5, 0x040D, b"\1\1\0\0", "Aperture-priority AE (1)"),
    (leica.TYPE_5, 0x040D, b"\1\1\0\xff", "Unknown (1 1 0 -1)"),
    (leica.TYPE_5, 0x040D, b"\1", None),
    (pentax.TABLE, 0x0002, 2, "Best"),
    (pentax.TABLE, 0x000A, 0, "Off"),
    (pentax.TABLE, 0x000A, 2, "2.0"),
    (pentax.TABLE, 0x000A, Rational(1, 3), "0.33333334"),
    (pentax.TABLE, 0x000A, (1, 2), None),
    (pentax.TABLE, 0x0014, 100, "ISO 100"),
    (samsung.TABLE, 0x0001, b"0100", "1.00"),
    (samsung.TABLE, 0x0002, 0x12000, "Cell Phone"),
    (samsung.TABLE, 0x0003, 0x100101C, "NX10"),
    (samsung.TABLE, 0x0043, 31, "31 C"),
    (samsung.TABLE, 0xA003, 1, "Samsung NX 30mm F2 Pancake"),
    (sanyo.TABLE, 0x0204, Rational(3, 2), "1.500"),
    (sanyo.TABLE, 0x0204, Rational(5, 10000), "0.001"),
    (sanyo.TABLE, 0x0204, 2.5, None),
    (sanyo.TABLE, 0x020E, 1, "Standard"),
    (sigma.TABLE, 0x0008, "Aperture", "Aperture Priority AE"),
    (sigma.TABLE, 0x0008, "X", "X"),
    (sigma.TABLE, 0x0009, "8", "Multi Segment"),
    (sigma.TABLE, 0x0009, "", None),
]


@pytest.mark.parametrize(("table", "tag", "value", "expected"), CASES)
def test_renderings(table, tag, value, expected):
    assert describe(Directory("Note", table, {tag: value}), tag, value) == expected


def test_user_profile_is_told_by_the_quality():
    directory = Directory("Leica Makernote", leica.TABLE, {0x0300: 4, 0x0302: 1})
    assert describe(directory, 0x0302, 1) == "User Profile 0 (Dynamic)"


PRINT_IM = {0x0E00: (7, b"PrintIM\x000250\0\0\1\0\1\0\x16\0\x16\0")}
NOTES = [
    (
        b"Leica Camera AG",
        b"LEICA\0\0\0",
        False,
        "<",
        {0x0311: (10, (5, 2))},
        {"External Sensor Brightness Value": "2.5"},
    ),
    (
        b"LEICA CAMERA AG",
        b"LEICA\0\5\0",
        True,
        "<",
        {0x0408: (2, b"DCIM/100LEICA\0")},
        {"Original Directory": "DCIM/100LEICA"},
    ),
    (b"PENTAX Corporation", b"", True, ">", {0x0001: (3, 1), **PRINT_IM}, {"Capture Mode": "Night-scene"}),
    (
        b"RICOH",
        b"Ricoh\0\0\0",
        True,
        ">",
        {0x0001: (2, b"Zoomzoom\0"), **PRINT_IM},
        {"Makernote Data Type": "Zoomzoom"},
    ),
    (b"SAMSUNG", b"", False, "<", {0xA001: (2, b"NX10_010\0")}, {"Firmware Name": "NX10_010"}),
    (b"SANYO Electric", b"SANYO\0\1\0", True, "<", {0x0204: (5, (0, 1)), **PRINT_IM}, {"Digital Zoom": "0.000"}),
    (b"SIGMA", b"SIGMA\0\0\0\1\0", False, "<", {0x0008: (2, b"Manual\0")}, {"Exposure Mode": "Manual"}),
    (b"SIGMA", b"FOVEON\0\0\1\0", False, "<", {0x0002: (2, b"1000055\0")}, {"Serial Number": "1000055"}),
]


@pytest.mark.parametrize(("make", "head", "relative", "order", "ifd", "expected"), NOTES)
@pytest.mark.parametrize("file_order", ["<", ">"])
def test_a_note(make, head, relative, order, ifd, expected, file_order):
    if make.startswith((b"SAMSUNG", b"SANYO", b"SIGMA", b"PENTAX")):
        order = file_order  # the others have an order of their own
    data = build_photo(make, ifd, head, relative=relative, order=file_order, note_order=order)
    found = list(exif.read(Reader.over(data)))
    assert described(found[2]) == expected
    assert named(found)[3:] == (["PrintIM"] if 0x0E00 in ifd else [])


def test_ricohs_notes_that_are_neither_text_nor_an_ifd_go():
    found = list(exif.read(Reader.over(build_photo(b"RICOH", b"Pentax\0\0\0\0\0\0", relative=True))))
    assert named(found) == ["Exif IFD0", "Exif SubIFD"]
    assert not found[1].values


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage(data):
    make, head, relative, order, ifd, _ = data.draw(st.sampled_from(NOTES))
    consume(exif.read, data.draw(damaged(build_photo(make, ifd, head, relative=relative, order=order))))
