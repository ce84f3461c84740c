"""AVI (Microsoft, AVI RIFF File Reference): the main header and the streams' headers."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, isfinite, isnan
from struct import unpack_from

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.blocks.riff import DATE, chunks
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import divided, narrowed, saturated, text, wrapped
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.avi import AVI

_FRAMES, _SAMPLES, _DURATION, _VIDEO, _AUDIO, _WIDTH, _HEIGHT, _STREAMS, _DATE = AVI
_LISTS = (b"hdrl", b"strl", b"AVI ")
_MAIN, _STREAM = b"avih", b"strh"
_DATED = 26  # length of a date that ends in a line feed and a zero


def _pixels(_: Directory, value: Value) -> str | None:
    return f"{text(value)} pixels"


TABLE = TagTable(AVI, {_WIDTH: _pixels, _HEIGHT: _pixels})


def read(reader: Reader) -> Iterator[Directory]:
    directory = Directory("AVI", TABLE)
    yield directory
    for kind, chunk in chunks(reader, b"AVI ", _LISTS.__contains__, _READERS.__contains__, directory.errors):
        need = _NEEDED[kind]
        # The reference reads four bytes at a time and says which ones it misses.
        missed = next((index for index in need if index + 4 > chunk.size), None)
        if missed is not None:
            directory.errors.append(beyond(missed, 4, chunk.size))
        else:
            _READERS[kind](directory.values, chunk.bytes(0, need[-1] + 4 if need else chunk.size))


def _stream_header(values: dict[int, Value], data: bytes) -> None:
    kind, codec, scale, rate, length = unpack_from("<4s4s12xff4xi", data)
    frequency = divided(rate, scale)
    if kind == b"vids" and _FRAMES not in values:
        values[_FRAMES] = frequency
        values[_DURATION] = clock(divided(narrowed(length), frequency))
        values[_VIDEO] = decoded(codec)
    elif kind == b"auds":
        values.setdefault(_SAMPLES, frequency)


def _main_header(values: dict[int, Value], data: bytes) -> None:
    streams, width, height = unpack_from("<24xi4xii", data)
    values |= {_WIDTH: width, _HEIGHT: height, _STREAMS: streams}


def _date(values: dict[int, Value], data: bytes) -> None:
    date = decoded(data)
    values[_DATE] = date[:-2] if len(date) == _DATED and date.endswith("\n\0") else date


_READERS = {_STREAM: _stream_header, _MAIN: _main_header, DATE: _date}
_NEEDED: dict[bytes, tuple[int, ...]] = {_STREAM: (0, 4, 20, 24, 32), _MAIN: (24, 32, 36), DATE: ()}


def clock(seconds: float) -> str:
    """Hours, minutes and seconds; the seconds count the hours too, as in the reference."""
    whole = _truncated(seconds)
    hours = _quotient(whole, 3600)
    minutes = wrapped(_quotient(whole, 60) - hours * 60)
    rest = seconds - wrapped(minutes * 60)
    if isfinite(rest):
        rounded = max(-(2**63), min(2**63 - 1, floor(rest + 0.5)))
    else:
        rounded = 0 if isnan(rest) else 2**63 - 1 if rest > 0 else -(2**63)
    return f"{hours:02d}:{minutes:02d}:{wrapped(rounded):02d}"


def _truncated(number: float) -> int:
    return 0 if isnan(number) else saturated(int(max(-9e18, min(9e18, number))))


def _quotient(number: int, by: int) -> int:
    return -(-number // by) if number < 0 else number // by
