"""Against the original's own tensors and labels, where ../shared is beside the checkout."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from metadata_digger.labels.model import Session, load_model
from metadata_digger.labels.original import tensor
from metadata_digger.picture import MAX_PIXELS

SHARED = Path(__file__).parents[3] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared")
# A GIF cut short: Java left its last row black.
LAST_ROW = "55abb3cc464305dd554171c3d44cb61f.gif"


def pictures() -> list[tuple[str, str]]:
    index = SHARED / "bigdl" / "preprocessing" / "index.tsv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8") as file:
        return [(row[0], row[1]) for row in list(csv.reader(file, delimiter="\t"))[1:]]


@pytest.mark.parametrize(("number", "name"), pictures())
def test_tensor(number: str, name: str) -> None:
    expected = np.fromfile(SHARED / "bigdl" / "preprocessing" / f"{number}.u8", np.uint8).reshape(3, 256, 256)
    values, _ = tensor((SHARED / "golden" / "data" / name).read_bytes(), 256, 256)
    near = (np.abs(np.floor(values[0]) - expected) <= 2).mean()
    assert near >= (0.92 if name.endswith(LAST_ROW) else 0.99)


def test_tensors_together() -> None:
    shares = []
    for number, name in pictures():
        expected = np.fromfile(SHARED / "bigdl" / "preprocessing" / f"{number}.u8", np.uint8).reshape(3, 256, 256)
        values, _ = tensor((SHARED / "golden" / "data" / name).read_bytes(), 256, 256)
        shares.append((np.abs(np.floor(values[0]) - expected) <= 2).mean())
    assert np.mean(shares) >= 0.995


class File:
    """What a session looks at."""

    max_pixels = MAX_PIXELS

    def __init__(self, path: Path) -> None:
        self.path = path

    def content(self) -> bytes:
        return self.path.read_bytes()

    def picture(self) -> None:  # type: ignore[override]
        raise AssertionError("models of the original decode for themselves")


def rows(case: str) -> Iterator[tuple[Path, set[str]]]:
    """Each picture that the original decoded, and its labels there."""
    folder = SHARED / "golden" / case
    delimiter = "|" if "lenet" in case else ","
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            base, name = row["FilePath"].split("/")[-2:]
            path = SHARED / "golden" / "data" / base.replace("mixed2", "mixed") / name
            yield path, set(filter(None, row["Labels"].split(delimiter)))


def mapping(case: str) -> dict[int, str]:
    lines = (SHARED / "golden" / case / "config.properties").read_text().splitlines()
    text = next(line.partition("=")[2] for line in lines if line.startswith("enrichment.classifier.mapping="))
    pairs = (item.split(":") for item in text.split(","))
    return {int(index): label for index, label in pairs}


@pytest.mark.parametrize(
    ("name", "threshold", "cases"),
    [
        ("zoo_inception_v1", 0.5, ["own_detect_csv", "mixed2_detect_csv"]),
        ("zoo_lenet256", 0.3, ["own_detect_lenet_csv"]),
    ],
)
def test_labels(name: str, threshold: float, cases: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal in at least 199 of 200 cells."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model = load_model(SHARED / "bigdl" / f"{name}.model", mapping(cases[0]), threshold)
    session = Session(model)
    cells = differences = 0
    for case in cases:
        for path, expected in rows(case):
            scores = session.look(File(path))[0]  # type: ignore[arg-type]
            cells += len(scores)
            differences += len(set(model.labels_of(scores)) ^ expected)
    assert cells >= 4 * 80
    assert differences <= cells / 200
