"""A BigDL model of pictures: the mean of each colour, put through a linear layer and a sigmoid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .build_bigdl import Module, apart, box, file, keras, layer

WEIGHTS = np.array([[1, 0, 0], [0, 0, 1]], np.float32) / 64  # blue and red, colours being blue green red
BIAS = np.full(2, -2, np.float32)  # half at 128


def network(size: int | None = 8, outputs: int = 2) -> Module:
    """In a Keras-style shell that tells its input, or plain (`size` None)."""
    weights = np.resize(WEIGHTS, (outputs, 3))
    plain = box(
        "Sequential",
        layer(
            "SpatialAveragePooling",
            kW=1,
            kH=1,
            dW=1,
            dH=1,
            padW=0,
            padH=0,
            globalPooling=True,
            ceilMode=False,
            countIncludePad=True,
            divide=True,
        ),
        layer("InferReshape", size=[3], batchMode=True),
        layer("Linear", weights, np.resize(BIAS, outputs), inputSize=3, outputSize=outputs, withBias=True),
        layer("Sigmoid"),
    )
    if size is None:
        return plain
    return keras("Sequential", plain, shape=(-1, 3, size, size), package="keras.models")


MakeModel = Callable[..., Path]


@pytest.fixture
def bigdl_model(tmp_path: Path) -> MakeModel:
    """Writes such a model; `separate`: its weights into a file of their own, of that name."""

    def make(name: str = "old.model", *, size: int | None = 8, separate: str = "") -> Path:
        path = tmp_path / name
        if separate:
            data, weights = apart(network(size))
            path.write_bytes(data)
            (tmp_path / separate).write_bytes(weights)
        else:
            path.write_bytes(file(network(size)))
        return path

    return make


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or fills the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "metadata-digger" / "models"
