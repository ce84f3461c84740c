"""What a form of output could not hold of rows that it has: notes that are known only when rows are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from metadata_digger.schema import OK
from metadata_digger.storage.remote.place import Folder

_SUFFIX = ".remarks.jsonl"

Remark = Callable[[str, str], None]  # file_path and note


def remarks(folder: Folder) -> Iterator[Folder]:
    """Those of all pieces in a folder: JSON Lines beside each, absent when there are none; keys as those of refused
    rows."""
    return folder.glob(f"*{_SUFFIX}")


@contextmanager
def remarking(target: Path) -> Iterator[Remark]:
    """For `Sink.piece`: gives a function that takes the note of a row, one at most, and holds none of them.

    What an earlier try at the same piece left is gone. Raises OSError.
    """
    path = target.with_name(f"{target.name}{_SUFFIX}")
    path.unlink(missing_ok=True)
    file: TextIO | None = None

    def remark(file_path: str, note: str) -> None:
        nonlocal file
        if file is None:
            file = path.open("w", encoding="utf-8")
        file.write(json.dumps({"file": file_path, "status": OK, "reason": note}, ensure_ascii=False) + "\n")

    try:
        yield remark
    finally:
        if file is not None:
            file.close()
