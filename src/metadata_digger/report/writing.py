"""Making a report: whole in its folder, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from metadata_digger.errors import OutputError, StorageError
from metadata_digger.previews.files import opened
from metadata_digger.previews.pictures import Previews
from metadata_digger.query.asking import Collection, Detail, Order, Photo
from metadata_digger.query.tree import Box, Node
from metadata_digger.report.pages import Heading, Proof, file_name, overview, picture
from metadata_digger.search.answers import shown
from metadata_digger.search.exports import as_csv, as_json_lines, as_kml

SHEET = 2_000  # pictures of the contact sheet, and pages
FACETS = ("labels", "md_exif_ifd0_make", "md_exif_ifd0_model", "md_exif_ifd0_software", "file_type", "file_path")
VALUES = 25
_EARTH = Box(-90.0, -180.0, 90.0, 180.0)
_CELLS = (120, 60)
_BARS = 60
_CHUNK = 256 << 10
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`marks`: title of a picture's mark by its id."""

    heading: Heading
    node: Node
    order: Order
    marks: Callable[[str], str | None]


def write(collection: Collection, wanted: Wanted, target: Path, previews: Previews, progress: Progress) -> int:
    """Makes the folder; how many pictures it is about. What is there is replaced. Raises OutputError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            count = _Report(collection, wanted, half, previews, progress).make()
            half.chmod(0o777 & ~_umask())
            old = None
            if target.exists():
                old = half.with_name(f"{half.name}.old")
                target.rename(old)
            try:
                half.rename(target)
            except OSError:
                if old is not None:
                    old.rename(target)
                raise
            if old is not None:
                shutil.rmtree(old)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    return count


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Report:
    def __init__(
        self, collection: Collection, wanted: Wanted, folder: Path, previews: Previews, progress: Progress
    ) -> None:
        self._collection = collection
        self._wanted = wanted
        self._folder = folder
        self._previews = previews
        self._progress = progress
        self._states: Counter[str] = Counter()
        self._sheet: list[tuple[Photo, str]] = []
        self._proofs: dict[str, str] = {}

    def make(self) -> int:
        for name in ("photos", "pictures"):
            (self._folder / name).mkdir()
        collection, node = self._collection, self._wanted.node
        total = collection.count(node)
        # One pass over all: pages, proofs, and the rows of the three files.
        with (self._folder / "inputs.jsonl").open("w", encoding="utf-8") as proofs:
            for number, detail in enumerate(collection.details(node, self._wanted.order)):
                proof = _proof(detail)
                self._states[proof.state] += 1
                entry: dict[str, Any] = {
                    "file": shown(detail.photo.path),
                    "id": detail.photo.id,
                    "sha256": proof.sha256 or None,
                }
                entry |= {"state": proof.state, "reason": proof.reason or None, "index": dict(detail.hashes)}
                proofs.write(json.dumps(entry) + "\n")
                if number < SHEET:
                    self._picture(detail, proof)
                self._progress(number + 1, total)
        self._files()
        bars = next(
            (bars for unit in ("day", "month", "year") if len(bars := collection.timeline(node, unit)[0]) <= _BARS),
            collection.timeline(node, "year")[0],
        )
        text = overview(
            self._wanted.heading,
            total,
            self._sheet,
            len(self._sheet),
            [collection.values(node, name, VALUES) for name in FACETS],
            bars,
            collection.grid(node, _EARTH, *_CELLS),
            self._states,
        )
        (self._folder / "index.html").write_text(text, encoding="utf-8")
        style = (files("metadata_digger") / "report" / "report.css").read_bytes()
        (self._folder / "report.css").write_bytes(style)
        self._manifest(total)
        return total

    def _picture(self, detail: Detail, proof: Proof) -> None:
        photo = detail.photo
        name = self._preview(detail, "large")
        # A sheet of 2,000 pictures of their pages' size would be hundreds of MB for a browser or a printer.
        self._sheet.append((photo, self._preview(detail, "small") if name else ""))
        text = picture(self._wanted.heading, detail, name, proof, self._wanted.marks(photo.id))
        (self._folder / "photos" / f"{file_name(photo.id)}.html").write_text(text, encoding="utf-8")

    def _preview(self, detail: Detail, size: str) -> str:
        """The file that it was written to, "" where there is none."""
        id = detail.photo.id
        made = self._previews.get(detail.photo.path, detail.base_path, lambda: self._collection.thumbnail(id), size)
        if isinstance(made, str):
            return ""
        name = f"pictures/{file_name(id)}-{size}.{_SUFFIXES[made.media_type]}"
        (self._folder / name).write_bytes(made.data)
        return name

    def _files(self) -> None:
        for name, form in (("photos.csv", as_csv), ("photos.jsonl", as_json_lines), ("photos.kml", as_kml)):
            rows = self._collection.details(self._wanted.node, self._wanted.order)
            with (self._folder / name).open("w", encoding="utf-8", errors="replace", newline="") as file:
                file.writelines(form(rows, self._wanted.marks))

    def _manifest(self, total: int) -> None:
        """The inputs may be millions: they are copied line by line."""
        heading = self._wanted.heading
        facts: dict[str, Any] = {
            "title": heading.title,
            "source": heading.source,
            "query": heading.query,
            "note": heading.note,
            "made": heading.made.isoformat(),
            "version": heading.version,
            "pictures": total,
            "states": dict(self._states),
        }
        own = {}
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and path.name != "inputs.jsonl":
                with path.open("rb") as file:
                    own[path.relative_to(self._folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
        with (self._folder / "manifest.json").open("w", encoding="utf-8") as file:
            file.write(json.dumps(facts, indent=1).removesuffix("\n}") + ',\n "files": ')
            file.write(json.dumps(own, indent=2) + ',\n "inputs": [')
            between = "\n  "
            with (self._folder / "inputs.jsonl").open(encoding="utf-8") as lines:
                for line in lines:
                    file.write(between + line.rstrip("\n"))
                    between = ",\n  "
            file.write("\n ]\n}\n")
        (self._folder / "inputs.jsonl").unlink()


def _proof(detail: Detail) -> Proof:
    """What the file is now, beside what the index has of it."""
    url = detail.photo.path
    try:
        descriptor = opened(url, detail.base_path)
    except StorageError as error:
        # Only of a path on this machine that leads nowhere it is known that there is no file.
        gone = error.status == "not_found" and url.startswith("file:/")
        return Proof("", "missing" if gone else "unread", str(error))
    kinds = [kind for kind in detail.hashes if kind in hashlib.algorithms_available]
    sums = {kind: hashlib.new(kind, usedforsecurity=False) for kind in {*kinds, "sha256"}}
    try:
        with open(descriptor, "rb", closefd=True) as file:  # noqa: PTH123
            while piece := file.read(_CHUNK):
                for one in sums.values():
                    one.update(piece)
    except OSError as error:
        return Proof("", "unread", error.strerror or str(error))
    sha256 = sums["sha256"].hexdigest()
    if not kinds:
        return Proof(sha256, "unknown")
    equal = all(sums[kind].hexdigest() == detail.hashes[kind].lower() for kind in kinds)
    return Proof(sha256, "equal" if equal else "changed")
