"""Canon CRW, built after the CIFF specification."""

from __future__ import annotations

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import crw

from ..build_crw import CRW, IMAGE, file, heap
from ..hostile import consume, damaged
from ..show import described, named

PICTURE = {"Image Width": "3072 pixels", "Image Height": "2048 pixels", "Rotation": "90 degrees"}
WORDS = {"Make": "Canon", "Model": "Canon EOS D60", "Owner Name": "Ada", "Original File Name": "a.crw"}


def test_file() -> None:
    directories = read_metadata(CRW)
    assert named(directories) == ["CRW", "File Type"]
    assert described(directories[0]) == PICTURE | WORDS
    assert described(directories[1])["Detected File Type Name"] == "CRW"
    assert directories[0].errors == []


def loop(depth: int) -> bytes:
    return heap((0x300A, loop(depth - 1))) if depth else heap(IMAGE)


@pytest.mark.parametrize(
    ("data", "shown", "error"),
    [
        (CRW[:26], {}, "End of data reached."),
        (CRW[:-10], {}, "End of data reached."),
        (file(IMAGE, (0x1810, b"")), PICTURE, "End of data reached."),
        (file((0x300A, loop(9))), {}, "Heaps 9 levels deep, or more than 5000 records"),
        (file((0x300A, loop(7))), PICTURE, ""),
        (file(*[(0x4801, b"")] * 5001), {}, "Heaps 0 levels deep, or more than 5000 records"),
    ],
)
def test_faults_are_texts(data: bytes, shown: dict[str, str], error: str) -> None:
    directory = read_metadata(data)[0]
    assert (directory.name, described(directory)) == ("CRW", shown)
    assert directory.errors == ([error] if error else [])


@given(damaged(CRW))
def test_damaged(data: bytes) -> None:
    consume(crw.read, data)
