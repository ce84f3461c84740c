"""How the values of the Olympus makernote's camera settings read. Meanings are those of ExifTool's Olympus.pm."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from metadata_digger.metadata.blocks.makernotes.phrases import float_string, members, missing, numbered, strictly
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    double,
    int_words,
    integer,
    ints,
    narrowed,
    quotient,
    rational,
    rationals,
    real,
    saturated,
    simple,
    text,
    version,
    words,
)
from metadata_digger.metadata.tags.olympus_settings import FILTERS, INT_WORDS, NAMES, WORDS

_NOISE_REDUCTION = 0x050A
_FOCUS_MODES = {
    0: "Single AF",
    1: "Sequential shooting AF",
    2: "Continuous AF",
    3: "Multi AF",
    4: "Face detect",
    10: "MF",
}
_FOCUS_BITS = {
    0: "S-AF",
    2: "C-AF",
    4: "MF",
    5: "Face detect",
    6: "Imager AF",
    7: "Live View Magnification Frame",
    8: "AF sensor",
}
_AREAS = {0x36794285: "Left ", 0x79798585: "Center ", 0xBD79C985: "Right "}
_FLASHES = ("On", "Fill-in", "Red-eye", "Slow-sync", "Forced On", "2nd Curtain")
_FLASH_CONTROLS = {0: "Off", 3: "TTL", 4: "Auto", 5: "Manual"}
_NOISE = ("Noise Reduction", "Noise Filter", "Noise Filter (ISO Boost)", "Auto")
_GRADATIONS = {(0, 0, 0): "n/a", (-1, -1, 1): "Low Key", (0, -1, 1): "Normal", (1, -1, 1): "High Key"}
_PICTURE_MODES = {
    1: "Vivid",
    2: "Natural",
    3: "Muted",
    4: "Portrait",
    5: "i-Enhance",
    256: "Monotone",
    512: "Sepia",
}
_TONE_LEVELS = {0: "0", -31999: "Highlights ", -31998: "Shadows ", -31997: "Midtones "}
_EFFECTS = {
    0x0000: "No Effect",
    0x8010: "Star Light",
    0x8020: "Pin Hole",
    0x8030: "Frame",
    0x8040: "Soft Focus",
    0x8050: "White Edge",
    0x8060: "B&W",
}
_COLOR_FILTERS = ("No", "Yellow", "Orange", "Red", "Green")
_BRACKETS = {0: "AE", 1: "WB", 2: "FL", 3: "MF", 6: "Focus"}
_DRIVES = {
    1: "Continuous Shooting",
    2: "Exposure Bracketing",
    3: "White Balance Bracketing",
    4: "Exposure+WB Bracketing",
}
_PANORAMAS = {1: "Left to Right", 2: "Right to Left", 3: "Bottom to Top", 4: "Top to Bottom"}


def _word(table: Mapping[int, str], number: int) -> str:
    word = table.get(number)
    return word if word is not None else f"Unknown ({number})"


def _exposure_shift(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is not None:
        return simple(fraction)
    number = real(value)
    return None if number is None else decimal(number, 3)


def _focus_mode(_: Directory, value: Value) -> str | None:
    numbers = members(value)
    if not numbers:
        return None
    result = _word(_FOCUS_MODES, numbers[0])
    if len(numbers) < 2:
        return result
    bits = numbers[1]
    if bits == 0:
        return result + "; (none)"
    names = [name for bit, name in _FOCUS_BITS.items() if bits >> bit & 1]
    return f"{result}; {', '.join(names)}" if names else result  # the reference cuts two characters off


def _focus_process(_: Directory, value: Value) -> str | None:
    numbers = members(value)
    if not numbers:
        return None
    result = _word({0: "AF not used", 1: "AF used"}, numbers[0])
    return f"{result}; {numbers[1]}" if len(numbers) > 1 else result


def _af_areas(_: Directory, value: Value) -> str | None:
    """Corners of rectangles, each coordinate of 255, a byte each."""
    if not isinstance(value, array) or value.typecode != "I":
        return None
    return (
        ", ".join(
            f"{_AREAS.get(point, '')}({point >> 24}/255,{point >> 16 & 0xFF}/255)"
            f"-({point >> 8 & 0xFF}/255,{point & 0xFF}/255)"
            for point in value
            if point
        )
        or None
    )


def _af_point(_: Directory, value: Value) -> str | None:
    fractions = rationals(value)
    if fractions is None:
        return "n/a"
    if len(fractions) < 4:
        return None
    first = 1 if len(fractions) == 5 and int(_finite(quotient(fractions[0]))) == 0 else 0
    percents = [saturated(int(_finite(quotient(one) * 100))) for one in fractions[first : first + 4]]
    if sum(percents) == 0:
        return "n/a"
    return "({}%,{}%) ({}%,{}%)".format(*percents)


def _finite(number: float) -> float:
    return max(-1e18, min(1e18, number))


def _flash_mode(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    if bits == 0:
        return "Off"
    return ", ".join(name for bit, name in enumerate(_FLASHES) if bits >> bit & 1) or missing(-2, 0)


def _flash_control(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if not numbers:
        return None
    return "; ".join([_word(_FLASH_CONTROLS, numbers[0]), *map(str, numbers[1:])])


def _strengths(absent: str | None) -> Render:
    """Three or four fractions, all n/a when no denominator is set."""

    def render(_: Directory, value: Value) -> str | None:
        fractions: Sequence[Rational] | None = rationals(value)
        if not fractions:
            return absent
        if len(fractions) in (3, 4) and not any(one[1] for one in fractions):
            return "n/a" if len(fractions) == 3 else "n/a (x4)"
        return ", ".join(f"{one[0]}/{one[1]}" for one in fractions)

    return render


def _temperature(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else str(number or "Auto")


def _in_range(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None or len(numbers) < 3:
        return None
    return "{} (min {}, max {})".format(*numbers[:3])


def _noise_reduction(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    return ", ".join(name for bit, name in enumerate(_NOISE) if bits >> bit & 1) or "(none)"


def _gradation(directory: Directory, value: Value) -> str | None:
    result = numbered(3, _GRADATIONS)(directory, value)
    numbers = ints(value)
    if result is None or numbers is None or len(numbers) < 4:
        return result
    return result + {0: "; User-Selected", 1: "; Auto-Override"}.get(numbers[3], "")


def _picture_mode(directory: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:  # then the reference takes the noise reduction for it
        number = integer(directory.values.get(_NOISE_REDUCTION))
        numbers = None if number is None else (number,)
    if not numbers:
        return None
    result = _word(_PICTURE_MODES, numbers[0])
    return f"{result}; {numbers[1]}" if len(numbers) > 1 else result


def filters(separator: str, end: str) -> Render:
    """The name of a filter, then its numbers."""

    def render(_: Directory, value: Value) -> str | None:
        numbers = ints(value)
        if not numbers:
            return None
        result = FILTERS.get(numbers[0], "[unknown]")
        if len(numbers) == 1:
            return result
        return f"{result}; {separator.join(map(str, numbers[1:]))}{end}"

    return render


def _tone_level(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if not numbers:
        return None
    return "; ".join(
        # the levels are in groups of four, the first of each its kind
        (_TONE_LEVELS.get(number, "null") if index % 4 == 0 and index <= 24 else str(number))
        for index, number in enumerate(numbers)
    )


def _art_filter_effect(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    parts = list(map(str, numbers))
    for index, number in enumerate(numbers[:7]):
        if index == 0:
            parts[0] = FILTERS.get(number, "[unknown]")
        elif index == 3:
            parts[3] = f"Partial Color {number}"
        elif index == 4:
            parts[4] = _word(_EFFECTS, number)
        elif index == 6:
            known = 0 <= number < len(_COLOR_FILTERS)
            parts[6] = f"{_COLOR_FILTERS[number]} Color Filter" if known else f"Unknown ({number})"
    return "; ".join(parts) or missing(-2, 0)


def _color_creator(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    labels = {0: "Color ", 3: "Strength "}
    return "; ".join(f"{labels.get(index, '')}{number}" for index, number in enumerate(numbers)) or missing(-2, 0)


def _drive_mode(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if not numbers or numbers[0] == 0:
        return "Single Shot"
    if len(numbers) < 2:
        return missing(1, 1)
    if numbers[0] == 5 and len(numbers) > 2:
        mode = "".join(name for bit, name in _BRACKETS.items() if numbers[2] >> bit & 1) + " Bracketing"
    else:
        mode = _word(_DRIVES, numbers[0])
    return f"{mode}, Shot {numbers[1]}"


def _panorama(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if not numbers or numbers[0] == 0:
        return "Off"
    if len(numbers) < 2:
        return missing(1, 1)
    return f"{_word(_PANORAMAS, numbers[0])}, Shot {numbers[1]}"


def _pressure(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"{decimal(number / 10, 2)} kPa"


def _manometer(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None or len(numbers) < 2:
        return None
    return f"{decimal(numbers[0] / 10, 2)} m, {decimal(numbers[1] / 10, 2)} ft"


def _angle(sign: int) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        numbers = ints(value)
        if numbers is None or len(numbers) < 2:
            return None
        return f"{double(sign * numbers[0] / 10) if numbers[0] else 'n/a'} {numbers[1]}"

    return render


def _plain(_: Directory, value: Value) -> str | None:
    """As the value prints itself in Java: a fraction unreduced; arrays print their address, which nobody can match."""
    if isinstance(value, float):
        return float_string(value) if narrowed(value) == value else double(value)
    return f"{value[0]}/{value[1]}" if isinstance(value, Rational) else text(value)


RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    **{tag: int_words(table) for tag, table in INT_WORDS.items()},
    0x0000: version(4),
    0x0203: _exposure_shift,
    0x0301: _focus_mode,
    0x0302: _focus_process,
    0x0304: _af_areas,
    0x0305: _af_point,
    0x0400: _flash_mode,
    0x0404: _flash_control,
    0x0405: _strengths(None),
    0x0406: _strengths("n/a"),
    0x0501: _temperature,
    0x0503: _in_range,
    0x0505: _in_range,
    0x0506: _in_range,
    _NOISE_REDUCTION: _noise_reduction,
    0x050F: _gradation,
    0x0520: _picture_mode,
    0x0521: _in_range,
    0x0523: _in_range,
    0x0524: _in_range,
    0x0527: strictly(
        numbered(
            3,
            {(0, 0, 0): "n/a", (-2, -2, 1): "Off", (-1, -2, 1): "Low", (0, -2, 1): "Standard", (1, -2, 1): "High"},
        ),
        3,
    ),
    0x0529: filters("; ", ""),
    0x052C: filters("; ", ""),
    0x052D: strictly(
        numbered(3, {(0, 0, 0): "n/a", (-1, -1, 1): "Low", (0, -1, 1): "Standard", (1, -1, 1): "High"}), 3
    ),
    0x052E: _tone_level,
    0x052F: _art_filter_effect,
    0x0532: _color_creator,
    0x0600: _drive_mode,
    0x0601: _panorama,
    0x0804: numbered(2, {(0, 0): "No", (9, 8): "Focus-stacked (8 images)"}),
    0x0900: _pressure,
    0x0901: _manometer,
    0x0903: _angle(-1),
    0x0904: _angle(1),
    0x0908: _plain,
}

TABLE = TagTable(NAMES, RENDER)
