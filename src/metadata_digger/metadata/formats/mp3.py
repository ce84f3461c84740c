"""MPEG audio: the header of the first frame (ISO/IEC 11172-3, 2.4.1.3), behind an ID3 tag where there is one.

The reference knows no file that begins with an ID3 tag, which most MP3 files do.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import id3
from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.mp3 import BITRATES, EMPHASES, FREQUENCIES, IDS, LAYERS, MODES, MP3

_ID, _LAYER, _BITRATE, _FREQUENCY, _MODE, _EMPHASIS, _COPYRIGHT, _FRAME_SIZE = MP3
TABLE = TagTable(MP3)
_PADDING = 8192  # bytes


def read(reader: Reader) -> Iterator[Directory]:
    size = min(id3.length(reader.bytes(0, min(id3.HEADER, reader.size))), reader.size)
    if size:
        yield from id3.read(reader.within(0, size))
    directory = Directory("MP3", TABLE)
    yield directory
    if reader.size - size < 4:
        directory.errors.append(END)
        return
    header = _first(reader, size) if size else reader.u32(0)
    if header is None:
        directory.errors.append("No frame of MPEG audio behind the ID3 tag")
        return
    version, layer = header >> 19 & 3, header >> 17 & 3
    if not version:
        directory.errors.append("MPEG-2.5 not supported.")
        return
    if version not in IDS or layer not in LAYERS:  # reserved, and not taken for MP3 by `detect`
        directory.errors.append("Not valid mp3 file.")
        return
    values: dict[int, Value] = directory.values
    values[_ID] = IDS[version]
    values[_LAYER] = LAYERS[layer]
    rate, index = header >> 12 & 15, header >> 10 & 3
    bitrate = BITRATES[version, layer][rate - 1] if 0 < rate < 15 else None
    if bitrate is not None:
        values[_BITRATE] = bitrate
    frequency = FREQUENCIES[version][index] if index < 3 else None
    if frequency is None:
        directory.errors.append("Invalid frequency index.")
    else:
        values[_FREQUENCY] = frequency
    values[_MODE] = MODES[header >> 6 & 3]
    values[_COPYRIGHT] = "True" if header >> 3 & 1 else "False"
    if (emphasis := header & 3) in EMPHASES:
        values[_EMPHASIS] = EMPHASES[emphasis]
    if bitrate is not None and frequency is not None:
        values[_FRAME_SIZE] = f"{bitrate * 144_000 // frequency} bytes"


def _first(reader: Reader, start: int) -> int | None:
    """The header of the first frame; writers leave zeros behind the tag that its size does not count."""
    head = reader.bytes(start, min(_PADDING, reader.size - start))
    place = len(head) - len(head.lstrip(b"\0"))
    header = int.from_bytes(head[place : place + 4], "big")
    return header if len(head) - place >= 4 and header >> 21 == 0x7FF else None
