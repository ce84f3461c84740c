"""Angles in all the forms in which files have them."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from metadata_digger.metadata.blocks.coordinates import (
    LATITUDE,
    LONGITUDE,
    Axis,
    angle,
    from_text,
    hemisphere,
)
from metadata_digger.metadata.values import Rational, Rationals

DEGREES = (Rational(49, 1), Rational(30, 1), Rational(36, 1))  # 49.51


@pytest.mark.parametrize(
    ("value", "axis", "letter"),
    [
        ("N", LATITUDE, "N"),
        ("s", LATITUDE, "S"),
        ("S ", LATITUDE, "S"),
        (" W\0", LONGITUDE, "W"),
        ("North", LATITUDE, "N"),
        ("SOUTH", LATITUDE, "S"),
        ("south latitude", LATITUDE, "S"),
        ("east", LONGITUDE, "E"),
        ("Southern Hemisphere", LATITUDE, "S"),
        ("N (north)", LATITUDE, "N"),
        ("N/A", LATITUDE, None),
        ("North or South", LATITUDE, None),
        ("Western", LONGITUDE, "W"),
        ("W.", LONGITUDE, "W"),
        ("Süd", LATITUDE, "S"),
        ("Ouest", LONGITUDE, "W"),
        ("Ost", LONGITUDE, "E"),
        ("wschód", LONGITUDE, "E"),  # Polish, and no west
        ("\u5357", LATITUDE, "S"),
        ("\uff2e", LATITUDE, "N"),  # a wide N
        (b"E\0", LONGITUDE, "E"),
        (78, LATITUDE, "N"),
        ((83, 0), LATITUDE, "S"),
        ("Nam", LATITUDE, None),  # Vietnamese, south
        ("O", LONGITUDE, None),  # Ost, or ouest
        ("E", LATITUDE, None),
        ("N", LONGITUDE, None),
        ("", LATITUDE, None),
        ("\0", LATITUDE, None),
        (1, LATITUDE, None),
        (None, LATITUDE, None),
        ("N" * 200, LATITUDE, None),
    ],
)
def test_hemisphere(value: Any, axis: Axis, letter: str | None) -> None:
    assert hemisphere(value, axis) == letter


def fractions(*parts: tuple[int, int]) -> tuple[Rational, ...]:
    return tuple(Rational(*part) for part in parts)


@pytest.mark.parametrize(
    ("value", "letter", "degrees"),
    [
        (DEGREES, "N", 49.51),
        (DEGREES, "S", -49.51),
        (Rationals(array("I", [49, 1, 30, 1, 36, 1])), "S", -49.51),
        (fractions((4951, 100)), "S", -49.51),
        (Rational(4951, 100), "S", -49.51),
        (fractions((49, 1), (306, 10)), "N", 49.51),
        (fractions((49, 1), (306, 10), (0, 0)), "N", 49.51),  # Nikon's GP-1 knows no seconds
        (fractions((4951, 100), (0, 0), (0, 0)), "N", 49.51),
        (fractions((4951, 100), (0, 1), (0, 1)), "N", 49.51),
        (fractions((-49, 1), (-30, 1), (-36, 1)), "S", -49.51),
        (fractions((-49, 1), (30, 1), (36, 1)), "S", -49.51),
        (fractions((49, -1), (30, 1), (36, 1)), "S", -49.51),
        (fractions((0, 1), (-30, 1), (0, 1)), "S", -0.5),
        (fractions((90, 1), (0, 1), (0, 1)), "N", 90.0),
        (fractions((48, 1), (60, 1), (0, 1)), "N", 49.0),
        (49.51, "N", 49.51),
        (49, "S", -49.0),
        ((49, 30, 36), "N", 49.51),
        ((49.0, 30.6), "N", 49.51),
        (array("I", [49, 30, 36]), "N", 49.51),
        ("49.51", "S", -49.51),
        ("49,30,36", "S", -49.51),
        ("49/1 30/1 3600/100", "S", -49.51),
        ("49,30.6S", None, -49.51),
        (b"49 deg 30' 36.00\"", "N", 49.51),
    ],
)
def test_angle(value: Any, letter: Any, degrees: float) -> None:
    found = angle(value, letter, LATITUDE)
    assert found.degrees == pytest.approx(degrees, abs=1e-9)
    assert found.fault is None


@pytest.mark.parametrize(
    ("value", "letter", "fault"),
    [
        (DEGREES, None, "no hemisphere"),
        (DEGREES, "", "no hemisphere"),
        (DEGREES, "Q", "'Q' is no hemisphere"),
        (fractions((0, 0), (0, 0), (0, 0)), "N", "0/0 is no number"),
        (fractions((0, 0), (30, 1), (0, 1)), "N", "0/0 is no number"),
        (fractions((49, 1), (0, 0), (36, 1)), "N", "0/0 is no number"),
        (fractions((49, 0), (30, 1), (36, 1)), "N", "a fraction over zero is no number"),
        (fractions((49, 1), (30, 0), (36, 1)), "N", "a fraction over zero is no number"),
        (fractions((90, 1), (1, 1), (0, 1)), "N", "90.0167 degrees are beyond 90"),
        (fractions((411, 1), (0, 1), (0, 1)), "S", "411 degrees are beyond 90"),
        (
            fractions((2**32 - 42, 1), (30, 1), (0, 1)),
            "N",
            "beyond all degrees: a negative number that was written as an unsigned one, it seems",
        ),
        (fractions((49, 1), (3060, 1), (0, 1)), "N", "3060 minutes are more than there can be"),
        (fractions((49, 1), (30, 1), (3600, 1)), "N", "3600 seconds are more than there can be"),
        (fractions((49, 1), (-30, 1), (36, 1)), "N", "parts of different signs"),
        (fractions((49, 1), (30, 1), (36, 1), (1, 1)), "N", "4 parts or more, and not degrees, minutes and seconds"),
        (float("nan"), "N", "no number"),
        ("somewhere", "N", "'somewhere' is no angle"),
        ("", "N", "'' is no angle"),
        ((), "N", "no number"),
        (None, "N", "no number"),
    ],
)
def test_no_angle(value: Any, letter: Any, fault: str) -> None:
    assert angle(value, letter, LATITUDE) == (None, fault)


def test_a_sign_that_contradicts_the_letter_is_told() -> None:
    """All readers go by the letter."""
    found = angle(fractions((-49, 1), (30, 1), (36, 1)), "N", LATITUDE)
    assert found == (49.51, "a negative number of degrees N, taken for 49.51 degrees N")


@pytest.mark.parametrize(
    ("string", "degrees"),
    [
        ("12,24.2875S", -12.404791666666667),
        ("12,24,17S", -12.404722222222222),
        ("12,24.2875 s", -12.404791666666667),
        ("12° 24' 17\" S", -12.404722222222222),
        ("12\u00ba24\u203217.25\u2033S", -12.404791666666667),
        ("S 12 deg 24' 17.25\"", -12.404791666666667),
        ("12.404791666666667 South", -12.404791666666667),
        ("-12.404791666666667", -12.404791666666667),
        ("\u221212.404791666666667", -12.404791666666667),
        ("+12.5", 12.5),
        ("-1.25E1", -12.5),
        ("12.5", None),
        ("12.5X", None),
        ("12,5,6,7N", None),
        ("5 of 12", None),
        ("90,0.1N", None),
        ("1/0 2/1 3/1N", None),
        ("12" * 60 + "N", None),
        ("1" * 99, None),
    ],
)
def test_text(string: str, degrees: float | None) -> None:
    found = from_text(string, LATITUDE)
    assert found.degrees == (None if degrees is None else pytest.approx(degrees, abs=1e-12))
    assert (found.fault is None) == (degrees is not None)


def test_text_where_signs_are_the_rule() -> None:
    assert from_text("12.5", LATITUDE, signed=True).degrees == 12.5
    assert from_text("12.5", LATITUDE, "S").degrees == -12.5
