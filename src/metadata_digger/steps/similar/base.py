"""The images to compare with: their tags, as rows have them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch, OpenFile, open_batch
from metadata_digger.schema import OK
from metadata_digger.steps.extract import ExtractStep
from metadata_digger.steps.flatten import FlatTags
from metadata_digger.steps.rename import safe
from metadata_digger.storage.local import LocalStorage
from metadata_digger.storage.model import Entry
from metadata_digger.storage.urls import url_of


@dataclass(frozen=True, slots=True)
class Base:
    """An image of the command line. `tags`: of each (directory, tag) the last value that has words, in file order."""

    path: str  # as the user wrote it
    urls: tuple[str, ...]  # its file, by its name and by where that leads
    tags: tuple[tuple[str, str, str], ...]
    content: tuple[int, str] = (-1, "")  # its size in bytes, and their sha256

    def values(self) -> dict[tuple[str, str], str]:
        """By every (directory, tag) that a rule can call a tag (`is_tag`); like the original's, the last of each."""
        return {
            pair: value
            for directory, tag, value in self.tags
            for pair in product((directory, safe(directory)), (tag, safe(tag)))
        }


def read_base(path: str, timezone: str) -> Base:
    """A file of this machine, like the original's IMAGE; raises ConfigError when it has no metadata.

    `timezone`: that of the worker processes, so that dates that a file states as an instant are written alike.
    """
    names = dict.fromkeys((os.path.abspath(path), os.path.realpath(path)))  # noqa: PTH100  # a Path drops no ".."
    urls = tuple(map(url_of, names))
    with _in(timezone):
        batch = open_batch([Entry("", urls[0], 0, None)], LocalStorage())
        (done,) = ExtractStep().run(iter([batch]))
        (row,) = done.rows.select(["status", "reason", "tags"]).to_pylist()
        if row["status"] != OK:
            batch.close()
            raise ConfigError(f"IMAGE {path}: {row['reason']}")
        try:
            content = batch.files[0].size, _sha256(batch.files[0])
        except StorageError as error:
            raise ConfigError(f"IMAGE {path}: {error}") from error
        finally:
            batch.close()
    tags: dict[tuple[str, str], str] = {}
    for tag in row["tags"]:
        pair = tag["directory"], tag["name"]
        if tag["value"] is not None:
            tags.pop(pair, None)
            tags[pair] = tag["value"]
    return Base(path, urls, tuple((*pair, value) for pair, value in tags.items()), content)


def read_bases(paths: Sequence[str], timezone: str) -> tuple[Base, ...]:
    """All of them; every fault at once."""
    bases: list[Base] = []
    faults: list[str] = []
    for path in dict.fromkeys(paths):
        try:
            bases.append(read_base(path, timezone))
        except ConfigError as error:
            faults.append(str(error))
    if faults:
        raise ConfigError("\n".join(faults))
    return tuple(bases)


def copies_among(batch: Batch, rows: Iterable[int], originals: Collection[tuple[int, str]]) -> set[int]:
    """Which rows are of files with the very bytes of an image; `originals`: Base.content of each. Files of another size
    are not read."""
    sizes = {size for size, _ in originals}
    found = set[int]()
    for row in rows if sizes else ():
        file = batch.files[row]
        if file.size in sizes:
            with suppress(StorageError):  # it changes, or cannot be read: its row is another one already
                if (file.size, _sha256(file)) in originals:
                    found.add(row)
    return found


def _sha256(file: OpenFile) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def is_tag(pair: tuple[str, str], directory: str, tag: str) -> bool:
    """Whether a (directory, tag) pair is called so, with or without the characters that column names leave out."""
    return directory in (pair[0], safe(pair[0])) and tag in (pair[1], safe(pair[1]))


def last_values(
    flat: FlatTags, slots: npt.NDArray[np.int64], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows, slots and places among the values, of the last value of each slot in each row.

    `slots`: which one of `count` a (directory, tag) pair belongs to, by its code; -1 for none.
    """
    slot = slots[flat.codes] if len(flat.codes) else flat.codes
    wanted = np.flatnonzero((slot >= 0) & flat.values.is_valid().to_numpy(zero_copy_only=False))
    rows = np.searchsorted(flat.starts, wanted, side="right") - 1
    cells, backwards = np.unique((rows * count + slot[wanted])[::-1], return_index=True)
    places = wanted[len(wanted) - 1 - backwards]
    return cells // count, cells % count, places


@contextmanager
def _in(timezone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = timezone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def told_path(url: str) -> str:
    """A file's URL as people write it."""
    path = url.removeprefix("file:")
    here = f"{Path.cwd()}/"
    return path.removeprefix(here)
