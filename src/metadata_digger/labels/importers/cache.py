"""Models that were imported on the way, kept in the user's cache directory by what they were made of."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.card import read_card
from metadata_digger.labels.importers.converted import convert, digest
from metadata_digger.labels.importers.folder import write_folder
from metadata_digger.labels.importers.kinds import TFJS, kind_of
from metadata_digger.labels.importers.tfjs_graph import shards

TRIES = 3


def imported(path: Path, size: tuple[int, int] | None = None) -> Path:
    """The model folder made of a file (or folder) of another format; made now if it is not in the cache.

    Any number of processes may ask at once: each writes a folder of its own and moves it into place; none is ever
    taken away, as another process may be reading it. Where the cache cannot be written, the folder lasts as long as
    this process. Raises ModelError.
    """
    place = cache() / key(path, size)
    # The others are for when the first was damaged.
    places = [place, *(place.with_name(f"{place.name}-{number}") for number in range(2, TRIES + 1))]
    for place in places:
        if whole(place):
            return place
    found = convert(path, size=size)
    for place in places:
        try:
            write_folder(found, place, path.stem, {})
        except (ModelError, OSError):  # it is there now, or cannot be written
            if not whole(place):
                continue
        return place
    place = Path(tempfile.mkdtemp(prefix="metadata-digger-")) / "model"
    atexit.register(shutil.rmtree, place.parent, ignore_errors=True)
    write_folder(found, place, path.stem, {})
    return place


def cache() -> Path:
    """XDG Base Directory Specification: relative values of the variable are to be ignored."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # a user without a home: nothing will be kept
        home = Path(os.devnull)
    return home / "metadata-digger" / "models"


def key(path: Path, size: tuple[int, int] | None) -> str:
    """Of the model, its weights, the size asked for, and the code that imports it: what one of them changes is
    imported again."""
    files = [path, *weight_files(path), *sorted(Path(__file__).parent.rglob("*.py"))]
    return hashlib.sha256(" ".join([repr(size), *map(digest, files)]).encode()).hexdigest()


def weight_files(path: Path) -> list[Path]:
    """The files beside a model that have its weights, if that is its format's way."""
    if kind_of(path) is TFJS and path.is_file():
        return shards(path)
    beside = path.with_suffix(".bin")
    return [beside] if beside != path and beside.is_file() else []


def whole(folder: Path) -> bool:
    """Folders are moved into place complete; a disk, a cleaner or a hand may have damaged them since."""
    try:
        return read_card(folder / "model.toml").top.get("sha256") == digest(folder / "model.onnx")
    except ModelError:
        return False
