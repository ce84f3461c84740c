"""How the values of Exif directories read: IFD0, SubIFD, thumbnail, further images and interoperability."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import exp, floor, log
from struct import unpack

from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    int_words,
    integer,
    ints,
    narrowed,
    octets,
    quotient,
    rational,
    rationals,
    real,
    simple,
    single,
    suffixed,
    text,
    trimmed,
    version,
    words,
    wrapped,
)
from metadata_digger.metadata.self_named import comment, wide
from metadata_digger.metadata.tags.exif import (
    CFA_COLOURS,
    COMPONENTS,
    INT_WORDS,
    NAMES,
    PHOTOMETRIC_INTERPRETATION,
    SAMPLE_FORMATS,
    THUMBNAIL_NAMES,
    WORDS,
)

_UNKNOWN = 0xFFFFFFFF  # Exif's own word for a quantity that is not known

_resolution_unit = words(WORDS[0x0128])
_focal_plane_unit = words(WORDS[0xA210])


def _unit(directory: Directory, tag: int, render: Render) -> str | None:
    value = directory.values.get(tag)
    word = None if value is None else render(directory, value)
    return None if word is None else word.lower()


def _interoperability_index(_: Directory, value: Value) -> str | None:
    string = text(value)
    if string is None:
        return None
    if trimmed(string).upper() == "R98":
        return "Recommended Exif Interoperability Rules (ExifR98)"
    return f"Unknown ({string})"


def _photometric_interpretation(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else PHOTOMETRIC_INTERPRETATION.get(number, "Unknown colour space")


def _resolution(directory: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is not None:
        number = simple(fraction)
    else:
        floating = real(value)
        if floating is None:
            return None
        number = decimal(floating, 3)
    return f"{number} dots per {_unit(directory, 0x0128, _resolution_unit) or 'unit'}"


def _sample_format(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    return ", ".join(SAMPLE_FORMATS.get(number) or f"Unknown ({number})" for number in numbers)


def _subsampling(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None or len(numbers) < 2:
        return None
    if numbers[0] == 2 and numbers[1] == 1:
        return "YCbCr4:2:2"
    return "YCbCr4:2:0" if numbers[0] == 2 and numbers[1] == 2 else "(Unknown)"


def _reference_black_white(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None and isinstance(value, array) and value.typecode == "I":
        numbers = [wrapped(number) for number in value[:6]]
    if numbers is None or len(numbers) < 6:
        return None
    return "[{0},{2},{4}] [{1},{3},{5}]".format(*numbers)


def _windows_text(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else trimmed(wide(data, "<"))


def _cfa_pattern(_: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None:
        return None
    if len(data) < 4:
        return _cfa_words(ints(data) or [])
    pattern = [0] * (len(data) - 2)
    # Byte order is not to be had here: big-endian goes unless the pattern would not fit.
    for layout in (">hh", "<hh"):
        columns, rows = unpack(layout, data[:4])
        if 2 + columns * rows <= len(data):
            pattern = [columns, rows, *(ints(data[4:]) or [])]
            break
    return _cfa_words(pattern)


def _cfa_pattern_2(directory: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None:
        return None
    repeat = directory.values.get(0x828D)
    size = None if repeat is None else ints(repeat)
    if size is None:
        return f"Repeat Pattern not found for CFAPattern ({text(value, 16)})"
    if len(size) == 2 and size[0] * size[1] == len(data):
        return _cfa_words([*size, *data])
    return f"Unknown Pattern ({text(value, 16)})"


def _cfa_words(numbers: Sequence[int]) -> str:
    """Columns, rows, then a colour for each cell: "[Red,Green][Green,Blue]"."""
    if len(numbers) < 2:
        return "<truncated data>"
    columns, rows = numbers[:2]
    if columns == 0 and rows == 0:
        return "<zero pattern size>"
    end = 2 + columns * rows
    if end > len(numbers):
        return "<invalid pattern size>"
    result = "["
    for position in range(2, end):
        colour = numbers[position]
        if colour < 0:  # the reference fails on it, and its tools print so
            return f"ERROR: {colour}"
        result += CFA_COLOURS[colour] if colour < len(CFA_COLOURS) else "Unknown"
        if (position - 2) % rows == 0:
            result += ","
        elif position != end - 1:
            result += "]["
    return result + "]"


def f_stop(number: float) -> str:
    """An aperture by its number: "f/2.8"."""
    return f"f/{decimal(number, 1, 1, half_up=True)}"


def millimetres(number: float) -> str:
    """A focal length."""
    return f"{decimal(number, 1, half_up=True)} mm"


def _f_number(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else f_stop(quotient(fraction))


def aperture(_: Directory, value: Value) -> str | None:
    """From APEX: the square root of two to the value's power."""
    apex = real(value)
    if apex is None:
        return None
    try:
        return f_stop((2**0.5) ** apex)
    except OverflowError:
        return f_stop(float("inf"))


def shutter_speed(_: Directory, value: Value) -> str | None:
    """From APEX: 2 to the value's power is the reciprocal of the time in seconds."""
    apex = single(value)
    if apex is None:
        return None
    try:
        power = exp(apex * log(2))
    except OverflowError:
        power = float("inf")
    if apex > 1:
        return f"1/{wrapped(min(floor(min(power, 1e19) + 0.5), 2**63 - 1))} sec"
    seconds = narrowed(1 / power) if power else float("inf")
    tenths = min(floor(seconds * 10 + 0.5), 2**63 - 1) if seconds < 1e30 else 2**63 - 1
    return f"{decimal(narrowed(narrowed(tenths) / 10), 2, half_up=True)} sec"


def _measured(most: int, least: int, unit: str) -> Render:
    """A quantity whose denominator says when it is not known."""

    def render(_: Directory, value: Value) -> str | None:
        fraction = rational(value)
        if fraction is None:
            return None
        return "Unknown" if fraction[1] == _UNKNOWN else decimal(quotient(fraction), most, least) + unit

    return render


def _brightness(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return "Unknown" if fraction[0] == _UNKNOWN else decimal(quotient(fraction), 3, 1)


def _subject_distance(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    if fraction[0] == _UNKNOWN:
        return "Infinity"
    return "Unknown" if fraction[0] == 0 else f"{decimal(quotient(fraction), 3, 1)} metres"


def _compressed_bits(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return f"{simple(fraction)} {'bit' if fraction[1] and fraction[0] == fraction[1] else 'bits'}/pixel"


def _exposure_bias(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else f"{simple(fraction)} EV"


def _flash(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    result = "Flash fired" if bits & 1 else "Flash did not fire"
    if bits & 4:
        result += ", return detected" if bits & 2 else ", return not detected"
    if bits & 16 and bits & 15:
        result += ", auto"
    return result + ", red-eye reduction" if bits & 64 else result


def _focal_length(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else millimetres(quotient(fraction))


def _focal_length_35(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return millimetres(number) if number else "Unknown"


def _focal_plane_resolution(directory: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    unit = _unit(directory, 0xA210, _focal_plane_unit)
    pitch = simple(Rational(fraction[1], fraction[0]))
    return pitch if unit is None else f"{pitch} {unit}"


def _components(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    return "".join(COMPONENTS[number] for number in numbers[:4] if 0 < number < len(COMPONENTS))


def _pixels(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"{number} pixels"


def _integer(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else str(number)


def _digital_zoom(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return decimal(quotient(fraction), 1) if fraction[0] else "Digital zoom not used"


def lens_specification(_: Directory, value: Value) -> str | None:
    """Shortest and longest focal length, widest aperture at either: "24-70mm f/2.8"."""
    found = rationals(value)
    if found is None or len(found) != 4:
        return None
    short, long, wide, narrow = found
    blank = [not one[0] or not one[1] for one in found]
    if blank[0] and blank[2]:
        return None
    result = simple(short)
    if quotient(short) != quotient(long):
        result += f"-{simple(long)}"
    result += "mm"
    if not blank[2]:
        result += f" {f_stop(quotient(wide))}"
        if quotient(wide) != quotient(narrow):
            result += f"-{decimal(quotient(narrow), 1, 1, half_up=True)}"
    return result


def encoded_text(directory: Directory, value: Value) -> str | None:
    """Text after an eight-byte name of its encoding, which some cameras pad otherwise or leave out."""
    data = octets(value)
    return None if data is None else trimmed(comment(data, directory.order))


RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    **{tag: int_words(table) for tag, table in INT_WORDS.items()},
    0x0001: _interoperability_index,
    0x0002: version(2),
    0x0100: suffixed(" pixels"),
    0x0101: suffixed(" pixels"),
    0x0102: suffixed(" bits/component/pixel"),
    0x0106: _photometric_interpretation,
    0x0115: suffixed(" samples/pixel"),
    0x0116: suffixed(" rows/strip"),
    0x0117: suffixed(" bytes"),
    0x011A: _resolution,
    0x011B: _resolution,
    0x0153: _sample_format,
    0x0212: _subsampling,
    0x0214: _reference_black_white,
    0x828E: _cfa_pattern_2,
    0x829A: suffixed(" sec"),
    0x829D: _f_number,
    0x8827: _integer,
    0x9000: version(2),
    0x9101: _components,
    0x9102: _compressed_bits,
    0x9201: shutter_speed,
    0x9202: aperture,
    0x9203: _brightness,
    0x9204: _exposure_bias,
    0x9205: aperture,
    0x9206: _subject_distance,
    0x9209: _flash,
    0x920A: _focal_length,
    0x9286: encoded_text,
    0x9400: _measured(1, 1, " °C"),
    0x9401: _measured(1, 1, " %"),
    0x9402: _measured(1, 1, " hPa"),
    0x9403: _measured(3, 1, " metres"),
    0x9404: _measured(3, 1, " mGal"),
    0x9405: _measured(2, 0, " degrees"),
    **dict.fromkeys(range(0x9C9B, 0x9CA0), _windows_text),
    0xA000: version(2),
    0xA002: _pixels,
    0xA003: _pixels,
    0xA20E: _focal_plane_resolution,
    0xA20F: _focal_plane_resolution,
    0xA302: _cfa_pattern,
    0xA404: _digital_zoom,
    0xA405: _focal_length_35,
    0xA432: lens_specification,
}

EXIF = TagTable(NAMES, RENDER)
THUMBNAIL = TagTable(THUMBNAIL_NAMES, {**RENDER, 0x0201: suffixed(" bytes"), 0x0202: suffixed(" bytes")})
