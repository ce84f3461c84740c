from __future__ import annotations

import pytest
from hypothesis import given

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import raf
from metadata_digger.metadata.source import Reader

from ..build_jpeg import JFIF, frame, jpeg
from ..hostile import consume, damaged
from ..show import described, named

HEAD = b"FUJIFILMCCD-RAW 0201FF383501"
PREVIEW = jpeg((0xE0, JFIF), (0xC0, frame()))
WHOLE = HEAD.ljust(148, b"\0") + PREVIEW + bytes(1000)


def test_preview() -> None:
    directories = read_metadata(WHOLE)
    assert named(directories) == ["JPEG", "JFIF", "File Type"]
    assert described(directories[-1])["Detected File Type Name"] == "RAF"


@pytest.mark.parametrize("start", [28, 509, 510])
def test_preview_starts_in_the_first_half_kilobyte(start: int) -> None:
    data = HEAD.ljust(start, b"\0") + PREVIEW
    if start <= 509:
        assert named(raf.read(Reader.over(data))) == ["JPEG", "JFIF"]
    else:
        with pytest.raises(MetadataError) as caught:
            list(raf.read(Reader.over(data)))
        assert str(caught.value) == "JPEG data is expected to begin with 0xFFD8 (ÿØ) not 0x4655"


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(raf.read, data)
