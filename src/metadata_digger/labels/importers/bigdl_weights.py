"""The separate weights file of `saveModule(path, weightPath)`: big-endian, magic number 3721, MD5 at the end.

Source: `ProtoStorageType` of BigDL 0.9.1; checked against files written by it.
"""

import hashlib
import struct

import numpy as np
from numpy.typing import NDArray

from metadata_digger.labels.importers.bigdl_format import FormatError, Weights

MAGIC = 3721
_TYPES = {0: ">f4", 1: ">f8", 2: ">u2", 3: "u1", 5: ">i4", 6: ">i2", 7: ">i8", 9: "u1"}
"""Type code (`BigDLDataType`) and numpy type: float, double, char, bool, int, short, long, byte; texts are refused."""

_DIGEST = 20
"""The last bytes: int32 16, then the MD5 of everything before."""


def read_weights(data: bytes) -> Weights:
    """The storages of a weights file. Raises FormatError where it is cut short, changed, or no such file."""
    if len(data) < 8 + _DIGEST or struct.unpack_from(">i", data)[0] != MAGIC:
        raise FormatError("it is not a weights file of BigDL (magic number 3721 expected)")
    end = len(data) - _DIGEST
    length, digest = struct.unpack_from(">i16s", data, end)
    # MD5 because the format has it: it finds a broken copy, it is no protection.
    if length != 16 or hashlib.md5(data[:end], usedforsecurity=False).digest() != digest:
        raise FormatError("its check sum is wrong: it is cut short or was changed")
    found: dict[int, NDArray[np.generic]] = {}
    position = 8
    for _ in range(struct.unpack_from(">i", data, 4)[0]):
        if position + 12 > end:
            raise FormatError("it has fewer storages than it states")
        storage_id, code, count = struct.unpack_from(">iii", data, position)
        position += 12
        if code not in _TYPES:
            raise FormatError(f"storage {storage_id} has the unknown type {code}")
        kind = np.dtype(_TYPES[code])
        if count < 0 or count * kind.itemsize > end - position:
            raise FormatError(f"storage {storage_id} states {count} numbers where {end - position} bytes are left")
        found[storage_id] = np.frombuffer(data, dtype=kind, count=count, offset=position)
        position += count * kind.itemsize
    return Weights(found)
