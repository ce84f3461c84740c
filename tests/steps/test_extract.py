from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.metadata.blocks.dates import Moment
from metadata_digger.metadata.errors import Malformed, Truncated, UnknownFormat
from metadata_digger.metadata.model import Directory, Rational, TagTable, XmpProperty
from metadata_digger.pipeline import Batch
from metadata_digger.schema import EXTRACTED, FILE, OWN_TAG
from metadata_digger.steps import extract
from metadata_digger.steps.extract import ExtractStep, plain

Make = Callable[..., Batch]

FILE_TYPE = Directory("File Type", TagTable({1: "Detected File Type Name"}), {1: "JPEG"})
JPEG = Directory("JPEG", TagTable({-3: "Compression Type", 1: "Image Width"}), {-3: "Baseline", 1: 640})
PLACE = {1: "N", 2: (Rational(1, 1),) * 3, 3: "E", 4: (Rational(2, 1),) * 3}
GPS = Directory("GPS", TagTable({tag: f"Tag {tag}" for tag in PLACE}, {2: lambda *_: None}), PLACE)


def run(monkeypatch: pytest.MonkeyPatch, batch: Batch) -> pa.RecordBatch:
    """The rows, when a fake file is the directories that come for it, its type at the end, or an exception."""

    def read(file: Any) -> Iterator[Directory]:
        if isinstance(file, Exception):
            raise file
        rest = deepcopy(file)
        yield rest.pop() if isinstance(rest[-1], Directory) and rest[-1].name == "File Type" else deepcopy(FILE_TYPE)
        for one in rest:
            if isinstance(one, Exception):
                raise one
            yield one

    monkeypatch.setattr(extract, "directories", read)
    step = ExtractStep()
    (done,) = step.run(iter([batch]))
    assert done.files is batch.files
    assert done.rows.schema == step.output(batch.rows.schema)
    done.rows.validate(full=True)
    for column in set(FILE.names) - {"status", "reason", "notes"}:
        assert done.rows.column(column).equals(batch.rows.column(column))
    return done.rows


def test_columns(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    empty = Directory("Exif IFD0", TagTable({}))
    rows = run(monkeypatch, files([JPEG, empty, JPEG, FILE_TYPE], [FILE_TYPE])).to_pylist()
    assert [row["file_type"] for row in rows] == ["JPEG", "JPEG"]
    assert [row["directories"] for row in rows] == [["JPEG", "Exif IFD0", "JPEG", "File Type"], ["File Type"]]
    assert [list(tag.values()) for tag in rows[0]["tags"]] == [
        ["JPEG", -3, "Compression Type", "Baseline"],
        ["JPEG", 1, "Image Width", "640"],
        ["JPEG", -3, "Compression Type", "Baseline"],
        ["JPEG", 1, "Image Width", "640"],
        ["File Type", 1, "Detected File Type Name", "JPEG"],
    ]
    assert [list(tag.values()) for tag in rows[1]["tags"]] == [["File Type", 1, "Detected File Type Name", "JPEG"]]
    assert [(row["status"], row["reason"], row["notes"]) for row in rows] == [("ok", None, [])] * 2


def test_a_tag_that_came_again_has_all_its_values(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    twice = Directory("JPEG", JPEG.table, {-3: "Baseline", 1: 640}, earlier=[(1, 320), (1, (1, 2))])
    (row,) = run(monkeypatch, files([twice, FILE_TYPE])).to_pylist()
    assert [(tag["name"], tag["value"]) for tag in row["tags"]] == [
        ("Image Width", "320"),
        ("Image Width", "1 2"),
        ("Compression Type", "Baseline"),
        ("Image Width", "640"),
        ("Detected File Type Name", "JPEG"),
    ]


def test_own_tags_follow_those_of_the_file(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    movie = Directory("MP4", TagTable({0x0100: "Creation Time"}), {0x0100: Moment(1287660168)})
    rows = run(monkeypatch, files([GPS, JPEG], [JPEG], [movie, JPEG])).to_pylist()
    tags = [(tag["directory"], tag["name"]) for tag in rows[0]["tags"]]
    assert tags[7:] == [("GPS", "MD Location"), ("GPS", "MD Location Lat F"), ("GPS", "MD Location Long F")]
    assert [tag["tag"] < OWN_TAG for tag in rows[0]["tags"]] == [False] * 7 + [True] * 3
    assert [(tag["directory"], tag["name"], tag["value"]) for tag in rows[2]["tags"][4:]] == [
        ("Capture", "MD Taken", "2010-10-21T11:22:48Z"),
        ("Capture", "MD Taken Source", "MP4.Creation Time"),
        ("Capture", "MD Taken Zone", "UTC"),
    ]
    # Neither are their directories the file's.
    assert [row["directories"] for row in rows] == [
        ["GPS", "JPEG", "File Type"],
        ["JPEG", "File Type"],
        ["MP4", "JPEG", "File Type"],
    ]
    assert rows[0]["tags"][1]["value"] is None


def test_the_place_of_a_movie_is_in_a_directory_gps(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    movie = Directory("MP4", TagTable({0x2001: "Latitude", 0x2002: "Longitude"}), {0x2001: 51.5, 0x2002: -0.25})
    row = run(monkeypatch, files([movie, FILE_TYPE])).to_pylist()[0]
    assert row["directories"] == ["MP4", "File Type"]  # the tags are not the file's own
    assert [(tag["name"], tag["value"]) for tag in row["tags"] if tag["directory"] == "GPS"] == [
        ("MD Location", "51.5,-0.25"),
        ("MD Location Lat F", "51.5"),
        ("MD Location Long F", "-0.25"),
        ("MD Location Source", "MP4"),
    ]


def test_properties_of_xmp_are_tags_named_by_their_path(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    xmp = Directory("XMP", TagTable({0xFFFF: "XMP Value Count"}), {0xFFFF: 3})
    xmp.xmp = [
        XmpProperty("http://purl.org/dc/elements/1.1/", "dc:creator[1]", "Ada"),
        XmpProperty("http://purl.org/dc/elements/1.1/", "dc:rights[1]/xml:lang", "x-default"),
        XmpProperty("http://ns.adobe.com/xap/1.0/", "xmp:Label", ""),
    ]
    rows = run(monkeypatch, files([xmp, JPEG])).to_pylist()
    assert [(tag["directory"], tag["tag"], tag["name"], tag["value"]) for tag in rows[0]["tags"][:5]] == [
        ("XMP", 0xFFFF, "XMP Value Count", "3"),
        ("XMP", 0x10000, "dc:creator[1]", "Ada"),
        ("XMP", 0x10001, "dc:rights[1]/xml:lang", "x-default"),
        ("XMP", 0x10002, "xmp:Label", ""),
        ("JPEG", -3, "Compression Type", "Baseline"),
    ]
    assert rows[0]["notes"] == []


def test_rows_have_no_pictures_and_no_endless_lists_of_xmp(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    xmp = Directory("XMP", TagTable({}))
    xmp.xmp = [XmpProperty("u", "GImage:Data", "A" * 65_537), XmpProperty("u", "x:a", "A" * 65_536)]
    xmp.xmp += [XmpProperty("u", f"photoshop:DocumentAncestors[{number}]", "0") for number in range(1, 1200)]
    xmp.xmp += [XmpProperty("u", "dc:creator[1]", "Ada"), XmpProperty("u", "xmp:CreatorTool", "Tool")]
    rows = run(monkeypatch, files([JPEG], [xmp])).to_pylist()
    names = [tag["name"] for tag in rows[1]["tags"] if tag["directory"] == "XMP"]
    assert (len(names), names[0]) == (1003, "x:a")
    assert names[-3:] == ["photoshop:DocumentAncestors[1000]", "dc:creator[1]", "xmp:CreatorTool"]
    reason = "behind the first 1,000 of a list or 10,000 of the packet, or longer than 65,536 characters"
    assert [row["notes"] for row in rows] == [[], [f"XMP: 200 properties left out: {reason}"]]


FAULTS = [
    (UnknownFormat("x"), "filtered", "unknown file type"),
    (Truncated("The file is empty"), "failed", "metadata cannot be read: The file is empty"),
    (StorageError("/x: permission denied", "denied"), "denied", "/x: permission denied"),
    (ZeroDivisionError("division by zero"), "failed", "a fault of this program: ZeroDivisionError: division by zero"),
    (KeyError("lone \ud800"), "failed", "KeyError: 'lone"),
    (MemoryError(), "failed", "MemoryError"),
    ([JPEG, StorageError("/x: Input/output error"), FILE_TYPE], "failed", "/x: Input/output error"),
]


@pytest.mark.parametrize(("fault", "status", "reason"), FAULTS)
def test_a_fault_costs_one_file(
    monkeypatch: pytest.MonkeyPatch, files: Make, fault: Exception, status: str, reason: str
) -> None:
    rows = run(monkeypatch, files([JPEG], fault, [FILE_TYPE])).to_pylist()
    assert [row["status"] for row in rows] == ["ok", status, "ok"]
    assert reason in rows[1]["reason"]
    assert (rows[1]["tags"], rows[1]["directories"], rows[1]["file_type"]) == ([], [], None)
    assert [len(row["tags"]) for row in rows] == [3, 0, 1]


BUG = ZeroDivisionError("division by zero")
LATER = [
    (Malformed("no markers"), ["JPEG: no markers"]),
    (BUG, ["metadata cannot be read further, a fault of this program: ZeroDivisionError: division by zero"]),
]


@pytest.mark.parametrize(("fault", "notes"), LATER)
def test_a_row_has_what_was_found_before_a_fault(
    monkeypatch: pytest.MonkeyPatch, files: Make, fault: Exception, notes: list[str]
) -> None:
    rows = run(monkeypatch, files([JPEG, fault], [FILE_TYPE])).to_pylist()
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert [row["file_type"] for row in rows] == ["JPEG", "JPEG"]
    assert rows[0]["directories"] == ["JPEG", "File Type"]
    assert [len(row["tags"]) for row in rows] == [3, 1]
    assert [row["notes"] for row in rows] == [notes, []]


def test_a_file_of_which_only_the_type_is_known_has_a_row(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    rows = run(monkeypatch, files([Malformed("no markers"), FILE_TYPE])).to_pylist()
    assert (rows[0]["status"], rows[0]["file_type"], rows[0]["notes"]) == ("ok", "JPEG", ["File Type: no markers"])


def test_a_tag_that_cannot_be_put_into_words_costs_itself(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    def fail(*_: Any) -> str:
        raise IndexError("out of range")

    broken = Directory("Canon Makernote", TagTable({1: "A", 2: "B", 3: "C"}, {2: fail}), {1: 1, 2: "two", 3: 3})
    rows = run(monkeypatch, files([JPEG, broken, JPEG], [JPEG])).to_pylist()
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert [tag["value"] for tag in rows[0]["tags"][2:5]] == ["1", "two", "3"]
    assert [len(row["tags"]) for row in rows] == [8, 3]
    reason = "B cannot be put into words, a fault of this program: IndexError: out of range"
    assert [row["notes"] for row in rows] == [[f"Canon Makernote: {reason}"], []]


def test_rows_that_are_out_are_not_read(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    rows = run(monkeypatch, files(AssertionError("read"), [JPEG], statuses=["denied", "ok"])).to_pylist()
    assert [row["status"] for row in rows] == ["denied", "ok"]
    assert [len(row["tags"]) for row in rows] == [0, 3]


def test_errors_of_directories_are_notes(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    faulty = Directory("IPTC", TagTable({}), errors=["Invalid start to IPTC tag", "half \udfff"])
    rows = run(monkeypatch, files([faulty], [JPEG])).to_pylist()
    assert [row["notes"] for row in rows] == [["IPTC: Invalid start to IPTC tag", "IPTC: half \ufffd"], []]


def test_text_is_valid_whatever_the_file_holds(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    odd = Directory("XMP\udc80", TagTable({1: "\ud83d\ude00 \ud800"}), {1: "a\0b\ud83d\ude00c\ud800"})
    rows = run(monkeypatch, files([odd, FILE_TYPE])).to_pylist()
    assert rows[0]["directories"] == ["XMP\ufffd", "File Type"]
    assert list(rows[0]["tags"][0].values()) == ["XMP\ufffd", 1, "😀 \ufffd", "a\0b😀c\ufffd"]


def test_empty_batch(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    assert run(monkeypatch, files()).num_rows == 0


def test_metadata_is_extracted_once() -> None:
    with pytest.raises(ConfigError):
        ExtractStep().output(pa.schema([*FILE, *EXTRACTED]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ((3648, 0), "3648"),
        ((1, 2, 3), "1,2,3"),
        (array("I", [7, 8, 9]), "7,8,9"),
        ((1.5, 2.0), "1.5 2.0"),
        ((), None),
        (Rational(1, 2), None),
        ((Rational(1, 2), Rational(1, 3)), None),
        (b"ab", None),
        (None, None),
    ],
)
def test_plain_value(value: Any, expected: str | None) -> None:
    assert plain(value) == expected
