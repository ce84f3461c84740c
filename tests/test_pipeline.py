"""Open files, batches of rows, composed steps."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.errors import StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import BLOCK
from metadata_digger.picture import PictureError
from metadata_digger.pipeline import Batch, OpenFile, compose, open_batch
from metadata_digger.schema import FILE
from metadata_digger.storage import Entry, Fault, LocalStorage


class Counting:
    """A source that remembers what was asked of it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = self.stored = len(data)
        self.reads: list[tuple[int, int]] = []
        self.closed = False

    def read_at(self, offset: int, length: int) -> bytes:
        assert 0 <= offset <= offset + length <= self.size
        self.reads.append((offset, length))
        return self.data[offset : offset + length]

    def grew(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


DATA = bytes(range(256)) * 1_000  # 3.9 blocks


@pytest.mark.parametrize(
    ("asked", "fetched"),
    [
        ([(0, 10), (10, 500), (BLOCK - 1, 1)], [(0, BLOCK)]),
        ([(0, 10), (BLOCK, 10), (5, 5)], [(0, BLOCK), (BLOCK, BLOCK)]),
        ([(0, 10), (100, BLOCK)], [(0, BLOCK), (BLOCK, BLOCK)]),
        ([(10, 3 * BLOCK)], [(0, len(DATA))]),
        ([(3 * BLOCK, 5)], [(3 * BLOCK, len(DATA) - 3 * BLOCK)]),
        ([(5, 0), (len(DATA), 0)], []),
    ],
)
def test_blocks_are_fetched_once(asked: list[tuple[int, int]], fetched: list[tuple[int, int]]) -> None:
    source = Counting(DATA)
    file = OpenFile("file:/a", source)
    for offset, length in asked:
        assert file.read_at(offset, length) == DATA[offset : offset + length]
    assert source.reads == fetched


@given(st.lists(st.tuples(st.integers(-10, len(DATA) + 10), st.integers(-10, 3 * BLOCK)), max_size=8), st.booleans())
def test_an_open_file_is_its_source(asked: list[tuple[int, int]], whole: bool) -> None:
    file = OpenFile("file:/a", Counting(DATA))
    if whole:
        file.content()
    for offset, length in asked:
        if offset < 0 or length < 0 or offset + length > len(DATA):
            with pytest.raises(Truncated):
                file.read_at(offset, length)
        else:
            assert file.read_at(offset, length) == DATA[offset : offset + length]


def test_the_whole_file_is_fetched_once_and_serves_all_reads() -> None:
    source = Counting(DATA)
    file = OpenFile("file:/a", source)
    file.read_at(0, 1)
    assert file.content() == file.content() == DATA
    assert file.read_at(70_000, 5) == DATA[70_000:70_005]
    assert source.reads == [(0, BLOCK), (0, len(DATA))]
    file.close()
    assert source.closed
    with pytest.raises(StorageError, match="closed"):
        file.content()


def test_a_file_too_large_to_be_read_whole_can_still_be_read_in_ranges() -> None:
    file = OpenFile("file:/a", Counting(DATA), whole=1_000)
    with pytest.raises(StorageError, match=r"processing\.maxMemoryGB"):
        file.content()
    assert file.read_at(5, 2) == DATA[5:7]


def picture_file(width: int, height: int) -> Counting:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG")
    return Counting(out.getvalue())


def test_the_picture_is_decoded_once() -> None:
    source = picture_file(64, 32)
    file = OpenFile("file:/a.jpg", source, pixels=16)
    assert file.picture() is file.picture()
    assert (file.picture().width, file.picture().height) == (64, 32)
    assert len(source.reads) == 1


def test_a_picture_that_cannot_be_decoded_is_not_tried_again() -> None:
    source = Counting(b"no picture at all")
    file = OpenFile("file:/a.jpg", source, pixels=16)
    with pytest.raises(PictureError) as first:
        file.picture()
    with pytest.raises(PictureError) as second:
        file.picture()
    assert first.value is second.value
    assert len(source.reads) == 1


def test_rows_of_files_and_faults(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"hello")
    url = f"file:{tmp_path}/a.jpg"
    found = [
        Entry("file:///base", url, 5, 1_234_567_890.25),
        Entry("file:///base", f"file:{tmp_path}/gone.jpg", 7, None),
        Fault("file:///base", "file:/base/locked", "denied", "Permission denied"),
        Entry("file:///base", url, 99, 1e300),
    ]
    batch = open_batch(found, LocalStorage(), 0)
    assert batch.rows.schema == FILE
    rows = batch.rows.to_pylist()
    assert rows[0]["id"] == hashlib.md5(url.encode(), usedforsecurity=False).hexdigest().upper()
    assert [row["file_path"] for row in rows] == [one.url for one in found]
    assert [(row["status"], row["reason"]) for row in rows] == [
        ("ok", None),
        ("not_found", "No such file or directory"),
        ("denied", "Permission denied"),
        ("ok", None),
    ]
    assert [row["size"] for row in rows] == [5, 7, 0, 5]
    assert [row["modified"] and row["modified"].timestamp() for row in rows] == [1_234_567_890.25, None, None, None]
    assert batch.files[0].content() == b"hello"
    for file, status in ((batch.files[1], "not_found"), (batch.files[2], "denied")):
        for read in (lambda file=file: file.read_at(0, 1), file.content, file.picture):
            with pytest.raises(StorageError) as raised:
                read()
            assert raised.value.status == status
    batch.close()


def test_a_batch_without_rows() -> None:
    batch = open_batch([], LocalStorage())
    assert (len(batch.rows), batch.rows.schema, batch.files) == (0, FILE, [])


@dataclass(frozen=True)
class Append:
    name: str
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        return schema.append(pa.field(self.name, pa.string()))

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            column = pa.array([self.name] * len(batch.rows), pa.string())
            rows = pa.RecordBatch.from_arrays([*batch.rows.columns, column], schema=self.output(batch.rows.schema))
            yield Batch(rows, batch.files)


@pytest.mark.parametrize(
    ("steps", "pixels"), [((), 0), ((Append("a"),), 0), ((Append("a", 5), Append("b", 9), Append("c")), 9)]
)
def test_steps_follow_each_other(steps: tuple[Append, ...], pixels: int) -> None:
    chain = compose(steps)
    batch = open_batch([Fault("file:///b", "file:/b/x", "failed", "no")], LocalStorage())
    (after,) = chain.run(iter([batch]))
    assert chain.pixels == pixels
    assert after.rows.schema == chain.output(FILE)
    assert after.rows.schema.names == [*FILE.names, *(step.name for step in steps)]
