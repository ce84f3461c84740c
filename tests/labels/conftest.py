"""Small models made on the spot: the mean of each colour over the picture, 0 to 1, as three labels."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))  # the converters are scripts, not a package

KINDS = {
    "uint8": TensorProto.UINT8,
    "float16": TensorProto.FLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
}


def mean_model(
    layout: str = "NHWC",
    dtype: str = "uint8",
    shape: tuple[int | str | None, ...] | None = None,
    metadata: dict[str, str] | None = None,
    divisor: float = 255.0,
    outputs: tuple[str, ...] = ("means",),
) -> bytes:
    """An ONNX file: output `means` (N, 3), in the order of the channels, and where asked for `twice` (N, 3)."""
    axes = [1, 2] if layout == "NHWC" else [2, 3]
    default = ("N", 8, 8, 3) if layout == "NHWC" else ("N", 3, 8, 8)
    nodes = [
        helper.make_node("Cast", ["image"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values", "axes"], ["sums"], keepdims=0),
        helper.make_node("Div", ["sums", "divisor"], ["means"]),
        helper.make_node("Add", ["means", "means"], ["twice"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("image", KINDS[dtype], shape or default)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 3]) for name in outputs],
        [
            helper.make_tensor("axes", TensorProto.INT64, [2], axes),
            helper.make_tensor("divisor", TensorProto.FLOAT, [], [divisor]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    return bytes(model.SerializeToString())


MakeFolder = Callable[..., Path]


@pytest.fixture
def model_bytes() -> Callable[..., bytes]:
    return mean_model


@pytest.fixture
def model_folder(tmp_path: Path) -> MakeFolder:
    """Makes a model folder: the card's text (its sha256 added unless `digest` is given), and what mean_model takes."""

    def make(card: str = "", *, digest: str | None = None, name: str = "colours", **options: object) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        content = mean_model(**options)  # type: ignore[arg-type]
        (folder / "model.onnx").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest() if digest is None else digest
        line = f'sha256 = "{digest}"\n' if digest else ""
        (folder / "model.toml").write_text(line + (card or 'labels = ["red", "green", "blue"]\n'))
        return folder

    return make
