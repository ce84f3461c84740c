"""Sony's makernotes: type 1, with the enciphered block 0x9050, and type 6 of Sony Ericsson's telephones."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.phrases import whole
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import int_words, integer, ints, saturated, single, version, words, wrapped
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.sony import (
    CIPHER,
    INT_WORDS,
    NAMES,
    TAG_9050B_INT_WORDS,
    TAG_9050B_NAMES,
    TYPE_6_NAMES,
    WORDS,
)

_APS_C_SIZE_CAPTURE = 0x0114
_SERIAL_NUMBER = 0x0088


def _color_temperature(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    if number == 0:
        return "Auto"
    return f"{(number & 0x00FF0000) >> 8 | wrapped(number & 0xFF000000) >> 24} K"


def _image_stabilisation(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else {0: "Off", 1: "On"}.get(number, "N/A")


def _sequence_number(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else {0: "Single", 65535: "n/a"}.get(number, str(number))


def _exposure_time(_: Directory, value: Value) -> str | None:
    seconds = single(value)
    if seconds is None:
        return None
    return f"1/{saturated(int(0.5 + 1 / seconds))}" if seconds else "0"


def _serial_number(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    return None if numbers is None else "".join(f"{number & 0xFFFFFFFF:02x}" for number in numbers)


BLOCK_9050B = TagTable(
    TAG_9050B_NAMES,
    {
        **{tag: int_words(table) for tag, table in TAG_9050B_INT_WORDS.items()},
        0x0046: _exposure_time,
        _SERIAL_NUMBER: _serial_number,
    },
)

# In the order in which they are read: tag, which is the place in the block, and layout.
_PLACES = (
    (0x0026, "3H"),
    (0x0039, "B"),
    (0x003A, "I"),
    (0x0046, "H"),
    (0x0048, "H"),
    (_SERIAL_NUMBER, "6B"),
    (0x0105, "B"),
    (0x0106, "B"),
    (0x0107, "H"),
    (0x010B, "B"),
    (_APS_C_SIZE_CAPTURE, "B"),
)
_LENS_FEATURES = 0x0116


def _block_9050b(_: Directory, reader: Reader) -> Iterator[Directory]:
    """Shutter, flash and lens, little-endian whatever the file is; what follows the end of a short block is missing."""
    data = reader.bytes(0, reader.size).translate(CIPHER)
    directory = Directory("Sony 9050B", BLOCK_9050B)
    values = directory.values
    yield directory
    for tag, layout in _PLACES:
        size = int(layout[:-1] or 1) * {"B": 1, "H": 2, "I": 4}[layout[-1]]
        # The reference reads an array member by member.
        step = size if len(layout) == 1 else {"B": 1, "H": 2}[layout[-1]]
        for start in range(tag, tag + size, step):
            if start + step > len(data):
                directory.errors.append(_beyond(start, step, len(data)))
                return
        numbers = unpack_from("<" + layout, data, tag)
        values[tag] = numbers if len(numbers) > 1 else numbers[0]
        if tag == 0x0046:
            values[tag] = 2.0 ** (16 - values[tag] // 256)
    if len(data) < _LENS_FEATURES + 2:
        directory.errors.append(_beyond(_LENS_FEATURES, 2, len(data)))
        return
    # So it is in the reference: the lens's features take the place of the size.
    values[_APS_C_SIZE_CAPTURE] = data[_LENS_FEATURES : _LENS_FEATURES + 2]


def _beyond(index: int, count: int, size: int) -> str:
    return (
        "Attempt to read from beyond end of underlying data source "
        f"(requested index: {index}, requested count: {count}, max index: {size - 1})"
    )


RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    **{tag: int_words(table) for tag, table in INT_WORDS.items()},
    0x0104: whole("{} EV"),
    0xB021: _color_temperature,
    0xB026: _image_stabilisation,
    0xB04A: _sequence_number,
}

TYPE_1 = TagTable(NAMES, RENDER)
TYPE_6 = TagTable(TYPE_6_NAMES, {0x2000: version(2)})


def type_1() -> Note:
    """An IFD, with Print Image Matching and the enciphered block in it."""
    return Note(TYPE_1, {0x9050: _block_9050b}, blocks=PRINT_IM)
