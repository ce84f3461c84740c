"""tools/torch_weights.py: what a state dictionary holds, and nothing that a pickle could do besides."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checkout import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import torch_weights  # type: ignore[import-not-found]  # a script, not a package


class Tensor:
    """Pickled as PyTorch pickles one: a call of its rebuilding function with a storage that the file names."""

    def __init__(self, key: str, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> None:
        self.parts = (Storage(key), offset, size, stride, False, OrderedDict())


class Storage:
    def __init__(self, key: str) -> None:
        self.key = key


class Pickler(pickle._Pickler):  # type: ignore[name-defined,misc]  # the one in Python, which can write any global
    def persistent_id(self, value: object) -> object:
        return (
            ("storage", Global("torch", "FloatStorage"), value.key, "cpu", 6, None)
            if isinstance(value, Storage)
            else None
        )

    def reducer_override(self, value: object) -> Any:
        return NotImplemented

    def save(self, value: object, save_persistent_id: bool = True) -> None:
        if isinstance(value, Tensor):
            self.save_reduce(Global("torch._utils", "_rebuild_tensor_v2"), value.parts, obj=value)
        elif isinstance(value, Global):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
        else:
            super().save(value, save_persistent_id)


class Global:
    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self) -> None: ...


def saved(state: object, little: bool = True, magic: int = torch_weights.MAGIC) -> bytes:
    out = io.BytesIO()
    for value in (magic, 1001, {"protocol_version": 1001, "little_endian": little, "type_sizes": {}}, state, ["7"]):
        Pickler(out, 2).dump(value)
    return out.getvalue() + (6).to_bytes(8, "little") + np.arange(6, dtype="<f4").tobytes()


def read(tmp_path: Path, content: bytes) -> Any:
    (tmp_path / "weights.pth").write_bytes(content)
    return torch_weights.read_weights(tmp_path / "weights.pth")


def test_tensors_share_a_storage(tmp_path: Path) -> None:
    state = OrderedDict(
        rows=Tensor("7", 0, (2, 3), (3, 1)), turned=Tensor("7", 1, (3,), (2,)), one=Tensor("7", 5, (), ())
    )
    weights = read(tmp_path, saved(state))
    assert weights["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert weights["turned"].tolist() == [1, 3, 5]
    assert weights["one"].tolist() == 5


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/should-not-be",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (saved(OrderedDict(a=Evil())), "system has no place in a file of weights"),
        (saved(OrderedDict(a=Tensor("7", 0, (3, 3), (3, 1)))), "its storage has 6"),
        (saved(OrderedDict(a=Tensor("7", 3, (2,), (-9,)))), "its storage has 6"),
        (saved({}, little=False), "big-endian"),
        (saved({}, magic=1), "no weights as PyTorch saved them before"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises((ValueError, pickle.UnpicklingError), match=words):
        read(tmp_path, content)
