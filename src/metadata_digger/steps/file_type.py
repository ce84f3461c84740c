"""filter.allowedFileTypes: files of other types are left out before anything else is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.extract import recognise
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILTERED
from metadata_digger.steps.mark import mark, standing


@dataclass(frozen=True, slots=True)
class FileTypeStep:
    """Leaves out every file whose first bytes are of none of the types, by their names in the column FileType.

    An empty file is of no type; the steps behind say what they think of it.
    """

    allowed: tuple[str, ...]
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        return schema

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            verdicts: dict[int, tuple[str, str]] = {}
            for row in standing(batch.rows):
                file = batch.files[row]
                try:
                    found = recognise(file)
                except StorageError as error:
                    verdicts[row] = error.status, str(error)
                    continue
                except Truncated:
                    continue
                if found is None:
                    verdicts[row] = FILTERED, "unknown file type"
                elif found[0].name not in self.allowed:
                    verdicts[row] = FILTERED, f"file type {found[0].name} is not among filter.allowedFileTypes"
            yield Batch(mark(batch.rows, verdicts), batch.files)
