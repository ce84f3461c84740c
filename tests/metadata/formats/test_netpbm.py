"""Headers of Netpbm's pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import detect, read_metadata
from metadata_digger.metadata.formats import netpbm

from ..build_files import FILES
from ..hostile import consume, damaged
from ..show import described

SIZE = {"Image Width": "4 pixels", "Image Height": "2 pixels"}


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (b"P1\n4 2\n1 0", "PBM", {"Encoding": "ASCII"}),
        (b"P2 4 2 15 1 2", "PGM", {"Encoding": "ASCII", "Maximum Value": "15"}),
        (b"P3\n# CREATOR: a\n4 2\n255\n", "PPM", {"Maximum Value": "255", "Comment": "CREATOR: a"}),
        (b"P4\n4 2\n\x80\xff", "PBM", {"Encoding": "Binary"}),
        (b"P5\r\n4\r\n2\r\n65535\r\n\xff", "PGM", {"Maximum Value": "65535"}),
        (b"P6\n#one\n4 # two\n2\n#three\n255\n# no comment", "PPM", {"Comment": "one\ntwo\nthree"}),
        (b"P6\n#caf\xe9\n4 2\n255\n", "PPM", {"Comment": "café"}),
        (b"PF\n4 2\n-1.0\n\0", "PFM", {"Scale": "-1.0", "Encoding": "Little-endian"}),
        (b"Pf\n4 2\n2.5\n\0", "PFM", {"Scale": "2.5", "Encoding": "Big-endian"}),
        (FILES["netpbm-pam"], "PAM", {"Depth": "3", "Maximum Value": "255", "Tuple Type": "RGB"}),
        (
            b"P7\n# a\nTUPLTYPE RGB\nTUPLTYPE _ALPHA\nWIDTH 4\nHEIGHT 2\nENDHDR\n",
            "PAM",
            {"Comment": "a", "Tuple Type": "RGB _ALPHA"},
        ),
    ],
)
def test_headers(data: bytes, kind: str, expected: dict[str, str]) -> None:
    found = read_metadata(data)
    assert described(found[0]).items() >= {**SIZE, **expected}.items()
    assert described(found[-1])["Detected File Type Name"] == kind
    assert found[0].errors == found[1].errors == []


@pytest.mark.parametrize("data", [b"P6\n4 2", b"P6\n4 2\n", b"P5\n4 2\nx", b"P7\nWIDTH 4\n", b"P4\n4 12345678901"])
def test_what_stands_before_the_fault_is_given(data: bytes) -> None:
    found = read_metadata(data)
    assert described(found[0])["Image Width"] == "4 pixels"
    assert [error for one in found for error in one.errors] == ["The header is not whole"]


@pytest.mark.parametrize("data", [b"P1 is a letter", b"P6", b"P8\n4 2\n", b"P3 1 word", b"P2P network", b"P5\n"])
def test_text_is_no_picture(data: bytes) -> None:
    assert detect(data) is None


@given(damaged(FILES["netpbm"]) | damaged(FILES["netpbm-pam"]) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(netpbm.read, data)
