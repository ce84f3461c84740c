from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import eps
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import MemorySource, Reader

from ..build_icc import curve, profile
from ..build_photoshop import resource
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves, named

RESOURCES = resource(0x0419, pack(">i", 30))
TIFF = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x0f\x01\x02\0\x04\0\0\0Cam\0" + b"\0\0\0\0"


def hexadecimal(data: bytes, end: str = "\n", last: str = "%EndPhotoshop\n") -> bytes:
    text = data.hex().upper()
    lines = [f"% {text[start : start + 64]}{end}" for start in range(0, len(text), 64)]
    return ("".join(lines) + last).encode()


def program(*parts: bytes) -> bytes:
    return b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"".join(parts) + b"%%EndComments\n/a {} def\n"


def dos(postscript: bytes, tiff: bytes = b"", wmf: bytes = b"") -> bytes:
    """The header of 30 bytes, the preview, the program."""
    preview = tiff or wmf
    places = ((0, len(wmf)), (30, len(tiff))) if tiff else ((30, len(wmf)), (0, 0))
    head = b"\xc5\xd0\xd3\xc6" + pack("<II", 30 + len(preview), len(postscript))
    return head + b"".join(pack("<II", *place) for place in places) + b"\xff\xff" + preview + postscript


PACKET = b'<?xpacket begin=""?>' + packet("<dc:title>T</dc:title>") + b'<?xpacket end="w"?>\n'
WHOLE = dos(
    program(
        b"%%Title: (a title)\r\n%%+ goes on\n%%BoundingBox: 0 0 10 20\n",
        b'%ImageData: 10 20 8 3 1 10 7 "beginimage"\n',
        b"%BeginPhotoshop: 99\n" + hexadecimal(RESOURCES),
        b"%%BeginICCProfile: (p) 1\n" + hexadecimal(profile({b"rTRC": curve(1, 2)}), last="%%EndICCProfile\n"),
        b"%begin_xml_packet: 999\n" + PACKET + b"%end_xml_packet\n",
    ),
    TIFF,
)


def read(data: bytes) -> list[Directory]:
    return list(eps.read(Reader.over(data)))


def shown(*comments: bytes) -> dict[str, str | None]:
    (directory,) = read(program(*comments))
    assert directory.name == "EPS"
    return described(directory)


@pytest.mark.parametrize(
    ("comment", "name"),
    [
        (b"%!PS-Adobe-", "DSC Version"),
        (b"%%Author", "Author"),
        (b"%%BoundingBox", "Bounding Box"),
        (b"%%Copyright", "Copyright"),
        (b"%%CreationDate", "Creation Date"),
        (b"%%Creator", "Creator"),
        (b"%%For", "For"),
        (b"%%Keywords", "Keywords"),
        (b"%%ModDate", "Modify Date"),
        (b"%%Pages", "Pages"),
        (b"%%Routing", "Routing"),
        (b"%%Subject", "Subject"),
        (b"%%Title", "Title"),
        (b"%%Version", "Version"),
        (b"%%DocumentData", "Document Data"),
        (b"%%Emulation", "Emulation"),
        (b"%%Extensions", "Extensions"),
        (b"%%LanguageLevel", "Language Level"),
        (b"%%Orientation", "Orientation"),
        (b"%%PageOrder", "Page Order"),
        (b"%%OperatorIntervention", "Operator Intervention"),
        (b"%%OperatorMessage", "Operator Message"),
        (b"%%ProofMode", "Proof Mode"),
        (b"%%Requirements", "Requirements"),
        (b"%%VMlocation", "VM Location"),
        (b"%%VMusage", "VM Usage"),
    ],
)
def test_comment(comment: bytes, name: str) -> None:
    assert shown(comment + b":  a: value \n") == {name: "a: value"}


@pytest.mark.parametrize(
    ("comments", "values"),
    [
        ([b"%%Title: first\n", b"%%Title: second\n"], {"Title": "first"}),
        ([b"%%Title : blank before the colon\n"], {"Title": "blank before the colon"}),
        ([b"%%Title\n", b"%%Unheard: of\n", b"\n", b"\r\n"], {}),
        ([b"%%Title: a\r%%For: b\r\n%%Pages: c\n"], {"Title": "a", "For": "b", "Pages": "c"}),
        # The reference widens a signed byte to a character.
        ([b"%%Title: caf\xe9\n"], {"Title": "caf\uffe9"}),
        ([b"%%Title: a\n", b"%%+ b\n", b"%%+: c\n"], {"Title": "a c"}),
        # A second continuation goes on from the first, which is no tag with a value.
        ([b"%%Title: a\n", b"%%+: b\n", b"%%+: c\n"], {"Title": "a b", "Line Continuation": "null c"}),
        ([b"%%+: b\n"], {"Unknown tag (0x0000)": "null b"}),
    ],
)
def test_comments(comments: list[bytes], values: dict[str, str]) -> None:
    assert shown(*comments) == values


@pytest.mark.parametrize(
    ("kind", "word", "ram"), [(1, "Grayscale", "200"), (2, "Lab", "600"), (3, "RGB", "600"), (4, "CMYK", "600")]
)
def test_image_data(kind: int, word: str, ram: str) -> None:
    assert shown(f"%ImageData: 10 20 8 {kind} 1\n".encode()) == {
        "Image Data": f"10 20 8 {kind} 1",
        "Image Width": "10 pixels",
        "Image Height": "20 pixels",
        "Color Type": word,
        "Ram Size": ram,
    }


def test_image_data_of_another_colour_type() -> None:
    values = shown(b"%ImageData: 10 20 8 9 1\n")
    assert values["Color Type"] == "Unknown (9)"
    assert "Ram Size" not in values


def test_second_image_data_sets_the_first_field_alone() -> None:
    values = shown(b"%ImageData: 1 1 8 1\n", b"%%+: more\n", b"%ImageData: 2 2 8 2\n")
    assert (values["Image Data"], values["Image Width"], values["Ram Size"]) == ("2 2 8 2", "1 pixels", "1")


def test_size_wraps_like_a_signed_number() -> None:
    assert shown(b"%ImageData: 50000 50000 8 3\n")["Ram Size"] == str(7_500_000_000 % 2**32 - 2**32)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (b"10", "Index 1 out of bounds for length 1"),
        (b"10 20 8", "Index 3 out of bounds for length 3"),
        (b"a 20 8 3", 'For input string: "a"'),
        (b"10 20 8 99999999999", 'For input string: "99999999999"'),
        (b"10 20 8 4294967296", 'For input string: "4294967296"'),
        (b"10  20 8", 'For input string: ""'),
    ],
)
def test_bad_image_data(field: bytes, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(program(b"%ImageData: " + field + b"\n"))
    assert str(caught.value) == message


def test_whole_file() -> None:
    directories = read(WHOLE)
    assert named(directories) == ["EPS", "Exif IFD0", "Photoshop", "ICC Profile", "XMP"]
    values = described(directories[0])
    assert values["TIFF Preview Size"] == f"{len(TIFF)} bytes"
    assert values["TIFF Preview Offset"] == "30 bytes"
    assert (values["Title"], values["Bounding Box"]) == ("(a title)", "0 0 10 20")
    assert leaves(directories[-1])["dc:title[1]"] == "T"
    assert not any(directory.errors for directory in directories)
    assert named(read_metadata(WHOLE))[-1] == "File Type"


def test_wmf_preview() -> None:
    (directory,) = read(dos(program(), wmf=bytes(50)))
    assert described(directory) == {"WMF Preview Size": "50", "WMF Preview Offset": "30"}


def test_preview_that_is_no_tiff() -> None:
    (directory,) = read(dos(program(), bytes(50)))
    assert directory.errors == [
        "Unable to process TIFF data: Unclear distinction between Motorola/Intel byte ordering: 0"
    ]


@pytest.mark.parametrize(
    "block",
    [
        b"%BeginPhotoshop: 1\n% 3\n",  # half a byte
        b"%BeginPhotoshop: 1\n% 38g\n",
    ],
)
def test_block_that_breaks_its_form(block: bytes) -> None:
    """It is left out, and reading goes on."""
    (directory,) = read(program(block, b"%%Title: a\n"))
    assert described(directory) == {"Title": "a"}


def test_reading_goes_on_behind_the_byte_that_breaks_a_block() -> None:
    assert shown(b"%BeginPhotoshop: 1\n% 38g%%Title: a\n") == {"Title": "a"}
    assert shown(b"%BeginPhotoshop: 1\n% 383g%%Title: a\n") == {"Title": "a"}
    assert shown(b"%BeginPhotoshop: 1\nx%%Title: a\n") == {"Title": "a"}
    assert shown(b"%BeginPhotoshop: 1\n% 3842 494D\n%%Title: a\n") == {}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n  \n"])
def test_line_ends_of_a_block(end: str) -> None:
    directories = read(program(b"%BeginPhotoshop: 1\n" + hexadecimal(RESOURCES * 3, end), b"%%Title: a\n"))
    assert named(directories) == ["EPS", "Photoshop"]
    assert described(directories[0]) == {"Title": "a"}


def test_end_of_a_packet_is_found_like_the_reference_does() -> None:
    """A "<" in front of the end hides it."""
    content = b'<?xpacket begin=""?><<?xpacket end="w"?>' + packet("<dc:title>T</dc:title>") + b'<?xpacket end="w"?>\n'
    directories = read(program(b"%begin_xml_packet: 1\n" + content))
    assert directories[1].errors[0] == "Error processing XMP data: XML parsing failure"
    assert leaves(directories[1])["dc:title[1]"] == "T"


def test_many_comments() -> None:
    """More than the first look holds, and only so much is read."""
    asked = 0

    class Counting(MemorySource):
        def read_at(self, offset: int, length: int) -> bytes:
            nonlocal asked
            asked += length
            return super().read_at(offset, length)

    data = dos(program(b"%%Title: a\n", b"%%Author: b\n%%+: c\n", b"%nothing\n" * 100_000), TIFF) + bytes(10_000_000)
    directories = list(eps.read(Reader(Counting(data), 0, len(data))))
    assert named(directories) == ["EPS", "Exif IFD0"]
    assert list(described(directories[0]).values())[-2:] == ["a", "b c"]
    assert asked < 3_000_000


def test_comments_have_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eps, "_LONGEST", 1 << 18)
    with pytest.raises(MetadataError, match="MiB of comments"):
        read(program(b"%nothing\n" * 100_000))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%!PS", "End of data reached."),
        (b"%!PS-Adobe\n%%Title: a\n", "End of data reached."),
        (b"%!PS-Adobe\nprogram", "End of data reached."),
        (program(b"%begin_xml_packet: 1\n<x/>"), "End of data reached."),
        (b"%!PS-Adobe\n%BeginPhotoshop: 1\n% 38", "End of data reached."),
        (b"%!PS-Adobe\n%BeginPhotoshop: 1\n%End", "End of data reached."),
        (
            b"\xc5\xd0\xd3\xc6\0\0",
            "Attempt to read from beyond end of underlying data source"
            " (requested index: 4, requested count: 4, max index: 5)",
        ),
        (
            b"\xc5\xd0\xd3\xc6" + pack("<6i", 30, -1, 0, 0, 0, 0) + b"\xff\xff",
            "Number of requested bytes must be zero or greater",
        ),
        (
            b"\xc5\xd0\xd3\xc6" + pack("<6i", -1, 4, 0, 0, 0, 0) + b"\xff\xff",
            "Attempt to read from buffer using a negative index (-1)",
        ),
        (
            b"\xc5\xd0\xd3\xc6" + pack("<6i", 30, 4, 0, 0, 30, 9) + b"\xff\xff",
            "Attempt to read from beyond end of underlying data source"
            " (requested index: 30, requested count: 9, max index: 29)",
        ),
    ],
)
def test_end_that_comes_early(data: bytes, message: str) -> None:
    """Then nothing is told, as in the reference."""
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert str(caught.value) == message


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(eps.read, data)


@given(
    st.lists(st.sampled_from([b"%", b"% ", b"38", b"\n", b"\r", b":", b"x", b"%BeginPhotoshop", b"<", PACKET, b"%%+"]))
)
def test_any_lines(parts: list[bytes]) -> None:
    consume(eps.read, program(b"".join(parts)))
