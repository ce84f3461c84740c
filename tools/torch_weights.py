"""Reads the weights of a PyTorch file (`torch.save` before version 1.6, the format without a ZIP) without PyTorch, and
without running anything that the file says.

Layout, as torch/serialization.py `_legacy_load` has it: four pickles (magic number, protocol, sizes of the machine's
types, the state dictionary), a pickle with the keys of the storages, and for each storage the number of its elements
(int64) and their bytes. In the state dictionary a storage is a persistent id.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class Storage:
    """Elements that tensors share; filled in when the file comes to them."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.values = np.empty(0, dtype)


def tensor(storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Any:
    """What the file's _rebuild_tensor_v2 becomes: where the numbers will be."""
    return storage, offset, size, stride


ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): tensor,
    **{("torch", name): dtype for name, dtype in KINDS.items()},
}


class Unpickler(pickle.Unpickler):
    """Knows the four names that a state dictionary needs; any other is an error before anything is called."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> Storage:
        kind, dtype, key, _location, _count, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"{kind} {view} instead of a storage")
        return self.storages.setdefault(key, Storage(dtype))


def read_weights(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Arrays by name; raises pickle.UnpicklingError or ValueError when the file is something else."""
    file = io.BytesIO(path.read_bytes())
    if (Unpickler(file).load(), Unpickler(file).load()) != (MAGIC, PROTOCOL):
        raise ValueError(f"{path}: no weights as PyTorch saved them before version 1.6")
    if not Unpickler(file).load()["little_endian"]:
        raise ValueError(f"{path}: big-endian")
    unpickler = Unpickler(file)
    state = unpickler.load()
    for key in Unpickler(file).load():
        storage = unpickler.storages[key]
        count = int.from_bytes(file.read(8), "little")
        content = file.read(count * storage.dtype.itemsize)
        storage.values = np.frombuffer(content, storage.dtype, count)
    return {name: strided(*parts) for name, parts in state.items()}


def strided(storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> np.ndarray[Any, Any]:
    last = offset + sum((count - 1) * step for count, step in zip(size, stride, strict=True))
    if not 0 <= offset <= last < len(storage.values):
        raise ValueError(f"a tensor at {offset} of size {size}, its storage has {len(storage.values)}")
    steps = [step * storage.dtype.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage.values[offset:], size, steps, writeable=False)
