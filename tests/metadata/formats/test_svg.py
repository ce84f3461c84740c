"""SVG documents."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import svg

from ..build_files import SVG
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves, named

NS = "xmlns='http://www.w3.org/2000/svg'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<svg {NS} width='64' height='4cm'/>", {"Image Width": "64", "Image Height": "4cm"}),
        (f"<svg {NS} viewBox='0 0 64 48'></svg>", {"View Box": "0 0 64 48"}),
        (
            "<svg><g><title>part</title></g><title>A &amp; <b>B</b></title><desc>D</desc></svg>",
            {"Title": "A & B", "Description": "D"},
        ),
        ("<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:title>A</s:title></s:svg>", {"Title": "A"}),
        (
            "<svg xmlns:sodipodi='s' xmlns:inkscape='i' sodipodi:docname='a.svg'"
            " inkscape:export-filename='/home/me/a.png'/>",
            {"Document Name": "a.svg", "Export Filename": "/home/me/a.png"},
        ),
        ("<svg inkscape:version='1.3' width='4'/>", {"Inkscape Version": "1.3", "Image Width": "4"}),
        (
            "<!-- Created with Inkscape --><svg><!-- by me --><g><!-- not this --></g></svg>",
            {"Comment": "Created with Inkscape\nby me"},
        ),
        ('<!DOCTYPE svg [<!ENTITY w "64">]>\n<svg width="&w;"/>', {"Image Width": "64"}),
        (
            '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"><svg width="1"/>',
            {"Image Width": "1"},
        ),
        ("<?xml version='1.0'?>\n<svg width='1'><g><path d=</g>", {"Image Width": "1"}),
        ("<svg width='1'><title>cut sh", {"Image Width": "1"}),
    ],
)
def test_values(text: str, expected: dict[str, str]) -> None:
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        found = read_metadata(data)
        assert (found[0].name, found[-1].values[1]) == ("SVG", "SVG")
        assert described(found[0]).items() >= expected.items()
        assert "not this" not in str(found[0].values)


def test_a_part_s_title_is_not_the_picture_s() -> None:
    assert "Title" not in described(read_metadata(b"<svg><g><title>part</title></g></svg>")[0])


@pytest.mark.parametrize("head", ["", '<!DOCTYPE svg [<!ENTITY ns "urn:x">]>'])
def test_metadata(head: str) -> None:
    work = "<cc:Work rdf:about=''><dc:title>A</dc:title></cc:Work>"
    names = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    packets = (packet("<dc:title>A</dc:title>").decode(), f"<rdf:RDF>{work}</rdf:RDF>")
    for inner in packets:
        root = f"<svg {names} xmlns:cc='http://creativecommons.org/ns#'>"
        text = f"{head}{root}<metadata id='m'>{inner}</metadata><g/></svg>"
        found = read_metadata(text.encode())
        assert named(found) == ["SVG", "XMP", "File Type"]
        assert "A" in leaves(found[1]).values()


def test_metadata_of_another_kind() -> None:
    found = read_metadata(b"<svg><metadata><a b='c'>d</a><a>e</a></metadata></svg>")
    assert leaves(found[1]) == {"metadata/a[1]/@b": "c", "metadata/a[1]": "d", "metadata/a[2]": "e"}


def test_compressed_documents_are_read() -> None:
    (directory, *_) = svg.read(svg.Reader.over(gzip.compress(b"<svg width='64'/>")))
    assert described(directory) == {"Image Width": "64"}


def test_a_large_drawing_takes_no_long_time() -> None:
    for part in (b"<a/>", b"<a>", b"<!--", b"<", b"<a ", b"</a>", b"<?", b"<!--a-->"):
        start = time.process_time()
        list(svg.read(svg.Reader.over(b"<svg width='1'>" + part * (4_000_000 // len(part)))))
        assert time.process_time() - start < 1.5, part


@given(damaged(SVG) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(svg.read, data)
