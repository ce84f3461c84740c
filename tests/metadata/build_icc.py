"""ICC profiles for tests."""

from __future__ import annotations

from struct import pack

DATE = (2024, 2, 29, 12, 30, 59)


def fixed(*values: float) -> bytes:
    return pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(x, y, z)


def curve(*points: int) -> bytes:
    return b"curv\0\0\0\0" + pack(f">I{len(points)}H", len(points), *points)


def description(text: str) -> bytes:
    return b"desc\0\0\0\0" + pack(">I", len(text.encode()) + 1) + text.encode() + bytes(79)


def localized(**texts: str) -> bytes:
    """Texts by language and country, "enUS"."""
    records, names = b"", b""
    for language, text in texts.items():
        name = text.encode("utf-16-be")
        records += language.encode() + pack(">II", len(name), 16 + 12 * len(texts) + len(names))
        names += name
    return b"mluc\0\0\0\0" + pack(">II", len(texts), 12) + records + names


def profile(tags: dict[bytes, bytes] | None = None, date: tuple[int, ...] = DATE) -> bytes:
    tags = tags or {}
    head = b"test" + pack(">I", 0x04300000) + b"mntrRGB XYZ " + pack(">6H", *date) + b"acspAPPL" + pack(">I", 1)
    head += b"none" + b"mod1" + pack(">QI", 0, 1) + fixed(0.9642, 1, 0.8249) + b"make" + bytes(44)
    table, data, start = pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + pack(">II", start + len(data), len(content))
        data += content
    return pack(">I", 4 + len(head) + len(table) + len(data)) + head + table + data
