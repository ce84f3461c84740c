"""Blocks that ImageMagick writes into text chunks of PNG: "Raw profile type exif", in hexadecimal digits.

The text is an empty line, the profile's name, its length in bytes and lines of digits (ImageMagick, coders/png.c). What
a profile is, its first bytes tell better than its name: "exif" may hold XMP, "iptc" Photoshop's resources.
"""

from __future__ import annotations

import re

from metadata_digger.metadata.blocks import exif_segments, icc, nested, photoshop
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader

_KEYWORD = re.compile(r"\s*raw profile type\s+(\S+)", re.IGNORECASE)
_HEAD = re.compile(rb"\s*(\S{1,80})\s+(\d{1,10})\s")
_DIGITS = re.compile(rb"[\da-fA-F\s]*")
_SPACES = b" \t\r\n\f\v"
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"<?xpacket", b"<x:xmpmeta", b"<rdf:RDF")
_IPTC = 0x1C


def name_of(keyword: str) -> str | None:
    """The profile's name, in small letters, where a text chunk's keyword says that it is one."""
    match = _KEYWORD.fullmatch(keyword.strip())
    return match[1].lower() if match else None


def read(name: str, text: bytes) -> list[Directory]:
    """What a profile says; on the last directory, or one named Error, what is wrong with it."""
    head = _HEAD.match(text)
    if head is None:
        return [_error("Raw profile without a name and a length")]
    match = _DIGITS.match(text, head.end())
    digits = match[0].translate(None, _SPACES) if match else b""
    data, length = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii")), int(head[2])
    found = _directories(name, data)
    if not found:
        found.append(_error(f"Raw profile of an unknown kind, {name!r}, {len(data):,} bytes"))
    if len(data) != length:
        found[-1].errors.append(f"Raw profile {name!r}: {len(data):,} of {length:,} bytes are there")
    return found


def _directories(name: str, data: bytes) -> list[Directory]:
    start = data[:64].lstrip()
    if start.startswith(_XMP) or name == "xmp":
        packet = data.removeprefix(_XMP[0])
        return list(nested.reader("blocks.xmp")(Reader.over(packet)))
    if data.startswith((photoshop.PREAMBLE, b"8BIM")):
        resources = data[photoshop.PREAMBLE_LENGTH :] if data.startswith(photoshop.PREAMBLE) else data
        return list(photoshop.read(Reader.over(resources)))
    if data[:1] == bytes((_IPTC,)):
        return list(nested.reader("blocks.iptc")(Reader.over(data)))
    if name in ("icc", "icm") or data[36:40] == b"acsp":
        return list(icc.read(Reader.over(data)))
    if exif_segments.is_exif(data) or name == "exif":
        read_exif = nested.reader("blocks.exif")
        return [one for _, block in exif_segments.blocks([data]) for one in read_exif(Reader.over(block))]
    return []


def _error(words: str) -> Directory:
    return Directory("Error", TagTable({}), errors=[words])
