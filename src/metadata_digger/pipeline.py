"""Files in, rows through a list of steps, rows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from metadata_digger.picture import Picture
    from metadata_digger.storage import Storage


class OpenFile:
    """One input file while its batch is alive.

    A ByteSource whose 64 KiB blocks are fetched on demand; the whole file is fetched at most once, the picture
    decoded at most once, however many steps want them.
    """

    size: int
    url: str

    def read_at(self, offset: int, length: int) -> bytes: ...

    def content(self) -> bytes:
        """The whole file."""
        ...

    def picture(self) -> Picture:
        """The picture, upright; its long edge has at least `pixels` (or all there are) of what the steps asked for.

        Raises PictureError (picture.py) when it cannot be decoded; the same error again at every call.
        """
        ...


@dataclass(slots=True)
class Batch:
    """Rows and their files: same length, same order."""

    rows: pa.RecordBatch
    files: Sequence[OpenFile]


class Step(Protocol):
    """A stretch of the way. Picklable: it travels to worker processes and Spark executors; what is heavy (a network)
    is made in `run`. One batch out for each batch in, in order, same rows, same order; a row that is to be left out gets a
    status other than "ok" and a reason, and later steps pass it on untouched."""

    @property
    def pixels(self) -> int:
        """Long edge of the picture that this step needs, 0 when it needs none."""

    def output(self, schema: pa.Schema) -> pa.Schema:
        """The schema after this step; raises ConfigError when the input lacks what it needs."""

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]: ...
