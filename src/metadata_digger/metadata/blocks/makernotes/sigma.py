"""Sigma's and Foveon's makernote: nearly all of it is text already."""

from __future__ import annotations

from collections.abc import Mapping

from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import text
from metadata_digger.metadata.tags.sigma import NAMES


def _by_letter(table: Mapping[str, str]) -> Render:
    """What the first letter stands for; text that starts otherwise as it is."""

    def render(_: Directory, value: Value) -> str | None:
        string = text(value)
        return table.get(string[0], string) if string else None

    return render


TABLE = TagTable(
    NAMES,
    {
        0x0008: _by_letter(
            {"A": "Aperture Priority AE", "M": "Manual", "P": "Program AE", "S": "Shutter Speed Priority AE"}
        ),
        0x0009: _by_letter({"8": "Multi Segment", "A": "Average", "C": "Center Weighted Average"}),
    },
)
