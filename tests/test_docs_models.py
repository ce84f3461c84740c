"""docs/use-your-old-model.md and docs/bring-a-model.md: their examples work as they stand there."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from checkout import ROOT
from metadata_digger.cli import main
from metadata_digger.config import load
from metadata_digger.labels.importers.kinds import KINDS
from metadata_digger.labels.model import load_model

OLD = (ROOT / "docs" / "use-your-old-model.md").read_text("utf-8")
BRING = (ROOT / "docs" / "bring-a-model.md").read_text("utf-8")


def commands(page: str) -> list[list[str]]:
    return [shlex.split(line)[1:] for line in re.findall(r"^    (metadata-digger .*)$", page, re.M)]


def birds() -> bytes:
    """ONNX: three scores of a picture."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["m"], keepdims=0),
        helper.make_node("Sigmoid", ["m"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "birds",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor("axes", TensorProto.INT64, [2], [2, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())


def old_model() -> bytes:
    """A BigDL file of one layer: the wire format of ../spec/bigdl.md, by hand."""

    def block(tag: int, data: bytes) -> bytes:
        return bytes([tag << 3 | 2, len(data)]) + data

    kind = b"com.intel.analytics.bigdl.nn.Sigmoid"
    return block(7, kind) + block(9, b"0.9.1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "old.model").write_bytes(old_model())
    (tmp_path / "birds.onnx").write_bytes(birds())
    (tmp_path / "birds.txt").write_text("robin\nmagpie\nnone\n")
    return tmp_path


def test_the_commands(folder: Path) -> None:
    found = commands(OLD) + commands(BRING)
    assert [command[1] for command in found] == ["old.model", "birds.onnx"]
    for command in found:
        assert main(command) == 0
    old, new = load_model(folder / "old-model"), load_model(folder / "birds")
    assert dict(old.labels) == {0: "cat", 1: "dog"}
    assert (new.threshold, list(new.labels.values()), new.input.mean) == (
        0.6,
        ["robin", "magpie", "none"],
        (127.5,) * 3,
    )


def test_the_configuration(folder: Path) -> None:
    lines = re.findall(r"^    (enrichment\..*)$", OLD, re.M)
    assert len(lines) == 3
    text = "\n".join(["input.paths=/x", "output.directoryPath=/y", "output.format=csv", *lines])
    (folder / "c.properties").write_text(text)
    config = load(str(folder / "c.properties"), (), "full")
    assert config["enrichment.classifier.mapping"] == {0: "cat", 1: "dog"}


def test_the_card_beside_a_file(folder: Path) -> None:
    (card,) = re.findall(r"^```toml\n(.*?)^```", BRING, re.M | re.S)
    assert tomllib.loads(card)["threshold"] == 0.6
    (folder / "birds.toml").write_text(card)
    model = load_model(folder / "birds.onnx")
    assert list(model.labels.values()) == ["robin", "magpie", "none"]
    assert model.labels_of(np.array([0.6, 0.7, 0.2], np.float32)) == ["magpie"]


def test_every_format_is_there() -> None:
    words = {"ONNX", "BigDL", "TensorFlow.js", "Keras", "SavedModel", "frozen graph", "TensorFlow Lite", "TorchScript"}
    words.add("torch.export")
    assert len(words) == len(KINDS)
    assert not [word for word in words if word not in BRING]


@pytest.mark.parametrize("page", [OLD, BRING], ids=["old", "bring"])
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", page):
        assert (ROOT / "docs" / link).exists(), link
