"""Converts a TensorFlow.js graph model to ONNX: `convert_tfjs.py model.json model.onnx`.

`metadata-digger import-model` makes a whole model folder; this makes the bare file and can keep inner tensors.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx

from metadata_digger.labels.importers import tfjs, tfjs_graph


def main() -> None:
    parser = argparse.ArgumentParser(description="TensorFlow.js graph model to ONNX")
    parser.add_argument("model", type=Path, help="model.json, its weight files beside it")
    parser.add_argument("target", type=Path, help="the .onnx file to write")
    parser.add_argument("--output", action="append", metavar="NAME=TENSOR", help="keep this tensor under this name")
    arguments = parser.parse_args()
    outputs = dict(pair.split("=", 1) for pair in arguments.output) if arguments.output else None
    onnx.save(tfjs.convert(tfjs_graph.read(arguments.model), outputs), arguments.target)


if __name__ == "__main__":
    main()
