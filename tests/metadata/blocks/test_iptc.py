from __future__ import annotations

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks import iptc
from metadata_digger.metadata.source import Reader

from ..build_iptc import UTF8, dataset, datasets
from ..hostile import consume, damaged
from ..show import described


@pytest.mark.parametrize(
    ("pairs", "name", "text"),
    [
        ([(0x0200, b"\0\x04")], "Application Record Version", "4"),
        ([(0x0246, b"5.1")], "Program Version", str(0x352E)),
        ([(0x0200, b"\x04")], "Application Record Version", "\x04"),
        ([(0x020A, b"5x")], "Urgency", "53"),
        ([(0x0205, b"")], "Object Name", ""),
        ([(0x0278, "Köln".encode())], "Caption/Abstract", "Köln"),
        ([(0x015A, b"\x1b-A"), (0x0278, "ö".encode())], "Caption/Abstract", "ö"),
        ([(0x015A, b"\x1b-A"), (0x0278, b"K\xf6ln\x80")], "Caption/Abstract", "Köln€"),
        ([(0x015A, b"\x1b.A"), (0x0278, b"K\xf6ln")], "Caption/Abstract", "Köln"),
        ([(0x015A, b"\x1b.A")], "Coded Character Set", "ISO-8859-1"),
        ([(0x015A, b"\x1b\xe2\x80\xa2A")], "Coded Character Set", "ISO-8859-1"),
        ([(0x015A, b"\x1b(B\x1b-B"), (0x0278, b"\xb1\xb6")], "Caption/Abstract", "ąś"),
        ([(0x015A, b"\x1b.B"), (0x0278, b"\xb1\xb6")], "Caption/Abstract", "ąś"),
        ([(0x015A, b"\x1b-L"), (0x0278, b"\xbf\xe0")], "Caption/Abstract", "Пр"),
        ([(0x015A, b"\x1b-F"), (0x0278, b"\xe1\xe2")], "Caption/Abstract", "αβ"),
        ([(0x015A, b"\x1b-M"), (0x0278, b"\xfe")], "Caption/Abstract", "ş"),
        ([(0x015A, b"\x1b-b"), (0x0278, b"\xa4\xe9")], "Caption/Abstract", "€é"),
        ([(0x015A, b"\x1b$)A"), (0x0278, b"\xd6\xd0\xce\xc4")], "Caption/Abstract", "中文"),
        ([(0x015A, b"\x1b$)B"), (0x0278, b"\xcc\xda")], "Caption/Abstract", "木"),
        ([(0x015A, b"\x1b%/E"), (0x0278, b"\0a\x67\x28")], "Caption/Abstract", "a木"),
        ([(0x015A, b"windows-1251"), (0x0278, b"\xcf\xf0")], "Caption/Abstract", "Пр"),
        ([(0x0278, b"\xb1\xb6"), (0x015A, b"\x1b-B")], "Caption/Abstract", "ąś"),
        ([(0x0278, b"\x1b$BLZ\x1b(B x")], "Caption/Abstract", "木 x"),
        ([(0x0278, b"\x1b-Ba\xb1")], "Caption/Abstract", "aą"),
        ([(0x0278, b"\x1b%G" + "木".encode())], "Caption/Abstract", "木"),
        ([(0x015A, b"idna"), (0x0278, b"xn--kln-sna")], "Caption/Abstract", "xn--kln-sna"),
        ([UTF8], "Coded Character Set", "UTF-8"),
        ([(0x0219, b"a"), (0x0219, b"b"), (0x0219, b"c")], "Keywords", "a;b;c"),
        ([(0x0250, b"a"), (0x0250, b"b")], "By-line", "a b"),
        ([(0x0214, b"x")] * 17, "Supplemental Category(s)", " ".join("x" * 17)),
        ([(0x0237, b"20240229")], "Date Created", "2024:02:29"),
        ([(0x0237, b"2024")], "Date Created", "2024"),
        ([(0x023C, b"120000")], "Time Created", "12:00:00"),
        ([(0x023C, b"120000+0100")], "Time Created", "12:00:00+0100"),
        ([(0x0114, b"\0\x01")], "File Format", "IPTC-NAA Digital Newsphoto Parameter Record"),
        ([(0x0114, b"11")], "File Format", "JPEG File Interchange (JFIF)"),
        ([(0x0114, b"99")], "File Format", "Unknown (99)"),
        ([(0x0269, b"a"), (0x0269, b"")], "Headline", "a"),
        ([(0x0301, b"z")], "Unknown tag (0x0301)", "z"),
    ],
)
def test_dataset(pairs: list[tuple[int, bytes]], name: str, text: str) -> None:
    (directory,) = iptc.read(Reader.over(datasets(*pairs)))
    assert (directory.name, directory.errors) == ("IPTC", [])
    assert described(directory)[name] == text


GUESSED = "Text neither in UTF-8 nor in a declared character set, read as Windows-1252: "


@pytest.mark.parametrize(
    ("pairs", "text", "names"),
    [
        ([(0x0278, b"K\xf6ln \x80\x81")], "Köln €\x81", "Caption/Abstract"),
        ([(0x015A, b"\x1b(B"), (0x0278, b"K\xf6ln"), (0x0250, b"\xe9")], "Köln", "Caption/Abstract, By-line"),
        ([UTF8, (0x0278, b"K\xf6ln")], "Köln", "Caption/Abstract"),
        ([UTF8, (0x0278, "日本".encode()[:-1])], "日æœ", "Caption/Abstract"),
        ([(0x015A, b"unknown"), (0x0278, b"K\xf6ln")], "Köln", "Caption/Abstract"),
        ([(0x0278, b"\xd6\xd0\xce\xc4")], "ÖÐÎÄ", "Caption/Abstract"),
    ],
)
def test_what_no_character_set_is_declared_for(pairs: list[tuple[int, bytes]], text: str, names: str) -> None:
    (directory,) = iptc.read(Reader.over(datasets(*pairs)))
    assert described(directory)["Caption/Abstract"] == text
    assert directory.errors == [GUESSED + names]


ONE = dataset(0x0269, b"Headline")


@pytest.mark.parametrize(
    ("data", "count", "errors"),
    [
        (b"", 0, []),
        (ONE + b"\0", 1, []),
        (ONE + b"\0\0", 1, ["Invalid IPTC tag marker at offset 13. Expected '0x1c' but got '0x0'."]),
        (ONE[:-1], 0, ["Data for tag extends beyond end of IPTC segment", "Headline is cut: 'Headlin'"]),
        (ONE + b"xyz" + ONE, 1, ["Invalid IPTC tag marker at offset 13. Expected '0x1c' but got '0x78'."]),
        (ONE + b"\x1c\x02\x05", 1, ["Too few bytes remain for a valid IPTC tag"]),
        (ONE + b"\x1c\x02\x05\x80\x04\0", 1, ["IPTC data segment ended mid-way through tag descriptor"]),
        (b"\x1c\x02\x69\x80\0\0\x05abcde", 1, []),
    ],
)
def test_end(data: bytes, count: int, errors: list[str]) -> None:
    (directory,) = iptc.read(Reader.over(data))
    assert (len(directory.values), directory.errors) == (count, errors)


@given(
    damaged(datasets(UTF8, (0x0278, "Köln".encode()), (0x0219, b"a"), (0x0219, b"\x1b-B\xb1"), (0x0237, b"20240229")))
)
def test_damaged(data: bytes) -> None:
    consume(iptc.read, data)
