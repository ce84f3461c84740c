from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.errors import ConfigError
from metadata_digger.schema import OWN_TAG, TAG
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("tags", pa.list_(TAG))])


def text(sink: CsvSink, folder: Path, batch: pa.RecordBatch) -> str:
    columns = Columns.of(batch.schema, scan(batch))
    sink.piece(iter([batch]), columns, folder / "piece")
    sink.join([folder / "piece"], columns, folder / "out.csv")
    return (folder / "out.csv").read_bytes().decode()


def test_every_field_is_quoted_and_columns_follow_directory_and_tag(rows: Rows, tmp_path: Path) -> None:
    tags = [
        ("XMP", 1, "XMP Value Count", "3"),
        ("JPEG", 3, "Image Width", "640 pixels"),
        ("JPEG", 1, "Image Height", None),
        ("GPS", OWN_TAG - 1, "MD Location", "1.0,2.0"),
    ]
    batch = rows(
        {"tags": tags, "labels": ["person", "car"], "directories": ["XMP", "JPEG", "Exif IFD0"]}, fields="full"
    )
    assert text(CsvSink(), tmp_path, batch) == (
        '"ID","BasePath","FilePath","Labels","FileType","DirectoryNames","TagNames","GPSMDLocation",'
        '"JPEGImageHeight","JPEGImageWidth","XMPXMPValueCount"\n'
        '"00000000000000000000000000000000","file:///in","file:/in/0.jpg","person,car","JPEG","XMP,JPEG,Exif IFD0",'
        '"XMP Value Count,Image Width,Image Height","1.0,2.0","","640 pixels","3"\n'
    )


def test_detect_categories(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"labels": ["person", "car"]}, {"labels": []}, fields="labelled")
    sink = CsvSink(naming=Naming("snakeCase", "md_"), labels_delimiter="|", content=True)
    assert text(sink, tmp_path, batch) == (
        '"id","base_path","file_path","labels"\n'
        '"00000000000000000000000000000000","file:///in","file:/in/0.jpg","person|car"\n'
        '"00000000000000000000000000000001","file:///in","file:/in/1.jpg",""\n'
    )


# The right column is what Metadata Digger 0.2.1 has between the quotes of its cells; before it the same made harmless.
CELLS = [
    ("54° 59' 22.8\"", '54° 59\' 22.8""', "54° 59' 22.8''", r"54° 59' 22.8\""),
    ("a\\b", "a\\b", r"a\\b", r"a\\b"),
    ("line\nline", r"line\nline", r"line\\nline", r"line\\nline"),
    ("a\r\nb\0", r"a\r\nb\0", r"a\\r\\nb", r"a\\r\\nb"),
    ("AUTO   ", "AUTO   ", "AUTO", "AUTO"),
    ("   ", "   ", "", r"\"\""),
    ("\0", r"\0", "", r"\"\""),
    ("", "", "", ""),
    (None, "", "", ""),
    ("tab\tin", "tab\tin", "tab\tin", "tab\tin"),
    ("a,b;c", "a,b;c", "a,b;c", "a,b;c"),
]


@pytest.mark.parametrize(("value", "rfc", "spark", "original"), CELLS)
def test_dialects(rows: Rows, tmp_path: Path, value: str | None, rfc: str, spark: str, original: str) -> None:
    batch = rows({"tags": [("IPTC", 1, "Headline", value)]})
    assert text(CsvSink(), tmp_path, batch).endswith(f',"{rfc}"\n')
    assert text(CsvSink(dialect="spark"), tmp_path, batch).endswith(f',"{spark}"\n')
    assert text(CsvSink(dialect="spark", raw=True), tmp_path, batch).endswith(f',"{original}"\n')


def test_tags_of_one_directory_whose_names_become_equal_share_a_column(rows: Rows, tmp_path: Path) -> None:
    tags = [("ICC Profile", 1, "Color space", "RGB"), ("ICC Profile", 2, "Color Space", None)]
    lines = text(CsvSink(), tmp_path, rows({"tags": tags}, {"tags": tags[:1]})).splitlines()
    assert lines[0].endswith(',"TagNames","ICCProfileColorSpace"')
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == ['"RGB"', '"RGB"']


@pytest.mark.parametrize(
    ("naming", "tags", "message"),
    [
        (
            Naming(include_directories=False),
            [("JPEG", "Image Width"), ("PNG-IHDR", "Image Width")],
            r"'Image Width' is in JPEG and in PNG-IHDR.*ImageWidth\nset output.columns.includeDirsInTags=true",
        ),
        (
            Naming("snakeCase", include_directories=False),
            [("Exif IFD0", "Color Space"), ("ICC Profile", "Color space")],
            "color_space",
        ),
        (Naming(include_directories=False), [("MP3", "ID")], "'ID' of MP3 would be a second column ID\n.*includeDirs"),
        (Naming(), [("A B", "C"), ("A", "B C")], "both would be the column ABC\n.*metadataPrefix"),
        (Naming(), [("File", "Path")], "'Path' of File would be a second column FilePath\n.*metadataPrefix"),
        (
            Naming(include_directories=False),
            [(directory, f"Tag {number}") for directory in ("A", "B") for number in range(99)],
            "and 89 more",
        ),
    ],
)
def test_columns_that_the_last_values_alone_cannot_share(
    naming: Naming, tags: list[tuple[str, str]], message: str
) -> None:
    sink = CsvSink(naming=naming, every=False)
    columns = Columns.of(SCHEMA, tags)
    with pytest.raises(ConfigError, match=message):
        sink.check(columns)
    with pytest.raises(ConfigError, match=message):
        sink.piece(iter([]), columns, Path("never"))
    assert not Path("never").exists()


@pytest.mark.parametrize(
    ("naming", "tags", "names"),
    [
        (Naming(include_directories=False), [("XMP", "Lab:els"), ("XMP", "I:D")], ["XMPID", "XMPLabels"]),
        (
            Naming("snakeCase", "md_", include_directories=False),
            [("XMP", "MOD:EL"), ("XMP", "dc:title"), ("Zeiss", "Model")],
            ["md_xmp_model", "md_dctitle", "md_model"],
        ),
        (
            Naming(include_directories=False),
            [("A", "Data"), ("Photoshop", "XMP Data"), ("XMP", "Da:ta")],
            ["Data", "XMPData", "XMPXMPData"],
        ),
        (Naming(), [("XM", "PMake"), ("XMP", "Make")], ["XMPMake", "XMPXMPMake"]),
    ],
)
def test_properties_of_xmp_give_way_to_all_other_columns(
    rows: Rows, tmp_path: Path, naming: Naming, tags: list[tuple[str, str]], names: list[str]
) -> None:
    batch = rows({"tags": [(directory, number, tag, tag) for number, (directory, tag) in enumerate(tags)]})
    lines = text(CsvSink(naming), tmp_path, batch).splitlines()
    assert lines[0].endswith("," + ",".join(f'"{name}"' for name in names))
    values = [tag for _, tag in sorted(tags)]
    assert lines[1].endswith("," + ",".join(f'"{value}"' for value in values))


@pytest.mark.parametrize(
    ("naming", "tags", "names", "cells"),
    [
        (
            Naming(include_directories=False),
            [("JPEG", "Image Width", "4"), ("PNG-IHDR", "Image Width", "5"), ("MP3", "ID", "i")],
            ["ImageWidth", "MP3ID"],
            ["4 | 5", "i"],
        ),
        (
            Naming("snakeCase", include_directories=False),
            [("Exif IFD0", "Color Space", "1"), ("ICC Profile", "Color space", "RGB"), ("A", "File Path", "p")],
            ["a_file_path", "color_space"],
            ["p", "1 | RGB"],
        ),
        (Naming(), [("A", "B C", "1"), ("A B", "C", "1")], ["ABC"], ["1"]),
        (Naming(), [("File", "Path", "1"), ("FILE", "PATH", "2")], ["FILEFILEPATH", "FileFilePath"], ["1 | 2"]),
    ],
)
def test_tags_of_one_name_share_a_column(
    rows: Rows, tmp_path: Path, naming: Naming, tags: list[tuple[str, str, str]], names: list[str], cells: list[str]
) -> None:
    """Nothing is lost, and no run is stopped; a column that every row has is never shared."""
    batch = rows({"tags": [(directory, number, *tag) for number, (directory, *tag) in enumerate(tags)]})
    lines = text(CsvSink(naming), tmp_path, batch).splitlines()
    wide = [line[1:-1].split('","')[6:] for line in lines]
    assert wide == [names[: len(cells)], cells]


FILE = ["FileName", "FileExtension", "FileSize", "FileModified", "Notes"]


def test_what_is_told_of_the_file_stands_behind_all_others(rows: Rows, tmp_path: Path) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, 120_000, UTC)
    row = {"tags": [("JPEG", 1, "Image Width", "4")], "notes": ["JPEG: cut", "a | b"]}
    batch = rows(row | {"file_path": "file:/in/=1 holiday.JPG", "size": 5, "modified": moment}, {})
    header, first, second = csv.reader(text(CsvSink(content=True, file=True), tmp_path, batch).splitlines())
    assert header[6:] == ["JPEGImageWidth", "MetadataContent", *FILE]
    assert first[6:8] == ["4", "4"]
    assert first[8:] == ["'=1 holiday.JPG", "jpg", "5", "2024-05-06T07:08:09.120000Z", r"JPEG: cut | a \x7c b"]
    assert second[6:] == ["", "", "1.jpg", "jpg", "1", "", ""]


def test_what_is_told_of_the_file_without_metadata(rows: Rows, tmp_path: Path) -> None:
    labelled = text(CsvSink(Naming("snakeCase"), file=True), tmp_path, rows({"labels": ["a"]}, fields="labelled"))
    assert labelled.splitlines() == [
        '"id","base_path","file_path","labels","file_name","file_extension","file_size","file_modified","notes"',
        '"00000000000000000000000000000000","file:///in","file:/in/0.jpg","a","0.jpg","jpg","1","",""',
    ]


@pytest.mark.parametrize("dialect", ["rfc4180", "spark"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(rows: Rows, tmp_path: Path, delimiter: str, dialect: str) -> None:
    """Every cell is quoted, so whatever stands between them stands in them too."""
    values = ["a,b;c\td|e", '"', "=1", ";=1", "x"]
    tags = [("A", number, f"T{number}", value) for number, value in enumerate(values)]
    sink = CsvSink(delimiter=delimiter, dialect=dialect, file=True)
    options: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if dialect == "spark" else {}
    content = text(sink, tmp_path, rows({"tags": tags}))
    header, cells = csv.reader(content.splitlines(), strict=True, delimiter=delimiter, **options)
    assert len(header) == len(cells) == 6 + len(values) + 5
    assert cells[6:11] == ["a,b;c\td|e", "''" if dialect == "spark" else '"', "'=1", ";=1", "x"]


def test_a_byte_order_mark(rows: Rows, tmp_path: Path) -> None:
    """Once, whatever the pieces; a table without rows has it too."""
    plain, marked = (text(CsvSink(bom=bom), tmp_path, rows({}, {})) for bom in (False, True))
    assert marked == f"\ufeff{plain}"
    assert text(CsvSink(bom=True), tmp_path, rows()).startswith('\ufeff"ID"')


@pytest.mark.parametrize("every", [True, False])
@pytest.mark.parametrize(("file", "names"), [(True, ["BMPHeaderFileSize", "FileFileName"]), (False, ["FileSize"])])
def test_a_tag_gives_way_to_them(rows: Rows, tmp_path: Path, every: bool, file: bool, names: list[str]) -> None:
    """With the last values alone too: what the original has no column for stops no run."""
    tags = [("BMP Header", 2, "File Size", "58"), *([("File", 1, "File Name", "x")] if file else [])]
    sink = CsvSink(Naming(include_directories=False), file=file, every=every)
    header, cells = csv.reader(text(sink, tmp_path, rows({"tags": tags})).splitlines())
    assert header[6:] == [*names, *(FILE if file else [])]
    assert cells[6 : 6 + len(tags)] == ["58", "x"][: len(tags)]


@pytest.mark.parametrize(
    ("values", "rfc", "raw"),
    [
        (["-1", "2"], "'-1 | 2", "-1 | 2"),
        (["2", "=1+1"], "2 | '=1+1", "2 | =1+1"),
        (["=1", "=2"], "'=1 | '=2", "=1 | =2"),
        (["a | b", "c"], r"a \x7c b | c", r"a \x7c b | c"),
        (["a | b"], "a | b", "a | b"),
        (["two\nlines", 'q"'], r'two\nlines | q""', r'two\nlines | q""'),
    ],
)
def test_several_values_in_a_cell(rows: Rows, tmp_path: Path, values: list[str], rfc: str, raw: str) -> None:
    """A spreadsheet may split the cell: none of its parts is a formula, and it has as many parts as values."""
    batch = rows({"tags": [("IPTC", 1, "Keywords", value) for value in values]})
    for sink, expected in ((CsvSink(), rfc), (CsvSink(raw=True), raw)):
        assert text(sink, tmp_path, batch).endswith(f',"{expected}"\n')


def test_tags_that_are_not_written_are_in_nobodys_way() -> None:
    columns = Columns.of(SCHEMA, [("JPEG", "Image Width"), ("PNG-IHDR", "Image Width")])
    naming = Naming(include_directories=False)
    CsvSink(naming=naming, selection=Selection(directories=("JPEG",)), every=False).check(columns)
    CsvSink(naming=naming, selection=Selection(tags=("JPEG.Image Width",)), every=False).check(columns)
