"""Canon's makernote."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import canon
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo

CASES = [
    (0x000C, 0x12345678, "0056" + "00120"),
    (0x0007, "Firmware 1.0", "Firmware 1.0"),
    (0xC101, 1, "Macro"),
    (0xC102, 0, "Self timer not used"),
    (0xC102, 100, "10 sec"),
    (0xC102, 25, "2.5 sec"),
    (0xC103, 3, "Fine"),
    (0xC103, 0xFFFF, "Unknown (65535)"),
    (0xC104, 16, "External flash"),
    (0xC105, 2, "Unknown (2)"),
    (0xC107, 6, "Manual Focus"),
    (0xC109, 8, "Unknown (8)"),
    (0xC10F, 0xFFFF, "Low"),
    (0xC110, 0x4000 | 320, "320"),
    (0xC110, 16, "50"),
    (0xC110, 14, "Unknown (14)"),
    (0xC113, 0x3001, "Auto selected"),
    (0xC116, 36912, "Canon EF-S 18-135mm f/3.5-5.6 IS USM"),
    (0xC116, 65535, "N/A"),
    (0xC116, 64000, "Unknown (64000)"),
    (0xC119, 0, ""),
    (0xC119, 32, "32"),
    (0xC11A, 95, "f/2.8"),
    (0xC11A, 0x6C, "f/3.2"),
    (0xC11A, 0x74, "f/3.6"),
    (0xC11B, 513, "Unknown (513)"),
    (0xC11A, (-32,), "f/0.7"),
    (0xC11D, 0x2000, "Internal flash"),
    (0xC11D, 0x10, "FP sync enabled"),
    (0xC11D, 1, "Unknown (1)"),
    (0xC121, 28, "f/2.8"),
    (0xC121, 0xFFFF, "65535"),
    (0xC127, 0x502, "Medium"),
    (0xC129, 0x7FFF, "n/a"),
    (0xC129, 3, "3"),
    (0xC20E, 0x3001, "Centre"),
    (0xC20E, 4, "Unknown (4)"),
    (0xC20F, 0, "0.0 EV"),
    (0xC20F, 0x0C, "0.375 EV"),
    (0xC20F, 0xFFC0, "-2.0 EV"),
    (0xC20F, 0xEFFF, "1919.9688 EV"),
    (0xD20A, (0b101,), "0,2"),
    (0xD20A, (0,), "None"),
    (0xD20A, (1, 2), None),
]


@pytest.mark.parametrize(("tag", "value", "expected"), CASES)
def test_renderings(tag, value, expected):
    directory = Directory("Canon Makernote", canon.note().table, {tag: value})
    assert describe(directory, tag, value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({0xC105: 0, 0xC102: 0}, "Single shot"),
        ({0xC105: 0, 0xC102: 100}, "Single shot with self-timer"),
        ({0xC105: 0}, "Continuous"),
        ({0xC105: 1, 0xC102: 0}, "Continuous"),
        ({0xC118: 18, 0xC119: 1}, "18 1"),
        ({0xC118: 18, 0xC119: 0}, "18 "),
        ({0xC118: 18}, "18 null"),
    ],
)
def test_values_that_depend_on_others(values, expected):
    tag = next(iter(values))
    assert describe(Directory("Canon Makernote", canon.note().table, values), tag, values[tag]) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), {}),
        # two points: eight numbers, two positions across, two down, bits in one number, primary point
        (
            (2, 2, 30, 20, 3, 2, 5, 6, 65535, 1, 65534, 2, 3, 1, 0),
            dict(
                enumerate(
                    [2, 2, 30, 20, 3, 2, 5, 6, (-1, 1), (-2, 2), (3,), 1, 0],
                    0xD200,
                )
            ),
        ),
        # an array that ends with what it counts is one short for the reference
        (
            (1, 0, 0, 0, 0, 0, 0, 0, 9, 8, 1),
            {**dict.fromkeys(range(0xD201, 0xD208), 0), 0xD200: 1, 0xD208: (9,)} | {0xD209: (8,)},
        ),
        ((60000, 0, 0, 0, 0, 0, 0, 0, 9), {**dict.fromkeys(range(0xD201, 0xD208), 0), 0xD200: 60000}),
        (
            (0, 0, 0, 0, 0, 0, 0, 0, 9, 8),
            {**dict.fromkeys(range(0xD200, 0xD208), 0), 0xD208: (), 0xD209: (), 0xD20A: (), 0xD20B: 9, 0xD20C: 8},
        ),
        ((-3, 1), {}),
    ],
)
def test_autofocus(members, expected):
    values = {}
    canon.note().arrays[0x0012](values, members)
    assert values == expected


def test_a_note():
    shot = (3, (8, 0, 100, 0))
    note = {
        0x0001: (3, (4, 2, 0, 3)),
        0x0004: shot,
        0x0006: (2, b"Canon EOS 1D\0"),
        0x0012: (3, 7),
        0x0002: (1, (1, 2)),
    }
    *_, found = exif.read(Reader.over(build_photo(b"canon", note, relative=False)))
    assert found.name == "Canon Makernote"
    assert [(tag.id, tag.name, tag.description) for tag in found.tags()] == [
        (0xC100, "Unknown tag (0xc100)", "4"),
        (0xC101, "Macro Mode", "Normal"),
        (0xC102, "Self Timer Delay", "Self timer not used"),
        (0xC103, "Quality", "Fine"),
        (0xC400, "Unknown tag (0xc400)", "8"),
        (0xC401, "Auto ISO", "0"),
        (0xC402, "Base ISO", "100"),
        (0xC403, "Measured EV", "0"),
        (0x0006, "Image Type", "Canon EOS 1D"),
        (0x0012, "Unknown tag (0x0012)", "7"),
        (0x0002, "Unknown tag (0x0002)", "1 2"),
    ]


def test_an_array_that_costs_more_than_it_may():
    data = build_photo(b"Canon", {0x0001: (3, (0,) * 30_000)}, relative=False)
    *_, found = exif.read(Reader.over(data))
    assert not found.values
    assert found.errors == ["Exception processing TIFF data: More than 20000 tags"]
