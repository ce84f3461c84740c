"""Solr: one document a file, sent while pieces are made, found after the commit that joins them.

The client, which brings requests, is imported where it is used: runs that write files start without it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import pyarrow as pa

from metadata_digger.errors import ConfigError
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.refused import refusing
from metadata_digger.sinks.solr_documents import Conversion, Form
from metadata_digger.sinks.solr_fields import Fields
from metadata_digger.sinks.solr_sending import sending
from metadata_digger.sinks.solr_values import instant
from metadata_digger.solr.connection import Connection, connection
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config

_ANY_TAG = ("Exif IFD0", "Software")  # of which no schema has a field of its own
_NAMES = (
    "name the fields as it does, mostly with output.columns.namingConvention=snakeCase and "
    "output.columns.metadataPrefix=md_, or add fields to the schema"
)
_IDS = 1_000  # removed in one request


@dataclass(frozen=True, slots=True)
class SolrSink:
    """Documents of the same id replace each other, so a piece that is made twice doubles nothing."""

    name: ClassVar[str] = "solr"
    suffix: ClassVar[str] = ""

    connection: Connection
    form: Form

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        """Asks Solr what the collection is like. Raises SolrError."""
        from metadata_digger.solr.client import Solr

        place = connection(config, os.environ)
        with Solr(place) as solr:
            solr.check()
            fields = Fields.of(solr.schema())
        conversion = Conversion(
            config["output.solr.conversion.integerTags"],
            config["output.solr.conversion.dateTimeTags"],
            config["output.solr.conversion.unknownInteger"],
        )
        content = config["output.columns.includeMetadataContent"]
        now = instant(datetime.now(UTC).replace(microsecond=0))
        every = config["output.columns.repeatedTags"] == "all"
        return cls(place, Form(fields, now, naming, selection, content, conversion, every))

    def check(self, columns: Columns) -> None:
        """Raises ConfigError too where the collection cannot take such documents at all."""
        self.form.maker(columns)
        fields, place = self.form.fields, f"output.collection={self.connection.collection}"
        made = self.form.names(columns.fields)
        unknown = fields.lacking(made)
        if fields.unique != made[0]:
            unknown = [made[0]]
        elif not unknown and "tags" in columns.fields:
            unknown = fields.lacking([self.form.tag(*_ANY_TAG)])
        if unknown:
            raise ConfigError(
                f"{place}: its schema has no {'key' if made[0] in unknown else 'field'} {unknown[0]}: {_NAMES}"
            )
        if lacking := [name for name in fields.required if name not in made and not name.startswith("_")]:
            raise ConfigError(
                f"{place}: its schema requires {', '.join(lacking)}, which this action does not make: choose another "
                'action, or take required="true" out of the schema'
            )

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        maker = self.form.maker(columns)
        with refusing(target) as refuse, sending(self.connection, refuse) as sender:
            for batch in batches:
                rows = written(batch)
                files, ids = (rows.column(name).to_pylist() for name in ("file_path", "id"))
                for file, id, document in zip(files, ids, maker.documents(rows), strict=True):
                    sender.add(str(file), str(id), document)
        return sender.taken

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        from metadata_digger.solr.client import Solr

        with Solr(self.connection) as solr:
            solr.commit()

    def remove(self, ids: Iterator[str]) -> None:
        from metadata_digger.solr.client import Solr

        with Solr(self.connection) as solr:
            while some := list(islice(ids, _IDS)):
                solr.delete_ids(some)

    def has(self, groups: Iterator[Collection[str]]) -> Iterator[bool]:
        from metadata_digger.solr.client import Solr

        with Solr(self.connection) as solr:
            for ids in groups:
                query = f"{{!terms f={self.form.fields.unique} cache=false}}{','.join(ids)}"
                yield solr.query({"q": query, "rows": 0})["numFound"] >= len(ids)
