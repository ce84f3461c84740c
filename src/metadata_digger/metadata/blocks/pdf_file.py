"""The structure of a PDF file (ISO 32000-2, 7.5): where its objects are, also where its tables are broken.

Every revision of a file has a table of its own that names the one before; what an object was in an older revision is
found by leaving out the newer ones. Streams are decoded where Flate (with predictors) or nothing packs them.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from metadata_digger.metadata.blocks.pdf_objects import Object, Reference, Word, parse
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.source import Reader

_HEAD, _TAIL = 1024, 2048  # bytes in which the header and the place of the last table are looked for
_WINDOWS = (4096, 64 << 10, 2 << 20)  # bytes of an object that are read, until it is whole
SCANNED = 16 << 20  # bytes of a file that are looked through
_REVISIONS, _ENTRIES, _OBJECTS = 64, 300_000, 600  # tables, their rows, and objects that are read; 20 are usual
_STREAM = 16 << 20  # bytes of one stream, packed or not
_BYTES = 48 << 20  # of all of them, packed and unpacked
_ROWS = 2 << 20  # bytes of rows whose filters are undone, one by one
_LENGTHS = 2  # streams that are read for the length of another
_START = re.compile(rb"startxref[\0\t\n\f\r ]{0,16}(\d{1,12})")
_SUBSECTION = re.compile(rb"[\0\t\n\f\r ]*(\d{1,10})[\t ]+(\d{1,10})[\0\t\n\f\r ]*")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})[\0\t\n\f\r ]{1,4}(\d{1,5})[\0\t\n\f\r ]{1,4}obj")
_ROW = 20
_END = b"endstream"
_BLANKS = b"\0\t\n\f\r "


@dataclass(slots=True)
class Revision:
    """A trailer, and its objects: an offset, or the number of an object stream and the index in it."""

    trailer: dict[str, Object]
    entries: dict[int, tuple[int, int]] = field(default_factory=dict)  # (stream or 0, offset or index)


class File:
    """The objects of a file. `revisions` is newest first."""

    __slots__ = (
        *("_all", "_asked", "_budget", "_depth", "_entries", "_filtered", "_reader", "_streams", "_visited"),
        *("faults", "revisions", "start"),
    )

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.start = 0
        self.revisions: list[Revision] = []
        self.faults: list[str] = []
        self._visited: set[int] = set()
        self._streams: dict[tuple[int, int], tuple[bytes, int, list[int]]] = {}  # data, where it begins, pairs
        self._budget, self._entries, self._filtered = _BYTES, _ENTRIES, _ROWS
        self._asked = self._depth = 0
        self._all: bytes | None = None

    def open(self) -> None:
        """Finds the tables, or, where they are broken, the objects themselves."""
        size = self._reader.size
        self.start = max(self._reader.bytes(0, min(size, _HEAD)).find(b"%PDF"), 0)
        tail = self._reader.bytes(max(0, size - _TAIL), min(size, _TAIL))
        places = _START.findall(tail)
        try:
            if not places:
                raise Malformed("The file does not say where its table of objects is")
            self._follow(int(places[-1]))
            if not any("Root" in one.trailer for one in self.revisions):
                raise Malformed("No trailer")
        except MetadataError as error:
            self.faults.append(str(error))
            self._scan()
        else:
            if not isinstance(self.resolve(self.revisions[0].trailer.get("Root")), dict):
                self.faults.append("The table of objects is wrong")
                self._scan()

    def _follow(self, place: int) -> None:
        todo = [place]
        while todo:
            place = todo.pop(0)
            if place in self._visited:
                continue
            self._visited.add(place)
            if len(self.revisions) >= _REVISIONS:
                self.faults.append(f"Only the last {_REVISIONS} tables of objects are read")
                return
            try:
                revision = self._table(place + self.start)
            except MetadataError:
                if not self.revisions:
                    raise
                self.faults.append("An older table of objects cannot be read")
                return
            self.revisions.append(revision)
            todo = [one for key in ("XRefStm", "Prev") if isinstance(one := revision.trailer.get(key), int)] + todo

    def _table(self, place: int) -> Revision:
        head = self._reader.bytes(place, min(64, self._reader.size - place))
        if not head.lstrip(_BLANKS).startswith(b"xref"):
            return self._table_stream(place)
        data = self._bytes(place, min(self._reader.size - place, _WINDOWS[-1] * 4))
        at = data.index(b"xref") + 4
        found = Revision({})
        while (section := _SUBSECTION.match(data, at)) is not None:
            first, count, at = int(section[1]), int(section[2]), section.end()
            self._entries -= count
            if self._entries < 0:
                raise Malformed(f"More than {_ENTRIES:,} objects")
            for number in range(first, first + count):
                row = data[at : at + _ROW]
                if len(row) < _ROW - 2:
                    raise Truncated("The table of objects is not whole")
                if row[17:18] == b"n" and row[:10].isdigit():
                    found.entries[number] = (0, int(row[:10]))
                at += _ROW
        at = data.find(b"trailer", at - 2)
        if at < 0:
            raise Malformed("No trailer")
        trailer, _ = parse(data, at + 7)
        if not isinstance(trailer, dict):
            raise Malformed("No trailer")
        found.trailer = trailer
        return found

    def _table_stream(self, place: int) -> Revision:
        """A cross-reference stream (7.5.8): rows of three numbers of stated widths."""
        value, content = self._at(place)
        if not isinstance(value, dict) or content is None or value.get("Type") != "XRef":
            raise Malformed(f"No table of objects at byte {place:,}")
        found = Revision(value)
        widths = [one if isinstance(one, int) and 0 <= one <= 8 else -1 for one in _listed(value.get("W"))]
        index = [one for one in _listed(value.get("Index")) if isinstance(one, int)]
        size = value.get("Size")
        if len(widths) != 3 or min(widths) < 0 or not sum(widths):
            raise Malformed("A table of objects without widths")
        numbers = index or [0, size if isinstance(size, int) else 0]
        data, at, row = self._decoded(value, content), 0, sum(widths)
        for first, count in zip(numbers[::2], numbers[1::2], strict=False):
            count = min(max(count, 0), (len(data) - at) // row)
            self._entries -= count
            if self._entries < 0:
                raise Malformed(f"More than {_ENTRIES:,} objects")
            for number in range(first, first + count):
                kind = int.from_bytes(data[at : at + widths[0]], "big") if widths[0] else 1
                middle = int.from_bytes(data[at + widths[0] : at + widths[0] + widths[1]], "big")
                last = int.from_bytes(data[at + widths[0] + widths[1] : at + row], "big")
                at += row
                if kind == 1:
                    found.entries[number] = (0, middle)
                elif kind == 2:
                    found.entries[number] = (middle, last)
        return found

    def _scan(self) -> None:
        """One revision of all objects that stand in the file, the last of each number, and of all its trailers."""
        data = self.all()
        found = Revision({})
        for match in _OBJECT.finditer(data):
            found.entries[int(match[1])] = (0, match.start() - self.start)
            if len(found.entries) > _ENTRIES:
                break
        at = data.find(b"trailer")
        for _ in range(_REVISIONS):
            if at < 0:
                break
            try:
                trailer, _ = parse(data[at : at + _WINDOWS[1]], 7)
                if isinstance(trailer, dict):
                    found.trailer |= trailer
            except MetadataError:
                pass
            at = data.find(b"trailer", at + 7)
        self.revisions = [found]
        if "Root" not in found.trailer or "Info" not in found.trailer:
            self._search(found, data)

    def _search(self, found: Revision, data: bytes) -> None:
        """The catalogue and the information dictionary by what they look like, and the objects in object streams."""
        streams = [match.start() for match in re.finditer(rb"/Type\s{0,4}/(?:XRef|ObjStm|Catalog)\b", data)][:200]
        for place in streams:
            begin = data.rfind(b" obj", max(0, place - _WINDOWS[0]), place)
            head = max(_OBJECT.finditer(data, max(0, begin - 20), begin + 4), key=lambda one: one.start(), default=None)
            if head is None:
                continue
            number = int(head[1])
            try:
                value, content = self._at(head.start())
                if not isinstance(value, dict):
                    continue
                if value.get("Type") == "Catalog":
                    found.trailer.setdefault("Root", Reference(number, 0))
                elif value.get("Type") == "XRef":
                    found.trailer = {**value, **found.trailer}
                elif content is not None:
                    for index, inner in enumerate(self._numbers(value, content)):
                        found.entries.setdefault(inner, (number, index))
            except MetadataError:
                continue

    def all(self) -> bytes:
        """The file, as far as it is looked through."""
        if self._all is None:
            self._all = self._reader.bytes(0, min(self._reader.size, SCANNED))
        return self._all

    def _bytes(self, place: int, count: int) -> bytes:
        """Raises Malformed when it is too much."""
        self._budget -= count
        if self._budget < 0:
            raise Malformed(f"More than {_BYTES >> 20} MiB of objects")
        return self._reader.bytes(place, count)

    def resolve(self, value: Object, since: int = 0) -> Object:
        """What a reference leads to, as it was in a revision and those before it; None where that is nothing."""
        for _ in range(8):
            if not isinstance(value, Reference):
                return value
            value = self._object(value.number, since)[0]
        return None

    def stream(self, value: Object, since: int = 0) -> tuple[dict[str, Object], bytes] | None:
        """The dictionary and the decoded bytes of a stream. Raises MetadataError where they cannot be had."""
        if not isinstance(value, Reference):
            return None
        found, content = self._object(value.number, since)
        if not isinstance(found, dict) or content is None:
            return None
        return found, self._decoded(found, content)

    def _object(self, number: int, since: int) -> tuple[Object, bytes | None]:
        for index in range(since, len(self.revisions)):
            entry = self.revisions[index].entries.get(number)
            if entry is None:
                continue
            inside, place = entry
            return (self._inside(inside, place, index), None) if inside else self._at(place + self.start, number)
        return None, None

    def _inside(self, number: int, index: int, since: int) -> Object:
        """The object of an index in an object stream (7.5.7)."""
        if (number, since) not in self._streams:
            self._streams[number, since] = b"", 0, []
            rows = (one.entries.get(number) for one in self.revisions[since:])
            place = next((row[1] for row in rows if row is not None and not row[0]), None)
            found, content = (None, None) if place is None else self._at(place + self.start, number)
            first = found.get("First") if isinstance(found, dict) else None
            if isinstance(found, dict) and content is not None and isinstance(first, int):
                data = self._decoded(found, content)
                self._streams[number, since] = data, first, self._pairs(found, data)
        data, first, pairs = self._streams[number, since]
        if 2 * index + 1 >= len(pairs):
            return None
        self._ask()
        at = first + pairs[2 * index + 1]
        return parse(data[at : at + _WINDOWS[1]])[0]

    def _ask(self) -> None:
        self._asked += 1
        if self._asked > _OBJECTS:
            raise Malformed(f"More than {_OBJECTS:,} objects are asked for")

    def _numbers(self, found: dict[str, Object], content: bytes) -> list[int]:
        return self._pairs(found, self._decoded(found, content))[::2]

    @staticmethod
    def _pairs(found: dict[str, Object], data: bytes) -> list[int]:
        count, first = found.get("N"), found.get("First")
        if not isinstance(count, int) or not isinstance(first, int) or not 0 <= first <= len(data):
            raise Malformed("An object stream without numbers")
        words = data[: min(first, _WINDOWS[1] * 8)].split()[: 2 * max(count, 0)]
        return [int(word) for word in words if word.isdigit() and len(word) < 12]

    def _at(self, place: int, number: int | None = None) -> tuple[Object, bytes | None]:
        """The object at a place, and where it is a stream its bytes as they are."""
        self._ask()
        for window in _WINDOWS:
            data = self._bytes(place, min(window, self._reader.size - place))
            blank = len(data) - len(data.lstrip(_BLANKS))
            data = data[blank:]
            head = _OBJECT.match(data)
            if head is None or number not in (None, int(head[1])):
                raise Malformed(f"No object at byte {place:,}")
            try:
                value, end = parse(data, head.end())
                word, end = parse(data, end) if isinstance(value, dict) else (None, end)
            except Truncated:
                if blank + len(data) < window or window == _WINDOWS[-1]:
                    raise
                continue
            if not (isinstance(word, Word) and word == "stream") or not isinstance(value, dict):
                return value, None
            return value, self._content(value, place + blank + end)
        raise Truncated("The object is not whole")

    def _content(self, value: dict[str, Object], start: int) -> bytes:
        head = self._reader.bytes(start, min(2, self._reader.size - start))
        start += 2 if head == b"\r\n" else 1 if head[:1] in (b"\n", b"\r") else 0
        length = value.get("Length")
        if isinstance(length, Reference) and self.revisions and self._depth < _LENGTHS:
            self._depth += 1
            try:
                length = self.resolve(length)
            finally:
                self._depth -= 1
        left = self._reader.size - start
        if isinstance(length, int) and 0 <= length <= min(left, _STREAM):
            behind = self._reader.bytes(start + length, min(16, left - length))
            if behind.lstrip(_BLANKS).startswith(_END):
                return self._bytes(start, length)
        data = self._bytes(start, min(left, _STREAM))
        end = data.find(_END)
        return data[:end] if end >= 0 else data

    def _decoded(self, value: dict[str, Object], content: bytes) -> bytes:
        filters, settings = _listed(value.get("Filter")), _listed(value.get("DecodeParms"))
        for number, name in enumerate(filters):
            if name not in ("FlateDecode", "Fl"):
                raise Malformed(f"A stream that is packed with {name!s} is not read")
            if self._budget <= 0:
                raise Malformed(f"More than {_BYTES >> 20} MiB of objects")
            unpacker = zlib.decompressobj()
            try:
                content = unpacker.decompress(content, min(_STREAM, self._budget))
            except zlib.error as error:
                raise Malformed(str(error).partition(": ")[2] or str(error)) from error
            self._budget -= len(content)
            parameters = settings[number] if number < len(settings) else None
            if isinstance(parameters, dict) and parameters.get("Predictor", 1) != 1:
                self._filtered -= len(content)
                if self._filtered < 0:
                    raise Malformed(f"More than {_ROWS >> 20} MiB of filtered rows")
                content = _predicted(content, parameters)
        return content


def _listed(value: Object) -> list[Object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _predicted(data: bytes, parameters: dict[str, Object]) -> bytes:
    """Undoes PNG's filters, of which tables of objects have "up" (7.4.4.4)."""
    predictor, columns = parameters.get("Predictor"), parameters.get("Columns", 1)
    size = columns if isinstance(columns, int) and 0 < columns <= 1024 else 0
    plain = parameters.get("Colors", 1) == 1 and parameters.get("BitsPerComponent", 8) == 8
    if not isinstance(predictor, int) or predictor < 10 or not size or not plain:
        raise Malformed(f"A stream with the predictor {predictor!s} is not read")
    above, rows = bytes(size), []
    for start in range(0, len(data) - size, size + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + size])
        if kind == 2:
            row = bytearray((one + other) & 0xFF for one, other in zip(row, above, strict=True))
        elif kind:
            for at in range(size):
                left, corner = (row[at - 1], above[at - 1]) if at else (0, 0)
                row[at] = (row[at] + _FILTERS.get(kind, _FILTERS[1])(left, above[at], corner)) & 0xFF
        above = bytes(row)
        rows.append(above)
    return b"".join(rows)


def _paeth(left: int, up: int, corner: int) -> int:
    return min((left, up, corner), key=lambda one: abs(left + up - corner - one))


_FILTERS = {1: lambda left, _, __: left, 3: lambda left, up, _: (left + up) // 2, 4: _paeth}
