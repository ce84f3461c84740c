from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks.iso6709 import Place, location, parsed
from metadata_digger.metadata.model import Directory, TagTable


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+51.4170-000.0810/", (51.417, -0.081, None)),
        ("-42.37391234+139.74330001/", (-42.37391234, 139.74330001, None)),
        ("+33.2126+120.3935+0008.500/", (33.2126, 120.3935, 8.5)),
        ("+33.2126+120.3935-12.25CRSWGS_84/", (33.2126, 120.3935, -12.25)),
        ("+5-10/", (5.0, -10.0, None)),
        ("+1.5+170.25", (1.5, 170.25, None)),
        ("+4030.5-07515.25/", (40.508333333, -75.254166667, None)),  # degrees and minutes
        ("-402036.5+1751530/", (-40.343472222, 175.258333333, None)),  # and seconds
        ("-0030.0-00030.0/", (-0.5, -0.5, None)),
        ("+90+180/", (90.0, 180.0, None)),
        ("place: +1.0+2.0", (1.0, 2.0, None)),
    ],
)
def test_parsed(text: str, place: tuple[float, float, float | None]) -> None:
    found = parsed(text)
    assert found is not None
    assert tuple(found) == pytest.approx(place)
    assert found.real


@pytest.mark.parametrize("text", ["", "none", "+51.4", "51.4 0.8", "+51.4,-0.8", "+-/"])
def test_no_place(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize("text", ["+90.01+000/", "-91-000.0/", "+10.0+180.01/", "+1234567.0+000.0/"])
def test_none_on_earth(text: str) -> None:
    found = parsed(text)
    assert found is not None
    assert not found.real


@pytest.mark.parametrize(
    ("name", "values", "place"),
    [
        ("MP4", {0x2001: 1.5, 0x2002: -2.5}, (1.5, -2.5)),
        ("MP4", {0x2001: 1.5}, None),
        ("MP4", {0x2000: "+91.0+000.0/"}, None),
        ("MP4", {0x2001: 91.0, 0x2002: 0.0}, None),
        ("QuickTime Metadata", {0x050D: "+1.5-002.5/"}, (1.5, -2.5)),
        ("QuickTime Metadata", {0x0521: 1.5, 0x0522: -2.5}, (1.5, -2.5)),
        ("QuickTime Metadata", {0x050D: "somewhere", 0x0521: 1.5, 0x0522: -2.5}, (1.5, -2.5)),
        ("QuickTime", {0x2001: 1.5, 0x2002: -2.5}, None),
    ],
)
def test_location(name: str, values: dict[int, object], place: tuple[float, float] | None) -> None:
    assert location(Directory(name, TagTable({}), values)) == place


@given(st.text("+-.0123456789/", max_size=40))
def test_any_text(text: str) -> None:
    found = parsed(text)
    assert found is None or isinstance(found, Place)
