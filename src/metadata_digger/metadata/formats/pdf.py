"""PDF (ISO 32000-2), and Illustrator's files that are PDF: what a document says about itself, and its XMP.

What older revisions in the file said is kept beside what the last one says. Pages and pictures in them are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata_digger.metadata.blocks import xmp
from metadata_digger.metadata.blocks.pdf_file import SCANNED, File
from metadata_digger.metadata.blocks.pdf_objects import Name, Object
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import decimal
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.pdf import DATES, DOCUMENT, INFORMATION, PDF

TABLE = TagTable(PDF)
_VERSION, _PAGES, _SIZE = range(1, 4)
_LANGUAGE, _PERMANENT, _CHANGING, _REVISIONS, _ENCRYPTION, _OTHER = range(13, 19)
_KEPT = 16_384  # characters of one text
_OTHERS = 200  # entries of a program's own
_TREE = 32
_PACKETS = 64
_MARKUP = 250_000  # elements and attributes of all packets together
_PACKET = re.compile(rb"<\?xpacket\s+begin")
_PACKET_END = re.compile(rb"<\?xpacket\s+end[^>]{0,40}\?>")
_LONGEST = 4 << 20
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([Zz+-])(?:(\d\d)'?(\d\d)?'?)?)?")


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "PDF", then each XMP packet: the document's, then those of pictures and parts in it."""
    directory = Directory("PDF", TABLE)
    head = re.search(rb"%PDF-(\d\.\d)", reader.bytes(0, min(1024, reader.size)))
    if head is not None:
        directory.values[_VERSION] = head[1].decode()
    file = File(reader)
    packets: list[bytes] = []
    try:
        file.open()
        encrypted = _read_information(file, directory)
        _read_catalogue(file, directory, packets, encrypted)
    except MetadataError as error:
        directory.errors.append(str(error))
    directory.errors[:0] = file.faults
    yield directory
    yield from _packets(file, packets, directory)
    if reader.size > SCANNED:
        directory.errors.append(f"Only the first {SCANNED >> 20} MiB are looked through for further XMP")


def _read_information(file: File, directory: Directory) -> bool:
    """The information dictionaries of all revisions, the oldest first; whether their texts are encrypted."""
    trailer = file.revisions[0].trailer
    encrypted = "Encrypt" in trailer
    if encrypted:
        found = file.resolve(trailer["Encrypt"])
        handler = found if isinstance(found, dict) else {}
        numbers = " ".join(f"{key}{value}" for key in "VR" if isinstance(value := handler.get(key), int))
        name = handler.get("Filter")
        directory.values[_ENCRYPTION] = f"{name if isinstance(name, Name) else 'Unknown'} {numbers}".strip()
        directory.errors.append("The document is encrypted: its texts cannot be read")
    else:
        said: list[dict[str, Object]] = []
        for index in reversed(range(len(file.revisions))):
            information = file.resolve(file.revisions[index].trailer.get("Info"), index)
            if isinstance(information, dict) and information not in said:
                said.append(information)
                _fill(file, directory, information, index)
    identifiers = file.resolve(trailer.get("ID"))
    for tag, one in zip((_PERMANENT, _CHANGING), identifiers if isinstance(identifiers, list) else (), strict=False):
        if isinstance(one, bytes):
            directory.values[tag] = one[:64].hex()
    ends = len(re.findall(rb"%%EOF", file.all()))
    if ends:
        directory.values[_REVISIONS] = ends
    return encrypted


def _fill(file: File, directory: Directory, information: dict[str, Object], since: int) -> None:
    others: list[str] = []
    for key, value in information.items():
        words = _text(file.resolve(value, since))
        if words is None:
            continue
        tag = INFORMATION.get(key)
        if tag is None:
            if len(others) < _OTHERS:
                others.append(f"{key}: {words}")
            continue
        _set(directory, tag, _date(words) if tag in DATES else words)
    if others:
        _set(directory, _OTHER, "\n".join(others)[:_KEPT])


def _set(directory: Directory, tag: int, value: Value) -> None:
    directory.keep(tag, value)
    directory.values[tag] = value


def _text(value: Object) -> str | None:
    """A text string (7.9.2.2) or a name as words; None for what is none, or empty."""
    if isinstance(value, Name):
        return value[:_KEPT]
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, bytes) or not value:
        return None
    if value.startswith((b"\xfe\xff", b"\xff\xfe")):
        text = value[2:].decode("utf-16-be" if value[:1] == b"\xfe" else "utf-16-le", "backslashreplace")
    elif value.startswith(b"\xef\xbb\xbf"):
        text = decoded(value[3:])
    else:
        try:
            text = value.decode()  # programs write it there without its mark
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        if (not value.isascii() and len(text) == len(value)) or any(0x18 <= byte < 0x20 for byte in value):
            text = text.translate(DOCUMENT)
    return text.rstrip("\0")[:_KEPT] or None


def _date(text: str) -> str:
    """A date (7.9.4) in Exif's form, with its zone; what is none stays as it is."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return text
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    date = ":".join(part for part in (year, month, day) if part)
    time = ":".join(part for part in (hour, minute, second) if part)
    zone = "" if sign is None else "Z" if sign in "Zz" else f"{sign}{hours or '00'}:{minutes or '00'}"
    return f"{date} {time}{zone}" if time else date


def _read_catalogue(file: File, directory: Directory, packets: list[bytes], encrypted: bool) -> None:
    catalogue = file.resolve(file.revisions[0].trailer.get("Root"))
    if not isinstance(catalogue, dict):
        directory.errors.append("No document catalogue")
        return
    version = catalogue.get("Version")
    if isinstance(version, Name):
        directory.values[_VERSION] = version[:16]
    language = file.resolve(catalogue.get("Lang"))
    if not encrypted and (words := _text(language)):
        directory.values[_LANGUAGE] = words
    _read_pages(file, directory, catalogue.get("Pages"))
    for index in range(len(file.revisions)):
        root = file.resolve(file.revisions[index].trailer.get("Root"), index)
        if isinstance(root, dict) and "Metadata" in root:
            _read_packet(file, directory, root["Metadata"], index, packets)


def _read_packet(file: File, directory: Directory, where: Object, since: int, packets: list[bytes]) -> None:
    try:
        found = file.stream(where, since)
    except MetadataError as error:
        directory.errors.append(f"XMP: {error}")
        return
    if found is None or found[1] in packets:
        return
    if b"<" in found[1][:4096]:
        packets.append(found[1])
    elif "Encrypt" in file.revisions[0].trailer:
        directory.errors.append("XMP is encrypted and not read")


def _read_pages(file: File, directory: Directory, pages: Object) -> None:
    """How many there are, and the size of the first in points of 1/72 inch."""
    node, box = file.resolve(pages), None
    for _ in range(_TREE):
        if not isinstance(node, dict):
            return
        count = file.resolve(node.get("Count"))
        if isinstance(count, int) and _PAGES not in directory.values:
            directory.values[_PAGES] = count
        box = file.resolve(node.get("MediaBox")) or box
        kids = file.resolve(node.get("Kids"))
        if not isinstance(kids, list) or not kids:
            break
        node = file.resolve(kids[0])
    sides = [file.resolve(side) for side in box] if isinstance(box, list) else []
    numbers = [float(side) for side in sides if isinstance(side, int | float)]
    if len(numbers) == 4:
        width, height = abs(numbers[2] - numbers[0]), abs(numbers[3] - numbers[1])
        directory.values[_SIZE] = f"{decimal(width, 2)} x {decimal(height, 2)} points"


def _packets(file: File, packets: list[bytes], directory: Directory) -> Iterator[Directory]:
    """The document's packets, and those that stand in the file as they are: of pictures, pages, older revisions."""
    found = [packet.strip() for packet in packets]
    data, at = file.all(), 0
    while (match := _PACKET.search(data, at)) is not None:
        if len(found) >= _PACKETS:
            directory.errors.append(f"Only the first {_PACKETS} XMP packets are read")
            break
        end = _PACKET_END.search(data, match.end(), match.end() + _LONGEST)
        at = end.end() if end else data.find(b"endstream", match.end(), match.end() + _LONGEST)
        if at < 0:
            at = min(match.end() + _LONGEST, len(data))
        packet = data[match.start() : at].strip()
        if packet not in found:
            found.append(packet)
    left = _MARKUP
    for packet in found:
        left -= packet.count(b"<") + packet.count(b"=")
        if left < 0:
            directory.errors.append(f"More than {_MARKUP:,} elements and attributes of XMP")
            return
        yield xmp.read_packet(packet)
