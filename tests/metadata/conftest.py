"""Builders of small files for the extractor's tests: nothing here was copied from a real one."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

JUDGE = Path(__file__).parents[2] / "../shared/conformance"

# Types of TIFF 6.0 by code: struct's letter for one component.
CODES = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d", 16: "Q", 17: "q", 18: "Q"}
Ifd = Mapping[int, Any]  # tag -> (type, value) or a further Ifd or a list of them


def build_tiff(*ifds: Ifd, order: str = "<", big: bool = False) -> bytes:
    """A TIFF whose directories follow one another; a value is bytes for types 2 and 7, else a number or a tuple."""
    out = bytearray(b"II" if order == "<" else b"MM")
    out += struct.pack(order + ("HHHQ" if big else "HI"), *((0x2B, 8, 0, 16) if big else (0x2A, 8)))
    position = 0
    for index, ifd in enumerate(ifds):
        if index:
            struct.pack_into(order + ("Q" if big else "I"), out, position, len(out))
        position = _write(out, ifd, order, big)
    return bytes(out)


def _write(out: bytearray, ifd: Ifd, order: str, big: bool) -> int:
    """Appends a directory and what it points to; where the offset of the next one goes."""
    start = len(out)
    first, size, inline = (start + 8, 20, 8) if big else (start + 2, 12, 4)
    link = first + size * len(ifd)
    out += bytes(link + inline - start)
    struct.pack_into(order + ("Q" if big else "H"), out, start, len(ifd))
    for index, (tag, value) in enumerate(ifd.items()):
        entry = first + size * index
        if isinstance(value, Mapping | list):
            children = value if isinstance(value, list) else [value]
            offsets = []
            for child in children:
                offsets.append(len(out))
                _write(out, child, order, big)
            kind, data = 4, struct.pack(f"{order}{len(offsets)}I", *offsets)
            count = len(offsets)
        else:
            kind, members = value
            kind, count, data = _pack(kind, members, order)
        struct.pack_into(order + ("HHQ" if big else "HHI"), out, entry, tag, kind, count)
        field = entry + size - inline
        if len(data) <= inline:
            out[field : field + len(data)] = data
        else:
            struct.pack_into(order + ("Q" if big else "I"), out, field, len(out))
            out += data
    return link


def _pack(kind: int, members: Any, order: str) -> tuple[int, int, bytes]:
    if isinstance(members, bytes):
        return kind, len(members), members
    if kind in (5, 10):
        fractions = [members] if isinstance(members[0], int) else list(members)
        return kind, len(fractions), b"".join(struct.pack(order + CODES[kind], *one) for one in fractions)
    numbers = members if isinstance(members, tuple) else (members,)
    return kind, len(numbers), struct.pack(f"{order}{len(numbers)}{CODES[kind]}", *numbers)


@pytest.fixture(scope="session")
def tiff() -> Callable[..., bytes]:
    return build_tiff


@pytest.fixture
def sydney(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dates are those of Sydney, as in the reference's golden files."""
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the conformance samples, unpacked once a session unless CONFORMANCE_SAMPLES names it."""
    named = os.environ.get("CONFORMANCE_SAMPLES")
    if named:
        return Path(named) / "dev"
    folder = tmp_path_factory.mktemp("conformance")
    subprocess.run(["sh", JUDGE / "unpack.sh", folder], check=True)
    return folder / "dev"
