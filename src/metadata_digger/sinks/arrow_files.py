"""Files that Arrow itself reads and writes, whatever they are called: as text it takes no path that is not UTF-8."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pyarrow as pa


def opened(path: Path, mode: Literal["rb", "wb"] = "rb") -> pa.OSFile:
    """Raises OSError. What is written has no buffer; close the file behind its Parquet writer or reader."""
    return pa.OSFile(os.fsencode(path), mode)  # type: ignore[arg-type]  # bytes are taken, the stubs do not know
