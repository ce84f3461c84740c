"""Nikon's makernotes: both types, and the Picture Control blocks in the second."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.blocks.exif_tables import EXIF, lens_specification
from metadata_digger.metadata.blocks.ifd import string
from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note, nikon_models
from metadata_digger.metadata.blocks.makernotes.phrases import missing
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    int_words,
    integer,
    ints,
    octets,
    quotient,
    rational,
    simple,
    suffixed,
    text,
    version,
    words,
    wrapped,
)
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.nikon import (
    FILTER_EFFECTS,
    FOCUS_POSITIONS,
    LENS_TYPES,
    PICTURE_CONTROL_1_NAMES,
    PICTURE_CONTROL_2_NAMES,
    PICTURE_CONTROL_ADJUST,
    PREVIEW_NAMES,
    SHOOTING_MODES,
    TONING_EFFECTS,
    TYPE_1_NAMES,
    TYPE_1_WORDS,
    TYPE_2_INT_WORDS,
    TYPE_2_NAMES,
    TYPE_2_WORDS,
)

_VERSION_1 = 58  # bytes of a Picture Control block
_VERSION_2 = 68


def _zoom_by_numerator(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return f"{simple(fraction)}x digital zoom" if fraction[0] else "No digital zoom"


def _focus(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return "Infinite" if fraction == Rational(1, 0) else simple(fraction)


def _exposure_value(_: Directory, value: Value) -> str | None:
    """A number, what it is to be multiplied by, and what by divided."""
    numbers = ints(value)
    if numbers is None or len(numbers) < 3 or not numbers[2]:
        return None
    return f"{decimal(wrapped(numbers[0] * numbers[1]) / numbers[2], 2)} EV"


def _iso(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if not numbers:
        return missing(0, 0)
    if not numbers[0] and len(numbers) == 1:
        return missing(1, 1)
    return f"Unknown ({text(value)})" if numbers[0] or not numbers[1] else f"ISO {numbers[1]}"


def _zoom(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    return "No digital zoom" if 1 <= quotient(fraction) < 2 else f"{simple(fraction)}x digital zoom"


def _focus_position(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if len(numbers) != 4 or numbers[0] or numbers[2] or numbers[3]:
        return f"Unknown ({text(value)})"
    return FOCUS_POSITIONS.get(numbers[1]) or f"Unknown ({numbers[1]})"


def _colour_mode(_: Directory, value: Value) -> str | None:
    mode = text(value)
    return "Mode I (sRGB)" if mode is not None and mode.startswith("MODE1") else mode


def _power_up_time(_: Directory, value: Value) -> str | None:
    """Year, month, day, hours, minutes, seconds; big-endian whatever the note is."""
    data = octets(value)
    if data is None:
        return None
    if len(data) < 7:
        return missing(len(data), len(data))
    return "{:04d}:{:02d}:{:02d} {:02d}:{:02d}:{:02d}".format(*unpack_from(">h5b", data))


def _flags(labels: tuple[str | tuple[str, str] | None, ...]) -> Render:
    """A word for each bit that is set, from the lowest; a pair has one for a bit that is not."""

    def render(_: Directory, value: Value) -> str | None:
        bits = integer(value)
        if bits is None:
            return None
        found: list[str] = []
        for bit, label in enumerate(labels):
            on = bits >> bit & 1
            if isinstance(label, tuple):
                found.append(label[on])
            elif label is not None and on:
                found.append(label)
        return ", ".join(found)

    return render


def _listed(table: dict[int, str]) -> Render:
    """A number out of a list; others as they are."""

    def render(_: Directory, value: Value) -> str | None:
        number = integer(value)
        return None if number is None else table.get(number) or str(number)

    return render


def _nothing(_: Directory, __: Value) -> str | None:
    """The reference asks for bytes where it keeps a number, and gets none."""
    return None


TYPE_1 = TagTable(
    TYPE_1_NAMES,
    {
        **{tag: words(table) for tag, table in TYPE_1_WORDS.items()},
        0x0008: _focus,
        0x000A: _zoom_by_numerator,
    },
)

_PREVIEW = TagTable(
    PREVIEW_NAMES, {tag: EXIF.render[tag] for tag in PREVIEW_NAMES if tag in EXIF.render} | {0x0202: suffixed(" bytes")}
)

_TYPE_2 = TagTable(
    TYPE_2_NAMES,
    {
        **{tag: words(table) for tag, table in TYPE_2_WORDS.items()},
        **{tag: int_words(table) for tag, table in TYPE_2_INT_WORDS.items()},
        **dict.fromkeys((0x000D, 0x000E, 0x0012, 0x0017, 0x0018, 0x001C, 0x008B), _exposure_value),
        0x0001: version(2),
        0x0002: _iso,
        0x0083: _flags(LENS_TYPES),
        0x0084: lens_specification,
        0x0086: _zoom,
        0x0088: _focus_position,
        0x0089: _flags(SHOOTING_MODES),
        0x008D: _colour_mode,
        0x0092: suffixed(" degrees"),
        0x00B6: _power_up_time,
    },
)

_PICTURE_CONTROL_1 = TagTable(
    PICTURE_CONTROL_1_NAMES,
    {0x30: words(PICTURE_CONTROL_ADJUST), 0x37: _listed(FILTER_EFFECTS), 0x38: _listed(TONING_EFFECTS)},
)
_PICTURE_CONTROL_2 = TagTable(
    PICTURE_CONTROL_2_NAMES, {0x30: words(PICTURE_CONTROL_ADJUST), 0x3F: _nothing, 0x40: _nothing}
)


def picture_control(_: Directory, reader: Reader) -> Iterator[Directory] | None:
    """The directory of a Picture Control block, whose version is told by its length; None when it is another."""
    if reader.size == _VERSION_1:
        directory = Directory("Nikon PictureControl 1", _PICTURE_CONTROL_1)
        data, form = reader.bytes(0, _VERSION_1), "B"
    elif reader.size == _VERSION_2:
        directory = Directory("Nikon PictureControl 2", _PICTURE_CONTROL_2)
        data, form = reader.bytes(0, _VERSION_2), "b"
    else:
        return None
    for tag in directory.table.names:  # a tag is its field's position: three strings, then bytes
        if tag < 0x30:
            directory.values[tag] = string(data[tag : tag + (20 if tag else 4)])
        else:
            directory.values[tag] = unpack_from(form, data, tag)[0]
    return iter((directory,))


def type_2() -> Note:
    return Note(
        _TYPE_2,
        {0x0023: picture_control, 0x00BD: picture_control},
        blocks=PRINT_IM,
        subs={0x0011: ("Nikon Preview", Note(_PREVIEW))},
        kept=frozenset({0x0011}),
        finish=nikon_models.finish,
    )
