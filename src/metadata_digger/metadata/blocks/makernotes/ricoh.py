"""Ricoh's makernote in the form of an IFD, and that of its older cameras, which is text and read by ExifTool's names.

The reference leaves the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.ricoh import NAMES


def note() -> Note:
    """An IFD, with Print Image Matching in it."""
    return Note(TagTable(NAMES), blocks=PRINT_IM)


_TEXT = {b"Rev": (1, "Firmware Version"), b"Rv": (1, "Firmware Version"), b"Rg": (2, "Red Gain")}
_TEXT |= {b"Gg": (3, "Green Gain"), b"Bg": (4, "Blue Gain")}
_TEXT_TABLE = TagTable(dict(_TEXT.values()))
_LONGEST = 512  # bytes of text


def read_text(reader: Reader) -> Iterator[Directory]:
    """A note like "Rv0103;Rg1C;Bg18;": of its fields those that are known, the version as "1.03"."""
    directory = Directory("Ricoh Makernote", _TEXT_TABLE)
    data = reader.bytes(0, min(_LONGEST, reader.size)).split(b"\0")[0]
    for name, value in re.findall(rb"(Rev|[A-Z][a-z])([ -:<-~]*)(?:;|$)", data):
        if name in _TEXT:
            text = value.decode()
            number = name[0:1] == b"R" and name != b"Rg" and text.isdecimal()
            directory.values[_TEXT[name][0]] = f"{int(text) / 100:.2f}" if number and len(text) < 9 else text
    yield directory
