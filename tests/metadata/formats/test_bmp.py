from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import bmp
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from ..build_icc import curve, profile
from ..hostile import consume, damaged
from ..show import described, named

ICC = profile({b"rTRC": curve(1, 2, 3)})
LINKED, EMBEDDED, SRGB = 0x4C494E4B, 0x4D424544, 0x73524742


def file(header: bytes, kind: bytes = b"BM") -> bytes:
    return kind + bytes(12) + header


def info(size: int = 40, compression: int = 0, rest: bytes = b"") -> bytes:
    return pack("<IiiHHIIiiII", size, 32, -16, 1, 24, compression, 0, 2835, 2834, 0, 5) + rest


def version_5(space: int, intent: int = 4, offset: int = 0, length: int = 0, behind: bytes = b"") -> bytes:
    rest = pack("<IIIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, space) + bytes(36)
    rest += pack("<III", 0x10000, 0x18000, 0x12345) + pack("<IIII", intent, offset, length, 0)
    return info(124, rest=rest) + behind


OS2 = pack("<IiiHHIIiiII", 64, 32, 16, 1, 8, 3, 0, 1, 2, 3, 4) + bytes(6) + pack("<H8xI4x", 2, 0)


def array(*pictures: bytes) -> bytes:
    """An OS/2 bitmap array: each picture behind a header that says where the next one's is."""
    out = b""
    for index, picture in enumerate(pictures):
        following = len(out) + 14 + len(picture) if index < len(pictures) - 1 else 0
        out += b"BA" + pack("<IIHH", 14, following, 0, 0) + picture
    return out


WHOLE = array(file(info(), b"CI"), file(OS2, b"CP"), file(version_5(EMBEDDED, offset=124, length=len(ICC), behind=ICC)))


def read(data: bytes) -> list[Directory]:
    return list(bmp.read(Reader.over(data)))


BASE = {
    "Bitmap type": "Standard",
    "Header Size": "40",
    "Image Width": "32",
    "Image Height": "-16",
    "Planes": "1",
    "Bits Per Pixel": "24",
    "Compression": "None",
    "X Pixels per Meter": "2835",
    "Y Pixels per Meter": "2834",
    "Palette Colour Count": "0",
    "Important Colour Count": "5",
}
MASKS = {"Red Mask": "0x00FF0000", "Green Mask": "0x0000FF00", "Blue Mask": "0x000000FF"}
SMALL = {"Planes": "1", "Bits Per Pixel": "8"}


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (file(info()), BASE),
        (file(info(52, rest=pack("<III", 0xFF0000, 0xFF00, 0xFF))), BASE | {"Header Size": "52"} | MASKS),
        (
            file(info(56, rest=pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000))),
            BASE | {"Header Size": "56"} | MASKS | {"Alpha Mask": "0xFF000000"},
        ),
        (
            file(version_5(SRGB)),
            BASE
            | {"Header Size": "124"}
            | MASKS
            | {
                "Alpha Mask": "0xFF000000",
                "Color Space Type": "sRGB Color Space",
                "Red Gamma Curve": "1",
                "Green Gamma Curve": "1.5",
                "Blue Gamma Curve": "1.138",
                "Rendering Intent": "Picture, Perceptual",
            },
        ),
        (
            file(pack("<IhhHH", 12, -32, -16, 1, 8)),
            {"Bitmap type": "Standard", "Header Size": "12", "Image Width": "-32", "Image Height": "-16"} | SMALL,
        ),
        (
            file(pack("<IHHHH", 12, 65535, 16, 1, 8), b"IC"),
            {"Bitmap type": "Monochrome Icon", "Header Size": "12", "Image Width": "65535", "Image Height": "16"}
            | SMALL,
        ),
        (
            file(pack("<IiiHH", 16, 32, 16, 1, 8), b"PT"),
            {"Bitmap type": "Monochrome Pointer", "Header Size": "16", "Image Width": "32", "Image Height": "16"}
            | SMALL,
        ),
        (
            file(OS2, b"CP"),
            {
                "Bitmap type": "Color Pointer",
                "Header Size": "64",
                "Image Width": "32",
                "Image Height": "16",
                "Planes": "1",
                "Bits Per Pixel": "8",
                "Compression": "Huffman 1D",
                "X Pixels per Meter": "1",
                "Y Pixels per Meter": "2",
                "Palette Colour Count": "3",
                "Important Colour Count": "4",
                "Rendering": "Processing Algorithm for Noncoded Document Acquisition",
                "Color Encoding": "RGB",
            },
        ),
    ],
)
def test_header(data: bytes, shown: dict[str, str]) -> None:
    (directory,) = read(data)
    assert (directory.name, described(directory), directory.errors) == ("BMP Header", shown, [])


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0, "None"),
        (1, "RLE 8-bit/pixel"),
        (2, "RLE 4-bit/pixel"),
        (3, "Bit Fields"),
        (4, "JPEG"),
        (5, "PNG"),
        (6, "RGBA Bit Fields"),
        (7, "Illegal value 0x7"),
        (11, "CMYK Uncompressed"),
        (12, "CMYK RLE-8"),
        (13, "CMYK RLE-4"),
        (0xFFFFFFFE, "Illegal value 0xfffffffe"),
    ],
)
def test_compression(value: int, word: str) -> None:
    assert described(read(file(info(compression=value)))[0])["Compression"] == word


@pytest.mark.parametrize(
    ("tag", "value", "word"),
    [
        (-2, 0x4142, "Bitmap Array"),
        (-2, 0x4943, "Color Icon"),
        (-2, 1, None),
        (10, 0, "No Halftoning Algorithm"),
        (10, 1, "Error Diffusion Halftoning"),
        (10, 3, "Super-circle Halftoning"),
        (10, 4, None),
        (11, 1, None),
        (16, 0, "Calibrated RGB"),
        (16, 0x57696E20, "System Default Color Space, sRGB"),
        (16, LINKED, "Linked Profile"),
        (16, EMBEDDED, "Embedded Profile"),
        (16, 1, None),
        (20, 1, "Graphic, Saturation"),
        (20, 2, "Proof, Relative Colorimetric"),
        (20, 8, "Match, Absolute Colorimetric"),
        (20, 3, None),
    ],
)
def test_word(tag: int, value: int, word: str | None) -> None:
    assert bmp.TABLE.render[tag](Directory("BMP Header", bmp.TABLE), value) == word


def test_rle_24_of_os2() -> None:
    directory = Directory("BMP Header", bmp.TABLE, {-1: 64, 5: 4})
    assert described(directory)["Compression"] == "RLE 24-bit/pixel"


def test_embedded_profile() -> None:
    directories = read(file(version_5(EMBEDDED, offset=130, length=len(ICC), behind=bytes(6) + ICC)))
    assert named(directories) == ["BMP Header", "ICC Profile"]
    assert described(directories[1])["Tag Count"] == "1"


@pytest.mark.parametrize("length", [9, 500])
def test_linked_profile(length: int) -> None:
    (directory,) = read(file(version_5(LINKED, offset=124, length=length, behind=b"C:\\\x80.icc\0")))
    assert described(directory)["Linked Profile File Name"] == "C:\\€.icc"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (file(info(41)), "Unexpected DIB header size: 41"),
        (file(info())[:-1], "Unable to read BMP header"),
        (file(b"")[:-1], "Unable to read BMP file header"),
        (file(version_5(EMBEDDED, offset=100, length=9)), "Invalid profile data offset 0x72"),
        (file(version_5(EMBEDDED, offset=124, length=0xFFFFFFFF)), "Invalid profile size -1"),
        (file(version_5(EMBEDDED, offset=124, length=500)), "Unable to read BMP header"),
        (file(version_5(LINKED, offset=124, length=500, behind=b"a.icc")), "Unable to read BMP header"),
        (file(version_5(LINKED, offset=9000)), "Unable to read BMP header"),
    ],
)
def test_bad_header(data: bytes, error: str) -> None:
    (directory,) = read(data)
    assert (directory.name, directory.errors) == ("BMP Header", [error])


def test_array() -> None:
    directories = read(WHOLE)
    assert named(directories) == ["BMP Header", "BMP Header", "BMP Header", "ICC Profile"]
    assert named(read_metadata(WHOLE))[-1] == "File Type"


@pytest.mark.parametrize(
    ("data", "names", "error"),
    [
        (b"B", ["Error"], "Couldn't determine bitmap type: End of data reached."),
        (b"XX", ["Error"], "Invalid BMP magic number 0x5858"),
        (b"BA\0\0", ["Error"], "Unable to read BMP file header"),
        (array(array(file(info()))), ["Error"], "Invalid bitmap file - nested arrays not allowed"),
        (
            b"BA" + pack("<IIHH", 14, 5, 0, 0) + file(info()),
            ["BMP Header", "Error"],
            "Invalid next header offset",
        ),
        (
            b"BA" + pack("<IIHH", 14, 500, 0, 0) + file(info()),
            ["BMP Header", "Error"],
            "Unable to read BMP file header",
        ),
    ],
)
def test_bad_file(data: bytes, names: list[str], error: str) -> None:
    directories = read(data)
    assert named(directories) == names
    assert directories[-1].errors == [error]


def test_faults_share_a_directory() -> None:
    (directory,) = read(b"BA" + pack("<IIHH", 14, 5, 0, 0) + b"BA" + bytes(20))
    assert directory.errors == ["Invalid bitmap file - nested arrays not allowed", "Invalid next header offset"]


def test_number_of_bitmaps_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bmp, "_BITMAPS", 5)
    directories = read(array(*(file(info()) for _ in range(10))))
    assert named(directories) == ["BMP Header"] * 5 + ["Error"]
    assert directories[-1].errors == ["More than 5 bitmaps"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(bmp.read, data)


@given(damaged(file(version_5(LINKED, offset=124, length=9, behind=b"C:\\a.icc\0"))))
def test_damaged_link(data: bytes) -> None:
    consume(bmp.read, data)
