"""User data of movies, the box "udta": texts of QuickTime (QuickTime File Format Specification, "User Data Text
Strings"), assets of 3GPP (TS 26.244, 8) and boxes of cameras' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from struct import unpack

from metadata_digger.metadata.blocks import camera_data, iso6709, quicktime_metadata
from metadata_digger.metadata.blocks.iso6709 import Place
from metadata_digger.metadata.blocks.limits import called
from metadata_digger.metadata.blocks.movie import Movie, Track
from metadata_digger.metadata.blocks.quicktime_metadata import Child, Filling, children, words
from metadata_digger.metadata.blocks.stream import Payload
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.tags.quicktime import ASSETS, BARE, TEXTS

_SIGNS = (0xA9, 0x40)  # a copyright sign in Mac Roman, which begins a text's type; "@", as some cameras have it
_PLACE, _PLACE_NAME, _ROLE, _BODY, _NOTE = 0x050D, 0x0514, 0x0517, 0x0515, 0x0516
_PLACE_NUMBERS = (0x0521, 0x0522, 0x0523)
_KEYWORDS, _YEAR = 0x050C, 0x0440
_MAC_LANGUAGES = 0x400  # language codes below are the Macintosh's, those from here on are letters packed
_NEW = b"\0\0\0\0"

Own = Mapping[bytes, Callable[[Movie, Track, Payload], object]]
Put = Callable[[Filling, Place | None, str | None], None]  # a place, and the words that it was told in, if any


def read(movie: Movie, track: Track, box: Payload, put: Put, own: Own) -> None:
    """The boxes in "udta". `put` takes a place, and `own` says which boxes somebody else reads."""
    filling = Filling(movie)
    try:
        for child in children(box.data, 0, len(box.data)):
            movie.count()
            content = box.data[child.start : child.end]
            try:
                if child.kind in own:
                    own[child.kind](movie, track, Payload(content))
                elif child.kind == b"meta":
                    quicktime_metadata.read(movie, track, Payload(content))
                else:
                    _item(filling, child, content, put)
            except MetadataError as error:
                filling.fault(f"Box '{called(child.kind)}': {error}")
    except MetadataError as error:
        filling.fault(str(error))


def put_place(filling: Filling, place: Place | None, text: str | None) -> None:
    """A place as QuickTime's directory has it: the text, or numbers where there is none."""
    if text is not None:
        filling.put(_PLACE, text)
    elif place is not None:
        for tag, number in zip(_PLACE_NUMBERS, place, strict=True):
            if number is not None:
                filling.put(tag, number)
    if place is None or not place.real:
        filling.fault("The place is none on Earth")


def _item(filling: Filling, child: Child, content: bytes, put: Put) -> None:
    kind = child.kind
    if kind[0] in _SIGNS:
        name = kind[1:].decode("latin-1")
        tag = TEXTS.get(name)
        for text in _texts(content):
            if tag == _PLACE:
                put(filling, iso6709.parsed(text), text)
            elif tag is not None:
                filling.put(tag, text)
            elif kind[0] == _SIGNS[0] and text.isprintable():
                filling.put_named(f"©{name}", text)
    elif kind == b"loci":
        _loci(filling, content, put)
    elif kind == b"yrrc" and len(content) >= 6:
        filling.put(_YEAR, int.from_bytes(content[4:6], "big"))
    elif kind == b"kywd":
        _put(filling, _KEYWORDS, ", ".join(filter(None, _keywords(content))))
    elif kind in ASSETS and content[:4] == _NEW:
        tag, start = ASSETS[kind]
        _put(filling, tag, _string(content, start + 2)[0])
    elif kind in BARE:
        # Version and flags are before it in some files, and zeros behind it.
        _put(filling, BARE[kind], words(content.lstrip(b"\0").partition(b"\0")[0]))
    else:
        for tag, text in camera_data.read(kind, content):
            _put(filling, tag, text)


def _put(filling: Filling, tag: int, text: str) -> None:
    if text:
        filling.put(tag, text)


def _texts(content: bytes) -> Iterator[str]:
    """Texts, each behind its length and language; without these, as some writers leave them, all of it is one."""
    found: list[str] = []
    position = 0
    while len(content) - position >= 4:
        size, language = unpack(">HH", content[position : position + 4])
        if not size and not any(content[position:]):
            break
        if not size or position + 4 + size > len(content):
            found.clear()
            break
        data = content[position + 4 : position + 4 + size]
        found.append(_string(data, 0, "mac_roman" if language < _MAC_LANGUAGES else "cp1252")[0])
        position += 4 + size
    if found:
        yield from filter(None, found)
    elif content[4:8] == b"data":  # as in iTunes' item list
        yield words(content[16:])
    else:  # the length is wrong where there is one
        text = words(content.strip(b"\0"))
        if not text.isprintable():
            text = words(content[4:].strip(b"\0"))
        if text:
            yield text


def _string(content: bytes, start: int, otherwise: str = "cp1252") -> tuple[str, int]:
    """A string up to its zero or the end, and where the next one begins. It is UTF-16 when it begins with its mark."""
    if content[start : start + 2] in (b"\xfe\xff", b"\xff\xfe"):
        end = start
        while end + 1 < len(content) and content[end : end + 2] != b"\0\0":
            end += 2
        return content[start:end].decode("utf-16", "backslashreplace"), end + 2
    end = content.find(b"\0", start)
    end = len(content) if end < 0 else end
    return words(content[start:end], otherwise), end + 1


def _keywords(content: bytes) -> Iterator[str]:
    position = 7  # behind version, flags, language and their number
    for _ in range(content[6] if len(content) > 6 else 0):
        size = content[position] if position < len(content) else 0
        yield _string(content[position + 1 : position + 1 + size], 0)[0]
        position += 1 + size


def _loci(filling: Filling, content: bytes, put: Put) -> None:
    """A place with its name, role, the body that it is on, and notes; degrees and metres in 16.16 bits."""
    name, position = _string(content, 6)
    if len(content) < position + 13:
        raise Malformed(f"{len(content)} bytes are too few for a place")
    role, *numbers = unpack(">B3i", content[position : position + 13])
    longitude, latitude, altitude = (number / 65536 for number in numbers)
    body, position = _string(content, position + 13)
    note, _ = _string(content, position)
    put(filling, Place(latitude, longitude, altitude), None)
    for tag, value in ((_PLACE_NAME, name), (_ROLE, role), (_BODY, body), (_NOTE, note)):
        if value != "":
            filling.put(tag, value)
