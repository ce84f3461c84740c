"""Raw value to text, in the words of the reference extractor.

Renders that are made from data; what a raw value is as a number, an array or bytes (the reference's typed getters,
which decide what odd files print); and number formats. Those are Java's (java.text.DecimalFormat, Double.toString):
people's filters match the reference's words.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Mapping, Sequence
from math import copysign, gcd, isfinite, isnan

from metadata_digger.metadata.values import Rational, Rationals, Text, Value

_INT_MAX = 2**31 - 1
_INT_MIN = -(2**31)
_BLANKS = "".join(map(chr, range(33)))
_FLOAT = struct.Struct("f")

Plain = Callable[[object, Value], str | None]  # a Render that looks at the value alone, whatever its directory


def generic(_: object, value: Value) -> str | None:
    """The reference's default as a Render: arrays of up to 16 values joined by a space, longer ones counted."""
    return text(value, 16)


def text(value: Value, limit: int = 0) -> str | None:
    """A value as a string; of an array with more than `limit` members (0: no limit) only the count is told."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Rational):
        return simple(value)
    if isinstance(value, float):
        return decimal(value, 3)
    if isinstance(value, tuple | bytes | array | Rationals):
        if limit and len(value) > limit:
            return f"[{len(value)} values]"
        return " ".join(map(_member, value))
    return str(value)


def _member(value: Value) -> str:
    """One member of an array: rationals as stored ("2/4"), floats with up to three decimals."""
    if isinstance(value, Rational):
        return f"{value[0]}/{value[1]}"
    if isinstance(value, float):
        number = decimal(value, 3)
        return "0" if number == "-0" else number
    return str(value)


# Renders made from data


def words(table: Mapping[int, str]) -> Plain:
    """A number out of a list; numbers that are not in it are "Unknown (7)"."""

    def render(_: object, value: Value) -> str | None:
        number = value if type(value) is int else long(value)
        if number is None:
            return None
        word = table.get(number)
        return word if word is not None else f"Unknown ({number})"

    return render


def int_words(table: Mapping[int, str]) -> Plain:
    """The same for a value that the reference reads as a signed 32-bit number."""

    def render(_: object, value: Value) -> str | None:
        number = integer(value)
        if number is None:
            return None
        word = table.get(number)
        return word if word is not None else f"Unknown ({number})"

    return render


def suffixed(suffix: str) -> Plain:
    """The value, however many members it has, and a unit."""

    def render(_: object, value: Value) -> str | None:
        if type(value) is int:
            return f"{value}{suffix}"
        string = text(value)
        return None if string is None else string + suffix

    return render


def version(digits: int) -> Plain:
    """Up to four digits, as characters or as numbers, with a point after the first `digits`: "2.20"."""

    def render(_: object, value: Value) -> str | None:
        numbers = ints(value)
        if numbers is None:
            return None
        result = ""
        for index, number in enumerate(numbers[:4]):
            if index == digits:
                result += "."
            number &= 0xFFFF
            if number < 0x30:
                number += 0x30
            if index or number != 0x30:
                result += "?" if 0xD800 <= number < 0xE000 else chr(number)
        return result

    return render


# What a raw value is as something else


def wrapped(number: int) -> int:
    """The low 32 bits as a signed number, Java's cast from long to int."""
    return (number + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def saturated(number: int) -> int:
    """Java's cast of a floating point number to int, once it is whole."""
    return max(_INT_MIN, min(_INT_MAX, number))


def integer(value: Value) -> int | None:
    """As a signed 32-bit number; a string that is no number gives that of its last four bytes."""
    number = long(value)
    if number is not None:
        return saturated(number) if isinstance(value, float | Rational) else wrapped(number)
    if isinstance(value, str):
        return wrapped(int.from_bytes(value.encode("utf-8", "surrogatepass")[-4:], "big"))
    return None


def long(value: Value) -> int | None:
    """As a whole number; an array counts when it has one member, and is not of unsigned 32-bit numbers."""
    if isinstance(value, int):
        return value
    if isinstance(value, Rational):
        return _truncated(quotient(value))
    if isinstance(value, float):
        return _truncated(value)
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, bytes) and len(value) == 1:
        return value[0] - 256 if value[0] > 127 else value[0]
    if isinstance(value, tuple) and len(value) == 1:
        return long(value[0])
    return None


def _parsed(string: str) -> int | None:
    """java.lang.Long.parseLong: an optional sign and digits, no blanks."""
    digits = string[1:] if string[:1] in ("+", "-") else string
    if not digits.isdecimal() or len(digits) > 19:
        return None
    number = int(string)
    return number if -(2**63) <= number < 2**63 else None


def _truncated(value: float) -> int:
    if isnan(value):
        return 0
    if abs(value) >= 2.0**63:
        return 2**63 - 1 if value > 0 else -(2**63)
    return int(value)


def real(value: Value) -> float | None:
    """As a floating point number."""
    if isinstance(value, Rational):
        return quotient(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.strip(_BLANKS).replace("_", "?"))  # Python's own digit separator is no number in Java
        except ValueError:
            return None
    return None


def quotient(value: Rational) -> float:
    """A fraction's value: 0 when the numerator is, however bad the denominator."""
    numerator, denominator = value
    if numerator == 0:
        return 0.0
    if denominator == 0:
        return float("inf") if numerator > 0 else float("-inf")
    return numerator / denominator


def single(value: Value) -> float | None:
    """As a 32-bit floating point number, in Python's 64 bits."""
    if isinstance(value, Rational) and value[0] and value[1]:
        return narrowed(narrowed(value[0]) / narrowed(value[1]))
    number = real(value)
    return None if number is None else narrowed(number)


def narrowed(number: float) -> float:
    """Rounded to 32 bits."""
    try:
        return float(_FLOAT.unpack(_FLOAT.pack(number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def divided(number: float, by: float) -> float:
    """Java's division of 32-bit floating point numbers, which knows no error."""
    number, by = narrowed(number), narrowed(by)
    if by:
        return narrowed(number / by)
    if number == 0 or isnan(number) or isnan(by):
        return float("nan")
    return copysign(float("inf"), number) * copysign(1.0, by)


def rational(value: Value) -> Rational | None:
    """As a fraction: fractions and whole numbers only."""
    if isinstance(value, Rational):
        return value
    return Rational(value, 1) if isinstance(value, int) else None


def rationals(value: Value) -> Sequence[Rational] | None:
    """As an array of fractions."""
    if isinstance(value, Rationals):
        return value
    if isinstance(value, tuple) and not isinstance(value, Rational) and value and isinstance(value[0], Rational):
        return value
    return None


def ints(value: Value) -> Sequence[int] | None:
    """As signed 32-bit numbers; unsigned 32-bit arrays, floats and strings are none."""
    if isinstance(value, bytes):
        return [byte - 256 if byte > 127 else byte for byte in value]
    if isinstance(value, int):
        return (value,)
    if isinstance(value, array):
        return value if value.typecode in "BHhi" else None
    found = rationals(value)
    if found is not None:
        return [saturated(_truncated(quotient(one))) for one in found]
    if isinstance(value, tuple) and not isinstance(value, Rational):
        return None if value and isinstance(value[0], float) else value
    return None


def octets(value: Value) -> bytes | None:
    """As bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, Text):
        return value.raw
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    numbers = ints(value)
    return None if numbers is None else bytes(number & 0xFF for number in numbers)


# Strings


def trimmed(string: str) -> str:
    """java.lang.String.trim: control characters go too."""
    return string.strip(_BLANKS)


# Numbers


def simple(value: Rational, *, decimals: bool = True) -> str:
    """A fraction as an integer, else as a short decimal ("0.5"), else in its lowest terms ("1/3")."""
    numerator, denominator = value
    if denominator == 0:
        return "0" if numerator == 0 else f"{numerator}/0"
    if numerator % denominator == 0:
        return str(saturated(numerator // denominator))
    divisor = gcd(numerator, denominator)
    if denominator < 0:
        divisor = -divisor
    numerator //= divisor
    denominator //= divisor
    if decimals and len(short := double(numerator / denominator)) < 5:
        return short
    return f"{numerator}/{denominator}"


def double(value: float) -> str:
    """java.lang.Double.toString: "0.5", "100.0", "1.0E7", "1.0E-4"."""
    if isnan(value):
        return "NaN"
    if not isfinite(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        mantissa, exponent = _scientific(mantissa)
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}E{int(exponent)}"


def _scientific(number: str) -> tuple[str, str]:
    """The digits of repr, which writes exponents only from 1e16 and below 1e-4, with the point after the first."""
    sign, number = ("-", number[1:]) if number[0] == "-" else ("", number)
    whole, _, fraction = number.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) - 1 if whole != "0" else len(digits) - len(fraction) - 1
    digits = digits.rstrip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}", str(exponent)


def decimal(value: float, most: int, least: int = 0, *, half_up: bool = False) -> str:
    """java.text.DecimalFormat with `least` to `most` decimals: decimal(x, 3) is "0.###", decimal(x, 1, 1) is "0.0".

    Java rounds half to even by default, on the exact binary value, as Python does; `half_up` is RoundingMode.HALF_UP.
    """
    if not isfinite(value):
        return "NaN" if isnan(value) else "∞" if value > 0 else "-∞"
    if half_up and value * (2 * 10**most) % 2 == 1:  # perhaps a tie
        from decimal import ROUND_HALF_UP, Decimal

        number = str(Decimal(value).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP))
    elif abs(value) >= min(2.0**53, 10.0 ** (17 - most)):
        # Java has zeros behind the 17 digits at most that tell the number from its neighbours.
        from decimal import Decimal

        number = f"{Decimal(repr(value)):.{most}f}"
    else:
        number = f"{value:.{most}f}"
    if most > least:
        keep = number.index(".") + 1 + least
        number = number[:keep] + number[keep:].rstrip("0")
        if number[-1] == ".":
            number = number[:-1]
    return number


def fixed(value: float, places: int) -> str:
    """java.lang.String.format with "%.2f": rounded half up, on the shortest digits that tell the number."""
    if not isfinite(value):
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    from decimal import ROUND_HALF_UP, Context, Decimal

    # As many digits as the largest number needs, which has 309 before the point.
    return format(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(400)), "f")
