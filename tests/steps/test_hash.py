from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import CHUNK, Batch, OpenFile
from metadata_digger.schema import FILE, HASHES
from metadata_digger.steps.hash import HashStep

Make = Callable[..., Batch]


@dataclass
class Source:
    """Bytes that count how often they are read; `size` may be other than what there is."""

    data: bytes
    size: int = -1
    fault: StorageError | None = None
    stored: int = 1 << 50
    reads: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0:
            self.size = len(self.data)

    def read_at(self, offset: int, length: int) -> bytes:
        from metadata_digger.metadata.errors import Truncated

        self.reads.append((offset, length))
        if self.fault is not None:
            raise self.fault
        if offset + length > len(self.data):
            raise Truncated("the file shrank")
        return self.data[offset : offset + length]

    def grew(self) -> bool:
        return len(self.data) > self.size

    def close(self) -> None: ...


def hashed(batch: Batch, *types: str) -> list[dict[str, Any]]:
    step = HashStep(types or HASHES)
    (done,) = step.run(iter([batch]))
    assert done.rows.schema == step.output(FILE)
    assert done.files is batch.files
    rows: list[dict[str, Any]] = done.rows.to_pylist()
    return rows


# RFC 1321, RFC 3174, FIPS 180-4 (of "abc" and of nothing), and the check value of CRC-32.
KNOWN = [
    ("crc32", b"123456789", "cbf43926"),
    ("crc32", b"", "0"),
    ("crc32", b"665", "81566"),  # without leading zeros
    ("md5", b"", "d41d8cd98f00b204e9800998ecf8427e"),
    ("md5", b"abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("sha1", b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("sha224", b"abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("sha256", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
]


@pytest.mark.parametrize(("kind", "data", "expected"), KNOWN)
def test_known_values(files: Make, kind: str, data: bytes, expected: str) -> None:
    (row,) = hashed(files(OpenFile("file:/a", Source(data))), kind)
    assert row[f"hash_{kind}"] == expected


LONG = bytes(range(251)) * 4_000  # 3.8 chunks


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(LONG)])
def test_one_pass_for_all_and_nothing_kept(files: Make, size: int) -> None:
    source = Source(LONG[:size])
    file = OpenFile("file:/a", source, whole=1_000)  # far too large to be held whole
    (row,) = hashed(files(file))
    for kind in HASHES[1:]:
        assert row[f"hash_{kind}"] == hashlib.new(kind, LONG[:size]).hexdigest()
    assert source.reads == [(at, min(CHUNK, size - at)) for at in range(0, size, CHUNK)]
    file.read_at(0, 1)
    assert len(source.reads) == len(range(0, size, CHUNK)) + 1  # not from what was hashed


def test_where_a_picture_is_wanted_the_file_is_read_once_for_both(files: Make) -> None:
    source = Source(LONG)
    file = OpenFile("file:/a", source, pixels=100)
    (row,) = hashed(files(file), "md5")
    assert row["hash_md5"] == hashlib.md5(LONG, usedforsecurity=False).hexdigest()
    assert file.content() == LONG
    assert source.reads == [(0, len(LONG))]


def test_every_read_is_a_sign_of_life(files: Make) -> None:
    beats: list[str] = []
    hashed(files(OpenFile("file:/a", Source(LONG), beat=beats.append)), "md5")
    assert beats == ["file:/a"] * (len(LONG) // CHUNK + 2)  # the last piece, and whether the file grew


def test_the_order_is_that_of_the_configuration() -> None:
    assert HashStep(("sha1", "crc32")).output(FILE).names[len(FILE) :] == ["hash_sha1", "hash_crc32"]


FAULTS = [
    (Source(b"", 5, StorageError("Input/output error")), "failed", "cannot be hashed: Input/output error"),
    (Source(b"", 5, StorageError("too late", "timed_out")), "timed_out", "cannot be hashed: too late"),
    (Source(b"abc", 5), "failed", "cannot be hashed: the file shrank"),
    (
        Source(b"abcdef", 5),
        "failed",
        "cannot be hashed: it is longer than the 5 bytes that it had when it was opened",
    ),
    (
        Source(b"", 1 << 40, stored=4_096),
        "failed",
        "cannot be hashed: a file of holes: it states 1,099,511,627,776 bytes, and 4,096 are stored",
    ),
]


@pytest.mark.parametrize(("source", "status", "reason"), FAULTS)
@pytest.mark.parametrize("pixels", [0, 100])
def test_a_hash_of_what_changes_or_cannot_be_read_is_none(
    files: Make, source: Source, status: str, reason: str, pixels: int
) -> None:
    batch = files(OpenFile("file:/a", source, pixels), OpenFile("file:/b", Source(b"abc")))
    lost, found = hashed(batch, "md5", "crc32")
    assert (lost["status"], lost["reason"], lost["hash_md5"], lost["hash_crc32"]) == (status, reason, None, None)
    assert (found["status"], found["hash_crc32"]) == ("ok", "352441c2")


def test_rows_that_are_out_are_not_read(files: Make) -> None:
    source = Source(b"abc")
    (row,) = hashed(files(OpenFile("file:/a", source), statuses=["filtered"]), "md5")
    assert (row["hash_md5"], source.reads) == (None, [])
    assert hashed(files(), "md5") == []


def test_files_are_hashed_once_and_the_step_travels() -> None:
    step = HashStep(("md5",))
    with pytest.raises(ConfigError, match="hashed only once"):
        HashStep(("sha1",)).output(step.output(FILE))
    assert pickle.loads(pickle.dumps(step)) == step  # noqa: S301  # what the line before made
