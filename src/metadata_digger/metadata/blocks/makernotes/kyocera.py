"""The makernote of Kyocera and Contax."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import octets
from metadata_digger.metadata.tags.kyocera import NAMES


def _length(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else f"({len(data)} byte{'' if len(data) == 1 else 's'})"


def note() -> Note:
    return Note(TagTable(NAMES, {0x0001: _length}), blocks=PRINT_IM)
