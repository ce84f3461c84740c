"""Asking an index: the Collection (query.asking) of an output, from many threads at once.

An index that is replaced while it is asked is noticed by its index.json; who began to read the old one ends with it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from metadata_digger.errors import OutputError
from metadata_digger.index import about as files
from metadata_digger.index import counting, likeness
from metadata_digger.index.answers import Answers
from metadata_digger.index.paging import Pager
from metadata_digger.index.photographs import detail_of, photo_of
from metadata_digger.index.rows import FILE, Rows
from metadata_digger.index.schema import opened
from metadata_digger.query.asking import About, Alike, Bar, Cell, Detail, Known, Order, Page, Photo, Values
from metadata_digger.query.to_index import Engine
from metadata_digger.query.tree import Box, Node

if TYPE_CHECKING:
    import tantivy

T = TypeVar("T")

_STRETCH = 10_000  # rows that are asked for at once where all are wanted
_PAGE = 500


@dataclass(slots=True)
class Snapshot:
    """An index as it was when it was opened."""

    folder: Path
    made: files.Made
    index: tantivy.Index
    searcher: tantivy.Searcher
    marked: Callable[[str], Sequence[str]]
    local: threading.local = field(default_factory=threading.local)

    @property
    def rows(self) -> Rows:
        """This thread's."""
        if not hasattr(self.local, "rows"):
            self.local.rows = Rows(self.folder / FILE)
        found: Rows = self.local.rows
        return found

    def engine(self) -> Engine:
        return Engine(self.index, self.searcher, self.marked, self._whole)

    def _whole(self, row: int, name: str) -> Sequence[str]:
        found = self.rows.detail(row)
        if found is None:
            return ()
        directories = found[1].get("directories", ())
        return [
            value
            for _, _, values, fields in directories
            for value, field in zip(values, fields, strict=True)
            if field == name
        ]


class IndexCollection:
    """`marked`: ids of a mark, for `mark:`. Raises OutputError where the folder has no index that can be read."""

    def __init__(self, folder: Path, marked: Callable[[str], Sequence[str]] = lambda mark: ()) -> None:
        self._folder = folder
        self._marked = marked
        self._lock = threading.Lock()
        self._answers = Answers()
        self._identity: tuple[int, ...] = ()
        self._snapshot = self._opened()

    def about(self) -> About:
        made = self._now().made
        created = datetime.fromisoformat(made.created)
        return About("index", self._folder.name, made.rows, made.state, made.version, created)

    def count(self, node: Node) -> int:
        now = self._now()
        return self._known(now, ("count", node), lambda: now.engine().count(node))

    def search(self, node: Node, order: Order, size: int, *, cursor: str | None = None, offset: int = 0) -> Page:
        now = self._now()
        pager = Pager(now.engine(), in_order=now.made.sorted, known=lambda key, find: self._known(now, key, find))
        total = self._known(now, ("count", node), lambda: now.engine().count(node))
        rows, after = pager.page(node, order, size, total, offset, cursor, now.made.state)
        return Page(total, self._photos(now, rows), after)

    def values(
        self, node: Node, name: str, size: int, *, prefix: str = "", containing: str = "", missing: bool = True
    ) -> Values:
        now = self._now()
        key = ("values", node, name, size, prefix, containing, missing)
        return self._known(
            now, key, lambda: counting.values(now.engine(), node, name, size, prefix, containing, missing=missing)
        )

    def timeline(self, node: Node, unit: str) -> tuple[Sequence[Bar], int]:
        now = self._now()
        days, undated = self._known(now, ("days", node), lambda: counting.days(now.engine(), node))
        return counting.bars(days, unit), undated

    def grid(self, node: Node, view: Box, columns: int, rows: int) -> Sequence[Cell]:
        now = self._now()

        def cells() -> Sequence[Cell]:
            found = counting.cells(now.engine(), node, view, columns, rows)
            alone = [row for _, row in found if row is not None]
            ids = dict(zip(alone, (one["id"] for one in now.rows.summaries(alone)), strict=False))
            return [cell if row is None else Cell(*_five(cell), ids.get(row)) for cell, row in found]

        return self._known(now, ("grid", node, view, columns, rows), cells)

    def fields(self, prefix: str, size: int) -> Sequence[Known]:
        now = self._now()
        return counting.fields(now.rows.fields(), prefix, size)

    def photo(self, id: str) -> Detail | None:
        now = self._now()
        row = now.rows.row(id)
        found = None if row is None else now.rows.detail(row)
        return None if found is None else detail_of(*found)

    def photos(self, ids: Sequence[str]) -> Sequence[Photo | None]:
        now = self._now()
        rows = {id: row for id in ids if (row := now.rows.row(id)) is not None}
        found = {one["id"]: photo_of(one) for one in now.rows.summaries([*rows.values()])}
        return [found.get(id) for id in ids]

    def thumbnail(self, id: str) -> bytes | None:
        rows = self._now().rows
        row = rows.row(id)
        return None if row is None else rows.thumbnail(row)

    def similar(self, id: str, size: int) -> Sequence[Alike]:
        now = self._now()
        row = now.rows.row(id)
        found = None if row is None else now.rows.detail(row)
        if row is None or found is None:
            return ()
        near = likeness.near(now.engine(), row, found[1], now.made.rows, size)
        photos = self._photos(now, [one.row for one in near])
        return [Alike(photo, one.score, one.reasons) for photo, one in zip(photos, near, strict=True)]

    def position(self, node: Node, order: Order, id: str) -> int | None:
        now = self._now()
        row = now.rows.row(id)
        return None if row is None else Pager(now.engine(), in_order=now.made.sorted).position(node, order, row)

    def ids(self, node: Node) -> Iterator[str]:
        now = self._now()
        for rows in self._stretches(now, node):
            yield from (one["id"] for one in now.rows.summaries(rows))

    def details(self, node: Node, order: Order) -> Iterator[Detail]:
        now = self._now()
        pager = Pager(now.engine(), in_order=now.made.sorted)
        total, cursor = now.engine().count(node), None
        offset = 0
        while offset < total:
            rows, cursor = pager.page(node, order, _PAGE, total, offset, cursor, now.made.state)
            offset += _PAGE
            for row in rows:
                if (found := now.rows.detail(row)) is not None:
                    yield detail_of(*found)

    def _stretches(self, now: Snapshot, node: Node) -> Iterator[list[int]]:
        """The numbers of all rows that fit, some at a time, in order."""
        pager = Pager(now.engine(), in_order=True)
        rows = pager.page(node, Order(), _STRETCH, _STRETCH, 0, None, "")[0]
        while rows:
            yield rows
            rows = pager.behind(node, rows[-1], _STRETCH)

    def _photos(self, now: Snapshot, rows: Sequence[int]) -> list[Photo]:
        return [photo_of(one) for one in now.rows.summaries(rows)]

    def _known(self, now: Snapshot, key: tuple[Any, ...], find: Callable[[], T]) -> T:
        if "mark" in str(key[1]) and "Marked" in repr(key[1]):  # marks change while an index stays
            return find()
        return self._answers.get((now.made.state, *key), find)

    def _now(self) -> Snapshot:
        """The index as it is now. While it is being replaced, for a moment, that of before."""
        with suppress(OSError):
            if _identity(self._folder) != self._identity:
                with self._lock, suppress(OutputError):
                    if _identity(self._folder) != self._identity:
                        self._snapshot = self._opened()
        return self._snapshot

    def _opened(self) -> Snapshot:
        made = files.read(self._folder)
        identity = _identity(self._folder)
        try:
            index = opened(self._folder / files.SEARCH)
            index.config_reader("manual")
            snapshot = Snapshot(self._folder, made, index, index.searcher(), self._marked)
            snapshot.rows.last()
        except (ValueError, OSError, sqlite3.Error) as error:
            raise OutputError(f"{self._folder}: the index is damaged ({error}): make it again, --overwrite") from error
        self._identity = identity
        return snapshot


def _identity(folder: Path) -> tuple[int, ...]:
    state = os.stat(folder / files.FILE)  # noqa: PTH116
    return state.st_dev, state.st_ino, state.st_mtime_ns


def _five(cell: Cell) -> tuple[float, float, int, Box]:
    return cell.latitude, cell.longitude, cell.count, cell.box
