"""Documents told by their first element."""

from __future__ import annotations

import gzip
import time

import pytest

from metadata_digger.metadata.blocks.markup import HEAD, kind
from metadata_digger.metadata.extract import recognise
from metadata_digger.metadata.source import MemorySource

ENTITIES = "".join(f'<!ENTITY ns_{n} "http://ns.adobe.com/{n}/">' for n in range(60))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<svg/>", "SVG"),
        (f"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'a' 'b' [{ENTITIES}]>\n<svg>", "SVG"),
        ("<!-- a - b -- c --><svg:svg>", "SVG"),
        ("<rdf:RDF xmlns:rdf='a'>", "XMP"),
        ("<RDF>", "XMP"),
        ("<x:xmpmeta\nxmlns:x='adobe:ns:meta/'>", "XMP"),
        ("<?xpacket begin='' id='a'?>broken", "XMP"),
        ("<PAMDataset>", "XML"),
        ("<?xml version='1.0'?><NonRealTimeMeta xmlns='urn:a'>", "XML"),
        ("<?xml version='1.0'?><other>", None),
        ("<html><svg>", None),
        ("<!DOCTYPE html><html>", None),
        ("<svgs>", None),
        ("<svg", None),
        ("a <svg>", None),
        ("<", None),
        ("", None),
    ],
)
def test_kind(text: str, name: str | None) -> None:
    for data in (text.encode(), text.encode("utf-16"), text.encode("utf-16-be")):
        found = kind(data)
        assert (found.name if found else None) == name
        if text:
            known = recognise(MemorySource(data))
            assert (known[0].name if known else None) == name


def test_compressed_drawings() -> None:
    for text, name in ((b"<svg/>" + bytes(90_000), "SVG"), (b"<rdf:RDF>", None), (b"text", None)):
        found = kind(gzip.compress(text))
        assert (found.name if found else None) == name
    assert kind(gzip.compress(gzip.compress(b"<svg/>"))) is None
    assert kind(b"\x1f\x8b\x08 no such thing") is None


@pytest.mark.parametrize("part", [b"<!--", b"<?a", b"<!DOCTYPE ", b"<!DOCTYPE a[", b" ", b"<!---->", b"<!-", b"?"])
def test_no_head_takes_long(part: bytes) -> None:
    start = time.process_time()
    assert kind((b"<?xml?>" + part * HEAD)[:HEAD]) is None
    assert time.process_time() - start < 0.1
