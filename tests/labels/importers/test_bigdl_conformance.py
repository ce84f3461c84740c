"""Files written by BigDL 0.9.1 and Analytics Zoo 0.6.0, with the outputs that these gave."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from metadata_digger.labels.importers.bigdl import import_bigdl

from .build_bigdl import run

FOLDER = Path(__file__).parents[3] / "../shared/bigdl"
MODELS = sorted(FOLDER.glob("*.model"))
FORGETFUL = {("layer_maxpool_ceil", 1)}
"""BigDL's pooling forgets its ceil mode after the first run: its second output is one row short."""

pytestmark = pytest.mark.skipif(not MODELS, reason="../shared is not there")


def array(path: Path) -> np.ndarray:
    return np.fromfile(path, "<f4").reshape(json.loads(path.with_suffix(".json").read_text())["shape"])


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_outputs_equal_those_of_bigdl(path: Path) -> None:
    model = import_bigdl(path)
    inputs = sorted(FOLDER.glob(f"{path.stem.removesuffix('_sep')}.in*.f32"))
    assert inputs
    limit = 1e-5 if path.stem.startswith("layer_") else 1e-4
    for at, source in enumerate(inputs):
        expected = array(source.with_name(source.name.replace(".in", ".out")))
        (y,) = run(model, array(source))
        if (path.stem, at) in FORGETFUL:
            continue
        # BigDL's View drops a batch of one; the graph keeps it.
        assert y.shape in (expected.shape, (1, *expected.shape))
        assert np.abs(y.reshape(expected.shape) - expected).max() <= limit


PICTURES = sorted(FOLDER.glob("preprocessing/*.u8"))
BETWEEN_BYTES = "14"
"""A picture of floating point numbers: the original's tensor has fractions, which the file of bytes has lost."""


def test_probabilities_of_real_pictures() -> None:
    """The original's tensors (blue, green, red planes of 256 x 256, 0 to 255) and what it made of them."""
    model = import_bigdl(FOLDER / "zoo_inception_v1.model")
    pictures = [each for each in PICTURES if each.stem != BETWEEN_BYTES]
    batch = np.stack([np.fromfile(each, np.uint8).reshape(3, 256, 256) for each in pictures]).astype(np.float32)
    expected = np.stack([np.fromfile(each.with_name(f"{each.stem}.prob.f32"), "<f4") for each in pictures])
    (y,) = run(model, batch)
    assert np.abs(y - expected).max() <= 1e-5


@pytest.mark.parametrize("name", ["zoo_inception_v1"])
def test_a_large_model_is_imported_in_time(name: str) -> None:
    path = FOLDER / f"{name}.model"
    times = []
    for _ in range(2):
        start = time.process_time()
        import_bigdl(path).model.SerializeToString()
        times.append(time.process_time() - start)
    assert min(times) < 2
