"""Files of metadata beside pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import sidecar

from ..build_files import FILES, XMP
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import leaves, named

TITLE = packet("<dc:title>Łódź</dc:title>")
XPACKET = b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>" + TITLE + b"<?xpacket end='w'?>"


@pytest.mark.parametrize(
    "data",
    [
        TITLE,
        XPACKET,
        b"\n\n" + XPACKET,
        b"\xef\xbb\xbf" + TITLE,
        b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- by a program -->" + TITLE,
        TITLE.removeprefix(b'<x:xmpmeta xmlns:x="adobe:ns:meta/">').removesuffix(b"</x:xmpmeta>"),
        TITLE.replace(b"xmpmeta", b"xapmeta"),
        TITLE.decode().encode("utf-16"),
        TITLE.decode().encode("utf-16-le"),
        TITLE.decode().encode("utf-32"),
        b"<other>" + TITLE + b"</other>",
        XPACKET[:-50],
    ],
)
def test_xmp(data: bytes) -> None:
    found = read_metadata(data)
    assert named(found) == ["XMP", "File Type"]
    assert "Łódź" in leaves(found[0]).values()
    assert found[-1].values[1] == "XMP"


def test_xml_of_cameras() -> None:
    found = read_metadata(FILES["sidecar-xml"])
    assert named(found) == ["XML", "File Type"]
    assert leaves(found[0]) == {"NonRealTimeMeta/Device/@serialNo": "12"}


@given(damaged(XMP) | damaged(FILES["sidecar-xml"]) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(sidecar.read, data)
