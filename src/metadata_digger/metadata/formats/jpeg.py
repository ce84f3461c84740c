"""JPEG (ITU-T T.81, annex B): segments up to the first scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from metadata_digger.metadata.blocks import adobe, ducky, exif_segments, huffman, jfif, jfxx, jpeg_frame
from metadata_digger.metadata.blocks.jpeg_chain import FRAMES, LOST, NEAR, leads_on, near
from metadata_digger.metadata.blocks.limits import COLLECTED, END
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import BLOCK, Reader

_DHT, _DNL, _COM = 0xC4, 0xDC, 0xFE
_EOI, _SOS = 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP11, _APP12, _APP13, _APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEC, 0xED, 0xEE
_WANTED = frozenset((*FRAMES, _DHT, _DNL, _COM, _APP0, _APP1, _APP2, _APP11, _APP12, _APP13, _APP14))
_MPF, _FPXR, _FLIR = b"MPF\0", b"FPXR\0", b"FLIR\0"
_ADOBE = b"http://ns.adobe.com/"  # XMP, and the extended packet's parts
_NEXT = 4 + len(_ADOBE)  # bytes of a segment that tell what it is

Segments = dict[int, list[bytes]]


def read(reader: Reader) -> Iterator[Directory]:
    """Directories kind by kind in the reference's order, not in that of the file.

    Raises MetadataError behind them when the chain of segments breaks before the first scan: what stands in front of
    the break is not in doubt, and the reference's refusal of the whole file would lose it. What was passed over on the
    way there is told before.
    """
    found = _Found()
    stop = None
    try:
        _collect(reader, found)
    except MetadataError as error:
        stop = None if found.ended and isinstance(error, Truncated) else error
    segments = found.segments
    frames: list[Directory] = []
    for marker in FRAMES:
        frames += _each(segments.get(marker, ()), partial(jpeg_frame.read, marker=marker))
    _set_height(frames, segments.get(_DNL, ()))
    if frames:
        frames[0].errors += found.faults  # the chain is the picture's
    yield from frames
    for marker, read_segments in _READERS:
        if marker in segments:
            try:
                yield from read_segments(segments[marker])
            except MetadataError as error:  # of segments that are one block
                yield Directory("Error", TagTable({}), errors=[str(error)])
    if found.thermal:
        from metadata_digger.metadata.blocks import flir

        yield from flir.read_segments(reader, found.thermal)
    if _DNL in segments and not frames:
        yield Directory("Error", TagTable({}), errors=["DNL segment found without SOFx - illegal JPEG format"])
    if found.faults and not frames:
        yield Directory("Error", TagTable({}), errors=found.faults)
    if stop is not None:
        raise stop


@dataclass(slots=True)
class _Found:
    """What stands before the first scan: segments by marker, each after its length field; of FLIR's, which are
    megabytes, place and length; and the faults that were passed over."""

    segments: Segments = field(default_factory=dict)
    thermal: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lost: int = 0  # how often no marker stood where one should
    ended: bool = False  # what came last was an end, though it may be a thumbnail's

    @property
    def framed(self) -> bool:
        return any(marker in self.segments for marker in FRAMES)

    def lose(self, position: int) -> None:
        self.lost += 1
        if self.lost == 1:
            self.faults.append(f"Bytes at {position} that belong to no segment")


def _collect(reader: Reader, found: _Found) -> None:
    """Goes through the chain of segments up to the first scan.

    Raises MetadataError when the file ends before it (of the segment that it ends in, what is there counts), or there
    is too much to be kept. The head of the file is one read. Beyond it each wanted segment is one read, that brings the
    next one's first bytes along; others are passed over. Scan data is never read.
    """
    size = reader.size
    start, window = 0, reader.bytes(0, min(size, BLOCK))
    if window[:2] != b"\xff\xd8":
        raise Malformed(f"JPEG data is expected to begin with 0xFFD8 (ÿØ) not 0x{window[:2].hex()}")
    position, lowest, collected = 2, 2, 0
    while True:
        offset = position - start
        head = window[offset : offset + 4]
        if len(head) < 4:
            if position >= size - 1:
                raise Truncated(END)
            start, window = position, reader.bytes(position, min(_NEXT, size - position))
            head = window
        if head[0] != 0xFF or head[1] in (0xFF, 0):
            if head[:2] != b"\xff\xff":  # no fill byte (B.1.1.2): the segment before ended elsewhere
                found.lose(position)
                close = None
                if found.lost <= LOST:
                    low = max(lowest, position - NEAR)
                    close = near(_held(reader, start, window, low), position - low, scans=found.framed)
                if close is not None:
                    position = low + close
                    if not start <= position <= start + len(window) - 4:
                        start, window = position, reader.bytes(position, min(_NEXT, size - position))
                    continue
            position, start, window = _next_marker(reader, position, start, window)
            offset = position - start
            if offset + 4 > len(window) and position + 4 <= size:
                start, offset, window = position, 0, reader.bytes(position, min(_NEXT, size - position))
            head = window[offset : offset + 4]
        marker = head[1]
        if (
            marker == _EOI
            and not found.framed
            and (found.lost or leads_on(_held(reader, start, window, position + 2), 0))
        ):
            found.ended = True
            found.lose(position + 2)  # this end is a thumbnail's: the chain was lost in its segment
            position += 2
            continue
        if marker in (_SOS, _EOI):
            return
        if len(head) < 4:
            raise Truncated(END)
        length = (head[2] << 8 | head[3]) - 2
        if length < 0:  # the length counts itself
            if not found.faults:
                found.faults.append("JPEG segment size would be less than zero")
            position += 4
            continue
        found.ended = False
        position = lowest = position + 4
        end = position + length
        if marker in _WANTED:
            cut = end > size
            length = min(length, size - position)
            if position + length - start > len(window):
                if marker == _APP1 and not _is_read(window[position - start :]):
                    if window[position - start :].startswith(_FLIR):
                        found.thermal.append((position, length))
                    if cut:
                        raise Truncated(END)
                    position = end
                    continue
                start, window = position, reader.bytes(position, min(length + _NEXT, size - position))
            collected += length
            if collected > COLLECTED:
                raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
            data = window[position - start : position - start + length]
            if marker == _APP1 and data.startswith(_FLIR):
                found.thermal.append((position, length))
            else:
                found.segments.setdefault(marker, []).append(data)
        if end > size:
            raise Truncated(END)
        position = end


def _is_read(head: bytes) -> bool:
    """Whether an APP1 segment may be Exif or XMP, by as much of it as is at hand: FLIR's images are megabytes."""
    return (
        len(head) < len(_ADOBE)
        or exif_segments.is_exif(head)
        or head[: len(_ADOBE)].lower() == _ADOBE
        or (head[:3].lower() == b"xmp")
    )


def _held(reader: Reader, start: int, window: bytes, position: int) -> bytes:
    """What stands around a marker that was lost, as far as a segment there can reach: of the window, or one read."""
    length = min(2 * NEAR + BLOCK, reader.size - position)
    if start <= position and position + length <= start + len(window):
        return window[position - start : position - start + length]
    return reader.bytes(position, length)


def _next_marker(reader: Reader, position: int, start: int, window: bytes) -> tuple[int, int, bytes]:
    """Where the next 0xFF stands that neither 0xFF nor zero follows, and the window that has it with its start."""
    size = reader.size
    while True:
        at = window.find(0xFF, position - start)
        while 0 <= at < len(window) - 1:
            if window[at + 1] not in (0xFF, 0):
                return start + at, start, window
            at = window.find(0xFF, at + 1)
        position = start + len(window) - 1
        if position >= size - 1:
            raise Truncated(END)
        start, window = position, reader.bytes(position, min(BLOCK, size - position))


def _set_height(frames: list[Directory], segments: Sequence[bytes]) -> None:
    """A frame header may leave the height to the segment DNL."""
    for data in segments:
        if frames and not frames[0].values.get(jpeg_frame.HEIGHT):
            if len(data) < 2:
                frames[0].errors.append(END)
            else:
                frames[0].values[jpeg_frame.HEIGHT] = data[0] << 8 | data[1]


def _each(segments: Iterable[bytes], read: Callable[[Reader], Iterator[Directory]]) -> Iterator[Directory]:
    """The directories of one segment after the other; a fault costs its own segment.

    Blocks tell their own faults; this is for one that escaped.
    """
    for data in segments:
        try:
            yield from read(Reader.over(data))
        except MetadataError as error:
            yield Directory("Error", TagTable({}), errors=[str(error)])


def _behind(segments: Sequence[bytes], preamble: bytes, skip: int = 0) -> list[bytes]:
    """The segments with an identifier, without their first `skip` bytes."""
    return [data[skip:] for data in segments if data.startswith(preamble)]


def _comments(segments: Sequence[bytes]) -> Iterator[Directory]:
    return _each(segments, jpeg_frame.read_comment)


def _jfif(segments: Sequence[bytes]) -> Iterator[Directory]:
    yield from _each(_behind(segments, jfif.PREAMBLE), jfif.read)
    yield from _each(_behind(segments, jfxx.PREAMBLE), jfxx.read)


def _exif(segments: Sequence[bytes]) -> Iterator[Directory]:
    for preamble, data in exif_segments.blocks(segments):
        from metadata_digger.metadata.blocks import exif

        yield from exif.read(Reader.over(data), preamble)


def _xmp(segments: Sequence[bytes]) -> Iterator[Directory]:
    if all(map(exif_segments.is_exif, segments)):
        return iter(())
    from metadata_digger.metadata.blocks import xmp

    return xmp.read_segments(segments)


def _icc(segments: Sequence[bytes]) -> Iterator[Directory]:
    """A profile may be spread over several segments; the reference joins them in file order, whatever their numbers."""
    from metadata_digger.metadata.blocks import icc

    parts = [data for data in segments if data[: len(icc.PREAMBLE)].upper() == icc.PREAMBLE]
    if parts:
        yield from icc.read(Reader.over(b"".join([part[icc.PREAMBLE_LENGTH :] for part in parts])))


def _photoshop(segments: Sequence[bytes]) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import photoshop

    return _each(photoshop.blocks(segments), photoshop.read)


def _ducky(segments: Sequence[bytes]) -> Iterator[Directory]:
    return _each(_behind(segments, ducky.PREAMBLE, len(ducky.PREAMBLE)), ducky.read)


def _iptc(segments: Sequence[bytes]) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import iptc

    return _each(_behind(segments, bytes([iptc.MARKER])), iptc.read)


def _adobe(segments: Sequence[bytes]) -> Iterator[Directory]:
    preamble = adobe.PREAMBLE.lower()
    right = [data for data in segments if len(data) == adobe.LENGTH and data[: len(preamble)].lower() == preamble]
    return _each(right, adobe.read)


def _multi_picture(segments: Sequence[bytes]) -> Iterator[Directory]:
    parts = _behind(segments, _MPF, len(_MPF))
    if parts:
        from metadata_digger.metadata.blocks import mpf

        yield from _each(parts, mpf.read)


def _c2pa(segments: Sequence[bytes]) -> Iterator[Directory]:
    if not any(data.startswith(b"JP") for data in segments):  # others keep pictures of high dynamic range there
        return iter(())
    from metadata_digger.metadata.blocks import c2pa

    return _each(c2pa.joined(segments), c2pa.read)


def _flash_pix(segments: Sequence[bytes]) -> Iterator[Directory]:
    parts = _behind(segments, _FPXR, len(_FPXR))
    if parts:
        from metadata_digger.metadata.blocks import fpxr

        yield from _each(parts, fpxr.read)


# Frames come before, DNL after all of these.
_READERS: tuple[tuple[int, Callable[[Sequence[bytes]], Iterator[Directory]]], ...] = (
    (_COM, _comments),
    (_APP0, _jfif),
    (_APP1, _exif),
    (_APP1, _xmp),
    (_APP2, _icc),
    (_APP13, _photoshop),
    (_APP12, _ducky),
    (_APP13, _iptc),
    (_APP14, _adobe),
    (_DHT, huffman.read_segments),
    (_APP2, _multi_picture),  # beyond the reference, so last
    (_APP2, _flash_pix),
    (_APP11, _c2pa),
)
