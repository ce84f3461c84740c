"""Pieces of text output, joined."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path


def concatenate(pieces: Sequence[Path], target: Path, header: bytes = b"") -> None:
    """The header and the pieces behind each other. Raises OSError."""
    with target.open("wb") as file:
        file.write(header)
        for piece in pieces:
            with piece.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
