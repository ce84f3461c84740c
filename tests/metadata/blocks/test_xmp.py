from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import xmp
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.xmp import TEXT

from ..build_files import XMP
from ..build_xmp import NAMESPACES, PREAMBLE, extended, packet, rdf
from ..hostile import damaged
from ..show import described, leaves


def all_leaves(directory: Directory) -> dict[str, str | list[str]]:
    """Values by path, a list where a path has several."""
    found: dict[str, list[str]] = {}
    for item in directory.xmp:
        found.setdefault(item.path, []).append(item.value)
    return {path: values if len(values) > 1 else values[0] for path, values in found.items()}


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
         {"dc:title[1]": "X", "dc:title[1]/xml:lang": "x-default", "dc:title[2]": "D", "dc:title[2]/xml:lang": "de"}),
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
        ("<tiff:Software>S</tiff:Software><xmp:CreatorTool>T</xmp:CreatorTool>", {"xmp:CreatorTool": "T",
         "tiff:Software": "S"}),
        ("<tiff:Software>T</tiff:Software><xmp:CreatorTool>T</xmp:CreatorTool>", {"xmp:CreatorTool": "T"}),
        ("<tiff:Artist>A; B</tiff:Artist><dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq>"
         "</dc:creator>",
         {"dc:creator[1]": "A", "dc:creator[2]": "B"}),
        ("<my:a>x <![CDATA[<b> & c]]> y</my:a>", {"my:a": "x <b> & c y"}),
        ("<?a b?><my:a>x<?c d?>y</my:a><?e?>", {"my:a": "xy"}),
        ("<my:a>&#x41;&amp;&lt;</my:a>", {"my:a": "A&<"}),
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


FAULTY = [
    # content of rdf:RDF, what is kept of it, the first fault
    ("text<rdf:Description my:a='1'/>", {"my:a": "1"}, "Node element must be rdf:Description or typed node: 'text'"),
    ("<my:T><my:a>1</my:a></my:T>", {"my:a": "1"}, "Top level typed node not allowed: my:T"),
    ("<rdf:Description rdf:li='x' my:a='1'/>", {"my:a": "1"}, "Invalid nodeElement attribute: rdf:li='x'"),
    ("<rdf:Description rdf:about='a' my:a='1'/><rdf:Description rdf:about='b' my:b='2'/>",
     {"my:a": "1", "my:b": "2"}, "Mismatched top level rdf:about values: 'b'"),
]  # fmt: skip
FAULTY_PROPERTIES = [
    ("text<my:a>1</my:a>", {"my:a": "1"}, "Expected property element node not found: 'text'"),
    ("<my:a>1</my:a><my:a>2</my:a><my:b/>", {"my:a": ["1", "2"], "my:b": ""},
     "Duplicate property or field node 'my:a'"),
    ("<my:a>1</my:a><my:a>1</my:a>", {"my:a": "1"}, "Duplicate property or field node 'my:a'"),
    ("<dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject>"
     "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject><dc:subject>c</dc:subject>",
     {"dc:subject[1]": "a", "dc:subject[2]": "b", "dc:subject[3]": "c"},
     "Duplicate property or field node 'dc:subject'"),
    ("<a>1</a>", {"a": "1"}, "XML namespace required for all elements and attributes: a"),
    ("<rdf:li>1</rdf:li>", {"rdf:li": "1"}, "Misplaced rdf:li element"),
    ("<rdf:value>1</rdf:value>", {"rdf:value": "1"}, "Misplaced rdf:value element"),
    ("<my:a><rdf:Bag><my:b>1</my:b></rdf:Bag></my:a>", {"my:a[1]": "1"},
     "Arrays cannot have arbitrary child names: my:b"),
    ("<my:a><rdf:Bag><rdf:li>1</rdf:li></rdf:Bag><rdf:Bag><rdf:li>2</rdf:li></rdf:Bag></my:a>",
     {"my:a[1]": "1", "my:a[2]": "2"}, "Invalid child of resource property element: rdf:Bag"),
    ("<my:a><rdf:Bag>one</rdf:Bag></my:a>", {"my:a[1]": "one"}, "Expected property element node not found: 'one'"),
    ("<my:a><rdf:li>1</rdf:li><rdf:li>2</rdf:li></my:a>", {"my:a[1]": "1", "my:a[2]": "2"},
     "Misplaced rdf:li element"),
    ("<my:a><my:b>x</my:b></my:a>", {"my:a": "x", "my:a/rdf:type": "urn:my/:b"},
     "Expected property element node not found: 'x'"),
    ("<my:a>x<rdf:Description my:b='1'/></my:a>", {"my:a/my:b": "1"},
     "Children of resource property element must be XML elements: 'x'"),
    ("<my:a rdf:parseType='Literal'>x<my:b>y</my:b></my:a>", {"my:a/my:b": "y"},
     "ParseTypeLiteral property element not allowed: my:a"),
    ("<my:a rdf:parseType='Literal'>x</my:a>", {"my:a": "x"}, "ParseTypeLiteral property element not allowed: my:a"),
    ("<my:a my:b='1' my:c='2'>x</my:a>", {"my:a": "x", "my:a/my:b": "1", "my:a/my:c": "2"},
     "Nested content not allowed with rdf:resource or property attributes: my:a"),
    ("<my:a my:b='1'><rdf:Description my:c='2'/></my:a>", {"my:a/my:b": "1", "my:a/my:c": "2"},
     "Nested content not allowed with rdf:resource or property attributes: my:a"),
    ("<my:a my:b='1'><my:c>2</my:c></my:a>", {"my:a/my:b": "1", "my:a/my:c": "2"},
     "Nested content not allowed with rdf:resource or property attributes: my:a"),
    ("<my:a rdf:value='1' rdf:resource='2'/>", {"my:a": "1", "my:a/rdf:resource": "2"},
     "Empty property element can't have both rdf:value and rdf:resource"),
    ("<rdf:Description my:a='1'/>", {"my:a": "1"}, "Invalid property element name: rdf:Description"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kept", "fault"),
    FAULTY + [(f"<rdf:Description>{inner}</rdf:Description>", kept, fault) for inner, kept, fault in FAULTY_PROPERTIES],
)
def test_a_fault_costs_the_property_that_has_it(content: str, kept: dict[str, str | list[str]], fault: str) -> None:
    directory = xmp.read_packet(rdf(content + "<rdf:Description xmp:Label='sound'/>"))
    found = all_leaves(directory)
    assert found.pop("xmp:Label") == "sound"
    assert (found, directory.errors[0]) == (kept, f"Error processing XMP data: {fault}")


PHOTOSHOP = "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'"
LABEL = "<xmp:Label>sound</xmp:Label>"


@pytest.mark.parametrize(
    ("data", "kept", "fault"),
    [
        (b"junk" + packet(LABEL), {}, "Text before or behind the packet"),
        (packet(LABEL) + b"</rdf:RDF>\0\0<?xpacket end='w'?>", {}, "Text before or behind the packet"),
        (packet(LABEL + "<my:b>A & B</my:b>"), {"my:b": "A & B"}, "An '&' that begins no reference: 'A & B'"),
        (packet(LABEL + "<my:b>a &lt; b &nbsp;&x;</my:b>"), {"my:b": "a < b \u00a0&x;"},
         "The entity &nbsp; is not declared"),
        (packet(LABEL + "<my:b>1 < 2</my:b>"), {"my:b": "1 < 2"}, "A '<' that begins no tag: '< 2"),
        (packet(LABEL + "<my:b>1</my:c>"), {"my:b": "1"}, "The element my:b is closed by the tag </my:c>"),
        (packet(LABEL + "<GCamera:MicroVideo>1</GCamera:MicroVideo><zz:a>2</zz:a>"),
         {"GCamera:MicroVideo": "1", "zz:a": "2"}, "The prefix GCamera is not declared"),
        (packet(LABEL + "<my:b x=1 my:c='2'>3</my:b>"), {"my:b": "3", "my:b/my:c": "2", "my:b/x": "1"},
         'The tag "<my:b x=1 my:c=\'2\'>" is not well-formed'),
        (packet(LABEL, "my:b='1' my:b='2'"), {"my:b": ["1", "2"]}, "Duplicate property or field node 'my:b'"),
        (packet(LABEL + "<my:b>cut short")[:-40], {}, "The document ends inside my:b: 'cut short'"),
        (packet(LABEL + "<my:b>1</my:b><my:c d='")[:-40], {"my:b": "1"}, "The document ends inside "),
        (packet(LABEL) + packet("<my:b>2</my:b>"), {"my:b": "2"}, "More than one rdf:RDF"),
        (b"<!DOCTYPE x [<!ENTITY e 'own'>]>" + packet(LABEL + "<my:b>&e;</my:b>"), {"my:b": "own"},
         "XML parsing failure"),
        (b"<!DOCTYPE x [<!ENTITY a '1'><!ENTITY b '&a;&a;'>]>" + packet(LABEL + "<my:b>&b;</my:b>"), {"my:b": "&b;"},
         "The reference '&b;' is kept as it is written"),
        (b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + packet(LABEL + "<my:b>&e;</my:b>"),
         {"my:b": "&e;"}, "The reference '&e;' is kept as it is written"),
    ],
)  # fmt: skip
def test_what_is_not_well_formed(data: bytes, kept: dict[str, str | list[str]], fault: str) -> None:
    directory = xmp.read_packet(data)
    found = all_leaves(directory)
    assert found.pop("xmp:Label") == "sound"
    assert found == kept
    assert directory.errors[0] == "Error processing XMP data: XML parsing failure"
    assert any(fault in error for error in directory.errors), directory.errors


def test_a_document_type_is_no_fault() -> None:
    directory = xmp.read_packet(b"<!DOCTYPE xmpmeta>" + packet(LABEL))
    assert (leaves(directory), directory.errors) == ({"xmp:Label": "sound"}, [])


def test_namespaces_are_inherited() -> None:
    data = packet(LABEL).replace(NAMESPACES.encode(), b"").replace(b'meta/">', b'meta/" ' + NAMESPACES.encode() + b">")
    directory = xmp.read_packet(data)
    assert (leaves(directory), directory.errors) == ({"xmp:Label": "sound"}, [])


@pytest.mark.parametrize("data", [b"", b"\0\0 ", b"<x", b"no markup", b"<a>" * 200 + b"</a>" * 200])
def test_what_cannot_be_parsed_is_kept_as_text(data: bytes) -> None:
    directory = xmp.read_packet(data)
    text = data.strip(b"\0 ").decode()
    assert (directory.xmp, directory.errors[0]) == ([], "Error processing XMP data: XML parsing failure")
    assert directory.values == ({TEXT: text} if text else {})


def test_what_stands_behind_a_packet_is_kept_as_text() -> None:
    directory = xmp.read_packet(packet(LABEL) + b"<?xpacket end='w'?>rest of an \xe4lder one" + b"x" * 20_000)
    assert directory.values[TEXT].startswith("rest of an älder one")
    assert len(directory.values[TEXT]) == 16_384


def test_many_elements_end_the_reading_and_nothing_else() -> None:
    directory = xmp.read_packet(packet(LABEL + "<my:a/>" * 200_000))
    assert leaves(directory)["xmp:Label"] == "sound"
    assert any("too many elements" in error for error in directory.errors)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"22-rdf-syntax-ns#", b"22-rdf-syntax-ns"),
        (b"http://www.w3", b"https://www.w3"),
        (b"<rdf:RDF " + NAMESPACES.encode() + b">", b"<x:z " + NAMESPACES.encode() + b">"),
    ],
)
def test_misspelt_rdf(before: bytes, after: bytes) -> None:
    data = packet(LABEL + "<dc:creator><rdf:Seq><rdf:li>A</rdf:li></rdf:Seq></dc:creator>")
    data = data.replace(before, after).replace(b"</rdf:RDF>", b"</x:z>" if b"<x:z" in after else b"</rdf:RDF>")
    assert leaves(xmp.read_packet(data)) == {"xmp:Label": "sound", "dc:creator[1]": "A"}


def test_long_lists_do_not_cost_what_is_behind_them() -> None:
    items = "<rdf:li>" + "</rdf:li>\n<rdf:li>".join(map(str, range(150_000))) + "</rdf:li>"
    directory = xmp.read_packet(packet(f"<photoshop:DocumentAncestors {PHOTOSHOP}><rdf:Bag>{items}</rdf:Bag>"
                                       f"</photoshop:DocumentAncestors>{LABEL}"))  # fmt: skip
    found = leaves(directory)
    assert (found["xmp:Label"], found["photoshop:DocumentAncestors[5000]"]) == ("sound", "4999")
    (error,) = directory.errors
    assert error.endswith(" items of lists are left out: too many")


def test_no_rdf() -> None:
    assert described(xmp.read_packet(b"<x/>")) == {"XMP Value Count": "0", "MD Text": "<x/>"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\0", " "), (b"&#x1f;", " "), (b"&#0;", " "), (b"\xe9", "é"), (b"\x80", "€"), (b"\xc3\xa9", "é")],
)
def test_mended(before: bytes, after: str) -> None:
    data = packet("<xmp:Label>a@b</xmp:Label>").replace(b"@", before) + b"\0\0"
    assert leaves(xmp.read_packet(data)) == {"xmp:Label": f"a{after}b"}


@pytest.mark.parametrize("begin", ["", "\ufeff", "\r\n", "<?xml version='1.0' encoding='UTF-16'?>"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings(encoding: str, begin: str) -> None:
    data = (begin + packet("<xmp:Label>é</xmp:Label>").decode()).encode(encoding)
    for sound in (data, data + bytes(8)):
        directory = xmp.read_packet(sound)
        assert (leaves(directory), directory.errors) == ({"xmp:Label": "é"}, [])
    broken = data.replace("<xmp".encode(encoding), "<my:a>&</my:a><xmp".encode(encoding))
    assert leaves(xmp.read_packet(broken)) == {"my:a": "&", "xmp:Label": "é"}


@pytest.mark.parametrize(
    ("declared", "data", "label"),
    [
        ("ISO-8859-1", b"a\xe9", "aé"),
        ("windows-1251", b"\xcf\xf0", "Пр"),
        ("UTF-8", b"\xe6\x9c\xa8 \xe9 \x81", "木 é \x81"),
        ("idna", b"a\xe9", "aé"),
    ],
)
def test_declared_encodings(declared: str, data: bytes, label: str) -> None:
    sound = f"<?xml version='1.0' encoding='{declared}'?>".encode() + packet("<xmp:Label>@</xmp:Label>")
    assert leaves(xmp.read_packet(sound.replace(b"@", data)))["xmp:Label"] == label
    assert leaves(xmp.read_packet(sound.replace(b"@", data + b"<"))) == {"xmp:Label": label + "<"}


def test_extended_packet() -> None:
    name, parts = extended(packet("<my:big>" + "x" * 300 + "</my:big>"), 100)
    main = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    orders = (
        [main, *parts],
        [b"Exif\0\0", main, *reversed(parts)],
        [*parts, main],
        [parts[1], main, parts[0], *parts[2:]],
    )
    for segments in orders:
        first, second = xmp.read_segments(segments)
        assert (leaves(first), first.errors) == ({"xmpNote:HasExtendedXMP": name}, [])
        assert (leaves(second), second.errors) == ({"my:big": "x" * 300}, [])


def test_extended_packet_that_nobody_names() -> None:
    _, parts = extended(packet("<my:big>" + "x" * 300 + "</my:big>"), 100)
    (alone,) = xmp.read_segments(parts)
    other = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{'0' * 32}</xmpNote:HasExtendedXMP>")
    _, second = xmp.read_segments([other, *parts])
    for directory in (alone, second):
        assert leaves(directory) == {"my:big": "x" * 300}
        assert directory.errors == ["Extended XMP that no packet names"]


def test_extended_packet_of_which_parts_are_missing() -> None:
    name, parts = extended(packet("<my:a>1</my:a><my:big>" + "x" * 300 + "</my:big>"), 100)
    main = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    _, second = xmp.read_segments([main, *parts[:-2]])
    assert leaves(second) == {"my:a": "1"}
    assert second.errors[0].startswith("The first 600 of ")
    _, second = xmp.read_segments([main, *parts[1:]])
    assert second.errors[-1] == "Error processing XMP data: XML parsing failure"
    (short,) = xmp.read_segments([parts[0][:50]])
    assert short.errors


def test_extended_packet_of_two_lengths() -> None:
    name, parts = extended(packet("<my:big>" + "x" * 300 + "</my:big>"), 100)
    main = PREAMBLE + packet(f"<xmpNote:HasExtendedXMP>{name}</xmpNote:HasExtendedXMP>")
    odd = bytearray(parts[1])
    odd[35 + 32 + 3] += 1
    _, directory = xmp.read_segments([main, parts[0], bytes(odd), *parts[1:]])
    assert directory.errors[0].startswith("Inconsistent length for the Extended XMP buffer: ")
    assert leaves(directory) == {"my:big": "x" * 300}


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


RICH = b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>" + XMP + b"<?xpacket end='w'?>"
PIECES = (
    *("<", ">", "</", "/>", "&", "&#x41;", "<![CDATA[", "]]>", "<!--", "-->"),
    *("<?", "?>", "'", '"', "=", " ", "x", "\ud7ff"),
    *("<rdf:li>", "</rdf:li>", "<rdf:Bag>", "<rdf:Seq/>", "<rdf:value>", "<rdf:Description my:b='1'>"),
    *("<my:a>", "</my:a>"),
    *("<tiff:Artist>", "<dc:title>", "<dc:creator xml:lang='x'>", "<xmpDM:copyright>", "rdf:parseType='Resource'>"),
)  # fmt: skip


@given(damaged(RICH) | st.lists(st.sampled_from(PIECES), max_size=40).map(lambda some: packet("".join(some))))
def test_damaged(data: bytes) -> None:
    directory = xmp.read_packet(data)
    for text in (*directory.errors, *("".join(item) for item in directory.xmp), directory.values.get(TEXT, "")):
        text.encode()


@pytest.mark.parametrize(("name", "toolkit"), [("xmpmeta", "xmptk"), ("xapmeta", "xaptk")])
@pytest.mark.parametrize("tail", [b"", b"<broken"])
def test_the_toolkit_is_that_of_the_outermost_element(name: str, toolkit: str, tail: bytes) -> None:
    data = f"<x:{name} xmlns:x='adobe:ns:meta/' x:{toolkit}='XMP Core 5.4.0 '>".encode()
    data += b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>' + f"</x:{name}>".encode() + tail
    assert described(xmp.read_packet(data))["XMP Toolkit"] == "XMP Core 5.4.0"
