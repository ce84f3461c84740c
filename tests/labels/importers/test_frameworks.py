"""Models of deep learning frameworks, made here by those frameworks, against what they compute.

Needs the extras `tensorflow` and `torch`, which do not fit into one environment with everything else: .ci/run has one
for each, and runs the tests by their marks there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.converted import convert
from metadata_digger.labels.importers.folder import write_folder
from metadata_digger.labels.model import load_model

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
SIZE = 16


def extra(name: str) -> Callable[[Any], Any]:
    """Marks a test that needs the extra."""

    def marked(test: Any) -> Any:
        skip = pytest.mark.skipif(find_spec(name) is None, reason=f"the extra {name} is not installed")
        return getattr(pytest.mark, name)(skip(test))

    return marked


def computed(path: Path, pictures: Array, size: tuple[int, int] | None = None) -> Array:
    found = convert(path, size=size)
    session = onnxruntime.InferenceSession(found.content, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    assert given.type == "tensor(float)"
    return np.asarray(session.run(None, {given.name: pictures})[0])


def pictures(count: int, layout: str) -> Array:
    shape = (count, SIZE, SIZE, 3) if layout == "NHWC" else (count, 3, SIZE, SIZE)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


@pytest.fixture(scope="module")
def keras_model() -> Any:
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    layers = keras.layers
    given = keras.Input((SIZE, SIZE, 3), name="picture")
    x = layers.Rescaling(1 / 255)(given)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(given, layers.Dense(4, activation="softmax")(x))


def save_frozen(model: Any, path: Path) -> None:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    spec = tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32, name="picture")
    function = tf.function(lambda picture: model(picture)).get_concrete_function(spec)
    path.write_bytes(convert_variables_to_constants_v2(function).graph.as_graph_def().SerializeToString())


def save_tflite(model: Any, path: Path) -> None:
    import tensorflow as tf

    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


SAVED: dict[str, Callable[[Any, Path], Any]] = {
    "net.keras": lambda model, path: model.save(path),
    "net.h5": lambda model, path: model.save(path),
    "net": lambda model, path: model.export(path, verbose=False),
    "net.pb": save_frozen,
    "net.tflite": save_tflite,
}


@extra("tensorflow")
@pytest.mark.parametrize("name", SAVED)
def test_tensorflow(keras_model: Any, tmp_path: Path, name: str) -> None:
    SAVED[name](keras_model, tmp_path / name)
    given = pictures(2, "NHWC")
    np.testing.assert_allclose(computed(tmp_path / name, given), keras_model.predict(given, verbose=0), atol=1e-5)


@extra("tensorflow")
def test_a_keras_model_as_model_path(keras_model: Any, tmp_path: Path) -> None:
    """With a card beside it; without, the error says what to write into which file."""
    keras_model.save(tmp_path / "net.keras")
    with pytest.raises(ModelError, match=r'net.toml: \[input\].*colour = "RGB"; scale'):
        load_model(tmp_path / "net.keras")
    (tmp_path / "net.toml").write_text('labels = ["a", "b", "c", "d"]\n[input]\ncolour = "RGB"\n')
    (tmp_path / "net.toml").open("a").write("scale = [1, 1, 1]\n")
    model = load_model(tmp_path / "net.keras")
    assert (model.input.layout, model.input.width, model.activation) == ("NHWC", SIZE, "none")


@extra("tensorflow")
@pytest.mark.parametrize("name", ["net.keras", "net.h5"])
def test_code_in_a_keras_file_is_not_run(tmp_path: Path, name: str) -> None:
    keras = pytest.importorskip("keras")
    layers = [keras.layers.Input((SIZE, SIZE, 3)), keras.layers.Lambda(lambda x: x * 2)]
    keras.Sequential(layers).save(tmp_path / name)
    with pytest.raises(ModelError, match=r"Keras cannot load it: .*Lambda"):
        convert(tmp_path / name)


@extra("tensorflow")
@pytest.mark.parametrize("name", ["net.keras", "net.h5", "net.pb", "net.tflite", "net/saved_model.pb"])
def test_tensorflow_files_that_are_broken(keras_model: Any, tmp_path: Path, name: str) -> None:
    SAVED[name.partition("/")[0]](keras_model, tmp_path / name.partition("/")[0])
    path = tmp_path / name
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="net"):
        convert(path.parent if "/" in name else path)


@pytest.fixture(scope="module")
def torch_model() -> Any:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)
    ).eval()


def save_export(model: Any, path: Path) -> None:
    import torch

    example = torch.zeros(2, 3, SIZE, SIZE)
    torch.export.save(torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},)), path)


def save_script(model: Any, path: Path) -> None:
    import torch

    torch.jit.script(model).save(path)


def save_trace(model: Any, path: Path) -> None:
    import torch

    torch.jit.trace(model, torch.zeros(1, 3, SIZE, SIZE)).save(path)


TORCH = {"net.pt2": save_export, "script.pt": save_script, "trace.pt": save_trace}


@extra("torch")
@pytest.mark.filterwarnings("ignore")  # TorchScript is deprecated, which is why people have it in files
@pytest.mark.parametrize("name", TORCH)
def test_torch(torch_model: Any, tmp_path: Path, name: str) -> None:
    import torch

    TORCH[name](torch_model, tmp_path / name)
    given = pictures(2, "NCHW") / 255
    size = None if name.endswith("pt2") else (SIZE, SIZE)
    expected = torch_model(torch.from_numpy(given)).detach().numpy()
    np.testing.assert_allclose(computed(tmp_path / name, given, size), expected, atol=1e-5)


@extra("torch")
@pytest.mark.filterwarnings("ignore")
def test_torchscript_as_model_path(torch_model: Any, tmp_path: Path) -> None:
    """The size of its input is not in the file, and its outputs are plain sums: the errors say so, one by one."""
    save_script(torch_model, tmp_path / "net.pt")
    with pytest.raises(ModelError, match="does not say the size of its input"):
        load_model(tmp_path / "net.pt")
    card = f'[input]\nwidth = {SIZE}\nheight = {SIZE}\ncolour = "RGB"\nscale = [255, 255, 255]\n'
    (tmp_path / "net.toml").write_text(card)
    with pytest.raises(ModelError, match=r"net.toml: \[output\] activation: output is the plain sum"):
        load_model(tmp_path / "net.pt")
    (tmp_path / "net.toml").write_text(card + '[output]\nactivation = "softmax"\n')
    assert load_model(tmp_path / "net.pt").activation == "softmax"


@extra("torch")
def test_pickles_are_not_opened(torch_model: Any, tmp_path: Path) -> None:
    import torch

    torch.save(torch_model.state_dict(), tmp_path / "net.pth")
    with pytest.raises(ModelError, match=r"torch.export.save"):
        convert(tmp_path / "net.pth")


@extra("torch")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TORCH)
def test_torch_files_that_are_broken(torch_model: Any, tmp_path: Path, name: str) -> None:
    TORCH[name](torch_model, tmp_path / name)
    content = bytearray((tmp_path / name).read_bytes())
    content[60 : len(content) // 2] = bytes(len(content) // 2 - 60)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=name):
        convert(tmp_path / name, size=(SIZE, SIZE))


@extra("torch")
def test_a_folder_of_it(torch_model: Any, tmp_path: Path) -> None:
    save_export(torch_model, tmp_path / "net.pt2")
    card = {"input": {"colour": "RGB", "scale": [255.0] * 3}, "output": {"activation": "sigmoid"}}
    assert write_folder(convert(tmp_path / "net.pt2"), tmp_path / "net", "net", card) == []
    assert load_model(tmp_path / "net").activation == "sigmoid"
