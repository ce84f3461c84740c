"""What can be asked of photographs that were dug out, and how it is answered, whoever holds them: the index or Solr."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from metadata_digger.query.tree import Box, Node


@dataclass(frozen=True, slots=True)
class About:
    """`state`: another one whenever the answers may be others: a key of caches."""

    kind: str  # "index" or "solr"
    name: str
    total: int
    state: str
    version: str  # of Metadata Digger that made it, "" where it is not known
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """By a field, rows without it last; equals, and all without a field, by their path. `field`: "exact_file_path",
    "date", "file_size", "file_modified", a score, an integer, a tag."""

    field: str = "exact_file_path"
    down: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A row, as lists and maps show it."""

    id: str
    path: str  # the URL, as in `file_path`
    file_type: str | None
    size: int
    date: datetime | None = None  # the field `date`; by the camera's clock where its zone is not known
    latitude: float | None = None
    longitude: float | None = None
    width: int | None = None  # pixels, upright
    height: int | None = None
    camera: str | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor`: for the page that follows, None behind the last one."""

    total: int
    photos: Sequence[Photo]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Values:
    """Values of a field, most first. `more`: there are others. `without`: rows that lack the field."""

    field: str
    counts: Sequence[tuple[str, int]]
    more: bool
    without: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the timeline, both days in it."""

    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Pictures near each other on the map: their mean place, the cell's rectangle; `id` where it is one alone."""

    latitude: float
    longitude: float
    count: int
    box: Box
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A field that rows have. `kind`: as in fields.Kind. `count`: rows that have it, None where nobody has counted."""

    name: str
    kind: str
    title: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    value: str
    field: str  # to search by


@dataclass(frozen=True, slots=True)
class Directory:
    name: str
    tags: Sequence[Tag]


@dataclass(frozen=True, slots=True)
class Seen:
    """A label. `box`: x, y, width, height in pixels of the upright picture, None where only its presence is known."""

    label: str
    score: float
    model: str
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """All of a row."""

    photo: Photo
    base_path: str
    modified: datetime | None
    processed: datetime | None
    directories: Sequence[Directory]
    directory_names: Sequence[str]
    tag_names: Sequence[str]
    seen: Sequence[Seen] = ()
    models: Sequence[Mapping[str, str]] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  # of find_similar, later detectors: field -> value


@dataclass(frozen=True, slots=True)
class Alike:
    photo: Photo
    score: int  # 0 to 100
    reasons: Sequence[str]


class Collection(Protocol):
    """Photographs that can be searched. Safe to use from several threads; every count is exact.

    `node`: which rows; filters of a page, rectangles and days are nodes too. Methods raise QueryError where the engine
    finds a fault in a query, DiggerError where it does not answer.
    """

    def about(self) -> About: ...

    def count(self, node: Node) -> int: ...

    def search(self, node: Node, order: Order, size: int, *, cursor: str | None = None, offset: int = 0) -> Page:
        """`cursor`: of an earlier page of the same question and order; else `offset` rows are passed over, at a cost
        that hardly grows with it."""

    def values(
        self, node: Node, name: str, size: int, *, prefix: str = "", containing: str = "", missing: bool = True
    ) -> Values:
        """A facet. `prefix`, `containing`: only such values, without regard to case. `missing`: count rows without."""

    def timeline(self, node: Node, unit: str) -> tuple[Sequence[Bar], int]:
        """Stretches of a "year", "month" or "day" that have rows, oldest first; and how many rows have no date."""

    def grid(self, node: Node, view: Box, columns: int, rows: int) -> Sequence[Cell]:
        """Rows with a place in `view`, in at most so many cells."""

    def fields(self, prefix: str, size: int) -> Sequence[Known]:
        """Fields that rows have, whose name or title has a word with this beginning."""

    def photo(self, id: str) -> Detail | None: ...

    def photos(self, ids: Sequence[str]) -> Sequence[Photo | None]:
        """In their order, None where there is no such row."""

    def thumbnail(self, id: str) -> bytes | None:
        """The largest picture that the row carries itself."""

    def similar(self, id: str, size: int) -> Sequence[Alike]:
        """Rows that share rare values (device, owner, document) with this one, nearest first."""

    def position(self, node: Node, order: Order, id: str) -> int | None:
        """How many rows stand before this one; None where it does not fit, or is too far behind to be looked for."""

    def ids(self, node: Node) -> Iterator[str]:
        """All of them, without holding them."""

    def details(self, node: Node, order: Order) -> Iterator[Detail]:
        """All of them, without holding them: for exports."""
