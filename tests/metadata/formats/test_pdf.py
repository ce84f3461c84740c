"""PDF documents, sound ones, edited ones and damaged ones."""

from __future__ import annotations

import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import pdf as reader
from metadata_digger.metadata.model import Directory

from ..build_pdf import CATALOGUE, INFORMATION, PAGE, PAGES, pdf, pdf_of_streams, stream
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves, named

XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    + packet("<dc:title>Of XMP</dc:title>")
    + b'<?xpacket end="w"?>'
)
OBJECTS = {1: CATALOGUE, 2: INFORMATION, 3: PAGES, 4: PAGE, 5: stream(XMP, b"/Type/Metadata/Subtype/XML")}
PACKED = {**OBJECTS, 5: stream(XMP, packed=True)}
SAID = {
    "Title": "A (title)",
    "Author": "Ł",
    "Producer": "lib 1.0",
    "Creation Date": "2024:02:29 12:30:59+01:00",
    "Other Information": "Company: ACME",
    "Page Count": "2",
    "Page Size": "612 x 792.5 points",
    "Language": "en-GB",
}
STREAMS = {number: OBJECTS[number] for number in (1, 2, 3, 4)}


def directory(data: bytes) -> Directory:
    return read_metadata(data)[0]


@pytest.mark.parametrize(
    "data",
    [
        pdf(OBJECTS),
        pdf(PACKED),
        pdf({**OBJECTS, 5: stream(XMP).replace(b"/Length %d" % len(XMP), b"/Length 6 0 R"), 6: b"%d" % len(XMP)}),
        pdf({**OBJECTS, 5: stream(XMP).replace(b"/Length %d" % len(XMP), b"/Length 3")}),
        pdf(OBJECTS, head=b"junk in front\n%PDF-1.7\n").replace(b"startxref\n", b"startxref\n "),
        pdf_of_streams({5: OBJECTS[5]}, STREAMS),
        pdf_of_streams({5: PACKED[5]}, STREAMS, predictor=1),
    ],
)
def test_information_and_xmp(data: bytes) -> None:
    found = read_metadata(data)
    assert named(found) == ["PDF", "XMP", "File Type"]
    assert described(found[0]).items() >= SAID.items()
    assert "Of XMP" in leaves(found[1]).values()
    assert found[1].errors == []


def test_sound_files_have_no_faults() -> None:
    for data in (pdf(OBJECTS), pdf_of_streams({5: OBJECTS[5]}, STREAMS)):
        assert directory(data).errors == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"(caf\xe9)", "café"),
        (b"(caf\xc3\xa9)", "café"),
        (b"(\xef\xbb\xbfcaf\xc3\xa9)", "café"),
        (b"(\\376\\377\\001\\101)", "Ł"),
        (b"<FFFE4101>", "Ł"),
        (b"(\x95\x96 \x8d\x8e)", "ŁŒ “”"),
        (b"(a\\\nb\\n\\)\\53)", "ab\n)+"),
        (b"(a (b) c)", "a (b) c"),
        (b"<61 62 6>", "ab`"),
        (b"/A#20name", "A name"),
        (b"6 0 R", "elsewhere"),
        (b"()", None),
        (b"[1 2]", None),
        (b"99 0 R", None),
    ],
)
def test_texts(text: bytes, expected: str | None) -> None:
    objects = {**OBJECTS, 2: b"<</Title %s>>" % text, 6: b"(elsewhere)"}
    assert described(directory(pdf(objects))).get("Title") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"D:2024", "2024"),
        (b"D:202402", "2024:02"),
        (b"D:20240229", "2024:02:29"),
        (b"D:20240229123059Z", "2024:02:29 12:30:59Z"),
        (b"D:20240229123059-05'30", "2024:02:29 12:30:59-05:30"),
        (b"20240229123059", "2024:02:29 12:30:59"),
        (b"Thu Feb 29 2024", "Thu Feb 29 2024"),
    ],
)
def test_dates(text: bytes, expected: str) -> None:
    objects = {**OBJECTS, 2: b"<</ModDate(%s)>>" % text}
    assert described(directory(pdf(objects)))["Modification Date"] == expected


def test_what_older_revisions_said_is_kept() -> None:
    first = pdf(OBJECTS)
    changed = INFORMATION.replace(b"\\(title\\)", b"new one").replace(b"<FEFF0141>", b"(Somebody)")
    second = pdf({2: changed}, before=first)
    third = pdf({7: changed.replace(b"Somebody", b"Anybody")}, b"/Root 1 0 R/Info 7 0 R", before=second)
    found = directory(third)
    said = [(tag.name, tag.description) for tag in found.tags()]
    assert [value for name, value in said if name == "Author"] == ["Ł", "Somebody", "Anybody"]
    assert [value for name, value in said if name == "Title"] == ["A (title)", "A new one"]
    assert described(found)["Revisions"] == "3"
    assert found.errors == []


def test_every_packet_is_read_once() -> None:
    other = XMP.replace(b"Of XMP", b"Of a picture")
    found = read_metadata(pdf({**OBJECTS, 8: stream(other, b"/Type/Metadata"), 9: stream(XMP, b"/Type/Metadata")}))
    assert named(found) == ["PDF", "XMP", "XMP", "File Type"]
    assert [leaves(one)["dc:title[1]"] for one in found[1:3]] == ["Of XMP", "Of a picture"]


def test_encrypted_documents_say_so() -> None:
    objects = {**OBJECTS, 5: stream(b"\x93\x10 noise"), 6: b"<</Filter/Standard/V 2/R 3/O(o)/U(u)/P -4>>"}
    found = directory(pdf(objects, b"/Root 1 0 R/Info 2 0 R/Encrypt 6 0 R/ID[<0102><0304>]"))
    assert described(found)["Encryption"] == "Standard V2 R3"
    assert (described(found)["Permanent ID"], described(found)["Changing ID"]) == ("0102", "0304")
    assert "Title" not in described(found)
    assert found.errors == ["The document is encrypted: its texts cannot be read", "XMP is encrypted and not read"]


WHOLE = pdf(OBJECTS)
MODERN = pdf_of_streams({5: OBJECTS[5]}, STREAMS)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[: WHOLE.index(b"startxref")],
        WHOLE.replace(b"startxref\n", b"startxref\n9"),
        WHOLE.replace(b"\nxref\n", b"\nxxxx\n"),
        b"".join((WHOLE[:9], b"% a line more\n", WHOLE[9:])),
        MODERN[: MODERN.index(b"startxref")],
        MODERN.replace(b"startxref\n", b"startxref\n1"),
    ],
)
def test_a_broken_table_costs_nothing(data: bytes) -> None:
    found = read_metadata(data)
    assert described(found[0]).items() >= SAID.items()
    assert "Of XMP" in leaves(found[1]).values()
    assert found[0].errors


def test_xmp_is_found_without_any_object() -> None:
    found = read_metadata(b"%PDF-1.4\nnothing of use\n" + XMP)
    assert named(found) == ["PDF", "XMP", "File Type"]
    assert found[0].errors


@pytest.mark.parametrize(
    "data",
    [
        pdf({**OBJECTS, 2: b"<</Title 2 0 R>>"}),
        pdf({**OBJECTS, 2: b"<</Title" + b"[" * 5000}),
        pdf({**OBJECTS, 3: b"<</Kids[3 0 R]>>"}),
        pdf(OBJECTS, b"/Root 1 0 R/Prev 9999999"),
        pdf({**OBJECTS, 5: b"<</Length 5 0 R>>stream\n\nendstream"}),
        pdf({**OBJECTS, **{n: b"<</Length %d 0 R>>stream\n\nendstream" % (n + 1) for n in range(5, 500)}}),
        pdf({**OBJECTS, 5: stream(zlib.compress(bytes(200 << 20)), b"/Filter[/FlateDecode]")}),
        b"%PDF-1.4\n" + b"1 0 obj\n" * 200_000,
        b"%PDF-1.4\n" + b"<?xpacket begin" * 200_000,
        b"%PDF-1.4\n" + b"/Type/Catalog" * 200_000,
        b"%PDF-1.4\n" + b"trailer<<" * 200_000,
        b"%PDF-1.4\n" + b"1 " * 1_000_000,
        b"%PDF-1.4\nxref\n0 99999999\n" + b"0000000000 00000 n \n" * 200_000 + b"startxref\n9\n%%EOF",
        b"%PDF-1.4\nxref\n" + b"0 1\n0000000000 00000 n \n" * 100_000 + b"startxref\n9\n%%EOF",
    ],
)
def test_no_document_takes_long(data: bytes) -> None:
    start = time.process_time()
    consume(reader.read, data)
    assert time.process_time() - start < 1.5


@given(damaged(WHOLE) | damaged(MODERN) | st.binary())
def test_damaged(data: bytes) -> None:
    consume(reader.read, data)
