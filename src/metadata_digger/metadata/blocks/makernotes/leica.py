"""Leica's makernotes: that of the M8 and its kin, and type 5 of the X1, X2, X Vario, T and X."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes.phrases import ratio, whole
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import octets, words
from metadata_digger.metadata.tags.leica import NAMES, TYPE_5_NAMES, WORDS

_QUALITY = 0x0300
_EXPOSURE_MODES = {
    (0, 0, 0, 0): "Program AE",
    (1, 0, 0, 0): "Aperture-priority AE",
    (1, 1, 0, 0): "Aperture-priority AE (1)",
    (2, 0, 0, 0): "Shutter speed priority AE",
    (3, 0, 0, 0): "Manual",
}
_profile = words({1: "User Profile 1", 2: "User Profile 2", 3: "User Profile 3", 4: "User Profile 0 (Dynamic)"})


def _user_profile(directory: Directory, _: Value) -> str | None:
    """By the number of the quality: so it is in the reference."""
    quality = directory.values.get(_QUALITY)
    return None if quality is None else _profile(directory, quality)


def _exposure_mode(_: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None or len(data) < 4:
        return None
    first, second, third, fourth = (byte - 256 if byte > 127 else byte for byte in data[:4])
    mode = _EXPOSURE_MODES.get((first, second, third, fourth))
    return mode or f"Unknown ({first} {second} {third} {fourth})"


TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        0x0302: _user_profile,
        0x0311: ratio,
        0x0312: ratio,
        0x0313: ratio,
        0x0320: whole("{} C"),
        0x0322: ratio,
        0x0323: ratio,
        0x0324: ratio,
    },
)
TYPE_5 = TagTable(TYPE_5_NAMES, {0x040D: _exposure_mode})
