"""An output that is made of the last one and of what is new."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Growth(NamedTuple):
    """`removed`: a file of ids, one a line, of rows that the old output has and the new one has not, or has anew."""

    old: Path
    removed: Path
