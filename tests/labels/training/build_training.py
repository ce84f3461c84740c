"""A tiny base network, pictures that it can tell apart, and workers that die."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from metadata_digger.labels.training import features

SIDE = 16
COLOURS = {"red": (200, 60, 60), "green": (60, 180, 60), "blue": (60, 60, 210)}


def base_network(layout: str = "NHWC", dtype: str = "uint8", opset: int = 18, batch: int | str = "N") -> bytes:
    """Means of 4 x 4 fields: `maps` (N, 3, 4, 4), `rows` (N, 4, 4, 3), `tokens` (N, 16, 3), `flat` (N, 48)."""
    shape = [batch, SIDE, SIDE, 3] if layout == "NHWC" else [batch, 3, SIDE, SIDE]
    nodes = [helper.make_node("Cast", ["image"], ["values"], to=TensorProto.FLOAT)]
    planes = "values"
    if layout == "NHWC":
        nodes.append(helper.make_node("Transpose", ["values"], ["planes"], perm=[0, 3, 1, 2]))
        planes = "planes"
    nodes += [
        helper.make_node("AveragePool", [planes], ["maps"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Transpose", ["maps"], ["rows"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["rows", "as_tokens"], ["tokens"]),
        helper.make_node("Flatten", ["maps"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Shape", ["flat"], ["sizes"]),
    ]
    kind = TensorProto.UINT8 if dtype == "uint8" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "fields",
        [helper.make_tensor_value_info("image", kind, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 5])],
        [
            numpy_helper.from_array(np.asarray([-1, 16, 3], np.int64), "as_tokens"),
            numpy_helper.from_array(np.linspace(-1, 1, 48 * 5, dtype=np.float32).reshape(48, 5), "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_base(folder: Path, card: str = 'origin = "fields"\nlicence = "CC0-1.0"\n', **options: object) -> Path:
    folder.mkdir()
    (folder / "model.onnx").write_bytes(base_network(**options))  # type: ignore[arg-type]
    (folder / "model.toml").write_text(card)
    return folder


def picture(colour: Sequence[float], seed: int) -> Image.Image:
    """Noise of a colour, differing in large fields, so that no two pictures look alike."""
    random = np.random.default_rng(seed)
    fields = random.normal(0, 35, (4, 4, 3)).repeat(12, axis=0).repeat(12, axis=1)
    return Image.fromarray(np.clip(np.asarray(colour) + fields, 0, 255).astype(np.uint8))


def draw_set(root: Path, counts: Mapping[str, int], start: int = 0) -> Path:
    """A folder for each label."""
    for label, count in counts.items():
        (root / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            seed = start + number + 1000 * list(COLOURS).index(label)
            picture(COLOURS[label], seed).save(root / label / f"{number:03}.png")
    return root


def deadly(paths: Sequence[Path]) -> list[features.Outcome]:
    """What a worker does; a picture named poison ends it."""
    if any(path.stem == "poison" for path in paths):
        os._exit(9)
    return features.work(paths)
