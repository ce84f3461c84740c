from __future__ import annotations

import zlib
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import limits
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.formats import png
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_icc import curve, profile
from ..build_png import HEADER, chunk, compressed, international, text
from ..build_png import png as build
from ..build_xmp import packet
from ..hostile import consume, damaged
from ..show import described, leaves, named

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ICC = profile({b"rTRC": curve(*range(2000))})
TIFF = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x0f\x01\x02\0\x04\0\0\0Cam\0" + b"\0\0\0\0"
XMP = "XML:com.adobe.xmp"
WHOLE = build(
    (b"iCCP", compressed("sRGB", profile({b"rTRC": curve(1, 2, 3)}))),
    (b"cHRM", pack(">8I", *range(1, 9))),
    (b"gAMA", pack(">I", 45455)),
    (b"sRGB", b"\2"),
    (b"PLTE", bytes(30)),
    (b"tRNS", b"\0"),
    (b"bKGD", bytes(6)),
    (b"pHYs", pack(">IIB", 2835, 2835, 1)),
    (b"sBIT", b"\x08\x08\x08\x08"),
    (b"tIME", pack(">HBBBBB", 2024, 2, 29, 12, 30, 59)),
    (b"tEXt", text("Title", "Ä title")),
    (b"zTXt", compressed("Comment", "Ä comment".encode("latin-1"))),
    (b"iTXt", international("Author", "Grüße", packed=True)),
    (b"iTXt", international(XMP, packet("<dc:title>T</dc:title>").decode())),
    (b"eXIf", TIFF),
)


def read(data: bytes) -> list[Directory]:
    return list(png.read(Reader.over(data)))


def test_header() -> None:
    (directory,) = read(build())
    assert directory.name == "PNG-IHDR"
    assert described(directory) == {
        "Image Width": "32",
        "Image Height": "16",
        "Bits Per Sample": "8",
        "Color Type": "True Color with Alpha",
        "Compression Type": "Deflate",
        "Filter Method": "Adaptive",
        "Interlace Method": "Adam7 Interlace",
    }


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        (b"PLTE", bytes(30), {"Palette Size": "10"}),
        (b"tRNS", b"\0", {"Palette Has Transparency": "Yes"}),
        (b"sRGB", b"\1", {"sRGB Rendering Intent": "Relative Colorimetric"}),
        (b"sRGB", b"\xff", {"sRGB Rendering Intent": "Unknown (-1)"}),
        (b"gAMA", pack(">I", 45455), {"Image Gamma": "0.455"}),
        (b"bKGD", b"\7", {"Background Color": "Palette Index 7"}),
        (b"bKGD", b"\1\0", {"Background Color": "Greyscale Level 256"}),
        (b"bKGD", b"\0\1\0\2\0\3", {"Background Color": "R 1, G 2, B 3"}),
        (b"bKGD", b"", {"Background Color": None}),
        (b"sBIT", b"\x08\x05", {"Significant Bits": "8 5"}),
        (b"tEXt", text("Title", "Ä\0rest"), {"Textual Data": "Title: Ä"}),
        (b"tEXt", b"Title\0" + "木 é".encode(), {"Textual Data": "Title: 木 é"}),
        (b"tEXt", b"Title\0\x80 5", {"Textual Data": "Title: € 5"}),
        (b"tEXt", b"T\xeftel\0a", {"Textual Data": "Tïtel: a"}),
        (b"zTXt", compressed("Title", b"\xc4"), {"Textual Data": "Title: Ä"}),
        (b"zTXt", compressed("Title", "木".encode()), {"Textual Data": "Title: 木"}),
        (b"iTXt", b"Title\0\0\0en\0\0Gr\xf6\xdfe", {"Textual Data": "Title: Größe"}),
        (b"iTXt", international("Title", "Ж"), {"Textual Data": "Title: Ж"}),
        (b"iTXt", international("Title", "Ж", packed=True), {"Textual Data": "Title: Ж"}),
        (b"tIME", pack(">HBBBBB", 2024, 2, 29, 12, 30, 59), {"Last Modification Time": "2024:02:29 12:30:59"}),
        (
            b"pHYs",
            pack(">IIB", 2835, 2834, 1),
            {"Pixels Per Unit X": "2835", "Pixels Per Unit Y": "2834", "Unit Specifier": "Metres"},
        ),
    ],
)
def test_chunk(kind: bytes, data: bytes, shown: dict[str, str | None]) -> None:
    _, directory = read(build((kind, data)))
    assert (directory.name, described(directory), directory.errors) == (f"PNG-{kind.decode()}", shown, [])


@pytest.mark.parametrize(
    ("kind", "data", "name", "error"),
    [
        (b"cHRM", bytes(31), "Error", "Exception reading PNG chunk: Invalid number of bytes"),
        (b"sRGB", b"", "Error", "Exception reading PNG chunk: 0"),
        (b"pHYs", bytes(8), "Error", "Exception reading PNG chunk: End of data reached."),
        (b"tEXt", b"no zero", "Error", "Exception reading PNG chunk: End of data reached."),
        (b"zTXt", b"k\0\1", "PNG-zTXt", "Invalid compression method value"),
        (
            b"zTXt",
            b"k\0\0no zlib",
            "PNG-zTXt",
            'Exception decompressing PNG zTXt chunk with keyword "k": incorrect header check',
        ),
        (b"iTXt", b"k\0\2\0\0\0", "PNG-iTXt", "Invalid compression flag value"),
        (b"iTXt", b"k\0\1\1\0\0", "PNG-iTXt", "Invalid compression method value"),
        (b"iCCP", b"k\0\1", "PNG-iCCP", "Invalid compression method value"),
        (
            b"tIME",
            bytes(7),
            "PNG-tIME",
            "PNG tIME data describes an invalid date/time: year=0 month=0 day=0 hour=0 minute=0 second=0",
        ),
    ],
)
def test_bad_chunk(kind: bytes, data: bytes, name: str, error: str) -> None:
    _, directory = read(build((kind, data)))
    assert (directory.name, directory.errors) == (name, [error])


def test_nested_blocks() -> None:
    directories = read(WHOLE)
    names = ["IHDR", "iCCP", "gAMA", "sRGB", "PLTE", "tRNS", "bKGD", "pHYs", "sBIT", "tIME", "tEXt", "zTXt", "iTXt"]
    assert [name.removeprefix("PNG-") for name in named(directories) if name.startswith("PNG-")] == names
    assert named(directories)[1:4] == ["ICC Profile", "PNG-iCCP", "PNG Chromaticities"]
    assert named(directories)[-2:] == ["XMP", "Exif IFD0"]
    assert leaves(directories[-2])["dc:title[1]"] == "T"


def test_cut_profile_keeps_whole_blocks() -> None:
    """Of a profile whose compressed data ends early the reference has the blocks of 2,048 bytes before the end."""
    directory = read(build((b"iCCP", compressed("p", ICC)[:-4])))[1]
    assert directory.errors == ["Exception reading ICC profile: Unexpected end of ZLIB input stream"]
    assert described(directory)["Tag Count"] == "1"


def test_decompression_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INFLATED", 1 << 20)
    _, directory = read(build((b"zTXt", compressed("k", bytes(2 << 20)))))
    assert directory.errors == [
        'Exception decompressing PNG zTXt chunk with keyword "k": more than 1 MiB when decompressed'
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG", "PNG signature mismatch"),
        (SIGNATURE, "End of data reached."),
        (SIGNATURE + b"\0\0\0\0IH\0R\0\0\0\0", "PNG chunk type identifier may only contain alphabet characters"),
        (SIGNATURE + b"\x80\0\0\0IHDR", "PNG chunk length exceeds maximum"),
        (SIGNATURE + chunk(b"IHDR", HEADER), "End of data reached."),
        (SIGNATURE + chunk(b"IHDR", HEADER)[:15], "End of data reached."),
        (build()[:-14], "Unable to skip. Requested 4 bytes but only 2 remained."),
        (build()[:-20], "Unable to skip. Requested 12 bytes but only 8 remained."),
    ],
)
def test_broken_chain(data: bytes, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert str(caught.value) == message


TITLE = (b"tEXt", text("Title", "found"))
BODY = build(TITLE)[len(SIGNATURE) + 25 : -12]  # without IHDR and IEND


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (build((b"gAMA", pack(">I", 1)), (b"gAMA", pack(">I", 1)), TITLE), "Observed multiple instances of PNG chunk"),
        (build((b"tIME", bytes(7)), (b"tIME", bytes(7)), TITLE), "Observed multiple instances of PNG chunk 'tIME'"),
        (SIGNATURE + chunk(*TITLE) + chunk(b"IHDR", HEADER) + chunk(b"IEND", b""), "First chunk should be 'IHDR'"),
        (build((b"i\0\xffX", b"data"), TITLE), "PNG chunk type identifier may only contain alphabet characters"),
        (build(TITLE, (b"1234", b"data")), "PNG chunk type identifier may only contain alphabet characters"),
    ],
    ids=["gAMA twice", "tIME twice", "text first", "a bad name in front", "a bad name behind"],
)
def test_a_fault_costs_its_chunk(data: bytes, error: str) -> None:
    directories = read(data)
    assert [text for one in directories for text in one.errors if text.startswith(error)]
    assert {"Textual Data": "Title: found"} in [described(one) for one in directories]


def test_apples_chunk_in_front_is_no_fault() -> None:
    data = SIGNATURE + chunk(b"CgBI", bytes(4)) + chunk(b"IHDR", HEADER) + chunk(*TITLE) + chunk(b"IEND", b"")
    assert [(one.name, one.errors) for one in read(data)] == [("PNG-IHDR", []), ("PNG-tEXt", [])]


@pytest.mark.parametrize(
    "data",
    [
        SIGNATURE + chunk(b"IHDR", HEADER) + BODY,
        SIGNATURE + chunk(b"IHDR", HEADER) + chunk(*TITLE)[:-5] + b"d",
        SIGNATURE + chunk(b"IHDR", HEADER) + chunk(*TITLE) + b"\0\0\0\4\xff\xff\xff\xffdata",
        SIGNATURE + chunk(b"IHDR", HEADER) + chunk(*TITLE) + b"\x80\0\0\0IDAT",
    ],
    ids=["no IEND", "cut in the text", "a bad name and nothing behind", "a length that cannot be"],
)
def test_what_stands_before_the_end_is_given(data: bytes) -> None:
    found = []
    with pytest.raises(MetadataError):
        for directory in png.read(Reader.over(data)):
            found.append(directory)  # an exception ends it
    assert [one.name for one in found] == ["PNG-IHDR", "PNG-tEXt"]


def test_of_a_compressed_text_that_is_cut_what_there_is() -> None:
    whole = compressed("k", bytes(range(32, 127)) * 40)
    directories = read(build((b"zTXt", whole[:-40])))
    assert directories[1].values[13][1].startswith(' !"#$%&')
    assert directories[2].errors == ["Exception reading PNG chunk: Unexpected end of ZLIB input stream"]


@pytest.mark.parametrize("before", [b"Exif\0\0", b"exif\0\0", b"Exif\0\xff", b""])
def test_exif_behind_a_preamble(before: bytes) -> None:
    directories = read(build((b"eXIf", before + TIFF)))
    assert (named(directories)[1:], described(directories[1])) == (["Exif IFD0"], {"Make": "Cam"})


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(png.read, data)


@given(st.binary(max_size=2000) | st.integers(0, 9000).map(bytes))
def test_inflate(data: bytes) -> None:
    assert limits.inflate(zlib.compress(data)) == (data, None)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_an_xmp_packet_with_zeros_in_it_is_whole(encoding: str) -> None:
    data = b"XML:com.adobe.xmp\0\0\0\0\0" + packet("<dc:title>Wide</dc:title>").decode().encode(encoding)
    assert any("Wide" in leaves(directory).values() for directory in read(build((b"iTXt", data), (b"IEND", b""))))
