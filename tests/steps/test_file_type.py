from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from metadata_digger.errors import StorageError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILE
from metadata_digger.steps.file_type import FileTypeStep

Make = Callable[..., Batch]


@dataclass
class FakeFile:
    content: bytes | StorageError

    @property
    def size(self) -> int:
        return 5 if isinstance(self.content, StorageError) else len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        if isinstance(self.content, StorageError):
            raise self.content
        assert (offset, length) == (0, min(32, len(self.content)))
        return self.content[:length]


JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
HEIC = b"\0\0\0\x18ftypheic" + bytes(60)
NOT_AMONG = "file type {} is not among filter.allowedFileTypes"


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (JPEG, ("ok", None)),
        (HEIC, ("ok", None)),
        (b"BM" + bytes(9), ("filtered", NOT_AMONG.format("BMP"))),
        (b"RIFF\0\0\0\0WEBP", ("filtered", NOT_AMONG.format("WebP"))),
        (b"text", ("filtered", "unknown file type")),
        (b"", ("ok", None)),
        (StorageError("no right", "denied"), ("denied", "no right")),
    ],
)
def test_by_the_first_bytes(files: Make, content: bytes | StorageError, verdict: tuple[str, str | None]) -> None:
    step = FileTypeStep(("JPEG", "HEIF"))
    (done,) = step.run(iter([files(FakeFile(content))]))
    assert done.rows.schema == step.output(FILE)
    (row,) = done.rows.to_pylist()
    assert (row["status"], row["reason"]) == verdict


def test_rows_that_are_out_are_not_read(files: Make) -> None:
    step = FileTypeStep(("JPEG",))
    (done,) = step.run(iter([files(object(), statuses=["failed"])]))
    assert done.rows.column("status").to_pylist() == ["failed"]
    assert pickle.loads(pickle.dumps(step)) == step  # noqa: S301  # what the line before made
