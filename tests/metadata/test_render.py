"""Numbers and strings as Java writes them. Expected values are from its documentation and rules, worked out by hand."""

import pickle
from array import array

import pytest

from metadata_digger.metadata import render
from metadata_digger.metadata.model import Directory, Rational, TagTable, Text, describe


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, "0.5"),
        (100.0, "100.0"),
        (-2.0, "-2.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (0.00012, "1.2E-4"),
        (1e7, "1.0E7"),
        (12345678.0, "1.2345678E7"),
        (1.5e300, "1.5E300"),
        (9999999.0, "9999999.0"),
        (0.0, "0.0"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_double(value, expected):
    assert render.double(value) == expected


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        ((0.125, 2), {}, "0.12"),
        ((0.125, 2), {"half_up": True}, "0.13"),
        ((-0.125, 2), {"half_up": True}, "-0.13"),
        ((2.25, 1, 1), {"half_up": True}, "2.3"),
        ((2.35, 1, 1), {"half_up": True}, "2.4"),  # 2.35 is 2.3500000000000000888 in binary
        ((1.45, 1, 1), {"half_up": True}, "1.4"),  # and 1.45 is 1.4499999999999999556
        ((3.0, 3), {}, "3"),
        ((3.0, 3, 1), {}, "3.0"),
        ((3.14159, 3), {}, "3.142"),
        ((120.0, 0), {}, "120"),
        ((123456789012345.67, 3), {}, "123456789012345.67"),  # in binary ...671875, which is more than 17 digits
        ((12345678901234.567, 3), {}, "12345678901234.566"),  # and 17: ...56640625
        ((1234567890123456.8, 1), {}, "1234567890123456.8"),
        ((float("nan"), 1), {}, "NaN"),
        ((float("-inf"), 1), {}, "-∞"),
    ],
)
def test_decimal(arguments, options, expected):
    assert render.decimal(*arguments, **options) == expected


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        ((1, 2), "0.5"),
        ((2, 4), "0.5"),
        ((1, 3), "1/3"),
        ((10, 1250), "1/125"),
        ((-1, 4), "-1/4"),
        ((1, -4), "-1/4"),
        ((7, 7), "1"),
        ((0, 5), "0"),
        ((0, 0), "0"),
        ((5, 0), "5/0"),
        ((4294967295, 1), "2147483647"),
        ((24, 10), "2.4"),
        ((1, 64), "1/64"),
    ],
)
def test_simple(fraction, expected):
    assert render.simple(Rational(*fraction)) == expected


@pytest.mark.parametrize(
    ("value", "integer", "ints", "octets"),
    [
        (7, 7, [7], b"\7"),
        (4294967295, -1, [4294967295], b"\xff"),
        (2.9, 2, None, None),
        (Rational(7, 2), 3, None, None),
        (Rational(1, 0), 2147483647, None, None),
        ("42", 42, None, b"42"),
        ("R98", 0x523938, None, b"R98"),
        (Text("Zo�", b"Zo\xeb"), None, None, b"Zo\xeb"),
        (b"\xff", -1, [-1], b"\xff"),
        (b"\1\2", None, [1, 2], b"\1\2"),
        ((1, 2), None, [1, 2], b"\1\2"),
        ((1.0, 2.0), None, None, None),
        ((Rational(7, 2), Rational(9, 1)), None, [3, 9], b"\3\x09"),
        (array("I", [1, 2]), None, None, None),
        (array("H", [1, 300]), None, [1, 300], b"\1\x2c"),
    ],
)
def test_typed_views_of_a_value(value, integer, ints, octets):
    if integer is not None or not isinstance(value, str):
        assert render.integer(value) == integer
    found = render.ints(value)
    assert (None if found is None else list(found)) == ints
    assert render.octets(value) == octets


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.005, "1.01"),
        (0.125, "0.13"),
        (-0.125, "-0.13"),
        (2.0, "2.00"),
        (1e22, "1" + "0" * 22 + ".00"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_fixed_rounds_the_digits_that_tell_a_number(value, expected):
    assert render.fixed(value, 2) == expected


def test_fixed_of_the_largest_number():
    assert render.fixed(1.7976931348623157e308, 2) == "17976931348623157" + "0" * 292 + ".00"


def test_simple_without_decimals():
    assert render.simple(Rational(5, -10), decimals=False) == "-1/2"


@pytest.mark.parametrize(("value", "expected"), [(2.0**60, "1152921504606847000"), (-(2.0**53), "-9007199254740992")])
def test_large_numbers_end_in_zeros(value, expected):
    assert render.decimal(value, 3) == expected


@pytest.mark.parametrize(("value", "expected"), [(1e30, 2**63 - 1), (-1e30, -(2**63)), (2.0**62, 2**62)])
def test_whole_numbers_end_at_64_bits(value, expected):
    assert render.long(value) == expected


def test_trimmed_takes_control_characters():
    assert render.trimmed("\0\t a \x1f\0") == "a"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", ""),
        (5, "5"),
        (tuple(range(16)), " ".join(map(str, range(16)))),
        (tuple(range(17)), "[17 values]"),
        (b"\xff\0", "255 0"),
        (1.23456, "1.235"),
        (Text("x", b"\xff"), "x"),
    ],
)
def test_generic(value, expected):
    assert describe(Directory("Any", TagTable({})), 1, value) == expected


def test_a_string_that_is_not_utf8_travels_with_its_bytes():
    copy = pickle.loads(pickle.dumps(Text("�", b"\xff")))  # noqa: S301 - our own pickle
    assert (copy, copy.raw) == ("�", b"\xff")
