from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.source import Reader

from ..conftest import build_tiff
from ..show import described

A, U, B, SB, UTF8 = 2, 7, 1, 6, 129  # types


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tag", "kind", "data", "name", "text"),
    [
        (0x010E, A, "Größe 木\0".encode(), "Image Description", "Größe 木"),
        (0x010E, UTF8, "Größe 木\0".encode(), "Image Description", "Größe 木"),
        (0x010E, UTF8, b"ab\0", "Image Description", "ab"),
        (0x010E, A, "Größe 木\0".encode("utf-16-le"), "Image Description", "Größe 木"),
        (0x010E, B, "Größe 木\0".encode("utf-16-be"), "Image Description", "Größe 木"),
        (0x8298, A, "Köln".encode("utf-16-le"), "Copyright", "Köln"),
        (0x1234, UTF8, "é\0".encode(), "Unknown tag (0x1234)", "é"),
        (0x0132, U, b"2009:03:16 18:27:11\0", "Date/Time", "2009:03:16 18:27:11"),
        (0x0132, B, b"2009:03:16 18:27:11\0", "Date/Time", "2009:03:16 18:27:11"),
        (0x0132, SB, b"2009:03:16 18:27:11", "Date/Time", "2009:03:16 18:27:11"),
        (0x010F, B, b"Canon\0\0\0", "Make", "Canon"),
        (0x010F, U, b"\1\2\3\4\5", "Make", "1 2 3 4 5"),
        (0x010F, U, b"ab\0\1\2\3", "Make", "97 98 0 1 2 3"),
        (0xC615, B, "Köln\0".encode(), "Unknown tag (0xc615)", "Köln"),
        (0x8298, A, b"photographer\0editor\0", "Copyright", "photographer; editor"),
        (0x8298, A, b"photographer\0", "Copyright", "photographer"),
        (0x8298, A, b" photographer \0", "Copyright", " photographer "),
        (0x8298, A, b" \0editor\0", "Copyright", "; editor"),
        (0x8298, A, b"\0editor\0", "Copyright", "; editor"),
        (0x8298, A, b"photographer\0\0\0 \0", "Copyright", "photographer"),
        (0x8298, A, b"photographer\0\1\2", "Copyright", "photographer"),
        (0x8298, U, "Zoë\0Köln".encode(), "Copyright", "Zoë; Köln"),
        (0x014D, A, b"Cyan\0Magenta\0", "Unknown tag (0x014d)", "Cyan; Magenta"),
        (0x9286, A, b"ASCII\0\0\0a comment\0", "User Comment", "a comment"),
        (0x9286, A, b"UNICODE\0h\0i\0", "User Comment", "hi"),
        (0x9286, B, b"UNICODE\0h\0i\0", "User Comment", "hi"),
        (0x9286, UTF8, "Größe 木 ohne Namen".encode(), "User Comment", "Größe 木 ohne Namen"),
        (0x9C9B, A, "Titel 猫\0".encode("utf-16-le"), "Windows XP Title", "Titel 猫"),
        (0x9C9B, U, "Titel 猫".encode("utf-16-le"), "Windows XP Title", "Titel 猫"),
        (0x9C9B, B, "Titel".encode("utf-16-be"), "Windows XP Title", "Titel"),
        (0x9C9B, B, b"Ein langer Titel", "Windows XP Title", "Ein langer Titel"),
    ],
)
def test_text_of_any_type(tag: int, kind: int, data: bytes, name: str, text: str, order: str) -> None:
    (directory,) = exif.read(Reader.over(build_tiff({tag: (kind, data)}, order=order)))
    assert (described(directory), directory.errors) == ({name: text}, [])


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_order_of_a_comment_is_that_of_the_block(order: str) -> None:
    """Two letters that are letters in both orders."""
    data = b"UNICODE\0" + "一丁".encode("utf-16-le" if order == "<" else "utf-16-be")
    _, directory = exif.read(Reader.over(build_tiff({0x8769: {0x9286: (U, data)}}, order=order)))
    assert described(directory) == {"User Comment": "一丁"}


def test_text_that_is_not_utf8_is_told() -> None:
    tags = {
        0x010E: (A, b"Gr\xf6\xdfe\0"),
        0x0131: (A, b"plain\0"),
        0x013B: (A, b"\x80\x81\0"),
        0x8298: (A, b"\xa9\0x\0"),
    }
    (directory,) = exif.read(Reader.over(build_tiff(tags)))
    assert described(directory) == {
        "Image Description": "Größe",
        "Software": "plain",
        "Artist": "€\x81",
        "Copyright": "©; x",
    }
    assert directory.errors == ["Text that is not UTF-8, read as Windows-1252: Image Description, Artist, Copyright"]


def test_text_of_gps() -> None:
    tags = {
        0x01: (U, b"N\0"),
        0x1B: (A, b"ASCII\0\0\0GPS\0"),
        0x1C: (U, b"UNICODE\0\0h\0i"),
        0x1D: (U, b"2020:01:02\0"),
    }
    _, directory = exif.read(Reader.over(build_tiff({0x8825: tags}, order=">")))
    assert described(directory) == {
        "GPS Latitude Ref": "N",
        "GPS Processing Method": "GPS",
        "GPS Area Information": "hi",
        "GPS Date Stamp": "2020:01:02",
    }
