"""Reads a TensorFlow.js graph model: `model.json` and its weight shards.

The format is that of the TensorFlow.js converter: `modelTopology` is a TensorFlow GraphDef in JSON, `weightsManifest`
lists groups of shards and, in the order of their bytes, the tensors in them; a tensor may be quantised to float16 or
to uint8 or uint16 with `value = stored * scale + min`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

# DataType of TensorFlow's types.proto, as far as graph models carry them.
DTYPES = {"DT_FLOAT": "float32", "DT_INT32": "int32", "DT_INT64": "int64", "DT_BOOL": "bool", "DT_UINT8": "uint8"}


@dataclass(slots=True)
class Node:
    """One operation; `inputs` are tensor names, "node" or "node:port"."""

    op: str
    name: str
    inputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Graph:
    """Nodes in an order in which every input comes before its use; `inputs` and `outputs` are tensor names."""

    nodes: list[Node]
    constants: dict[str, Array]
    inputs: dict[str, list[int]]
    outputs: dict[str, str]  # name in the signature -> tensor


def read(path: Path) -> Graph:
    """The graph of a `model.json`; raises ValueError when it is another kind of file."""
    model = json.loads(path.read_text())
    topology = model.get("modelTopology", {})
    if "node" not in topology:
        raise ValueError(f"{path} holds no graph: TensorFlow.js layers models are of another format")
    nodes, inputs = [], {}
    for raw in topology["node"]:
        attributes = {key: attribute(value) for key, value in raw.get("attr", {}).items()}
        if raw["op"] == "Placeholder":
            inputs[raw["name"]] = attributes.get("shape") or []
        elif raw["op"] != "Const":
            names = [name.removesuffix(":0") for name in raw.get("input", []) if not name.startswith("^")]
            nodes.append(Node(raw["op"], raw["name"], names, attributes))
    signature = (model.get("signature") or model.get("userDefinedMetadata", {}).get("signature") or {}).get("outputs")
    if signature:
        outputs = {key: value["name"].removesuffix(":0") for key, value in signature.items()}
    else:  # the converter's older versions wrote no signature: whatever nobody reads is an output
        read_names = {name.split(":")[0] for node in nodes for name in node.inputs}
        outputs = {node.name: node.name for node in nodes if node.name not in read_names}
    return Graph(sort(nodes), weights(model["weightsManifest"], path.parent), inputs, outputs)


def attribute(value: dict[str, Any]) -> Any:
    """An AttrValue as a Python value; integers are written as text, strings in base64."""
    kind: str
    content: Any
    kind, content = next(iter(value.items()), ("none", None))
    if kind == "i":
        return int(content)
    if kind == "s":
        return base64.b64decode(content).decode("utf-8", "replace")
    if kind == "shape":
        return [int(dimension["size"]) for dimension in content.get("dim", [])]
    if kind == "list":
        inner, items = next(iter(content.items()), ("i", []))
        return [attribute({inner: item}) for item in items]
    return content


def sort(nodes: list[Node]) -> list[Node]:
    """Nodes after those they read from; JSON files list them in any order."""
    by_name = {node.name: node for node in nodes}
    done: dict[str, None] = {}
    for start in nodes:
        stack = [(start, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                done[node.name] = None
            elif node.name not in done:
                stack.append((node, True))
                sources = [by_name.get(name.split(":")[0]) for name in node.inputs]
                stack += [(source, False) for source in sources if source is not None and source.name not in done]
    return [by_name[name] for name in done]


def weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, Array]:
    """Every tensor of the manifest by name, quantised ones widened to float32 or int32."""
    tensors = {}
    for group in manifest:
        data = b"".join(shard(folder, name).read_bytes() for name in group["paths"])
        offset = 0
        for entry in group["weights"]:
            quantization = entry.get("quantization", {})
            stored = np.dtype(quantization.get("dtype", entry["dtype"])).newbyteorder("<")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            if offset + count * stored.itemsize > len(data):
                raise ValueError(f"the weight files end before {entry['name']} does")
            values = np.frombuffer(data, stored, count, offset).reshape(entry["shape"])
            offset += count * stored.itemsize
            if "scale" in quantization:
                values = values.astype(np.float32) * np.float32(quantization["scale"])
                values = values + np.float32(quantization["min"])
                if entry["dtype"] == "int32":
                    values = np.rint(values)
            tensors[entry["name"]] = values.astype(entry["dtype"])
    return tensors


def shard(folder: Path, name: str) -> Path:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"weight file {name} is not beside the model")
    return folder / path


def shards(path: Path) -> list[Path]:
    """The weight files of a `model.json`, as far as it can be read and they are there."""
    try:
        manifest = json.loads(path.read_text())["weightsManifest"]
        found = [shard(path.parent, name) for group in manifest for name in group["paths"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [file for file in found if file.is_file()]
