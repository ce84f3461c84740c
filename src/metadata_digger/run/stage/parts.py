"""Parts of the stage: rows as Parquet, each file there whole or not at all.

A part is named by the stretch of the listing that it has the rows of, `000000001024-000512.part`: the folder itself
says what is done. What is counted of the rows stands in the file's footer, so that the two cannot come apart.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import OutputError
from metadata_digger.run.counts import Summary
from metadata_digger.run.disk import sync, writing
from metadata_digger.run.tasks import Slice
from metadata_digger.schema import OK
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.columns import written
from metadata_digger.storage.remote.place import Folder, Place, each

GROUP = 32 << 20  # bytes of rows in memory before they are written
ROWS = 256  # rows read back at once, and bytes of them: thumbnails make long rows
BYTES = 8 << 20
FOOTER = 256 << 10  # bytes of a part that is read whole for its footer's sake
SUFFIX = ".part"  # and not .parquet: no pattern takes them for output
# Of 3,298 sample files: 500 KB in 22 ms of CPU; lz4 750 KB in 20 ms. Their CSV has 19 MB.
LEVEL = 1  # of zstd

SAME = -(1 << 63)  # instead of a modification time in microseconds: as it was

_FOOTER = "metadata-digger"
_NAME = re.compile(r"(\d{12})-(\d{6,})")
_KEPT, _TIMED = "kept-", "-timed"


class Stretch(NamedTuple):
    """Files [start, start + files) of the listing."""

    start: int
    files: int

    @property
    def stop(self) -> int:
        return self.start + self.files


def name_of(stretch: Stretch) -> str:
    return f"{stretch.start:012d}-{stretch.files:06d}"


def kept_name(number: int, *, timed: bool = False) -> str:
    """Of a part that another run made and an update keeps. `timed`: rows of it have new modification times."""
    return f"{_KEPT}{number:09d}{_TIMED if timed else ''}"


def is_kept(part: str) -> bool:
    return part.startswith(_KEPT)


def stands(part: str) -> bool:
    """Whether the rows of a part are those of another run, to the last value."""
    return is_kept(part) and not part.endswith(_TIMED)


def stretch_of(part: str) -> Stretch | None:
    """None of a part that is kept."""
    found = _NAME.fullmatch(part)
    return Stretch(int(found[1]), int(found[2])) if found else None


def path_of(folder: Folder, part: str) -> Folder:
    return folder / f"{part}{SUFFIX}"


def names(folder: Folder) -> list[str]:
    """Every part in a folder, in the order of the rows. Raises OSError."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


def write(
    folder: Folder, part: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], footer: Callable[[], Summary]
) -> Summary:
    """What was counted of the part that is there then: of two that make the same one the first is right, so that it
    stays what was told of it. Raises OutputError. `footer` is called when all batches are through.
    """
    target = path_of(folder, part)
    if isinstance(target, Place):
        return _write_there(target, schema, batches, footer)
    temporary = target.with_name(f"{part}.{secrets.token_hex(8)}.tmp")  # a process ID is not unique among machines
    try:
        counted = _write(temporary, schema, batches, footer)
        with writing(temporary):
            if (first := summary(folder, part)) is not None:
                return first
            temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink()
    return counted


def _write_there(
    target: Place, schema: pa.Schema, batches: Iterable[pa.RecordBatch], footer: Callable[[], Summary]
) -> Summary:
    with tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder:
        half = Path(folder, target.name)
        counted = _write(half, schema, batches, footer)
        with writing(target):
            if target.create(half.read_bytes()):
                return counted
    if (first := summary(target.parent, counted.part)) is None:
        raise OutputError(f"{target} is damaged: delete it, and give the command with --resume")
    return first


def _write(
    temporary: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], footer: Callable[[], Summary]
) -> Summary:
    with writing(temporary):
        file = opened(temporary, "wb")
        writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=LEVEL)
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size > GROUP:
            with writing(temporary):
                writer.write_table(pa.Table.from_batches(held, schema))
            held, size = [], 0
    with writing(temporary):
        writer.write_table(pa.Table.from_batches(held, schema))
        counted = footer()
        writer.add_key_value_metadata({_FOOTER: counted.to_json()})
        writer.close()
        file.close()
        sync(temporary)  # a power cut after the rename must not leave a name without its rows
    return counted


def summary(folder: Folder, part: str) -> Summary | None:
    """What was counted of a part's rows; None when the file is not whole, or of another making."""
    try:
        with opened(path_of(folder, part), most=FOOTER) as file:
            found = pq.read_metadata(file).metadata or {}
    except (OSError, pa.ArrowException):
        return None
    text = found.get(_FOOTER.encode())
    return Summary.from_json(part, text) if text else None


def summaries(folder: Folder, parts: Iterable[str]) -> Iterator[Summary | None]:
    """The same of many."""
    return each(folder, partial(summary, folder), parts)


def standing(folder: Folder, part: str, files: int) -> Summary | None:
    """The same of a part of so many files; None where it is not there yet."""
    found = summary(folder, part)
    return found if found is not None and found.statuses.total() == files else None


def read(folder: Folder, slices: Sequence[Slice]) -> Iterator[pa.RecordBatch]:
    """The rows that are ok, a few at a time, in order."""
    for part, start, stop in slices:
        at = 0
        for batch in every_row(path_of(folder, part)):
            good = written(batch)
            first, last = max(start - at, 0), min(stop - at, len(good))
            if first < last:
                yield good.slice(first, last - first)
            at += len(good)
            if at >= stop:
                break


def every_row(path: Folder, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """All rows of a part, a few at a time, those left out too."""
    with opened(path) as source, pq.ParquetFile(source) as file:
        yield from file.iter_batches(
            batch_size=_rows(file.metadata), columns=list(columns) if columns else None, use_threads=False
        )


def left_out(folder: Folder, part: str) -> Iterator[tuple[str, str, str]]:
    """File, status and reason of every row that is not ok."""
    for batch in every_row(path_of(folder, part), ("file_path", "status", "reason")):
        for file, status, reason in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if status != OK:
                yield str(file), str(status), str(reason)


def ids(path: Folder, kept: bytes | bytearray = b"") -> Iterator[str]:
    """Of a part's rows that are ok, but those that the mask has: a byte a row, not 0."""
    at = 0
    for batch in every_row(path, ("id", "status")):
        for one, status in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if status == OK and not (kept and kept[at]):
                yield str(one)
            at += 1


def link(source: Folder, target: Folder) -> None:
    """A part under another name too; a copy where the file system has no links. Raises OSError."""
    if isinstance(source, Place) and isinstance(target, Place):
        source.copy_to(target)
        return
    if isinstance(source, Place) or isinstance(target, Place):
        raise OSError(f"{target} is in another storage than {source}")
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        sync(target)


def _rows(metadata: pq.FileMetaData) -> int:
    groups = (metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    return max(min(ROWS, BYTES * metadata.num_rows // max(sum(groups), 1)), 1)
