"""Writing: pieces, each a small index of its own made by any process, and their join, which moves files.

A segment of tantivy is some files with a name of their own that never change, and meta.json lists them. So the segments
of all pieces are put into one directory, and one list of them is written: nothing is indexed twice.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata_digger.index import about, rows
from metadata_digger.index.schema import opened

HEAP = 64 << 20  # bytes of documents that are held until they are a segment
SEGMENTS = 16  # more make every question slower, and are merged
_META, _MANAGED = "meta.json", ".managed.json"


@dataclass(frozen=True, slots=True)
class Document:
    """A row, ready to be written. `fields`: those of the schema, dates as datetime."""

    row: rows.Row
    fields: dict[str, Any]


def piece(target: Path, documents: Iterable[Document], known: Mapping[str, tuple[int, str]]) -> int:
    """A folder with some documents; how many they are. What was there is replaced. `known`: as of rows.write. Raises
    OSError, ValueError."""
    import tantivy

    shutil.rmtree(target, ignore_errors=True)
    (search := target / about.SEARCH).mkdir(parents=True)
    index = opened(search, new=True)
    writer, schema, made = index.writer(heap_size=HEAP, num_threads=1), index.schema, tantivy.Document.from_dict

    def indexed() -> Iterator[rows.Row]:
        for document in documents:
            writer.add_document(made(document.fields, schema))
            yield document.row

    count = rows.write(target / rows.FILE, indexed(), known)
    writer.commit()
    writer.wait_merging_threads()
    return count


def join(pieces: Sequence[Path], target: Path, next_row: int, *, in_order: bool = True) -> None:
    """The pieces as one index in an existing folder; they stay as they are. `in_order`: rows come in the order of their
    paths. Raises OSError, ValueError."""
    search = target / about.SEARCH
    if search.exists():
        shutil.rmtree(search)
    search.mkdir()
    opened(search, new=True)
    _gather([one / about.SEARCH for one in pieces], search)
    count = _documents(search)
    rows.join([one / rows.FILE for one in pieces], target / rows.FILE)
    _merge(search)
    about.write(target, count, next_row, in_order=in_order)


def update(old: Path, target: Path, pieces: Sequence[Path], removed: Callable[[], Iterable[str]]) -> None:
    """Another index in `target`: that of `old`, without some rows by their ids, with those of the pieces. The old one
    stays as it is: segments are shared by hard links, or copied. Raises OSError, ValueError, OutputError."""
    made = about.read(old)
    search = target / about.SEARCH
    if search.exists():
        shutil.rmtree(search)
    shutil.copytree(old / about.SEARCH, search, copy_function=_link)
    shutil.copyfile(old / rows.FILE, target / rows.FILE)
    rows.remove(target / rows.FILE, removed())
    rows.append([one / rows.FILE for one in pieces], target / rows.FILE)
    index = opened(search)
    writer = index.writer(heap_size=HEAP, num_threads=1)
    for id in removed():
        writer.delete_documents_by_term("id", id)
    writer.commit()
    writer.wait_merging_threads()
    _gather([one / about.SEARCH for one in pieces], search)
    _merge(search)
    count = _documents(search)
    about.write(target, count, max(made.next_row, _next(target)), in_order=made.sorted and not pieces)


def _next(target: Path) -> int:
    reader = rows.Rows(target / rows.FILE)
    try:
        return reader.last() + 1
    finally:
        reader.close()


def _link(source: str, target: str) -> str:
    """Of what is replaced as a whole when it changes: segments, and the lists of them by tantivy and here."""
    if Path(source).name.startswith(".tantivy"):  # locks
        return target
    try:
        os.link(source, target)
    except OSError:  # no hard links here
        shutil.copyfile(source, target)
    return target


def _gather(pieces: Sequence[Path], search: Path) -> None:
    """The segments of pieces into an index, and into its list."""
    meta = _json(search / _META)
    managed: list[str] = _json(search / _MANAGED) if (search / _MANAGED).exists() else [_META]
    for one in pieces:
        more = _json(one / _META)
        meta["segments"] += more["segments"]
        meta["opstamp"] = max(meta["opstamp"], more["opstamp"])
        names = {segment["segment_id"].replace("-", "") for segment in more["segments"]}
        for file in sorted(one.iterdir()):
            if file.name.partition(".")[0] in names:
                _link(str(file), str(search / file.name))
                managed.append(file.name)
    _replace(search / _MANAGED, json.dumps(sorted(set(managed))))
    _replace(search / _META, json.dumps(meta))


def _merge(search: Path) -> None:
    """Fewer segments, where they are many."""
    if len(_json(search / _META)["segments"]) > SEGMENTS:
        writer = opened(search).writer(heap_size=HEAP, num_threads=1)
        writer.commit()
        writer.wait_merging_threads()
        writer = opened(search).writer(heap_size=HEAP, num_threads=1)
        writer.garbage_collect_files()
        writer.wait_merging_threads()


def files(folder: Path) -> list[Path]:
    """All files of an index."""
    search = sorted(path for path in (folder / about.SEARCH).iterdir() if not path.name.startswith(".tantivy"))
    return [folder / about.FILE, folder / rows.FILE, *search]


def _documents(search: Path) -> int:
    return int(opened(search).searcher().num_docs)


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def _replace(file: Path, text: str) -> None:
    """A new file in the place of one that may be shared with another index."""
    half = file.with_name(f"{file.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(file)
