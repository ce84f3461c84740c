"""Rows that the place they were sent to did not take: a server may refuse one document of a thousand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from metadata_digger.schema import FAILED

_SUFFIX = ".refused.jsonl"


def refused(target: Path) -> Path:
    """Where the refused rows of a piece are: JSON Lines beside it, absent when there are none."""
    return target.with_name(f"{target.name}{_SUFFIX}")


def refusals(folder: Path) -> Iterator[Path]:
    """Those of all pieces in a folder."""
    return folder.glob(f"*{_SUFFIX}")


@contextmanager
def refusing(target: Path) -> Iterator[Callable[[str, str], None]]:
    """For `Sink.piece`: gives a function that takes `file_path` and reason of a refused row, and holds none of them.

    What an earlier try at the same piece left is gone. Raises OSError.
    """
    path = refused(target)
    path.unlink(missing_ok=True)
    file: TextIO | None = None

    def refuse(file_path: str, reason: str) -> None:
        nonlocal file
        if file is None:
            file = path.open("w", encoding="utf-8")
        file.write(json.dumps({"file": file_path, "status": FAILED, "reason": reason}, ensure_ascii=False) + "\n")

    try:
        yield refuse
    finally:
        if file is not None:
            file.close()


def reasons(target: Path) -> Counter[str]:
    """How many rows of a piece were refused for which reason. Raises OSError."""
    if not (path := refused(target)).exists():
        return Counter()
    with path.open(encoding="utf-8") as file:
        return Counter(json.loads(line)["reason"] for line in file)
