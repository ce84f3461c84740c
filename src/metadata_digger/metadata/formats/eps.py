"""Encapsulated PostScript (Adobe technical notes 5001 and 5002): the comments up to the first line of the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from metadata_digger.metadata.blocks.limits import END, beyond
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import suffixed, trimmed, words, wrapped
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.eps import COLOR_TYPES, COMMENTS, CONTINUATION, EPS, IMAGE_DATA, PIXEL_BYTES

_DOS = 0xC5D0D3C6  # a header of 30 bytes that says where the program and its preview are
_POSTSCRIPT = 0x25215053
_WIDTH, _HEIGHT, _COLOR_TYPE, _RAM_SIZE = 28, 29, 30, 31
_TIFF_SIZE, _TIFF_OFFSET, _WMF_SIZE, _WMF_OFFSET = 32, 33, 34, 35
_FIRST = 1 << 18  # bytes that are looked at; where the comments go on, four times as many, and so on
_LONGEST = 16 << 20
_PACKET_END = b'<?xpacket end="w"?>'

TABLE = TagTable(
    EPS,
    {
        _WIDTH: suffixed(" pixels"),
        _HEIGHT: suffixed(" pixels"),
        _TIFF_SIZE: suffixed(" bytes"),
        _TIFF_OFFSET: suffixed(" bytes"),
        _COLOR_TYPE: words(COLOR_TYPES),
    },
)

_BLOCKS = ("%BeginPhotoshop", "%%BeginICCProfile", "%begin_xml_packet")
_LINE_END = re.compile(rb"[\r\n]")
# The lines that say something: the first of the program, and the comments that have a tag or start a block.
_TELLING = re.compile(
    rb"(?<![^\r\n])(?:[^%%\r\n]|(?:%s)[\x00-\x20]*[:\r\n])"
    % b"|".join(re.escape(name.encode()) for name in (*COMMENTS, *_BLOCKS))
)
_BLANKS = b" \r\n"


def read(reader: Reader) -> Iterator[Directory]:
    """The directory of comments, then the preview's and the blocks' own.

    Raises MetadataError when the file ends before its comments do: then the reference gives nothing either.
    """
    directory = Directory("EPS", TABLE)
    found = [directory]
    start, size = 0, reader.size
    magic = _number(reader, 0, ">")
    if magic == _DOS:
        start, size, *preview = [_number(reader, offset, "<") for offset in range(4, 28, 4)]
        _read_preview(reader, directory, found, preview)
        start, size = _range(reader, start, size)
    elif magic != _POSTSCRIPT:
        directory.errors.append("File type not supported.")
        return iter(found)
    _read_comments(reader.within(start, size), directory, found)
    return iter(found)


def _number(reader: Reader, offset: int, order: str) -> int:
    start, length = _range(reader, offset, 4)
    return int.from_bytes(reader.bytes(start, length), "little" if order == "<" else "big", signed=order == "<")


def _range(reader: Reader, start: int, length: int) -> tuple[int, int]:
    """The range, when it is inside the file."""
    if start >= 0 and length < 0:
        raise Truncated("Number of requested bytes must be zero or greater")
    if start < 0 or start + length > reader.size:
        raise Truncated(beyond(start, length, reader.size))
    return start, length


def _read_preview(reader: Reader, directory: Directory, found: list[Directory], preview: list[int]) -> None:
    wmf_offset, wmf_size, tiff_offset, tiff_size = preview
    values = directory.values
    if tiff_size:
        from metadata_digger.metadata.blocks import exif

        values[_TIFF_SIZE] = tiff_size
        values[_TIFF_OFFSET] = tiff_offset
        start, length = _range(reader, tiff_offset, tiff_size)
        try:
            found.extend(exif.read_file(reader.within(start, length)))
        except Malformed as error:
            directory.errors.append(f"Unable to process TIFF data: {error}")
    elif wmf_size:
        values[_WMF_SIZE] = wmf_size
        values[_WMF_OFFSET] = wmf_offset


def _read_comments(reader: Reader, directory: Directory, found: list[Directory]) -> None:
    """Most programs start within a few KiB; some have megabytes of comments before."""
    length, before = min(_FIRST, reader.size), dict(directory.values)
    while True:
        comments = _Comments(reader.bytes(0, length), directory)
        try:
            comments.read()
        except Truncated:
            if length == reader.size:
                raise
            if length >= _LONGEST:
                raise Malformed(f"More than {_LONGEST >> 20} MiB of comments") from None
            length = min(4 * length, reader.size)
            directory.values = dict(before)
        else:
            break
    for read_block, data in comments.blocks:
        found.extend(read_block(data))


class _Comments:
    """The lines of a program as far as they are comments."""

    __slots__ = ("_continued", "_data", "_directory", "_position", "_previous", "blocks")

    def __init__(self, data: bytes, directory: Directory) -> None:
        self._data = data
        self._directory = directory
        self._position = 0
        self._previous = 0  # the tag that a continued line belongs to
        self._continued: dict[int, list[str]] = {}  # tags whose values have several lines
        self.blocks: list[tuple[Callable[[bytes], Iterator[Directory]], bytes]] = []

    def read(self) -> None:
        """Raises Truncated where the data ends before the comments do."""
        data = self._data
        while True:
            if not self._position or data[self._position - 1] in b"\r\n":
                telling = _TELLING.search(data, self._position)
                if telling is None:
                    raise Truncated(END)
                self._position = telling.start()
            line = self._line()
            if line and line[0] != "%":
                for tag, lines in self._continued.items():
                    self._directory.values[tag] = " ".join(lines)
                return
            name, colon, value = line.partition(":")
            name = trimmed(name)
            if colon and name in COMMENTS:
                self._add(COMMENTS[name], trimmed(value))
            if name in _BLOCKS:
                self._block(name)

    def _line(self) -> str:
        end = _LINE_END.search(self._data, self._position)
        if end is None:
            raise Truncated(END)
        line = self._data[self._position : end.start()]
        self._position = end.end()
        text = line.decode("latin-1")
        # The reference widens a signed byte to a character.
        return text if line.isascii() else "".join(chr(0xFF00 | ord(one)) if one > "\x7f" else one for one in text)

    def _add(self, tag: int, value: str) -> None:
        values = self._directory.values
        if tag == IMAGE_DATA:
            self._add_image(value)
        elif tag == CONTINUATION:
            # The reference says "null" of a line that continues nothing.
            first = values.setdefault(self._previous, "null")
            self._continued.setdefault(self._previous, [first]).append(value)
        elif tag not in values:
            values[tag] = value
        self._previous = tag

    def _add_image(self, value: str) -> None:
        """Width, height, bits, colour type, ...: "1000 1000 8 3 1 1000 7 "beginimage""."""
        values = self._directory.values
        values[IMAGE_DATA] = value
        self._continued.pop(IMAGE_DATA, None)
        fields = value.split(" ")
        numbers: list[int] = []
        for index in (0, 1, 3):
            if index >= len(fields):
                raise Malformed(f"Index {index} out of bounds for length {len(fields)}")
            if not re.fullmatch(r"[+-]?\d{1,10}", fields[index]) or wrapped(int(fields[index])) != int(fields[index]):
                raise Malformed(f'For input string: "{fields[index]}"')
            numbers.append(int(fields[index]))
        width, height, color_type = numbers
        for tag, number in ((_WIDTH, width), (_HEIGHT, height), (_COLOR_TYPE, color_type)):
            values.setdefault(tag, number)
        if color_type in PIXEL_BYTES:
            values.setdefault(_RAM_SIZE, wrapped(PIXEL_BYTES[color_type] * width * height))

    def _block(self, name: str) -> None:
        if name == "%begin_xml_packet":
            self.blocks.append((_xmp, self._packet()))
        else:
            data = self._hexadecimal()
            if data is not None:
                self.blocks.append((_photoshop if name == "%BeginPhotoshop" else _icc, data))

    def _packet(self) -> bytes:
        """Up to the end of an XMP packet, as the reference finds it: a mismatch is not looked at again."""
        data, start = self._data, self._position
        position = data.find(_PACKET_END[:1], start)
        while position >= 0:
            if data.startswith(_PACKET_END, position):
                self._position = position + len(_PACKET_END)
                return data[start : self._position]
            length = 1
            while data[position + length : position + length + 1] == _PACKET_END[length : length + 1]:
                length += 1
            position = data.find(_PACKET_END[:1], position + length + 1)
        raise Truncated(END)

    def _hexadecimal(self) -> bytes | None:
        """Lines of "% " and hexadecimal digits, up to one of another form and with the rest of that line.

        None when a line breaks the form; the next one is then read from where it did.
        """
        data, size = self._data, len(self._data)
        digits: list[bytes] = []
        while True:
            start = self._position
            while start < size and data[start] in _BLANKS:
                start += 1
            if start + 1 >= size:
                raise Truncated(END)
            self._position = start + 1
            if data[start] != 0x25:
                return None
            if data[start + 1] != 0x20:
                break
            end = _LINE_END.search(data, start + 2)
            if end is None:
                raise Truncated(END)
            line = data[start + 2 : end.start()]
            good = _HEXADECIMAL.match(line)
            self._position = end.end()
            pairs = good.end() if good is not None else 0
            if pairs != len(line):
                odd = line[pairs] in _DIGITS  # then it is the byte after this one that breaks the form
                self._position = start + 3 + pairs + odd
                return None
            digits.append(line)
        # A line of another form: "%EndPhotoshop", or what was read of it is its end already.
        end_of_line = data.find(b"\n", start + 1)
        if end_of_line < 0:
            raise Truncated(END)
        self._position = end_of_line + 1
        return bytes.fromhex(b"".join(digits).decode("ascii"))


_HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2})*")
_DIGITS = b"0123456789ABCDEFabcdef"


def _photoshop(data: bytes) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import photoshop

    return photoshop.read(Reader.over(data))


def _icc(data: bytes) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import icc

    return icc.read(Reader.over(data))


def _xmp(data: bytes) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import xmp

    return xmp.read(Reader.over(data))
