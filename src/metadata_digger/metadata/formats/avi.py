"""AVI (Microsoft, AVI RIFF File Reference): the main header, the streams' headers, texts and XMP.

Exif's texts are a list of their own in AVI (CIPA DC-008, 6: "exif"), XMP a chunk (XMP Specification Part 3, 3.2.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.blocks import riff_info
from metadata_digger.metadata.blocks.limits import COLLECTED, beyond
from metadata_digger.metadata.blocks.riff import chunks
from metadata_digger.metadata.blocks.riff_info import clock
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.avi import AVI, EXIF
from metadata_digger.metadata.tags.riff import INFO

_FRAMES, _SAMPLES, _DURATION, _VIDEO, _AUDIO, _WIDTH, _HEIGHT, _STREAMS, _DATE = list(AVI)[:9]
_LISTS = (b"hdrl", b"strl", b"INFO", b"exif")
_MAIN, _STREAM = b"avih", b"strh"


def _pixels(_: Directory, value: Value) -> str | None:
    return f"{text(value)} pixels"


TABLE = TagTable(AVI, {_WIDTH: _pixels, _HEIGHT: _pixels})
_TEXTS = {kind: tag for kind, (tag, _) in (INFO | EXIF).items()}


def read(reader: Reader) -> Iterator[Directory]:
    directory = Directory("AVI", TABLE)
    yield directory
    collected = 0
    for kind, chunk in chunks(reader, b"AVI ", _LISTS.__contains__, _TAKEN.__contains__, directory.errors):
        collected += chunk.size
        if collected > COLLECTED:
            raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
        if kind == riff_info.XMP:
            yield from riff_info.xmp(chunk, directory)
        elif kind == riff_info.C2PA:
            yield from riff_info.manifests(chunk, directory)
        elif kind in _TEXTS:
            yield from riff_info.put(directory, _TEXTS[kind], chunk)
        else:
            _header(directory, kind, chunk)


def _header(directory: Directory, kind: bytes, chunk: Reader) -> None:
    need = _NEEDED[kind]
    # The reference reads four bytes at a time and says which ones it misses.
    missed = next((index for index in need if index + 4 > chunk.size), None)
    if missed is not None:
        directory.errors.append(beyond(missed, 4, chunk.size))
    elif kind == _MAIN:
        _main_header(directory.values, chunk.bytes(0, need[-1] + 4))
    else:
        _stream_header(directory.values, chunk.bytes(0, need[-1] + 4))


def _stream_header(values: dict[int, Value], data: bytes) -> None:
    kind, codec, scale, rate, length = unpack_from("<4s4s12xII4xI", data)
    if not scale or not rate:
        return
    frequency = rate / scale
    if kind == b"vids" and _FRAMES not in values:
        values |= {_FRAMES: frequency, _DURATION: clock(length / frequency), _VIDEO: decoded(codec)}
    elif kind == b"auds":
        values.setdefault(_SAMPLES, frequency)


def _main_header(values: dict[int, Value], data: bytes) -> None:
    streams, width, height = unpack_from("<24xi4xii", data)
    values |= {_WIDTH: width, _HEIGHT: height, _STREAMS: streams}


_NEEDED: dict[bytes, tuple[int, ...]] = {_STREAM: (0, 4, 20, 24, 32), _MAIN: (24, 32, 36)}
_TAKEN = {*_NEEDED, *_TEXTS, riff_info.XMP, riff_info.C2PA}
