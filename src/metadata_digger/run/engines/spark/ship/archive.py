"""The archive as a file: made once for what is in it, kept in the user's cache; or in a place that nodes can reach."""

from __future__ import annotations

import fcntl
import gzip
import os
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.run.disk import writing
from metadata_digger.run.engines.spark.ship.contents import Shipped

NAME = "environment"  # of the folder that Spark unpacks it into, where an executor runs
SUFFIX = ".tar.gz"
KEPT = 4  # archives in the cache; each is some 130 MB
LEVEL = 1  # 11 s for 320 MB; 6 takes 28 s for 6 % less


def cache(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, "metadata-digger", "environments")


def name_of(shipped: Shipped) -> str:
    return f"{NAME}-{shipped.digest[:16]}{SUFFIX}"


def archive(shipped: Shipped, folder: Path, tell: Callable[[str], None]) -> Path:
    """The file, made where it is not there yet: whole or not at all, and by one of several starts; `tell` is told a
    sentence first. Raises OutputError."""
    target = folder / name_of(shipped)
    if _touched(target):
        return target
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _touched(target):
                tell("Packing the program for the nodes, once for this version and these models ...")
                _remove_half(folder)
                _write(shipped, target)
                _remove_old(folder)
    return target


def _touched(target: Path) -> bool:
    """Whether it is there; what is used is not old."""
    if not target.is_file():
        return False
    with suppress(OSError):  # a cache that can be read only
        os.utime(target)
    return True


def _write(shipped: Shipped, target: Path) -> None:
    """Equal files give equal bytes: no times, no owners."""
    handle, half = tempfile.mkstemp(prefix=".", dir=target.parent)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, path in shipped.files.items():
                with path.open("rb") as content:
                    about = tarfile.TarInfo(name)
                    about.size = os.fstat(content.fileno()).st_size
                    about.mode = 0o755 if os.access(path, os.X_OK) else 0o644
                    tar.addfile(about, content)
        Path(half).chmod(0o644)
        Path(half).rename(target)
    except FileNotFoundError as error:
        raise OutputError(
            f"{error.filename} is named by what is installed and not there, so that it cannot be sent to nodes: "
            "install its package again"
        ) from error
    finally:
        Path(half).unlink(missing_ok=True)


def _remove_half(folder: Path) -> None:
    """What a kill left. Nobody else writes: the lock is held."""
    for half in folder.glob(".*"):
        half.unlink(missing_ok=True)


def _remove_old(folder: Path) -> None:
    ages = {path: path.stat().st_mtime for path in folder.glob(f"{NAME}-*{SUFFIX}")}
    for path in sorted(ages, key=lambda path: -ages[path])[KEPT:]:
        with suppress(OSError):
            path.unlink()
