"""Headers of rarer pictures; sizes checked once against ExifTool 12.57 on its own samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import header

from ..build_header import FILES
from ..hostile import consume, damaged
from ..show import described, named

SIZE = {"Image Width": "64 pixels", "Image Height": "48 pixels"}
MORE = {
    "dpx": {"Bits Per Sample": "10", "File Name": "a.dpx", "Creation Date": "2024:02:29", "Software": "prog"},
    "exr": {"Author": "Me", "Header Text": "camera=C1\naperture=2.5"},
    "hdr": {"Software": "prog", "Header Text": "rpict -t 30\nSOFTWARE=prog\nEXPOSURE=0.5"},
    "flif": {"Bits Per Sample": "8"},
    "bpg": {"Bits Per Sample": "8"},
    "xcf": {"Comment": "by GIMP"},
    "miff": {"Comment": "a comment", "Bits Per Sample": "8"},
    "pcd": {
        "Image Width": "3072 pixels",
        "Image Height": "2048 pixels",
        "Creation Date": "2024:02:29 12:30:59Z",
        "Model": "SCAN 1",
    },
    "mrc": {"Header Text": "by a program"},
    "fpf": {"Model": "ThermaCAM", "Serial Number": "S1"},
    "x3f": {"Model": "SD", "Serial Number": "A123", "Creation Date": "2024:02:29 12:30:59"},
    "mrw": {"Bits Per Sample": "12"},
    "dv": {"Image Width": "720 pixels", "Image Height": "576 pixels"},
}
INSIDE = {"bpg": ["Exif IFD0", "XMP"], "xcf": ["Exif IFD0"], "mrw": ["Exif IFD0"]}


@pytest.mark.parametrize("name", FILES)
def test_size_and_texts(name: str) -> None:
    found = read_metadata(FILES[name])
    assert described(found[0]).items() >= {**SIZE, **MORE.get(name, {})}.items()
    assert named(found) == ["Image Header", *INSIDE.get(name, []), "File Type"]
    assert found[-1].values[1] == name.partition("-")[0].upper()
    assert [error for one in found for error in one.errors] == []


@pytest.mark.parametrize("name", ["exr", "hdr", "bpg", "djvu-pages", "x3f", "xcf"])
def test_a_header_that_is_cut_says_so(name: str) -> None:
    found = read_metadata(FILES[name][: len(FILES[name]) * 2 // 3])
    assert found[-1].values[1] == name.partition("-")[0].upper()
    assert [error for one in found for error in one.errors]


@given(st.sampled_from(list(FILES.values())).flatmap(damaged) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(header.read, data)
