"""ICC profiles (ICC.1:2022, and the 2001 edition for "desc")."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from struct import unpack_from

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal, long, narrowed, text, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.icc import (
    CLASSES,
    GEOMETRIES,
    ICC,
    ILLUMINANTS,
    INTENTS,
    OBSERVERS,
    PLATFORMS,
)

PREAMBLE = b"ICC_PROFILE"
PREAMBLE_LENGTH = 14  # in a JPEG segment: the name, a zero, this part's number, the count of parts
_TAG_COUNT = 128
_SHARED = 16 << 20  # bytes that a profile's tags may have in common
# Descriptors of the reference that fail say so in their text; what it says after this word is Java's.
_FAILED = "ERROR: the data of this tag ends too early"


class _Renders(Mapping[int, Render]):
    """Renderings by tag; every id between four spaces and "zzzz" is a signature, whose tag tells its own type."""

    def __init__(self, named: dict[int, Render]) -> None:
        self._named = named

    def __getitem__(self, tag: int) -> Render:
        render = self._named.get(tag)
        if render is not None:
            return render
        if 0x20202020 < tag < 0x7A7A7A7A:
            return _tag_data
        raise KeyError(tag)

    def __iter__(self) -> Iterator[int]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


def _tag_data(_: Directory, value: Value) -> str | None:
    if not isinstance(value, bytes):
        return str(value)
    if len(value) < 4:
        return None
    form = _FORMS.get(value[:4])
    try:
        return form(value) if form is not None else _other(value)
    except Truncated:  # numbers of the tag end too early
        return None


def _signed(data: bytes, offset: int) -> int:
    if offset < 0 or offset + 4 > len(data):
        raise Truncated(beyond(offset, 4, len(data)))
    number: int = unpack_from(">i", data, offset)[0]
    return number


def _fixed(data: bytes, offset: int) -> float:
    """s15Fixed16Number; the reference forgets the sign and rounds to single precision."""
    return narrowed((_signed(data, offset) & 0xFFFFFFFF) / 65536)


def _text(data: bytes) -> str:
    return decoded(data[8:-1]) if len(data) > 8 else _FAILED


def _description(data: bytes) -> str:
    """A text of a stated length, which programs get wrong: what is there counts, up to its zero."""
    length = _signed(data, 8) - 1
    if 0 <= length <= len(data) - 12:
        return decoded(data[12 : 12 + length])
    return decoded(data[12:].partition(b"\0")[0]) or _FAILED


def _signature(data: bytes) -> str:
    return _characters(_signed(data, 8))


def _measurement(data: bytes) -> str:
    observer, geometry, illuminant = _signed(data, 8), _signed(data, 24), _signed(data, 32)
    x, y, z = (decimal(_fixed(data, offset), 3) for offset in (12, 16, 20))
    flare = int(narrowed(_fixed(data, 28) * 100) + 0.5)
    return (
        f"{OBSERVERS.get(observer) or f'Unknown {observer}'} Observer, Backing ({x}, {y}, {z}), "
        # For an unknown geometry the reference gives the observer's number.
        f"Geometry {GEOMETRIES.get(geometry) or f'Unknown {observer}'}, Flare {flare}%, "
        f"Illuminant {ILLUMINANTS.get(illuminant) or f'Unknown {illuminant}'}"
    )


@lru_cache(maxsize=256)  # a few working spaces make up nearly all pictures
def _xyz(data: bytes) -> str:
    points = []
    for start in range(8, 8 + (len(data) - 8) // 12 * 12, 12):
        x, y, z = (decimal(_fixed(data, start + offset), 4) for offset in (0, 4, 8))
        points.append(f"({x}, {y}, {z})")
    return ", ".join(points)


@lru_cache(maxsize=64)
def _multi_localized(data: bytes) -> str:
    count = _signed(data, 8)
    parts, left = [str(count)], 16 * len(data)  # languages may share a name
    for number in range(count):
        start = 16 + number * 12
        language, length, offset = (_signed(data, start + field) for field in (0, 4, 8))
        if length < 0 or offset < 0 or offset + length > len(data):
            return _FAILED
        left -= length
        if left < 0:
            raise Truncated("its names are many times as long as the tag")
        name = data[offset : offset + length].decode("utf-16-be", "backslashreplace")
        parts.append(f" {_characters(language)}({name})")
    return "".join(parts)


@lru_cache(maxsize=64)
def _curve(data: bytes) -> str:
    count = _signed(data, 8)
    if 12 + 2 * max(count, 0) > len(data):
        raise Truncated("a curve has fewer points than it says")
    if count <= 0:
        return ""
    return ", ".join([_fraction(value) for value in unpack_from(f">{count}H", data, 12)])


@lru_cache(maxsize=65536)
def _fraction(value: int) -> str:
    """value / 65535 with at most seven decimals and at least one."""
    number = int(value / 65535 * 1e7 + 0.5)
    return f"{number // 10**7}.{f'{number % 10**7:07}'.rstrip('0') or '0'}"


def _other(data: bytes) -> str:
    return f"{_characters(_signed(data, 0))} (0x{data[:4].hex().upper()}): {len(data)} bytes"


_FORMS: dict[bytes, Callable[[bytes], str]] = {
    b"text": _text,
    b"desc": _description,
    b"sig ": _signature,
    b"meas": _measurement,
    b"XYZ ": _xyz,
    b"mluc": _multi_localized,
    b"curv": _curve,
}


def _characters(number: int) -> str:
    return decoded((number & 0xFFFFFFFF).to_bytes(4, "big"))


# A tag of the profile may bear the number of a field of the header: then its bytes stand in the field's place.


def _version(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else f"{number >> 24}.{number >> 20 & 0xF}.{number >> 16 & 0xF}"


def _signatures(table: Mapping[str, str]) -> Render:
    """Four characters out of a list."""

    def render(_: Directory, value: Value) -> str:
        characters = str(text(value))
        return table.get(characters) or f"Unknown ({characters})"

    return render


TABLE = TagTable(
    ICC,
    _Renders(
        {
            8: _version,
            84: lambda _, value: value.hex() if isinstance(value, bytes) else text(value),
            12: _signatures(CLASSES),
            40: _signatures(PLATFORMS),
            64: words(INTENTS),
        }
    ),
)


def read(reader: Reader, fault: str | None = None) -> Iterator[Directory]:
    """A profile. `fault` is what stopped its decompression: told instead of where the bytes end."""
    directory = Directory("ICC Profile", TABLE)
    try:
        _read_profile(reader.bytes(0, reader.size), directory)
    except Truncated as error:
        directory.errors.append(f"Exception reading ICC profile: {fault or error}")
    yield directory


def _read_profile(data: bytes, directory: Directory) -> None:
    values = directory.values
    values[0] = _signed(data, 0)
    for offset in (4, 8, 12, 16, 20):
        _set(values, offset, data)
    _set_date(data, directory)
    for offset in (36, 40, 44, 48):
        _set(values, offset, data)
    model = _signed(data, 52)
    if model:
        values[52] = model if model <= 0x20202020 else _characters(model)
    _set(values, 64, data)
    attributes = _signed(data, 56) << 32 | _signed(data, 60) & 0xFFFFFFFF
    if attributes:
        values[56] = attributes
    values[68] = (_fixed(data, 68), _fixed(data, 72), _fixed(data, 76))

    if any(profile_id := data[84:100]):  # zeros where nobody computed it (ICC.1, 7.2.18)
        values[84] = profile_id
    count = values[_TAG_COUNT] = _signed(data, _TAG_COUNT)
    # Tags may share their data, as red, green and blue do in sRGB.
    left = min(16 * len(data), len(data) + _SHARED)
    for number in range(count):
        start = _TAG_COUNT + 4 + number * 12
        tag, offset, length = _signed(data, start), _signed(data, start + 4), _signed(data, start + 8)
        if offset < 0 or length < 0 or offset + length > len(data):
            raise Truncated(beyond(offset, length, len(data)))
        left -= length
        if left < 0:
            raise Truncated("its tags are many times as long as the profile")
        values[tag] = data[offset : offset + length]


def _set(values: dict[int, Value], offset: int, data: bytes) -> None:
    """A header field, left out when it is zero: a number for version, flags and intent, else four characters."""
    number = _signed(data, offset)
    if number:
        values[offset] = number if offset in (8, 44, 64) else _characters(number)


def _set_date(data: bytes, directory: Directory) -> None:
    if len(data) < 36:
        raise Truncated(beyond(24 + (len(data) - 24) // 2 * 2, 2, len(data)))
    year, month, day, hour, minute, second = unpack_from(">6H", data, 24)
    if is_valid(year, month, day, hour, minute, second):
        directory.values[24] = f"{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"
    else:
        directory.errors.append(
            f"ICC data describes an invalid date/time: year={year} month={month} day={day}"
            f" hour={hour} minute={minute} second={second}"
        )


def is_valid(year: int, month: int, day: int, hour: int, minute: int, second: int) -> bool:
    """Whether such a date and time exists, leap seconds aside."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
        return False
    return 1 <= day <= monthrange(year, month)[1]
