"""A sink for a server, which here is a folder with one file a row."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.refused import refusing


@dataclass(frozen=True, slots=True)
class FolderSink:
    """Refuses every file that begins with `refuses`; the file `commits` has a line a commit."""

    name: ClassVar[str] = "folder"
    suffix: ClassVar[str] = ""

    folder: str
    refuses: str = "bad"

    def check(self, columns: Columns) -> None: ...

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        sent = 0
        with refusing(target) as refuse:
            for batch in batches:
                for row in batch.select(["id", "file_path", "tags"]).to_pylist():
                    if row["file_path"].rsplit("/", 1)[1].startswith(self.refuses):
                        refuse(row["file_path"], "the server does not like it")
                    else:
                        (Path(self.folder) / row["id"]).write_text(json.dumps(row))
                        sent += 1
        return sent

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        with (Path(self.folder) / "commits").open("a") as file:
            file.write("commit\n")

    def remove(self, ids: Iterator[str]) -> None:
        for one in ids:
            (Path(self.folder) / one).unlink(missing_ok=True)

    def has(self, groups: Iterator[Collection[str]]) -> Iterator[bool]:
        for ids in groups:
            yield all((Path(self.folder) / one).exists() for one in ids)
