"""Writes BigDL model files as BigDL 0.9.1 does, for the tests: modules as a tree, one global storage at the root."""

import hashlib
import itertools
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from metadata_digger.labels.importers.bigdl import Imported, import_bigdl

NN = "com.intel.analytics.bigdl.nn."
_ids = itertools.count(1000)


@dataclass
class Module:
    """One layer or container; attributes by Python type, see `value`."""

    kind: str
    children: tuple["Module", ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    parameters: tuple[Any, ...] = ()
    name: str = ""
    previous: tuple[str, ...] = ()
    input_shape: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Enumeration:
    number: int


NCHW, NHWC = Enumeration(0), Enumeration(1)


@dataclass(frozen=True)
class Edges:
    """One `NameAttrList` of integers."""

    values: dict[str, int]


class Weight:
    """A tensor with an id, so that it can be shared; `view` looks at a part of it by size, stride and offset."""

    def __init__(self, values: Any, view: tuple[tuple[int, ...], tuple[int, ...], int] | None = None) -> None:
        self.values = np.asarray(values)
        self.id, self.storage = next(_ids), next(_ids)
        self.view = view


def layer(kind: str, *parameters: Any, name: str = "", **attributes: Any) -> Module:
    """A leaf of package nn."""
    return Module(NN + kind, (), attributes, parameters, name)


def box(kind: str, *children: Module, name: str = "", **attributes: Any) -> Module:
    """A container of package nn."""
    return Module(NN + kind, children, attributes, (), name)


def keras(kind: str, *children: Module, shape: tuple[Any, ...] | None = None, package: str = "keras.layers") -> Module:
    """A shell of Analytics Zoo."""
    full = f"com.intel.analytics.zoo.pipeline.api.{package}.{kind}"
    return Module(full, children, {"is_keras_module": True}, (), "", (), shape)


def graph(
    nodes: list[tuple[Module, list[str]]], inputs: list[str], outputs: list[str], **edges: dict[str, int]
) -> Module:
    """A `StaticGraph`; nodes with the names of those before them; edges with an index of a table by node."""
    children, attributes = [], {}
    for node, previous in nodes:
        node.previous = tuple(previous)
        children.insert(0, node)
        attributes[f"{node.name}_edges"] = Edges(edges.get(node.name) or dict.fromkeys(previous, -1))
    attributes |= {"inputNames": inputs, "outputNames": outputs}
    return Module(NN + "StaticGraph", tuple(children), attributes)


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def number(tag: int, value: int) -> bytes:
    return varint(tag << 3) + varint(value)


def block(tag: int, data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return varint(tag << 3 | 2) + varint(len(data)) + data


def packed(tag: int, values: Any) -> bytes:
    return block(tag, b"".join(varint(int(each)) for each in values))


def tensor(weight: Weight, *, data: bool = False) -> bytes:
    values = weight.values
    strides = tuple(int(np.prod(values.shape[at + 1 :])) for at in range(values.ndim))
    size, stride, offset = weight.view or (values.shape, strides, 1)
    code, tag, kind = (3, 3, "<f8") if values.dtype == np.float64 else (2, 2, "<f4")
    storage = number(1, code) + (block(tag, values.astype(kind).tobytes()) if data else b"") + number(9, weight.storage)
    return (
        number(1, code)
        + packed(2, size)
        + packed(3, stride)
        + number(4, offset)
        + number(5, len(size))
        + number(6, int(np.prod(size)))
        + block(8, storage)
        + number(9, weight.id)
    )


def value(given: Any, seen: dict[int, Weight]) -> bytes:
    """One `AttrValue`."""
    if given is None:
        return number(1, 10)
    if isinstance(given, bool):
        return number(1, 5) + number(8, given)
    if isinstance(given, int):
        return number(3, given)
    if isinstance(given, float):
        return number(1, 3) + varint(6 << 3 | 1) + struct.pack("<d", given)
    if isinstance(given, str):
        return number(1, 4) + block(7, given)
    if isinstance(given, Enumeration):
        return number(1, 16) + number(16, given.number)
    if isinstance(given, Edges):
        entries = b"".join(block(2, block(1, k) + block(2, number(3, v))) for k, v in given.values.items())
        return number(1, 14) + block(14, entries)
    if isinstance(given, Module):
        return number(1, 13) + block(13, module(given, seen))
    if isinstance(given, (np.ndarray, Weight)):
        return number(1, 10) + block(10, tensor(_seen(given, seen)))
    if given and isinstance(given[0], str):
        items = number(2, 4) + b"".join(block(7, each) for each in given)
    else:
        items = packed(3, given)
    return number(1, 15) + block(15, number(1, len(given)) + items)


def _seen(given: Any, seen: dict[int, Weight]) -> Weight:
    weight = given if isinstance(given, Weight) else Weight(given)
    seen[weight.id] = weight
    return weight


def shape(sizes: tuple[Any, ...]) -> bytes:
    if sizes and isinstance(sizes[0], tuple):
        return number(1, 1) + number(2, len(sizes)) + b"".join(block(4, shape(each)) for each in sizes)
    return number(2, len(sizes)) + packed(3, sizes)


def module(given: Module, seen: dict[int, Weight]) -> bytes:
    """One `BigDLModule`."""
    data = block(1, given.name) if given.name else b""
    data += b"".join(block(2, module(each, seen)) for each in given.children)
    data += b"".join(block(5, each) for each in given.previous)
    data += block(7, given.kind)
    for key, each in {**given.attributes, "module_numerics": ["Float"]}.items():
        data += block(8, block(1, key) + block(2, value(each, seen)))
    data += block(9, "0.9.1") + block(11, f"{next(_ids):x}")
    if given.input_shape is not None:
        data += block(13, shape(given.input_shape))
    return data + b"".join(block(16, tensor(_seen(each, seen))) for each in given.parameters)


def file(root: Module) -> bytes:
    """A whole model file."""
    seen: dict[int, Weight] = {}
    data = module(root, seen)
    entries = b"".join(block(2, block(1, str(k)) + block(2, block(10, tensor(w, data=True)))) for k, w in seen.items())
    stored = number(1, 0) + block(14, block(1, "global_storage") + entries)
    return data + block(8, block(1, "global_storage") + block(2, stored))


def apart(root: Module) -> tuple[bytes, bytes]:
    """A model file without numbers, and the file with them."""
    seen: dict[int, Weight] = {}
    data = module(root, seen)
    numbers = struct.pack(">ii", 3721, len(seen))
    for weight in seen.values():
        code, kind = (1, ">f8") if weight.values.dtype == np.float64 else (0, ">f4")
        numbers += struct.pack(">iii", weight.storage, code, weight.values.size) + weight.values.astype(kind).tobytes()
    return data, numbers + struct.pack(">i", 16) + hashlib.md5(numbers, usedforsecurity=False).digest()


def imported(root: Module, folder: Path, **more: Any) -> Imported:
    path = folder / "network.model"
    path.write_bytes(file(root))
    return import_bigdl(path, **more)


def run(model: Imported, *inputs: np.ndarray) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(model.model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in model.inputs]
    return session.run(None, dict(zip(names, inputs, strict=True)))
