"""Canon's makernote: arrays of settings become tags of their own, whose values read as the reference extractor's."""

from __future__ import annotations

from math import exp, log

from metadata_digger.metadata.blocks.makernotes import Note, Split, canon_models
from metadata_digger.metadata.blocks.makernotes.phrases import float_string, short
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal, int_words, integer, narrowed, octets, words, wrapped
from metadata_digger.metadata.tags.canon import INT_WORDS, ISO_SPEEDS, LENSES, NAMES, WORDS

_SELF_TIMER = 0xC102
_FOCAL_UNITS = 0xC119
_ISO_IS_EXACT = 0x4000  # the bit that a PowerShot S3 IS sets when the rest is the speed itself

_AF_INFO = 0xD200
_AF_X_POSITIONS = 0xD208
_AF_Y_POSITIONS = 0xD209
_AF_POINTS_IN_FOCUS = 0xD20A


def _members(first: int) -> Split:
    """An array whose members are the tags from `first` on."""

    def split(values: dict[int, Value], members: Value) -> None:
        values.update(zip(range(first, first + len(members)), members, strict=True))

    return split


def _af_info(values: dict[int, Value], members: Value) -> None:
    """Counts and sizes, then the points' positions across and down, a bit for each in focus, and the primary one."""
    points = members[0] if len(members) else 0
    if points < 0:
        return
    tag, position, last = _AF_INFO, 0, len(members) - 1
    while position <= last:
        if tag in (_AF_X_POSITIONS, _AF_Y_POSITIONS, _AF_POINTS_IN_FOCUS):
            count = (points + 15) // 16 if tag == _AF_POINTS_IN_FOCUS else points
            if position + count <= last:  # the reference asks for one more than it takes
                values[tag] = tuple(short(member) for member in members[position : position + count])
            position += count
        else:
            values[tag] = members[position]
            position += 1
        tag += 1


def _unique_id(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else data.hex()


def _flash_bias(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    if number > 0xF000:
        return f"-{float_string((0x10000 - number) / 32)} EV"
    return f"{float_string(number / 32)} EV"


def _af_point_used(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return {0: "Right", 1: "Centre", 2: "Left"}.get(number & 7) or f"Unknown ({number})"


def _af_points_in_focus(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    return ",".join(str(bit) for bit in range(16) if bits >> bit & 1) or "None"


def _flash_details(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    for bit, word in ((14, "External E-TTL"), (13, "Internal flash"), (11, "FP sync used"), (4, "FP sync enabled")):
        if bits >> bit & 1:
            return word
    return f"Unknown ({bits})"


def _focal_units(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else str(number) if number else ""


def _focal_length(directory: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    units = directory.values.get(_FOCAL_UNITS)
    units = None if units is None else _focal_units(directory, units)
    return f"{number} {'null' if units is None else units}"  # the reference prints its missing unit so


def _ev(number: int) -> float:
    """Canon's exposure values are 32nds, in which 12 and 20 stand for a third and two thirds."""
    size = abs(number)
    fraction = size & 0x1F
    size = size - fraction + {0x0C: 0x20 // 3, 0x14: 0x40 // 3}.get(fraction, fraction)
    return (-size if number < 0 else size) / 0x20


def _f_stop(number: float) -> str:
    return f"f/{decimal(number, 1, 1, half_up=True)}"


def _aperture(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return f"Unknown ({number})" if number > 512 else _f_stop(exp(_ev(number) * log(2) / 2))


def _display_aperture(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return str(number) if number == 0xFFFF else _f_stop(narrowed(narrowed(number) / 10))


def _iso(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    if number & _ISO_IS_EXACT:
        return str(wrapped(number & ~_ISO_IS_EXACT))
    return ISO_SPEEDS.get(number) or f"Unknown ({number})"


def _drive_mode(directory: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    if number not in (0, 1):
        return f"Unknown ({number})"
    delay = directory.values.get(_SELF_TIMER)
    delay = None if delay is None else integer(delay)
    if number or delay is None:
        return "Continuous"
    return "Single shot with self-timer" if delay else "Single shot"


def _self_timer(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return f"{decimal(number * 0.1, 2)} sec" if number else "Self timer not used"


def _colour_tone(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else "n/a" if number == 0x7FFF else str(number)


_RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    **{tag: int_words(table) for tag, table in INT_WORDS.items()},
    0x0028: _unique_id,
    0xC102: _self_timer,
    0xC105: _drive_mode,
    0xC110: _iso,
    0xC116: int_words(LENSES),
    0xC117: _focal_length,
    0xC118: _focal_length,
    0xC119: _focal_units,
    0xC11A: _aperture,
    0xC11B: _aperture,
    0xC11D: _flash_details,
    0xC121: _display_aperture,
    0xC129: _colour_tone,
    0xC20E: _af_point_used,
    0xC20F: _flash_bias,
    0xD20A: _af_points_in_focus,
}

_ARRAYS: dict[int, Split] = {
    0x0001: _members(0xC100),
    0x0002: _members(0xC200),
    0x0004: _members(0xC400),
    0x0005: _members(0xC500),
    0x0012: _af_info,
}


def note() -> Note:
    return Note(TagTable(NAMES, _RENDER), arrays=_ARRAYS, finish=canon_models.finish)
