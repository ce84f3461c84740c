"""The messages of a BigDL model file: modules, attributes, tensors, storages.

Source: the descriptor `bigdl.proto` of BigDL 0.5 and later (message and field names are its own); checked against files
written by BigDL 0.9.1 and Analytics Zoo 0.6.0. The file is one `BigDLModule` message without header or compression.
Versions up to 0.4 wrote the same messages with the data of `weight` and `bias` in place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers import protobuf
from metadata_digger.labels.importers.protobuf import Field, WireError

MAX_RANK = 16
"""Most dimensions of a tensor; networks on pictures have five, numpy allows 64."""

STORAGE_TYPES = {2: "<f4", 3: "<f8"}
"""DataType.FLOAT and DataType.DOUBLE: TensorStorage field of the same number, numpy type."""

SUPPORTED_TENSOR = 0
"""TensorType.DENSE; QUANT (1) is an int8 tensor of the Intel library BigQuant."""

OTHER_PACKAGES = frozenset({"mkldnn", "ops", "quantized", "tf"})
"""Packages of BigDL with operations of TensorFlow, of Intel's libraries, and with int8 weights."""

MAX_DEPTH = 64
"""Containers in containers; the deepest real network seen (Zoo, Keras style, residual) has 14."""


class FormatError(ModelError):
    """A model file that is cut short, is no BigDL model, or contradicts itself. Its text lacks the file's name."""


def _malformed(what: str, error: WireError) -> NoReturn:
    raise FormatError(f"{what}: {error}") from error


@dataclass(frozen=True, slots=True)
class Shape:
    """`Shape`: sizes with the batch as -1; several shapes where the module takes or gives a table."""

    sizes: tuple[int, ...]
    parts: tuple["Shape", ...]
    multi: bool


@dataclass(frozen=True, slots=True)
class TensorRecord:
    """`BigDLTensor`: how to look at a storage. `values` is the storage's own data where it stands in place."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int  # 1-based
    kind: int
    tensor_id: int
    storage_id: int
    values: NDArray[np.generic] | None


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes of a module (field 8), decoded one by one when asked for."""

    values: dict[str, memoryview]
    depth: int

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def fields(self, name: str) -> dict[int, Field]:
        """The fields of `AttrValue` by number, the last one of each; empty where the attribute is not there."""
        if name not in self.values:
            return {}
        try:
            return {each.number: each for each in protobuf.fields(self.values[name])}
        except WireError as error:
            _malformed(f"attribute {name}", error)

    def scalar(self, name: str) -> int | float | bool | None:
        """An int, float, bool or enumeration value; None where there is none or it is null (`Option.None`)."""
        for number, each in self.fields(name).items():
            try:
                if number in (3, 4, 11, 16):
                    return protobuf.numbers(each)[0]
                if number == 8:
                    return bool(protobuf.numbers(each)[0])
                if number == 5:
                    return protobuf.floats(each)[0]
                if number == 6:
                    return protobuf.doubles(each)[0]
            except (WireError, IndexError) as error:
                raise FormatError(f"attribute {name} is not a number") from error
        return None

    def text(self, name: str) -> str | None:
        """A string; None where there is none."""
        each = self.fields(name).get(7)
        try:
            return None if each is None else protobuf.text(each)
        except WireError as error:
            _malformed(f"attribute {name}", error)

    def array(self, name: str) -> list[Field] | None:
        """The fields of an `ArrayValue`; None where the attribute is missing or its array is null (size -1)."""
        each = self.fields(name).get(15)
        if each is None:
            return None
        try:
            found = list(protobuf.fields(protobuf.message(each)))
            if any(one.number == 1 and protobuf.signed(one.varint) < 0 for one in found):
                return None
            return found
        except WireError as error:
            _malformed(f"attribute {name}", error)

    def numbers(self, name: str) -> tuple[float, ...] | None:
        """The numbers of an array of ints, floats, doubles or bools; None where it is missing or null."""
        found = self.array(name)
        if found is None:
            return None
        decode = {3: protobuf.numbers, 4: protobuf.numbers, 8: protobuf.numbers}
        result: list[float] = []
        try:
            for each in found:
                if each.number in decode:
                    result += decode[each.number](each)
                elif each.number == 5:
                    result += protobuf.floats(each)
                elif each.number == 6:
                    result += protobuf.doubles(each)
        except WireError as error:
            _malformed(f"attribute {name}", error)
        return tuple(result)

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings of an array; empty where it is missing."""
        try:
            return tuple(protobuf.text(each) for each in self.array(name) or () if each.number == 7)
        except WireError as error:
            _malformed(f"attribute {name}", error)

    def module(self, name: str) -> "ModuleRecord | None":
        """A module held as an attribute; None where it is missing or null."""
        each = self.fields(name).get(13)
        return None if each is None else read_module(_body(each, name), self.depth + 1)

    def modules(self, name: str) -> tuple["ModuleRecord", ...]:
        """An array of modules; empty where it is missing."""
        found = self.array(name) or ()
        return tuple(read_module(_body(each, name), self.depth + 1) for each in found if each.number == 13)

    def tensor(self, name: str) -> TensorRecord | None:
        """A tensor; None where it is missing or null."""
        each = self.fields(name).get(10)
        return None if each is None else read_tensor(_body(each, name))

    def tensors(self, name: str) -> tuple[TensorRecord, ...]:
        """An array of tensors; empty where it is missing."""
        return tuple(read_tensor(_body(each, name)) for each in self.array(name) or () if each.number == 10)

    def shape(self, name: str) -> Shape | None:
        """A shape; None where it is missing or null."""
        each = self.fields(name).get(18)
        return None if each is None else read_shape(_body(each, name))

    def named(self, name: str) -> dict[str, memoryview]:
        """A `NameAttrList` as bytes of `AttrValue` by name; empty where it is missing."""
        each = self.fields(name).get(14)
        return {} if each is None else read_names(_body(each, name))


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """`BigDLModule`: a layer or a container. Sub-modules and attributes are views, read when asked for."""

    name: str  # as the edges of a graph refer to it
    kind: str  # class path of the Scala class
    attributes: Attributes
    submodules: tuple[memoryview, ...]
    previous: tuple[str, ...]  # names of the modules that feed this one in a graph, in order
    parameters: tuple[memoryview, ...]
    input_shape: memoryview | None
    version: str  # of the BigDL that wrote it
    whole: bool  # whether something stands behind its attributes; else a file ends too early
    depth: int

    @property
    def class_name(self) -> str:
        """The last part of the class path: it stayed when the packages were renamed in BigDL 2.

        Packages that have other layers under the same names keep their own: `ops.Max` is no `Max`.
        """
        *packages, name = self.kind.split(".")
        package = packages[-1] if packages and packages[-1] in OTHER_PACKAGES else ""
        return f"{package}.{name}" if package else name

    def children(self) -> list["ModuleRecord"]:
        """The sub-modules, read now."""
        return [read_module(each, self.depth + 1) for each in self.submodules]


def _body(each: Field, what: str) -> memoryview:
    try:
        return protobuf.message(each)
    except WireError as error:
        _malformed(what, error)


def read_names(data: memoryview) -> dict[str, memoryview]:
    """The map of a `NameAttrList` message. Raises FormatError."""
    found: dict[str, memoryview] = {}
    try:
        for each in protobuf.fields(data):
            if each.number == 2:
                key, value = _map_entry(protobuf.message(each))
                found[key] = value
    except WireError as error:
        _malformed("a list of named attributes", error)
    return found


def _map_entry(data: memoryview) -> tuple[str, memoryview]:
    key, value = "", memoryview(b"")
    for each in protobuf.fields(data):
        if each.number == 1:
            key = protobuf.text(each)
        elif each.number == 2:
            value = protobuf.message(each)
    return key, value


def read_module(data: memoryview, depth: int = 0) -> ModuleRecord:
    """One `BigDLModule` message. Raises FormatError where it is malformed or nested beyond MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise FormatError(f"modules are nested more than {MAX_DEPTH} deep")
    texts = {1: "", 7: "", 9: "", 11: ""}
    attributes: dict[str, memoryview] = {}
    views: dict[int, list[memoryview]] = {2: [], 3: [], 4: [], 16: []}
    previous: list[str] = []
    input_shape: memoryview | None = None
    whole = False
    try:
        for each in protobuf.fields(data):
            whole |= each.number > 8
            if each.number in texts:
                texts[each.number] = protobuf.text(each)
            elif each.number == 5:
                previous.append(protobuf.text(each))
            elif each.number == 8:
                key, value = _map_entry(protobuf.message(each))
                attributes[key] = value
            elif each.number in views:
                views[each.number].append(protobuf.message(each))
            elif each.number == 13:
                input_shape = protobuf.message(each)
    except WireError as error:
        _malformed("a module", error)
    kind = texts[7]
    # A module without a name is known by its simple class name and a suffix, in edges as in messages.
    name = texts[1] or kind.rpartition(".")[2] + texts[11]
    return ModuleRecord(
        name=name,
        kind=kind,
        attributes=Attributes(attributes, depth),
        submodules=tuple(views[2]),
        previous=tuple(previous),
        parameters=tuple(views[16] or views[3] + views[4]),
        input_shape=input_shape,
        version=texts[9],
        whole=whole,
        depth=depth,
    )


def read_shape(data: memoryview, depth: int = 0) -> Shape:
    """One `Shape` message. Raises FormatError."""
    sizes: list[int] = []
    parts: list[Shape] = []
    multi = False
    if depth > MAX_DEPTH:
        raise FormatError(f"shapes are nested more than {MAX_DEPTH} deep")
    try:
        for each in protobuf.fields(data):
            if each.number == 1:
                multi = each.varint == 1
            elif each.number == 3:
                sizes += protobuf.numbers(each)
            elif each.number == 4:
                parts.append(read_shape(protobuf.message(each), depth + 1))
    except WireError as error:
        _malformed("a shape", error)
    return Shape(tuple(sizes), tuple(parts), multi)


def read_tensor(data: memoryview) -> TensorRecord:
    """One `BigDLTensor` message. Raises FormatError."""
    lists: dict[int, list[int]] = {2: [], 3: []}
    single = {4: 1, 9: -1, 10: 0}
    storage_id, values = -1, None
    try:
        for each in protobuf.fields(data):
            if each.number in lists:
                lists[each.number] += protobuf.numbers(each)
            elif each.number in single:
                single[each.number] = protobuf.signed(each.varint)
            elif each.number == 8:
                storage_id, values = read_storage(protobuf.message(each))
    except WireError as error:
        _malformed("a tensor", error)
    return TensorRecord(tuple(lists[2]), tuple(lists[3]), single[4], single[10], single[9], storage_id, values)


def read_storage(data: memoryview) -> tuple[int, NDArray[np.generic] | None]:
    """One `TensorStorage` message: its id and its numbers, without copying; None where it holds none."""
    storage_id = -1
    parts: list[NDArray[np.generic]] = []
    for each in protobuf.fields(data):
        if each.number == 9:
            storage_id = protobuf.signed(each.varint)
        elif each.number in STORAGE_TYPES:
            kind = np.dtype(STORAGE_TYPES[each.number])
            if each.wire == protobuf.VARINT or len(each.data) % kind.itemsize:
                raise WireError("the numbers of a tensor have a wrong length")
            parts.append(np.frombuffer(each.data, dtype=kind))
    if not parts:
        return storage_id, None
    return storage_id, parts[0] if len(parts) == 1 else np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Weights:
    """All numbers of a model: storages by id, and ids of storages by id of the tensors that look at them."""

    storages: dict[int, NDArray[np.generic]] = field(default_factory=dict)

    def array(self, record: TensorRecord) -> NDArray[np.float32]:
        """The tensor as a contiguous array. Raises FormatError where it does not lie in its storage."""
        if len(record.size) > MAX_RANK:
            raise FormatError(f"a tensor has {len(record.size)} dimensions")
        if record.kind != SUPPORTED_TENSOR:
            raise FormatError("it has quantised (int8) weights; save the model again from BigDL before quantize()")
        storage = record.values if record.values is not None else self.storages.get(record.storage_id)
        if storage is None:
            if not record.size:
                return np.zeros(0, np.float32)
            raise FormatError(
                "the values of its weights are not in the file; where they were saved apart, put NAME.bin beside it"
            )
        if any(each < 0 for each in (*record.size, *record.stride)) or record.offset < 1:
            raise FormatError(f"a tensor of size {record.size} has impossible strides or offset")
        if len(record.stride) != len(record.size):
            raise FormatError(f"a tensor of size {record.size} has {len(record.stride)} strides")
        count = 1
        for each in record.size:
            count *= each
        last = record.offset - 1 + sum((n - 1) * step for n, step in zip(record.size, record.stride, strict=True))
        # An expanded tensor (stride 0) may repeat numbers; none that is saved as weight does.
        if count > storage.size or last >= storage.size:
            raise FormatError(f"a tensor of size {record.size} does not lie in its {storage.size} stored numbers")
        if not count:
            return np.zeros(record.size, np.float32)
        steps = tuple(step * storage.itemsize for step in record.stride)
        view = np.lib.stride_tricks.as_strided(storage[record.offset - 1 :], record.size, steps, writeable=False)
        return np.ascontiguousarray(view, dtype=np.float32)


def global_storage(root: ModuleRecord) -> Weights:
    """The storages that a whole file keeps in the attribute `global_storage` of its outermost module."""
    found: dict[int, NDArray[np.generic]] = {}
    for value in root.attributes.named("global_storage").values():
        record = Attributes({"": value}, 0).tensor("")
        if record is not None and record.values is not None:
            found[record.storage_id] = record.values
    return Weights(found)
