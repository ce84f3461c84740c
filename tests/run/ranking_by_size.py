"""A ranking by the size of files, relative to all of them: needs the counts of every part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyarrow as pa

from metadata_digger.schema import FILTERED, OK, SIMILAR
from metadata_digger.steps.mark import appended, mark


@dataclass(frozen=True, slots=True)
class BySize:
    """Files smaller than the mean are left out; `by` is by how much they are larger, up to 5."""

    mean: float = -1.0
    counted: ClassVar[tuple[str, ...]] = ("size",)
    by: ClassVar[str] = "similar_score"

    def output(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([*schema, *SIMILAR])

    def count(self, rows: pa.RecordBatch) -> tuple[int, int]:
        assert rows.schema.names == ["size"]
        return len(rows), sum(rows.column("size").to_pylist())

    def settled(self, counts: Sequence[tuple[int, int]]) -> BySize:
        return replace(self, mean=sum(size for _, size in counts) / max(sum(count for count, _ in counts), 1))

    def rank(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        assert set(rows.column("status").to_pylist()) <= {OK}
        sizes = rows.column("size").to_pylist()
        small = {row: (FILTERED, "small") for row, size in enumerate(sizes) if size < self.mean}
        scores = [min(int(size - self.mean), 5) for size in sizes]
        columns = [pa.array(scores, SIMILAR[0].type), pa.array([["large"]] * len(rows), SIMILAR[1].type)]
        return appended(mark(rows, small), SIMILAR, columns)

    def told(self, best: Sequence[tuple[int, str, list[str]]]) -> tuple[list[str], dict[str, Any]]:
        return [f"{place} {url.rpartition('/')[2]}" for place, url, _ in best], {"mean": self.mean}
