from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks import xmp
from metadata_digger.metadata.source import Reader

from ..build_xmp import PREAMBLE, extended, packet, rdf
from ..show import described, leaves


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("<xmp:Rating>5</xmp:Rating>", {"xmp:Rating": "5"}),
        ("<xmp:Rating/>", {"xmp:Rating": ""}),
        ('<my:Link rdf:resource="http://x/"/>', {"my:Link": "http://x/"}),
        ("<xmp:Title>a<!-- b -->c</xmp:Title>", {"dc:title": "ac"}),
        ("<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>",
         {"dc:creator[1]": "A", "dc:creator[2]": "B"}),
        ("<dc:creator>A</dc:creator>", {"dc:creator[1]": "A"}),
        ("<dc:subject><rdf:Bag/></dc:subject>", {"dc:subject": ""}),
        ('<dc:title><rdf:Alt><rdf:li xml:lang="EN_us">E</rdf:li></rdf:Alt></dc:title>',
         {"dc:title[1]": "E", "dc:title[1]/xml:lang": "en-US"}),
        ('<dc:title><rdf:Alt><rdf:li xml:lang="de">D</rdf:li><rdf:li xml:lang="x-default">X</rdf:li></rdf:Alt>'
         "</dc:title>",
         {"dc:title[1]": "X", "dc:title[1]/xml:lang": "x-default", "dc:title[2]": "X", "dc:title[2]/xml:lang": "de"}),
        ("<dc:rights>Free</dc:rights>", {"dc:rights[1]": "Free", "dc:rights[1]/xml:lang": "x-default"}),
        ("<dc:title><rdf:Alt><rdf:li>T</rdf:li></rdf:Alt></dc:title>",
         {"dc:title[1]": "T", "dc:title[1]/xml:lang": "x-repair"}),
        ('<my:S rdf:parseType="Resource"><my:a>1</my:a><my:b>2</my:b></my:S>', {"my:S/my:a": "1", "my:S/my:b": "2"}),
        ('<my:S><rdf:Description my:a="1"><my:b>2</my:b></rdf:Description></my:S>',
         {"my:S/my:a": "1", "my:S/my:b": "2"}),
        ('<my:S my:a="1" my:b="2"/>', {"my:S/my:a": "1", "my:S/my:b": "2"}),
        ("<my:S><my:Type><my:a>1</my:a></my:Type></my:S>", {"my:S/my:a": "1", "my:S/rdf:type": "urn:my/:Type"}),
        ('<my:Q rdf:parseType="Resource"><rdf:value>v</rdf:value><my:q>1</my:q></my:Q>',
         {"my:Q": "v", "my:Q/my:q": "1"}),
        ('<my:Q rdf:value="v" my:q="1"/>', {"my:Q": "v", "my:Q/my:q": "1"}),
        ("<my:A><rdf:Bag><rdf:li rdf:parseType='Resource'><my:a>1</my:a></rdf:li></rdf:Bag></my:A>",
         {"my:A[1]/my:a": "1"}),
        ("<tiff:Artist>A</tiff:Artist>", {"dc:creator[1]": "A"}),
        ("<tiff:Software>S</tiff:Software><xmp:CreatorTool>T</xmp:CreatorTool>", {"xmp:CreatorTool": "T"}),
        ("<tiff:Software>S</tiff:Software>", {"xmp:CreatorTool": "S"}),
        ("<tiff:ImageDescription>D</tiff:ImageDescription>", {"dc:description": "D"}),
        ("<exif:UserComment>C</exif:UserComment>",
         {"exif:UserComment[1]": "C", "exif:UserComment[1]/xml:lang": "x-default"}),
        ("<xmpDM:copyright>C</xmpDM:copyright>", {"dc:rights[1]": "\n\nC", "dc:rights[1]/xml:lang": "x-default"}),
        ('<dc:format xmlns:dc="http://purl.org/dc/1.1/">f</dc:format>', {"dc:format": "f"}),
        ('<o:p xmlns:o="http://ns.adobe.com/pdf/1.3/">v</o:p>', {"pdf:p": "v"}),
        ('<dc:p xmlns:dc="urn:other">v</dc:p>', {"dc_1_:p": "v"}),
    ],
)  # fmt: skip
def test_properties(properties: str, expected: dict[str, str]) -> None:
    directory = xmp.read_packet(packet(properties))
    assert (leaves(directory), directory.errors) == (expected, [])
    assert described(directory) == {"XMP Value Count": str(len(expected))}


def test_attributes_and_namespaces() -> None:
    (directory,) = xmp.read(Reader.over(packet("", 'xmp:Rating="3" my:x="y" dc:format="image/jpeg"')))
    assert [tuple(item) for item in directory.xmp] == [
        ("http://purl.org/dc/elements/1.1/", "dc:format", "image/jpeg"),
        ("urn:my/", "my:x", "y"),
        ("http://ns.adobe.com/xap/1.0/", "xmp:Rating", "3"),
    ]


def test_items_have_no_namespace_but_qualifiers_have() -> None:
    directory = xmp.read_packet(packet("<dc:rights>Free</dc:rights>"))
    assert [item.ns for item in directory.xmp] == ["", "http://www.w3.org/XML/1998/namespace"]


def test_old_instance_id() -> None:
    about = "uuid:BAC965C4-9D87-11D9-9A30-000D936B79C4"
    directory = xmp.read_packet(rdf(f'<rdf:Description rdf:about="{about}" xmp:Rating="1"/>'))
    assert leaves(directory) == {"xmp:Rating": "1", "xmpMM:InstanceID": about.lower()}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "XML parsing failure"),
        (b"<x", "XML parsing failure"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', "XML parsing failure"),
        (b"<a>" * 200 + b"</a>" * 200, "XML parsing failure"),
        (b"<a>" + b"<a/>" * 200_000 + b"</a>", "XML parsing failure"),
        (rdf("text"), "Node element must be rdf:Description or typed node"),
        (rdf("<my:T/>"), "Top level typed node not allowed"),
        (packet("text"), "Expected property element node not found"),
        (packet("<my:a>1</my:a><my:a>2</my:a>"), "Duplicate property or field node 'my:a'"),
        (packet("<a>1</a>"), "XML namespace required for all elements and attributes"),
        (packet("<rdf:li>1</rdf:li>"), "Misplaced rdf:li element"),
        (packet("<my:a><rdf:Bag><my:b/></rdf:Bag></my:a>"), "Arrays cannot have arbitrary child names"),
        (packet("<my:a><![CDATA[x]]></my:a>"), "Children of resource property element must be XML elements"),
        (packet('<my:a rdf:parseType="Literal"/>'), "ParseTypeLiteral property element not allowed"),
        (
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:li=""/></rdf:RDF>',
            "Invalid nodeElement attribute",
        ),
    ],
)
def test_rejected(data: bytes, error: str) -> None:
    directory = xmp.read_packet(data)
    assert (directory.values, directory.xmp, directory.errors) == ({}, [], [f"Error processing XMP data: {error}"])


def test_no_rdf() -> None:
    assert described(xmp.read_packet(b"<x/>")) == {"XMP Value Count": "0"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\0", " "), (b"&#x1f;", " "), (b"&#0;", " "), (b"\xe9", "é"), (b"\x80", "€"), (b"\xc3\xa9", "é")],
)
def test_mended(before: bytes, after: str) -> None:
    data = packet("<xmp:Label>a@b</xmp:Label>").replace(b"@", before) + b"\0\0"
    assert leaves(xmp.read_packet(data)) == {"xmp:Label": f"a{after}b"}


def test_utf16() -> None:
    data = packet("<xmp:Label>é</xmp:Label>").decode().encode("utf-16")
    assert leaves(xmp.read_packet(data)) == {"xmp:Label": "é"}


def test_extended_packet() -> None:
    name, parts = extended(packet("<my:big>" + "x" * 300 + "</my:big>"), 100)
    main = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    other = parts[0].replace(name.encode(), b"0" * 32)
    first, second = xmp.read_segments([b"Exif\0\0", main, *reversed(parts), other])
    assert leaves(first) == {"xmpNote:HasExtendedXMP": name}
    assert leaves(second) == {"my:big": "x" * 300}
    assert len(list(xmp.read_segments(parts))) == 0
    _, second = xmp.read_segments([main, *parts[1:]])
    assert second.errors == ["Error processing XMP data: XML parsing failure"]


def test_extended_packet_of_two_lengths() -> None:
    name, parts = extended(packet("<my:big>" + "x" * 300 + "</my:big>"), 100)
    main = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    odd = bytearray(parts[1])
    odd[35 + 32 + 3] += 1
    directories = list(xmp.read_segments([main, parts[0], bytes(odd), *parts[1:]]))
    assert directories[1].errors[0].startswith("Inconsistent length for the Extended XMP buffer: ")
    assert leaves(directories[2]) == {"my:big": "x" * 300}


def test_headers_of_jpeg_packets() -> None:
    data = packet("<xmp:Rating>5</xmp:Rating>")
    for head in (PREAMBLE, PREAMBLE.upper(), b"XMP\0" + PREAMBLE[4:]):
        (directory,) = xmp.read_segments([head + data])
        assert leaves(directory) == {"xmp:Rating": "5"}
    assert not list(xmp.read_segments([b"XMP", data]))


def test_long_paths_end_the_packet() -> None:
    name = "n" * 60_000
    items = "<rdf:li/>" * 2_000
    directory = xmp.read_packet(packet(f"<my:{name}><rdf:Bag>{items}</rdf:Bag></my:{name}>"))
    assert directory.errors == ["Error processing XMP data: Paths of properties are too long"]
