"""Values as Solr's field types take them."""

from __future__ import annotations

import pytest

from metadata_digger.sinks.solr_values import LONGEST_TERM, cut, date, integer, is_place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3648 pixels", 3648),
        ("427", 427),
        ("08", 8),
        ("11 inches", 11),
        (" -5 ", -5),
        ("2147483647", 2**31 - 1),
        ("2147483648", None),
        ("", None),
        ("1.5", None),
        ("twelve", None),
        ("3 of 4", None),
        ("٣", None),  # a digit, but Java's Integer.parseInt is not what reads it here
        ("9" * 5000, None),
    ],
)
def test_integer(text: str, expected: int | None) -> None:
    assert integer(text) == expected


def test_integer_of_a_long_field() -> None:
    assert integer("2147483648", 64) == 2**31
    assert integer("9223372036854775808", 64) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Metadata Digger 0.2.1's patterns
        ("2010:10:21 11:22:48", "2010-10-21T11:22:48Z"),
        ("2010:10:21 11:22", "2010-10-21T11:22:00Z"),
        ("2010-10-21 11:22:48", "2010-10-21T11:22:48Z"),
        ("2010-10-21 11:22", "2010-10-21T11:22:00Z"),
        ("2010.10.21 11:22:48", "2010-10-21T11:22:48Z"),
        ("2010.10.21 11:22", "2010-10-21T11:22:00Z"),
        ("2010-10-21T11:22:48", "2010-10-21T11:22:48Z"),
        ("2010-10-21T11:22", "2010-10-21T11:22:00Z"),
        ("2010-10-21", "2010-10-21T00:00:00Z"),
        ("2010-10", "2010-10-01T00:00:00Z"),
        ("20101021", "2010-10-21T00:00:00Z"),
        ("2010", "2010-01-01T00:00:00Z"),
        # its fractions and zones
        ("2010:10:21 11:22:48.5", "2010-10-21T11:22:48.500Z"),
        ("2010-10-21T11:22:48.1239Z", "2010-10-21T11:22:48.123Z"),
        ("2010-10-21T11:22:48+02:00", "2010-10-21T09:22:48Z"),
        ("2010-10-21T01:22:48.25-10:30", "2010-10-21T11:52:48.250Z"),
        # what it made a worse date of: the first of January
        ("2010:10:21", "2010-10-21T00:00:00Z"),
        # as its parser: behind a whole moment may stand anything
        ("2010:10:21 11:22:48 (approx.)", "2010-10-21T11:22:48Z"),
        ("2010:10:21 11:22:48\0", "2010-10-21T11:22:48Z"),
        ("2010:1:2 3:4:5", "2010-01-02T03:04:05Z"),
        # instants as the extractor prints them
        ("Tue Feb 01 11:22:48 +01:00 2011", "2011-02-01T10:22:48Z"),
        ("Tue Feb 01 11:22:48 UTC 2011", "2011-02-01T11:22:48Z"),
        ("0999:10:21 11:22:48", "0999-10-21T11:22:48Z"),
        # what programs write in their place
        ("2010/10/21 11:22:48", "2010-10-21T11:22:48Z"),
        ("20101021T112248+0200", "2010-10-21T09:22:48Z"),
        ("2010:10:21 11:22:48 PM", "2010-10-21T23:22:48Z"),
        ("2010:10:21 12:22:48 am", "2010-10-21T00:22:48Z"),
        ("2010:10:21 下午 1:22:48", "2010-10-21T13:22:48Z"),
        ("2010:10:21 24:00:00", "2010-10-22T00:00:00Z"),
        ("Wed Oct 21 05:43:28 2009", "2009-10-21T05:43:28Z"),
        ("Thu, 21 Oct 2010 11:22:48 GMT", "2010-10-21T11:22:48Z"),
        # no dates
        ("", None),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2010:13:01 00:00:00", None),
        ("2010:02:30 00:00:00", None),
        ("2010:10:21 25:00:00", None),
        ("2010:10:21 11:22:48+99:00", None),
        ("9999:12:31 23:59:59-12:00", None),
        ("Tue Feb 01 11:22:48 CEST 2011", None),  # a zone by name says nothing certain
        ("2010 was a good year", None),
        ("next year", None),
        ("20101", None),
        ("1" * 100_000, None),
    ],
)
def test_date(text: str, expected: str | None) -> None:
    assert date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("54.989666,-1.914166", True),
        ("-90.0,180.0", True),
        ("1.0E-5,0.0", True),
        ("90.5,0.0", False),
        ("12.0,180.1", False),
        ("1.0E8,0.0", False),
        ("nan,0", False),
        ("54.9", False),
    ],
)
def test_place(text: str, expected: bool) -> None:
    assert is_place(text) == expected


@pytest.mark.parametrize("character", ["a", "é", "€", "😀"])
def test_cut(character: str) -> None:
    text = character * LONGEST_TERM
    size = len(character.encode())
    assert cut(text) == character * (LONGEST_TERM // size)
    assert cut(character * (LONGEST_TERM // size)) == character * (LONGEST_TERM // size)
    assert cut(character) == character
