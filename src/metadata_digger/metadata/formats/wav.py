"""WAV (Microsoft, Multimedia Programming Interface and Data Specifications 1.0): format, duration, INFO list."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.blocks.riff import chunks
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.formats.avi import clock
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import divided
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.wav import ENCODINGS, INFO, WAV

_FORMAT, _CHANNELS, _SAMPLES, _BYTES, _ALIGNMENT, _BITS, *_, _DURATION = WAV
_PCM = 1
_TEXT = 1 << 20  # longest text of the INFO list that is kept
TABLE = TagTable(WAV)


def read(reader: Reader) -> Iterator[Directory]:
    directory = Directory("WAV", TABLE)
    yield directory
    info = False

    def enters(name: bytes) -> bool:
        nonlocal info
        info = name == b"INFO"
        return info

    def takes(kind: bytes) -> bool:
        return kind in (b"fmt ", b"data") or (info and kind in INFO)

    for kind, chunk in chunks(reader, b"WAVE", enters, takes, directory.errors):
        if kind == b"fmt ":
            _format(directory, chunk)
        elif kind == b"data":
            if _BYTES in directory.values:
                directory.values[_DURATION] = clock(_seconds(chunk.size, directory.values[_BYTES]))
        else:
            data = chunk.bytes(0, min(chunk.size, _TEXT))
            directory.values[INFO[kind]] = decoded(data)[: len(data) - 1]


def _format(directory: Directory, chunk: Reader) -> None:
    for index, size in ((0, 2), (2, 2), (4, 4), (8, 4), (12, 2)):
        if index + size > chunk.size:
            directory.errors.append(beyond(index, size, chunk.size))
            return
    encoding, channels, samples, rate, alignment = chunk.ordered("<").unpack("hhiih", 0)
    if encoding == _PCM:
        if chunk.size < 16:
            directory.errors.append(beyond(14, 2, chunk.size))
            return
        directory.values[_BITS] = chunk.ordered("<").s16(14)
    directory.values |= {
        _FORMAT: ENCODINGS.get(encoding, "Unknown"),
        _CHANNELS: channels,
        _SAMPLES: samples,
        _BYTES: rate,
        _ALIGNMENT: alignment,
    }


def _seconds(size: int, rate: int) -> float:
    return size / rate if rate else divided(size, rate)
