from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.formats import quicktime
from metadata_digger.metadata.source import Reader

from ..build_movie import box
from ..hostile import consume
from ..show import described

ENGLISH = 0x15C7


def text(kind: bytes, *strings: bytes, language: int = ENGLISH) -> bytes:
    """A text of QuickTime: lengths and languages before the strings."""
    return box(kind, *(pack(">HH", len(string), language) + string for string in strings))


def asset(kind: bytes, content: bytes, before: bytes = b"") -> bytes:
    """A text of 3GPP: version, flags and language before it."""
    return box(kind, bytes(4), before, pack(">H", ENGLISH), content)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (text(b"\xa9nam", b"Title"), {"Title": "Title"}),
        (text(b"\xa9mak", b"Apple") + text(b"\xa9mod", b"iPhone") + text(b"\xa9swr", b"17.1"),
         {"Make": "Apple", "Model": "iPhone", "Software": "17.1"}),
        (text(b"\xa9day", b"2024-05-31T21:33:20+0200"), {"Content Create Date": "2024-05-31T21:33:20+0200"}),
        (text(b"@mod", b"Cam"), {"Model": "Cam"}),
        (text(b"\xa9cpy", "© Zoë".encode("mac_roman"), language=0), {"Copyright": "© Zoë"}),
        (text(b"\xa9cpy", "Zoë".encode(), language=0), {"Copyright": "Zoë"}),
        (text(b"\xa9cpy", "Zoë".encode("cp1252")), {"Copyright": "Zoë"}),
        (text(b"\xa9cpy", "Zoë".encode("utf-16")), {"Copyright": "Zoë"}),
        (text(b"\xa9nam", b"A\0"), {"Title": "A"}),
        (box(b"\xa9nam", b"bare text"), {"Title": "bare text"}),
        (box(b"\xa9nam", box(b"data", pack(">II", 1, 0), b"Title")), {"Title": "Title"}),
        (box(b"\xa9nam", bytes(4)), {}),
        (box(b"\xa9nam", pack(">HH", 9, 0) + b"short"), {"Title": "short"}),
        (text(b"\xa9abc", b"own"), {"©abc": "own"}),
        (box(b"\xa9abc", b"\1\2\3\4\5"), {}),
        (text(b"@abc", b"own"), {}),
        (asset(b"titl", b"A title\0"), {"Title": "A title"}),
        (asset(b"auth", b"\xfe\xff" + "Zoë".encode("utf-16-be") + b"\0\0"), {"Author": "Zoë"}),
        (asset(b"perf", b"no zero"), {"Performer": "no zero"}),
        (asset(b"albm", b"Album\0\7"), {"Album": "Album"}),
        (asset(b"rtng", b"PG\0", bytes(8)), {"Rating": "PG"}),
        (asset(b"clsf", b"News\0", bytes(6)), {"Classification": "News"}),
        (asset(b"titl", b"\0"), {}),
        (box(b"yrrc", bytes(4), pack(">H", 2019)), {"Year": "2019"}),
        (asset(b"kywd", b"\2\4one\0\3two"), {"Keywords": "one, two"}),
        (asset(b"kywd", b"\x09"), {}),
        (box(b"date", b"2020-11-20T15:04:02+0100"), {"Creation Date": "2020-11-20T15:04:02+0100"}),
        (box(b"date", bytes(4), b"2020-11-20\0\0"), {"Creation Date": "2020-11-20"}),
        (box(b"CNMN", b"Canon EOS R5\0\0\0"), {"Model": "Canon EOS R5"}),
        (box(b"FIRM", b"HD6.01\0"), {"Firmware Version": "HD6.01"}),
        (asset(b"modl", b"DC500\0"), {"Model": "DC500"}),
        (box(b"manu", b"SONY\0"), {}),
        (box(b"none", b"anything"), {}),
    ],
)  # fmt: skip
def test_items(data: bytes, shown: dict[str, str]) -> None:
    main, *found = quicktime.read(Reader.over(box(b"udta", data)))
    assert main.errors == []
    assert [described(one) for one in found] == ([shown] if shown else [])


def test_texts_in_several_languages() -> None:
    _, *found = quicktime.read(Reader.over(box(b"udta", text(b"\xa9nam", b"Title", b"Titel"))))
    assert [described(one) for one in found] == [{"Title": "Title"}, {"Title": "Titel"}]


def test_loci() -> None:
    content = b"Some place\0" + pack(">B3i", 2, 49 << 16, -70 << 16, 12 << 16) + b"earth\0a note\0"
    _, found = quicktime.read(Reader.over(box(b"udta", asset(b"loci", content))))
    assert described(found) == {
        "Latitude": "-70",
        "Longitude": "49",
        "Altitude": "12 metres",
        "Location Name": "Some place",
        "Location Role": "Fictional location",
        "Location Body": "earth",
        "Location Note": "a note",
    }


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (box(b"loci", bytes(9)), "Box 'loci': 9 bytes are too few for a place"),
        (pack(">I4s", 99, b"name"), "Box 'name' is stated to have 99 bytes, and 8 are left"),
        (pack(">I4s", 7, b"name"), "Box 'name' is stated to have 7 bytes, and 8 are left"),
        (text(b"\xa9xyz", b"nowhere"), "The place is none on Earth"),
    ],
)
def test_a_fault_costs_the_item(data: bytes, error: str) -> None:
    directories = list(quicktime.read(Reader.over(box(b"udta", text(b"\xa9nam", b"Title"), data))))
    assert described(directories[1])["Title"] == "Title"
    assert directories[1].errors == [error]


@given(
    st.sampled_from((b"\xa9nam", b"\xa9xyz", b"titl", b"loci", b"kywd", b"rtng", b"meta", b"date")),
    st.binary(max_size=60),
)
def test_any_content(kind: bytes, content: bytes) -> None:
    consume(quicktime.read, box(b"udta", box(kind, content), box(kind, bytes(4), content)))
