"""import-model: a model folder of a model in another format, and what is said about it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from metadata_digger.cli import main
from metadata_digger.labels.model import load_model


def network(*, operation: str = "Sigmoid", outputs: int = 1, size: int | None = 8) -> bytes:
    """ONNX: the mean of each colour of an NCHW picture, and an activation."""
    nodes = [helper.make_node("ReduceMean", ["picture", "axes"], ["means"], keepdims=0)]
    names = ["scores", "more"][:outputs]
    nodes += [helper.make_node(operation, ["means"], [name]) for name in names]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", 3, size, size])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 3]) for name in names],
        [helper.make_tensor("axes", TensorProto.INT64, [2], [2, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())


Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Imports an ONNX file made here, and gives the exit code and the card."""

    def imported(*options: str, **kind: Any) -> tuple[int, dict[str, Any]]:
        (tmp_path / "net.onnx").write_bytes(network(**kind))
        code = main(["import-model", str(tmp_path / "net.onnx"), "-o", str(tmp_path / "out"), *options])
        card = tmp_path / "out" / "model.toml"
        return code, tomllib.loads(card.read_text("utf-8")) if card.exists() else {}

    return imported


def test_everything_said(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, card = run(
        "--colour", "BGR", "--values", "imagenet", "--mapping", "0:b,2:r", "--threshold", "0.25", "--letterbox"
    )
    assert code == 0
    assert card["labels"] == ["b", "Unknown", "r"]
    assert card["threshold"] == 0.25
    assert card["input"] == {
        "colour": "BGR",
        "mean": [103.53, 116.28, 123.675],
        "scale": [57.375, 57.12, 58.395],
        "fit": "letterbox",
        "width": 8,
        "height": 8,
        "layout": "NCHW",
        "type": "float32",
    }
    assert card["output"] == {"name": "scores", "activation": "none"}
    assert "sha256" in card["origin"]
    said = capsys.readouterr()
    assert "net.onnx (ONNX)" in said.out
    assert said.err == ""
    model = load_model(tmp_path / "out")
    assert model.name == "net"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "model.onnx", "model.toml"]
    assert not list(tmp_path.glob(".out-*"))


def test_the_networks_own_input_and_outputs(run: Run, tmp_path: Path) -> None:
    run("--values", "unit", "--colour", "RGB")
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"picture": np.zeros((2, 3, 8, 8), np.float32)})
    np.testing.assert_allclose(np.asarray(found), 0.5)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ((), {}, 'write the section, for example: colour = "RGB"; scale = [255.0, 255.0, 255.0]'),
        (("--colour", "RGB", "--values", "bytes"), {"outputs": 2}, "choose the one with the scores"),
        (("--colour", "RGB", "--values", "bytes"), {"size": None}, "for example: width = 224; height = 224"),
    ],
)
def test_what_is_missing_is_said_twice(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: tuple[str, ...],
    kind: dict[str, Any],
    words: str,
) -> None:
    """On standard error and, as a comment, in the card; the folder is there all the same."""
    code, _ = run(*options, **kind)
    assert code == 0
    assert words in capsys.readouterr().err
    comments = " ".join(line[1:].strip() for line in (tmp_path / "out" / "model.toml").read_text().splitlines())
    assert words in comments


def test_one_of_several_outputs(run: Run) -> None:
    assert run("--colour", "RGB", "--values", "bytes", "--scores", "more", outputs=2)[1]["output"]["name"] == "more"


def test_labels_of_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text('cat\nan "odd" \\ dög\ncar\n\n', "utf-8")
    _, card = run("--labels", str(tmp_path / "labels.txt"))
    assert card["labels"] == ["cat", 'an "odd" \\ dög', "car"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--mapping", "0=a"), 2, "--mapping: must be INDEX:LABEL"),
        (("--mapping", "3:a"), 1, "there is a label for output 3, the network has 3 (0 to 2)"),
        (("--mapping", "0:a", "--labels", "x"), 2, "take one of them"),
        (("--labels", "nowhere.txt"), 2, "--labels: nowhere.txt: No such file"),
        (("--size", "8"), 2, "--size: must be WIDTHxHEIGHT"),
        (("--threshold", "much"), 2, "--threshold: "),
        (("--weights", "w.bin"), 1, "only BigDL models have their weights in a second file"),
    ],
)
def test_faults(run: Run, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, words: str) -> None:
    found, card = run(*options)
    assert (found, card) == (code, {})
    assert words in capsys.readouterr().err


def test_what_exists_is_not_replaced(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--mapping", "0:first")
    assert run("--mapping", "0:second")[0] == 1
    assert "exists already; --overwrite replaces a model folder" in capsys.readouterr().err
    code, card = run("--mapping", "0:second", "--overwrite")
    assert (code, card["labels"][0]) == (0, "second")
    assert not list(tmp_path.glob(".out-*"))


def test_only_a_model_folder_is_replaced(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    assert run("--overwrite")[0] == 1
    assert "is not a model folder" in capsys.readouterr().err
    assert (tmp_path / "out" / "thesis.txt").exists()


def test_weights_beside_an_onnx_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = onnx.load_model_from_string(network())
    model.graph.initializer[0].raw_data = np.array([2, 3], np.int64).tobytes()
    del model.graph.initializer[0].int64_data[:]
    onnx.save(model, str(tmp_path / "a.onnx"), save_as_external_data=True, location="a.data", size_threshold=0)
    assert (tmp_path / "a.data").exists()
    options = ["import-model", str(tmp_path / "a.onnx"), "--colour", "RGB", "--values", "unit", "-o"]
    assert main([*options, str(tmp_path / "out")]) == 0
    (tmp_path / "a.data").unlink()
    onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"), providers=["CPUExecutionProvider"])
    assert main([*options, str(tmp_path / "again")]) == 1
    assert "its weights, in a file beside it, cannot be read" in capsys.readouterr().err


def test_no_model_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert main(["import-model", str(tmp_path / "notes.txt"), "-o", str(tmp_path / "out")]) == 1
    assert "not a BigDL model file, or cut short" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
