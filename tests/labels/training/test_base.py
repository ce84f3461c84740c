"""Cutting a base: whatever it wants to be given, pictures go in and features come out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from build_training import SIDE, base_network, picture, write_base

from metadata_digger.errors import ModelError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Session, load_model
from metadata_digger.labels.training.base import FEATURES, Base, load_base, runnable
from metadata_digger.picture import decode

SCALED = "[input]\ncolour = 'BGR'\nmean = [10, 20, 30]\nscale = [2, 4, 8]\n"


def features_of(base: Base, folder: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    pixels = np.asarray(picture((120, 80, 200), 7).resize((SIDE, SIDE)))[None]
    return Session(runnable(base.network, folder, base.input, FEATURES)).run(pixels)[0]


def expected(tensor: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    pixels = np.asarray(picture((120, 80, 200), 7).resize((SIDE, SIDE))).astype(float)
    maps = pixels.reshape(4, 4, 4, 4, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    return maps.ravel() if tensor == "flat" else maps.mean(axis=(1, 2))


@pytest.mark.parametrize("tensor", ["flat", "maps", "rows", "tokens"])
@pytest.mark.parametrize("opset", [13, 18, 21])
def test_a_tensor_of_any_shape_gives_features(tmp_path: Path, tensor: str, opset: int) -> None:
    base = load_base(write_base(tmp_path / "base", opset=opset), tensor)
    assert base.width == (48 if tensor == "flat" else 3)
    assert [node.op_type for node in base.network.graph.node].count("MatMul") == 0
    assert [tensor.name for tensor in base.network.graph.initializer] == (["as_tokens"] if tensor == "tokens" else [])
    np.testing.assert_allclose(features_of(base, tmp_path), expected(tensor), rtol=1e-5)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("batch", ["N", 1])
def test_scaling_order_and_layout_go_into_the_graph(tmp_path: Path, layout: str, batch: int | str) -> None:
    card = f"{SCALED}layout = '{layout}'\nwidth = {SIDE}\nheight = {SIDE}\n"
    base = load_base(write_base(tmp_path / "base", card, layout=layout, dtype="float32", batch=batch), "maps")
    assert (base.input.name, base.input.layout, base.input.dtype, base.input.colour) == (
        "picture",
        "NHWC",
        "uint8",
        "RGB",
    )
    blue_first = (expected("maps")[::-1] - [10, 20, 30]) / [2, 4, 8]
    np.testing.assert_allclose(features_of(base, tmp_path), blue_first, rtol=1e-5)


def test_the_default_tensor_is_the_output(tmp_path: Path) -> None:
    base = load_base(write_base(tmp_path / "base"), None)
    assert (base.tensor, base.width, base.licence) == ("logits", 5, "CC0-1.0")


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        ("map", "computes no tensor 'map'; names like it: maps"),
        (
            "zzzz",
            "computes no tensor 'zzzz'; its last ones are values, planes, maps, rows, tokens, flat, logits, sizes",
        ),
        ("sizes", r"'sizes' has the shape \(2,\) for one picture"),
    ],
)
def test_tensors_that_do_not_serve(tmp_path: Path, tensor: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        load_base(write_base(tmp_path / "base"), tensor)


def test_a_file_that_says_too_little_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.onnx").write_bytes(base_network(layout="NCHW", dtype="float32"))
    with pytest.raises(ModelError, match="scale"):
        load_base(tmp_path / "base.onnx", "flat")


# As PyTorch computes them (efficientnet-lite-pytorch 0.1.0) from the same pixels; the bundled network's weights are
# rounded to float16.
CAT = (0.0218, 0.0894, 0.0, 0.1632, 1.8193, 0.3668, 0.0, 0.0, 0.0041, 0.0718, 0.0, 1.5731)


def test_the_bundled_base_is_the_published_network() -> None:
    base = load_base(bundled_model("efficientnet-lite0"), None)
    assert (base.width, base.licence) == (1280, "Apache-2.0")
    model = load_model(bundled_model("efficientnet-lite0"))
    content = (Path(__file__).parents[3] / "demo" / "photos" / "cat.png").read_bytes()
    features = Session(model).scores(decode(content, model.pixels))
    assert features.shape == (1280,)
    np.testing.assert_allclose(features[: len(CAT)], CAT, atol=0.01)
    assert abs(float(features.sum()) - 174.86) < 2
