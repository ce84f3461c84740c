"""Damaged Exif: nothing but MetadataError leaves, and a description is a string or None."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.exif import NAMES

SOUND = (
    {
        0x010F: (2, b"Canon\0"),
        0x0112: (3, 1),
        0x011A: (5, (72, 1)),
        0x0111: (4, (8, 9)),
        0x0214: (5, ((0, 1), (255, 1), (0, 1), (255, 1), (0, 1), (255, 1))),
        0x83BB: (7, b"\x1c\2\x69\0\5hello"),
        0x8769: {
            0x829A: (5, (1, 60)),
            0x9000: (7, b"0230"),
            0x9201: (10, (6, 1)),
            0x927C: (7, b"\1\0\1\0\2\0\6\0\0\0" + bytes(30)),
            0x9286: (7, b"ASCII\0\0\0hello"),
            0xA302: (7, b"\2\0\2\0\0\1\1\2"),
            0xA432: (5, ((24, 1), (70, 1), (28, 10), (28, 10))),
            0xA005: {1: (2, b"R98\0")},
        },
        0x8825: {
            1: (2, b"N\0"),
            2: (5, ((1, 1), (2, 1), (3, 1))),
            3: (2, b"E\0"),
            4: (5, ((1, 1), (2, 1), (3, 1))),
            7: (5, ((1, 1), (2, 1), (3, 1))),
        },
        0xC4A5: (7, b"PrintIM\x000250\0\0\1\0\1\0\x16\0\x16\0"),
    },
    {0x0201: (4, 500), 0x0202: (4, 9)},
)


def exhaust(data):
    """Everything that can be asked of an Exif block and of a file."""
    for directory in exif.read(Reader.over(data)):
        for tag in directory.tags():
            assert tag.description is None or isinstance(tag.description, str)
            assert tag.description is None or tag.description.encode() is not None
        assert all(isinstance(error, str) for error in directory.errors)
    with suppress(MetadataError):
        read_metadata(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_truncation(tiff, order):
    data = tiff(*SOUND, order=order)
    for length in range(len(data)):
        exhaust(data[:length])


@settings(max_examples=400, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 255)), min_size=1, max_size=12))
def test_flipped_bytes(tiff, flips):
    data = bytearray(tiff(*SOUND))
    for position, value in flips:
        data[position % len(data)] = value
    exhaust(bytes(data))


numbers = st.integers(0, 0xFFFFFFFF)
fractions = st.tuples(numbers, numbers)
values = st.one_of(
    st.tuples(st.sampled_from([1, 3]), st.lists(st.integers(0, 255), max_size=20).map(tuple)),
    st.tuples(st.just(4), st.lists(numbers, max_size=8).map(tuple)),
    st.tuples(st.just(5), st.lists(fractions, min_size=1, max_size=70).map(tuple)),
    st.tuples(st.just(9), st.lists(st.integers(-(2**31), 2**31 - 1), max_size=70).map(tuple)),
    st.tuples(st.sampled_from([11, 12]), st.lists(st.floats(width=32), max_size=4).map(tuple)),
    st.tuples(st.sampled_from([2, 7]), st.binary(max_size=40)),
)


@settings(max_examples=300, deadline=None)
@given(
    ifd=st.dictionaries(st.sampled_from(sorted(NAMES)), values, max_size=12),
    gps=st.dictionaries(st.integers(0, 0x1F), values, max_size=12),
)
def test_any_type_in_any_tag(tiff, ifd, gps):
    exhaust(tiff({**ifd, 0x8825: gps, 0x8769: ifd}, ifd))


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300))
def test_noise_behind_a_header(data):
    exhaust(b"II\x2a\0\x08\0\0\0" + data)
    exhaust(b"MM\0\x2b\0\x08\0\0" + data)
