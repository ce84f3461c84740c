"""Rows that were ok until they were to be written: a server may refuse one document of a thousand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from metadata_digger.schema import FAILED
from metadata_digger.storage.remote.place import Folder

_SUFFIX = ".refused.jsonl"


class Refuse(Protocol):
    def __call__(self, file_path: str, reason: str, status: str = FAILED, same_as: str | None = None) -> None:
        """`same_as`: the `file_path` of the row that is written in this one's place."""


def refused(target: Path) -> Path:
    """Where the refused rows of a piece are: JSON Lines beside it, absent when there are none."""
    return target.with_name(f"{target.name}{_SUFFIX}")


def refusals(folder: Folder) -> Iterator[Folder]:
    """Those of all pieces in a folder."""
    return folder.glob(f"*{_SUFFIX}")


@contextmanager
def refusing(target: Path) -> Iterator[Refuse]:
    """For `Sink.piece`: gives a function that takes `file_path` and reason of a refused row, and holds none of them.

    What an earlier try at the same piece left is gone. Raises OSError.
    """
    path = refused(target)
    path.unlink(missing_ok=True)
    file: TextIO | None = None

    def refuse(file_path: str, reason: str, status: str = FAILED, same_as: str | None = None) -> None:
        nonlocal file
        if file is None:
            file = path.open("w", encoding="utf-8")
        line = {"file": file_path, "status": status, "reason": reason}
        file.write(json.dumps(line | ({"same_as": same_as} if same_as else {}), ensure_ascii=False) + "\n")

    try:
        yield refuse
    finally:
        if file is not None:
            file.close()


def reasons(target: Path) -> Counter[tuple[str, str]]:
    """How many rows of a piece were refused for which (status, reason). Raises OSError."""
    if not (path := refused(target)).exists():
        return Counter()
    with path.open(encoding="utf-8") as file:
        lines = map(json.loads, file)
        return Counter((line["status"], line["reason"]) for line in lines)
