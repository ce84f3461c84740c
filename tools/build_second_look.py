"""Builds models/nanodet-coco80/efficientnet-lite0.onnx, the second network of `quality = best`: the ImageNet classifier
EfficientNet-Lite0, its 1,000 classes gathered to the labels of COCO.

    python tools/build_second_look.py WHEEL_OR_PTH

WHEEL_OR_PTH as for build_efficientnet.py, which has the network. Graph: uint8 pictures (N, 224, 224, 3) RGB -> network
-> probability of each class -> their sum over the classes of a label -> `evidence` (N, 80) = max(log(sum), -7) + 7, 0
for a label without classes. Below exp(-7) = 0.001 there is nothing but noise; floors of -6 to -8 are as good. Run
calibrate.py and build_nanodet.py afterwards.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import build_efficientnet
from metadata_digger.labels.importers import onnx_passes

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "models" / "nanodet-coco80" / "efficientnet-lite0.onnx"
FLOOR = -7.0

# Classes of ImageNet (ILSVRC 2012, by index) that are a label of COCO, or hardly ever seen without it: chosen by their
# names alone, before anything was measured. Labels that are not here have none (person, fork, ...).
CLASSES: dict[str, tuple[int, ...]] = {
    "bicycle": (444, 671),
    "car": (407, 436, 468, 511, 609, 627, 656, 661, 717, 751, 817),
    "motorcycle": (665, 670),
    "airplane": (404, 895, 908),
    "bus": (654, 779, 874),
    "train": (466, 547, 565, 705, 820, 829),
    "truck": (555, 569, 675, 717, 864, 867),
    "boat": (472, 484, 510, 554, 576, 625, 628, 780, 814, 871, 914),
    "traffic light": (920,),
    "parking meter": (704,),
    "bench": (703,),
    "bird": (*range(7, 25), *range(80, 101), *range(127, 147)),
    "cat": tuple(range(281, 286)),
    "dog": tuple(range(151, 269)),
    "horse": (339, 603),
    "sheep": (348, 349),
    "cow": (345, 346, 347),
    "elephant": (101, 385, 386),
    "bear": (294, 295, 296, 297),
    "zebra": (340,),
    "backpack": (414,),
    "umbrella": (879,),
    "handbag": (636, 748),
    "tie": (457, 834, 906),
    "skis": (795,),
    "sports ball": (429, 430, 574, 722, 768, 805, 852, 890),
    "baseball bat": (981,),
    "tennis racket": (752,),
    "bottle": (440, 711, 720, 737, 898, 907),
    "wine glass": (572, 966),
    "cup": (441, 504, 647, 967, 968),
    "knife": (499, 623),
    "spoon": (618, 910),
    "bowl": (659, 809, 925),
    "banana": (954,),
    "apple": (948,),
    "sandwich": (933,),
    "orange": (950, 951),
    "broccoli": (937,),
    "hot dog": (934,),
    "pizza": (963,),
    "cake": (927,),
    "chair": (423, 559, 765, 857),
    "couch": (831,),
    "potted plant": (738,),
    "bed": (520, 564, 750),
    "dining table": (532, 762),
    "toilet": (861,),
    "tv": (598, 664, 782, 851),
    "laptop": (620, 681),
    "mouse": (673,),
    "remote": (761,),
    "keyboard": (508, 810, 878),
    "cell phone": (487, 590, 605),
    "microwave": (651,),
    "oven": (766, 827),
    "toaster": (859,),
    "sink": (896,),
    "refrigerator": (760,),
    "book": (453, 454, 624, 917, 921),
    "clock": (409, 530, 531, 892),
    "vase": (883,),
    "teddy bear": (850,),
    "hair drier": (589,),
}


def build(weights: dict[str, Any]) -> onnx.ModelProto:
    """The whole network; half precision as the file stores it is lossless, the weights are rounded before."""
    labels = (HERE / "coco80.txt").read_text().split("\n")[:80]
    unknown = CLASSES.keys() - set(labels)
    if unknown:
        raise ValueError(f"no labels of COCO: {', '.join(sorted(unknown))}")
    rounded = weights["_fc.weight"].astype(np.float16).astype(np.float32)
    model = build_efficientnet.build({**weights, "_fc.weight": rounded}, classifier=True)
    members = np.zeros((1000, len(labels)), np.float32)
    for label, classes in CLASSES.items():
        members[list(classes), labels.index(label)] = 1
    graph = model.graph
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("evidence", TensorProto.FLOAT, ["N", len(labels)]))
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(values, np.float32), name)
        for name, values in {"members": members, "floor": FLOOR, "lift": -FLOOR}.items()
    )
    graph.node.extend(
        [
            helper.make_node("Softmax", ["logits"], ["classes"], axis=1),
            helper.make_node("MatMul", ["classes", "members"], ["sums"]),
            helper.make_node("Log", ["sums"], ["logs"]),
            helper.make_node("Max", ["logs", "floor"], ["floored"]),
            helper.make_node("Add", ["floored", "lift"], ["evidence"]),
        ]
    )
    graph.name = "efficientnet_lite0_coco80"
    model.producer_name = "metadata-digger tools/build_second_look.py"
    onnx.checker.check_model(model)
    return onnx_passes.store_half(model)


def main() -> None:
    parser = argparse.ArgumentParser(description="builds the second network of the bundled model")
    parser.add_argument("source", type=Path, metavar="WHEEL_OR_PTH")
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    model = build(build_efficientnet.weights_of(arguments.source))
    arguments.target.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
