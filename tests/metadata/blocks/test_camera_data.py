from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks.camera_data import read
from metadata_digger.metadata.formats import quicktime
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.quicktime import METADATA

from ..build_movie import box
from ..show import described


def record(name: bytes, content: bytes, kind: bytes = b"c") -> bytes:
    return name + kind + b"\1" + pack(">H", len(content)) + content + bytes(-len(content) % 4)


def nikon(number: int, text: bytes, kind: int = 2) -> bytes:
    return pack(">IHH", number, kind, len(text)) + text


GOPRO = record(b"DEVC", record(b"DVID", b"\1") + record(b"MINF", b"HERO9 Black") + record(b"CASN", b"C344"), b"\0")
LIST = (
    nikon(1, b"NIKON\0") + pack(">IHHI", 0x13, 4, 1, 900) + nikon(2, b"D7000\0") + nikon(0x12, b"2012:03:04 05:06:07\0")
)


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        (b"GPMF", GOPRO, {"Model": "HERO9 Black", "Serial Number": "C344"}),
        (b"GPMF", record(b"FMWR", b"HD9.01.01.72.00"), {"Firmware Version": "HD9.01.01.72.00"}),
        (b"GPMF", record(b"MINF", b"abcd", b"L"), {}),
        (b"GPMF", GOPRO[:20], {}),
        (b"NCDT", box(b"NCHD", b"Nikon") + box(b"NCTG", LIST), {
            "Make": "NIKON", "Model": "D7000", "Date/Time Original": "2012:03:04 05:06:07"
        }),
        (b"NCDT", box(b"NCTG", pack(">IHH", 1, 99, 5) + LIST), {}),
        (b"NCDT", b"NCTG", {}),
        (b"TAGS", b"NIKON DIGITAL CAMERA\0\0\0\0P100\0\0\0\0" + bytes(90), {
            "Make": "NIKON DIGITAL CAMERA", "Model": "P100"
        }),
        (b"TAGS", b"SOMEBODY\0\1\2" + bytes(90), {"Make": "SOMEBODY"}),
        (b"TAGS", b"\1\2\3\0", {}),
        (b"CAME", bytes(range(16)), {"Serial Number Hash": bytes(range(16)).hex()}),
        (b"CAME", bytes(16), {}),
        (b"GUMI", bytes(65), {}),
        (b"none", b"anything", {}),
    ],
)  # fmt: skip
def test_read(kind: bytes, content: bytes, shown: dict[str, str]) -> None:
    assert {METADATA[tag]: text for tag, text in read(kind, content)} == shown
    _, *found = quicktime.read(Reader.over(box(b"udta", box(kind, content))))
    assert [described(one) for one in found] == ([shown] if shown else [])


def test_records_have_limits() -> None:
    data = record(b"MINF", b"Deep")
    for _ in range(9):
        data = record(b"DEVC", data, b"\0")
    assert list(read(b"GPMF", data)) == []
    assert len(list(read(b"GPMF", record(b"MINF", b"abcd") * 9000))) == 5000


@given(st.sampled_from((b"GPMF", b"NCDT", b"TAGS", b"CAME")), st.binary(max_size=80))
def test_any_content(kind: bytes, content: bytes) -> None:
    for _, text in read(kind, content + b"NCTG" + content):
        text.encode()
