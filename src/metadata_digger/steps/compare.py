"""Leaves out files that are in a Solr collection already: processing.hash.comparator.

0.2.1 loads all hashes of the collection into memory. This asks for those of a batch, in one request, by Solr's terms
query (Reference Guide, "Terms Query Parser").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILTERED
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.steps.mark import mark, standing

Hashes = tuple[str, ...]
# Takes the parameters of a query, gives Solr's "response": numFound and docs.
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]

# Documents asked for by hash: a collection may hold a file several times under different paths.
_COPIES = 4


@dataclass(frozen=True, slots=True)
class CompareStep:
    """A file is left out when one document has all of its hashes. `fields`: column of a row -> field of a document."""

    connection: Connection
    fields: Mapping[str, str]
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if missing := [column for column in self.fields if column not in schema.names]:
            raise ConfigError(f"processing.hash.comparator=true needs {', '.join(missing)}: set processing.hash.types")
        return schema

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        known = (FILTERED, f"its content is in the collection {self.connection.collection} already")
        with Solr(self.connection) as solr:
            for batch in batches:
                hashes = self._hashes(batch.rows)
                found = present(solr.query, [*self.fields.values()], set(hashes.values()))
                verdicts = {row: known for row, values in hashes.items() if values in found}
                yield Batch(mark(batch.rows, verdicts), batch.files)

    def _hashes(self, rows: pa.RecordBatch) -> dict[int, Hashes]:
        """Of each row that stands and has them all."""
        columns = [rows.column(column).to_pylist() for column in self.fields]
        found = {row: tuple(str(column[row]) for column in columns if column[row]) for row in standing(rows)}
        return {row: hashes for row, hashes in found.items() if len(hashes) == len(columns)}


def present(ask: Ask, fields: Sequence[str], wanted: set[Hashes]) -> set[Hashes]:
    """Those of `wanted`, values of `fields`, that a document has all of. Raises SolrError.

    One request, but where a document is there very often: then one more for the others, and so on.
    """
    found: set[Hashes] = set()
    while left := wanted - found:
        answer = ask(_query(fields, left, len(left) * _COPIES))
        documents = answer["docs"]
        before = len(found)
        found |= left.intersection(tuple(document.get(field) for field in fields) for document in documents)
        if len(documents) == answer["numFound"]:
            return found
        if len(found) == before:
            return found | {one for one in left if ask(_query(fields, {one}, 0))["numFound"]}
    return found


def _query(fields: Sequence[str], wanted: set[Hashes], rows: int) -> dict[str, Any]:
    """Documents with one of these values in each field. Filters are not cached: each is asked once."""
    terms = [
        f"{{!terms f={field} cache=false}}{','.join(sorted({one[place] for one in wanted}))}"
        for place, field in enumerate(fields)
    ]
    return {"q": terms[0], "fq": terms[1:], "fl": ",".join(fields), "rows": rows}
