"""Boxes of somebody's own kind, told by a UUID (ISO/IEC 14496-12, 11.1): metadata blocks as Adobe and JPEG 2000 files
have them, or just bytes.

A kind of box is a row in BLOCKS: what reads the bytes behind the UUID.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import c2pa
from metadata_digger.metadata.blocks.nested import reader
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.mp4 import UUID

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
BLOCKS = {
    bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"): "blocks.exif",
    bytes.fromhex("2c4c0100850440b9a03e562148d6dfeb"): "blocks.photoshop",
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): "blocks.iptc",
    bytes.fromhex("09a14e97c0b442e0bebf36df6f0ce36f"): "blocks.iptc",  # the other one of JPEG 2000 files
    b"JpgTiffExif->JP2": "blocks.exif",  # JPEG 2000's Exif, of Photoshop's plug-in and of Exiv2
    XMP: "blocks.xmp",
}
_PREAMBLE = b"Exif\0\0"
TABLE = TagTable(UUID)
_UUID, _DATA = 901, 902


def read(box: Reader) -> Iterator[Directory]:
    """The directory "UUID" of a box's content (empty for a known kind, as in the reference), then what is in it."""
    directory = Directory("UUID", TABLE)
    yield directory
    if box.size < 16:
        return
    uuid, content = box.bytes(0, 16), box.within(16, box.size - 16)
    if uuid == c2pa.UUID:
        yield from c2pa.read_uuid(content)
        return
    name = BLOCKS.get(uuid)
    if name is None:
        digits = uuid.hex()
        named = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        directory.values |= {_UUID: named, _DATA: content.bytes(0, content.size)}
        return
    if name == "blocks.exif" and content.size > 6 and content.bytes(0, 6) == _PREAMBLE:  # digiKam leaves it there
        content = content.within(6, content.size - 6)
    try:
        yield from reader(name)(content)
    except MetadataError as error:
        directory.errors.append(str(error))
