"""Canon CR3: a QuickTime file whose movie has a box with four Exif blocks (https://github.com/lclevy/canon_cr3).

The reference of May 2025 tells the file's type alone; its later versions read these blocks into the same directories.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import exif, exif_kinds
from metadata_digger.metadata.blocks.movie import Box, Head, Movie, Track, head_behind_zeros, walk
from metadata_digger.metadata.blocks.stream import Payload, Stream
from metadata_digger.metadata.formats import quicktime
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_UUID = 16  # bytes


def read(reader: Reader) -> Iterator[Directory]:
    movie = Movie()
    walk(Stream(reader.ordered(">")), movie, movie.track(MAIN), _head, "Atom")
    return iter(movie.found)


def _head(stream: Stream, end: int) -> Head:
    """A box of Canon's own kind counts as one whose type is its UUID: previews are passed over unread."""
    found = head_behind_zeros(stream, end)
    if found.kind != b"uuid" or found.content < _UUID:
        return found
    return Head(found.size - _UUID, stream.bytes(_UUID), found.content - _UUID)


def _block(root: exif_kinds.Kind | None) -> Box:
    def read_block(movie: Movie, _: Track, box: Payload) -> None:
        movie.found.extend(exif.read(Reader.over(box.data), 0, root))

    return read_block


def _makernote(movie: Movie, _: Track, box: Payload) -> None:
    root = exif_kinds.note_of("Canon")
    if root is not None:
        movie.found.extend(exif.read(Reader.over(box.data), 0, root))


MAIN = quicktime.MAIN._replace(
    containers=quicktime.MAIN.containers | {_CANON},
    boxes={
        **quicktime.MAIN.boxes,
        b"CMT1": _block(exif_kinds.IFD0),
        b"CMT2": _block(exif_kinds.SUB_IFD),
        b"CMT3": _makernote,
        b"CMT4": _block(exif_kinds.GPS_IFD),
        _XMP: quicktime.MAIN.boxes[b"XMP_"],
    },
)
