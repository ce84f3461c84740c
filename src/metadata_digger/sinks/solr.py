"""Solr: one document a file, sent while pieces are made, found after the commit that joins them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.refused import refusing
from metadata_digger.sinks.solr_documents import Form
from metadata_digger.sinks.solr_sending import sending
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection


@dataclass(frozen=True, slots=True)
class SolrSink:
    """Documents of the same id replace each other, so a piece that is made twice doubles nothing."""

    name: ClassVar[str] = "solr"
    suffix: ClassVar[str] = ""

    connection: Connection
    form: Form

    def check(self, columns: Columns) -> None:
        self.form.maker(columns)

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        maker = self.form.maker(columns)
        with refusing(target) as refuse, sending(self.connection, refuse) as sender:
            for batch in batches:
                rows = written(batch)
                for file, document in zip(rows.column("file_path").to_pylist(), maker.documents(rows), strict=True):
                    sender.add(file, document)
        return sender.taken

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        with Solr(self.connection) as solr:
            solr.commit()
