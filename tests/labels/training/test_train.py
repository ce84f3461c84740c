"""The command, from pictures to labels."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from build_training import COLOURS, draw_set, picture, write_base
from PIL import Image
from sklearn.linear_model import LogisticRegression

from metadata_digger.cli import main
from metadata_digger.labels.model import Session, load_model
from metadata_digger.labels.preprocess import canvas_for, tensor
from metadata_digger.labels.training import head as head_module
from metadata_digger.labels.training.base import FEATURES, load_base, runnable
from metadata_digger.labels.training.sheet import short
from metadata_digger.picture import decode

Files = dict[str, bytes]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base")


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    return draw_set(tmp_path / "set", dict.fromkeys(COLOURS, 8))


def train(pictures: Path, target: Path, base: Path, *more: str) -> int:
    arguments = [str(pictures), "-o", str(target), "--base", str(base), "--base-output", "flat", "--cores", "1", *more]
    return main(["train", *arguments])


def content(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def report(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "report" / "report.json").read_text()))


def test_a_model_folder_that_works_at_once(
    colours: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(colours, tmp_path / "made", base) == 0
    out = capsys.readouterr().out
    assert "24 pictures, 3 labels" in out
    assert "the highest score is the right label  1.00" in out
    model = load_model(tmp_path / "made")
    assert (model.name, model.labels, model.activation) == ("made", {0: "blue", 1: "green", 2: "red"}, "none")
    assert set(model.thresholds) == {0, 1, 2}
    session = Session(model)
    for label, colour in COLOURS.items():
        for seed in range(50, 60):
            path = tmp_path / "new.png"
            picture(colour, seed).save(path)
            assert model.labels_of(session.scores(decode(path.read_bytes(), model.pixels))) == [label]
    assert set(content(tmp_path / "made")) == {
        "model.onnx",
        "model.toml",
        "README.md",
        "report/report.json",
        "report/mistakes.jpg",
    }
    assert "| blue | 8 | " in (tmp_path / "made" / "README.md").read_text()
    assert "CC0-1.0" in (tmp_path / "made" / "model.toml").read_text()
    assert Image.open(tmp_path / "made" / "report" / "mistakes.jpg").size[0] > 1000


def test_scores_are_scikit_learns(colours: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_module, "calibration", lambda logits, truth: (1.0, np.zeros(truth.shape[1])))
    assert train(colours, tmp_path / "made", base) == 0
    model, cut = load_model(tmp_path / "made"), load_base(base, "flat")
    paths = sorted(colours.rglob("*.png"))
    pixels = np.concatenate(
        [tensor(decode(path.read_bytes(), cut.input.pixels).image, cut.input, canvas_for(cut.input)) for path in paths]
    )
    features = Session(runnable(cut.network, tmp_path, cut.input, FEATURES)).run(pixels).astype(float)
    values = head_module.LENGTH * features / np.linalg.norm(features, axis=1, keepdims=True)
    strength = float((tmp_path / "made" / "model.toml").read_text().split("strength = ")[1].split()[0])
    scores = Session(model).run(pixels)
    for index, label in model.labels.items():
        truth = [path.parent.name == label for path in paths]
        own = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(values, truth)
        np.testing.assert_allclose(scores[:, index], own.predict_proba(values)[:, 1], atol=1e-5)


def test_the_same_input_gives_the_same_bytes(colours: Path, base: Path, tmp_path: Path) -> None:
    runs = [(), ("--cores", "2"), ("--no-cache",)]  # features computed, kept from before, computed in another order
    made = []
    for options in runs:
        assert train(colours, tmp_path / "made", base, "--overwrite", *options) == 0
        made.append(content(tmp_path / "made"))
    assert made[0] == made[1] == made[2]
    moved = shutil.copytree(colours, tmp_path / "elsewhere")
    assert train(moved, tmp_path / "made", base, "--overwrite") == 0
    assert content(tmp_path / "made") == made[0]


def test_the_second_try_computes_nothing(
    colours: Path, base: Path, tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(colours, tmp_path / "one", base) == 0
    assert "kept from before" not in capsys.readouterr().out
    picture((0, 0, 0), 99).save(colours / "red" / "new.png")
    assert train(colours, tmp_path / "two", base, "--folds", "3") == 0
    assert "features of 24 kept from before" in capsys.readouterr().out
    assert report(tmp_path / "two")["folds"] == 3
    assert len(list(own_cache.iterdir())) == 1
    assert train(colours, tmp_path / "three", base, "--no-cache") == 0
    assert "kept from before" not in capsys.readouterr().out


def test_unreadable_pictures_are_named_and_left_out(
    colours: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (colours / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    (colours / "red" / "notes.txt").write_text("why these are red")
    assert train(colours, tmp_path / "made", base) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1:3] for line in lines] == [
        ["left out", "red/broken.jpg"],
        ["left out", "red/notes.txt"],
    ]
    found = report(tmp_path / "made")
    assert [row["file"] for row in found["unreadable"]] == ["red/broken.jpg", "red/notes.txt"]  # type: ignore[attr-defined]
    assert found["pictures"] == 24


def test_labels_that_share_pictures_are_warned_of(
    colours: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(colours / "red" / "000.png", colours / "blue" / "copy.png")
    Image.open(colours / "red" / "001.png").save(colours / "green" / "copy.bmp")
    Image.open(colours / "red" / "002.png").save(colours / "green" / "nearly.jpg", quality=80)
    shutil.copy(colours / "red" / "003.png", colours / "red" / "twice.png")
    assert train(colours, tmp_path / "made", base) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "labels blue and red share 1 picture: blue/copy.png is red/000.png, or nearly" in lines[0]
    assert "labels green and red share 2 pictures: green/" in lines[1]
    assert "warning: 4 pictures are copies of others, or nearly" in lines[2]
    found = report(tmp_path / "made")
    assert sorted(same["exact"] for same in found["same"]) == [False, True, True, True]  # type: ignore[attr-defined]
    assert (found["pictures"], found["different"]) == (28, 24)


def test_pictures_with_several_labels_and_with_none(base: Path, tmp_path: Path) -> None:
    rows = ["file,labels"]
    for number in range(30):
        has = [label for index, label in enumerate(COLOURS) if number % 5 == index or (number % 5 == 3 and index < 2)]
        colour = np.mean([COLOURS[label] for label in has], axis=0) if has else (128, 128, 128)
        picture(tuple(colour), number).save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png,{';'.join(has)}")
    (tmp_path / "set.csv").write_text("\n".join(rows))
    assert train(tmp_path / "set.csv", tmp_path / "made", base) == 0
    assert load_model(tmp_path / "made").labels == {0: "blue", 1: "green", 2: "red"}
    figures = report(tmp_path / "made")["figures"]
    assert [row["pictures"] for row in figures["labels"]] == [6, 12, 12]  # type: ignore[index]
    assert figures["best"] is None  # type: ignore[index]


def test_one_label_against_pictures_that_have_none(colours: Path, base: Path, tmp_path: Path) -> None:
    shutil.rmtree(colours / "blue")
    assert train(colours, tmp_path / "made", base, "--negative", "green", "--name", "reds") == 0
    model = load_model(tmp_path / "made")
    assert (model.name, model.labels) == ("reds", {0: "red"})


def fewer(root: Path) -> None:
    for number in range(4, 8):
        (root / "red" / f"{number:03}.png").unlink()
        (root / "blue" / f"{number:03}.png").write_bytes(b"")


def copies(root: Path) -> None:
    for number in range(1, 8):
        shutil.copy(root / "red" / "000.png", root / "red" / f"{number:03}.png")


def only_red(root: Path) -> None:
    shutil.rmtree(root / "blue")
    shutil.rmtree(root / "green")


def unreadable(root: Path) -> None:
    for path in root.rglob("*.png"):
        path.write_bytes(b"no")


REFUSED = {
    "too few": (fewer, [], "label 'red': 4 pictures; a label needs at least 5"),
    "too few different": (copies, [], "label 'red': 1 different pictures that can be read; a label needs at least 5"),
    "an empty folder": (lambda root: (root / "none").mkdir(), [], None),
    "one label": (only_red, [], "label 'red': every picture has it; there must be others to tell it from"),
    "only negatives": (only_red, ["--negative", "red"], "no picture has a label"),
    "unknown negative": (lambda root: None, ["--negative", "grey"], "--negative grey: no picture has this label"),
    "nothing readable": (unreadable, [], "none of the 24 pictures can be read; the first: blue/000.png: no picture"),
    "no tensor": (lambda root: None, ["--base-output", "nothing"], "the network computes no tensor 'nothing'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, colours: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, options, words = REFUSED[name]
    change(colours)
    code = train(colours, tmp_path / "made", base, *options)
    error = capsys.readouterr().err
    if words is None:
        assert code == 0
        return
    assert code in (1, 2)
    assert words in error
    assert not (tmp_path / "made").exists()


def test_all_labels_that_are_too_small_are_named(
    colours: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer(colours)
    (colours / "red" / "x.png").write_bytes(b"")  # five files again, four pictures
    assert train(colours, tmp_path / "made", base) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("; ")[0].removeprefix("metadata-digger: ") for line in lines] == [
        "label 'blue': 4 different pictures that can be read",
        "label 'red': 4 different pictures that can be read",
    ]


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        ("there", [], "there exists already: add --overwrite, or name another folder"),
        ("there", ["--overwrite"], "is no model folder (it has no model.toml): it is not replaced"),
        ("set/red/made", [], "the model folder and the pictures must lie apart"),
        ("set", ["--overwrite"], "the model folder and the pictures must lie apart"),
        ("there/file/made", [], "cannot be written to"),
    ],
)
def test_folders_that_are_not_written(
    colours: Path,
    base: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    target: str,
    options: list[str],
    words: str,
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("mine")
    before = content(tmp_path)
    assert train(colours, tmp_path / target, base, *options) == 1
    assert words in capsys.readouterr().err
    assert content(tmp_path) == before


def test_a_base_output_without_a_base(colours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(colours), "-o", "x", "--base-output", "flat"]) == 2
    assert "--base-output names a tensor of the model given with --base" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--folds", "1"], ["--cores", "0"], ["--cores", "two"]])
def test_wrong_numbers(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "x", "-o", "y", *option])
    assert "is not a whole number of at least" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["sklearn", "onnx"])
def test_a_missing_package_names_the_extra(
    package: str,
    colours: Path,
    base: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert train(colours, tmp_path / "made", base) == 1
    assert "pip install 'metadata-digger[train]'" in capsys.readouterr().err


def test_ctrl_c_leaves_nothing_and_the_next_run_goes_on(base: Path, tmp_path: Path, own_cache: Path) -> None:
    pictures = draw_set(tmp_path / "set", dict.fromkeys(COLOURS, 100))
    command = [sys.executable, "-m", "metadata_digger", "train", pictures, "-o", tmp_path / "made", "--base", base]
    process = subprocess.Popen(
        [*command, "--cores", "1"],
        env={**os.environ, "XDG_CACHE_HOME": str(own_cache.parents[1])},
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 300
    while not list(own_cache.glob("*.sqlite")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error.decode()
    assert error.decode().strip().endswith("metadata-digger: interrupted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "set"]


def test_long_names_give_way_in_the_middle() -> None:
    assert short("a" * 34) == "a" * 34
    assert short("a" * 40 + "z") == "a" * 16 + "…" + "a" * 16 + "z"
