"""Apple's makernote."""

import plistlib

import pytest
from hypothesis import given, settings

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import apple
from metadata_digger.metadata.model import Directory, Rational, TagTable, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described, named

TIME = {"flags": 1, "value": 595_778_000_000_000, "epoch": 0, "timescale": 1_000_000_000}


def bplist(value) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY, sort_keys=False)


@pytest.mark.parametrize(
    ("tag", "value", "expected"),
    [
        (0x0008, (Rational(-93, 100), Rational(1, 100), Rational(-3, -8)), "0.93g right, 0.01g down, 0.38g forward"),
        (0x0008, (Rational(0, 1), Rational(1, 0), Rational(1005, 1000)), "0.00g right, Infinityg up, 1.01g forward"),
        (0x0008, (Rational(1, 1),) * 2, None),
        (0x000A, 3, "HDR Image"),
        (0x000A, 2, "Unknown (2)"),
    ],
)
def test_renderings(tag, value, expected):
    assert describe(Directory("Apple Makernote", apple.note().table), tag, value) == expected


def run_time(data: bytes) -> tuple[list[dict[str, str | None]], list[str]]:
    parent = Directory("Apple Makernote", TagTable({}))
    return [described(one) for one in apple.run_time(parent, Reader.over(data))], parent.errors


@pytest.mark.parametrize(
    ("fields", "flags", "value"),
    [
        (TIME, "Valid", "595778 seconds"),
        (
            TIME | {"flags": 1 | 2 | 4 | 8 | 16},
            "Valid, rounded, positive infinity, negative infinity, indefinite",
            "595778 seconds",
        ),
        (TIME | {"value": -1_500_000_000}, "Valid", "-1 seconds"),
        (TIME | {"timescale": 0}, "Valid", "ERROR: / by zero"),
        ({key: str(number) for key, number in (TIME | {"value": 3}).items()}, "Valid", "0 seconds"),
    ],
)
def test_run_time(fields, flags, value):
    found, errors = run_time(bplist(fields))
    assert found == [{"Flags": flags, "Epoch": "0", "Scale": str(fields["timescale"]), "Value": value}]
    assert errors == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "Input array is not a bplist"),
        (b"bplist00", None),
        (bplist(TIME | {"flags": 2}), None),
        (bplist({"flags": 1}), None),
        (bplist(5), None),
        (bplist(TIME | {"flags": 1.5}), "Error processing TAG_RUN_TIME: Un-handled objectFormat encountered"),
        (bplist([TIME]), "Error processing TAG_RUN_TIME: Un-handled objectFormat encountered"),
        (bplist(TIME)[:-20], None),
    ],
)
def test_no_run_time(data, error):
    assert run_time(data) == ([], [error] if error else [])


def test_a_note():
    note = {0x0001: (9, 9), 0x0003: (7, bplist(TIME)), 0x000A: (9, 4), 0x0011: (2, b"ED69AFC7\0")}
    data = build_photo(b"Apple", note, b"Apple iOS\0\0\1MM", relative=True, order=">")
    *_, found, time = exif.read(Reader.over(data))
    assert named([found, time]) == ["Apple Makernote", "Apple Run Time"]
    assert described(found) == {
        "Unknown tag (0x0001)": "9",
        "HDR Image Type": "Original Image",
        "Content Identifier": "ED69AFC7",
    }


@given(damaged(bplist(TIME)))
@settings(max_examples=200, deadline=None)
def test_a_damaged_list(data):
    consume(lambda reader: apple.run_time(Directory("Apple Makernote", TagTable({})), reader), data)
