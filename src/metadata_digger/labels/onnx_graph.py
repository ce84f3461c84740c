"""What an ONNX file says about its inputs and outputs, read without a runtime.

ONNX IR specification (onnx.proto): ModelProto.graph = 7, metadata_props = 14; GraphProto.node = 1, initializer = 5,
input = 11, output = 12; NodeProto.input = 1, output = 2, op_type = 4; in the wire format of Protocol Buffers. Loading
the runtime for this would cost 40 ms and its memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata_digger.errors import ModelError

ELEMENT_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output; a dimension that is free, or unknown, is None. `shape` is empty too when it is not given."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An operation and the tensors that it takes."""

    operation: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    metadata: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)  # by the tensor that they make


def read_signature(content: bytes, name: str) -> Signature:
    """Inputs (weights that are listed among them left out), outputs and metadata; raises ModelError naming the file."""
    try:
        graph, metadata = memoryview(b""), {}
        for number, value in fields(memoryview(content)):
            if number == 7 and isinstance(value, memoryview):
                graph = value
            elif number == 14 and isinstance(value, memoryview):
                pair = dict(fields(value))
                metadata[text(pair.get(1))] = text(pair.get(2))
        parts: dict[int, list[memoryview]] = {1: [], 5: [], 11: [], 12: []}
        for number, value in fields(graph):
            if number in parts and isinstance(value, memoryview):
                parts[number].append(value)
        weights = {text(dict(fields(part)).get(8)) for part in parts[5]}
        inputs = tuple(tensor for tensor in map(tensor_of, parts[11]) if tensor.name not in weights)
        outputs = tuple(map(tensor_of, parts[12]))
        nodes = {made: node for message in parts[1] for made, node in node_of(message)}
    except (ValueError, IndexError) as error:
        raise ModelError(f"{name}: not an ONNX model, or cut short ({error})") from error
    if not inputs or not outputs:
        raise ModelError(f"{name}: not an ONNX model: it has no inputs or no outputs")
    return Signature(inputs, outputs, metadata, nodes)


def node_of(message: memoryview) -> Iterator[tuple[str, Node]]:
    """Each tensor that an operation makes, with the operation."""
    inputs, outputs, operation = [], [], ""
    for number, value in fields(message):
        if number == 1:
            inputs.append(text(value))
        elif number == 2:
            outputs.append(text(value))
        elif number == 4:
            operation = text(value)
    node = Node(operation, tuple(inputs))
    return ((name, node) for name in outputs)


def tensor_of(message: memoryview) -> Tensor:
    """ValueInfoProto: name = 1, type = 2; TypeProto.tensor_type = 1; its elem_type = 1, shape = 2; dim = 1, dim_value
    = 1."""
    info = dict(fields(message))
    tensor = dict(fields(part(dict(fields(part(info.get(2)))).get(1))))
    shape = []
    for number, value in fields(part(tensor.get(2))):
        if number == 1:
            size = dict(fields(part(value))).get(1)
            shape.append(size if isinstance(size, int) and size > 0 else None)
    kind = tensor.get(1)
    return Tensor(
        text(info.get(1)), ELEMENT_TYPES.get(kind if isinstance(kind, int) else 0, "another type"), tuple(shape)
    )


def part(value: int | memoryview | None) -> memoryview:
    return value if isinstance(value, memoryview) else memoryview(b"")


def text(value: int | memoryview | None) -> str:
    return bytes(part(value)).decode("utf-8", "replace")


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field number and value: an integer, or the bytes of a text or message; fixed-width numbers as their bytes."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
            yield key >> 3, value
            continue
        if kind == 2:
            length, at = varint(message, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + length > len(message):
            raise ValueError(f"{length} bytes at {at} stated, {len(message) - at} left")
        yield key >> 3, message[at : at + length]
        at += length


def varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number of over 10 bytes")
