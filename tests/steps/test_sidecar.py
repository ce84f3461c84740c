"""Which picture a file of metadata belongs to, by its name and by what it says."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.extract import directories
from metadata_digger.metadata.source import MemorySource
from metadata_digger.steps.sidecar import own_tags

from ..metadata.build_files import PNG, XMP
from ..metadata.build_xmp import rdf

RAW = rdf(
    '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' photoshop:SidecarForExtension="CR2"/>'
)


@pytest.mark.parametrize(
    ("data", "url", "expected"),
    [
        (XMP, "file:/a/IMG_1.xmp", "IMG_1.*"),
        (XMP, "file:/a/IMG_1.jpg.xmp", "IMG_1.jpg"),
        (XMP, "s3://b/a/IMG_1.CR2.XMP", "IMG_1.CR2"),
        (RAW, "file:/a/IMG_1.xmp", "IMG_1.CR2"),
        (RAW, "file:/a/IMG_1.NEF.xmp", "IMG_1.NEF"),
        (XMP, "file:/a/2024.01.02.xmp", "2024.01.02.*"),
        (XMP, "file:/a/two words.xmp", "two words.*"),
        (b'<?xml version="1.0"?><NonRealTimeMeta/>', "file:/a/C0001M01.XML", "C0001M01.*"),
        (b"<PAMDataset></PAMDataset>", "file:/a/map.tif.aux.xml", "map.tif"),
        (XMP, "file:/a/metadata", None),
        (XMP, "file:/a/.xmp", None),
        (PNG, "file:/a/a.jpg.xmp", None),
    ],
)
def test_named_as_belonging_to(data: bytes, url: str, expected: str | None) -> None:
    found = own_tags(list(directories(MemorySource(data))), url)
    assert [value for _, _, value in found] == ([] if expected is None else [expected])
