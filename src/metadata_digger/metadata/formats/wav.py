"""WAV (Microsoft, Multimedia Programming Interface and Data Specifications 1.0): format, duration, texts and XMP.

The chunk "bext" is that of broadcast files (EBU Tech 3285).
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import riff_info
from metadata_digger.metadata.blocks.limits import COLLECTED, beyond
from metadata_digger.metadata.blocks.riff import chunks
from metadata_digger.metadata.blocks.riff_info import clock
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.riff import INFO
from metadata_digger.metadata.tags.wav import BROADCAST, ENCODINGS, TEXTS, WAV

_FORMAT, _CHANNELS, _SAMPLES, _BYTES, _ALIGNMENT, _BITS, _DURATION = (*range(1, 7), 16)
_PCM = 1
TABLE = TagTable(WAV)
_TAKEN = {b"fmt ", b"data", b"bext", riff_info.XMP, riff_info.C2PA, *INFO}


def read(reader: Reader) -> Iterator[Directory]:
    directory = Directory("WAV", TABLE)
    yield directory
    collected = 0
    info = False

    def enters(name: bytes) -> bool:
        nonlocal info
        info = name == b"INFO"
        return info

    def takes(kind: bytes) -> bool:
        return kind in _TAKEN and (info or kind not in INFO)

    for kind, chunk in chunks(reader, b"WAVE", enters, takes, directory.errors):
        collected += chunk.size if kind != b"data" else 0
        if collected > COLLECTED:
            raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
        if kind == b"fmt ":
            _format(directory, chunk)
        elif kind == b"data":
            if directory.values.get(_BYTES):
                directory.values[_DURATION] = clock(chunk.size / directory.values[_BYTES])
        elif kind == b"bext":
            for tag, start, size in BROADCAST:
                if start < chunk.size:
                    yield from riff_info.put(directory, tag, chunk.within(start, min(size, chunk.size - start)))
        elif kind == riff_info.XMP:
            yield from riff_info.xmp(chunk, directory)
        elif kind == riff_info.C2PA:
            yield from riff_info.manifests(chunk, directory)
        else:
            yield from riff_info.put(directory, TEXTS[kind], chunk)


def _format(directory: Directory, chunk: Reader) -> None:
    for index, size in ((0, 2), (2, 2), (4, 4), (8, 4), (12, 2)):
        if index + size > chunk.size:
            directory.errors.append(beyond(index, size, chunk.size))
            return
    encoding, channels, samples, rate, alignment = chunk.ordered("<").unpack("HHIIH", 0)
    if encoding == _PCM:
        if chunk.size < 16:
            directory.errors.append(beyond(14, 2, chunk.size))
            return
        directory.values[_BITS] = chunk.ordered("<").u16(14)
    directory.values |= {
        _FORMAT: ENCODINGS.get(encoding, "Unknown"),
        _CHANNELS: channels,
        _SAMPLES: samples,
        _BYTES: rate,
        _ALIGNMENT: alignment,
    }
