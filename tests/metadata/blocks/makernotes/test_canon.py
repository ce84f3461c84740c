"""Canon's makernote."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import canon
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_note, build_photo
from ...conftest import build_tiff

CASES = [
    (0x0028, bytes(range(16)), "000102030405060708090a0b0c0d0e0f"),
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


def info(version: bytes = b"", order: str = "little", **numbers: int) -> bytes:
    """A camera information array: the firmware's version, and numbers behind it by their place ("at60=100")."""
    data = bytearray(2400)
    data[200 : 200 + len(version)] = version
    for name, number in numbers.items():
        at = 200 + int(name[2:], 16)
        data[at : at + 4] = number.to_bytes(4, order)
    return bytes(data)


def file_info(*members: int) -> tuple[int, ...]:
    return (32, *members, *([0] * (15 - len(members))))


ADDED = {
    "Camera Serial Number",
    "Camera Temperature",
    "Directory Index",
    "File Index",
    "File Number",
    "Lens Serial Number",
    "Shutter Count",
}
FINISHED = [
    ("Canon EOS 300D", {0x000C: (4, 1705368944)}, {"Camera Serial Number": "1705368944"}),
    ("Canon EOS 300D", {0x000C: (4, 730407016)}, {"Camera Serial Number": "0730407016"}),
    ("Canon EOS 300D", {0x000C: (4, 0xFFFFFFFF)}, {"Camera Serial Number": "4294967295"}),
    ("Canon EOS-1D Mark II", {0x000C: (4, 5266)}, {"Camera Serial Number": "005266"}),
    ("Canon EOS D30", {0x000C: (4, 0x12345678)}, {"Camera Serial Number": "123422136"}),
    ("", {0x000C: (4, 7)}, {"Camera Serial Number": "0000000007"}),
    ("Canon EOS 20D", {0x0093: (3, file_info(0x2D83, 0x0040))}, {"File Number": "182-0832"}),
    ("Canon EOS 30D", {0x0093: (3, file_info(9326, 16))}, {"File Number": "137-1761"}),
    ("Canon EOS 30D", {0x0093: (3, file_info(0, 0))}, {}),
    ("Canon EOS-1Ds Mark II", {0x0093: (3, file_info(1, 2))}, {"Shutter Count": "65538"}),
    ("Canon EOS 40D", {0x0093: (3, (4, 5))}, {}),
    (
        "Canon EOS REBEL T3i",
        {0x0007: (2, b"Firmware Version 1.0.2\0"), 0x000D: (7, info(b"1.0.2\0", at40=1781, at4c=101))},
        {"File Index": "1782", "Directory Index": "100"},
    ),
    (
        "Canon EOS-1D Mark III",
        {0x0007: (2, b"Firmware 1.1.3\0"), 0x000D: (7, info(b"1.1.3\0", at3c=9, at48=101, at40=12344))},
        {"File Index": "10", "Directory Index": "100", "Shutter Count": "12345"},
    ),
    ("Canon EOS 7D", {0x0007: (2, b"Firmware 1.0.7\0"), 0x000D: (7, info(b"9.9.9\0", at3f=9, at4b=101))}, {}),
    ("Canon EOS 7D", {0x0007: (2, b"Firmware 1.0.7\0"), 0x000D: (7, b"1.0.7\0")}, {}),
    ("Canon EOS 7D", {0x4019: (7, bytes((30, 0, 0x27, 0xCE, 0xD3, 9)))}, {"Lens Serial Number": "1e0027ced3"}),
    ("Canon EOS 7D", {0x4019: (7, bytes(30))}, {}),
    ("Canon EOS 1000D", {0x0004: (3, (34, *[0] * 11, 161, *[0] * 4))}, {"Camera Temperature": "33 °C"}),
    ("Canon EOS-1D", {0x0004: (3, (34, *[0] * 11, 9, *[0] * 4))}, {"Camera Temperature": "9"}),
    ("Canon PowerShot A560", {0x000D: (4, (*[0] * 145, 27, 0, 0))}, {"Camera Temperature": "27 °C"}),
    ("Canon PowerShot A560", {0x000D: (4, (*[0] * 140, 27, 0, 0))}, {}),
    ("Canon PowerShot SX40 HS", {0x000D: (4, (*[0] * 520, 31, 0, 0))}, {"Camera Temperature": "31 °C"}),
]


@pytest.mark.parametrize(("model", "note", "expected"), FINISHED)
def test_what_hangs_on_the_model(model, note, expected):
    blank = b"\xa5" * 8000
    data = build_tiff({0x010F: (2, b"Canon\0"), 0x0110: (2, model.encode() + b"\0"), 0x8769: {0x927C: (7, blank)}})
    data = data.replace(blank, build_note(note, at=data.index(blank)).ljust(8000, b"\0"))
    *_, found = exif.read(Reader.over(data))
    assert {tag.name: tag.description for tag in found.tags() if tag.name in ADDED} == expected
