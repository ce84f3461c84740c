"""Whole outputs of small files that are made here.

The steps and the sink of a configuration run in this process; that the engine gives the same is its own tests' affair.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.pipeline import compose, open_batch
from metadata_digger.sinks.columns import Columns, names, scan

HERE = Path(__file__).parent / "own"


def publish(config: Path, action: str, folder: Path, settings: Sequence[str] = ()) -> str:
    """The output of an action as one file; of `describe` the names that it prints."""
    chosen = actions.BY_NAME[action]
    job = actions.job(load(str(config), settings, action), chosen)
    chain = compose(job.steps)
    batch = open_batch(list(job.storage.walk(job.paths)), job.storage, chain.pixels)
    (done,) = chain.run(iter([batch]))
    found = scan(done.rows)
    if not job.sinks:
        return "\n".join(names(found))
    columns = Columns.of(done.rows.schema, found)
    job.sinks[0].check(columns)
    job.sinks[0].piece(iter([done.rows]), columns, folder / "piece")
    job.sinks[0].join([folder / "piece"], columns, folder / "out")
    return (folder / "out").read_bytes().decode()


def exif() -> bytes:
    """A little-endian TIFF structure: IFD0 with Make and a date, GPS with a place and a time."""
    latitude = struct.pack("<6I", 54, 1, 59, 1, 228, 10)
    longitude = struct.pack("<6I", 1, 1, 54, 1, 51, 1)
    time = struct.pack("<6I", 14, 1, 58, 1, 24, 1)
    make, date, day = b'"Quoted" & Co\0', b"2020:01:02 03:04:05\0", b"2008:10:23\0"
    rows0 = [(0x010F, 2, make), (0x0132, 2, date), (0x8825, 4, b"")]
    rows1 = [(1, 2, b"N\0"), (2, 5, latitude), (3, 2, b"W\0"), (4, 5, longitude), (7, 5, time), (29, 2, day)]
    gps = 8 + ifd_size(rows0)
    rows0[2] = (0x8825, 4, struct.pack("<I", gps))
    return b"II*\0" + struct.pack("<I", 8) + ifd(rows0, 8) + ifd(rows1, gps)


SIZES = {2: 1, 4: 4, 5: 8}


def ifd_size(rows: Sequence[tuple[int, int, bytes]]) -> int:
    return 6 + 12 * len(rows) + sum(len(value) for _, _, value in rows if len(value) > 4)


def ifd(rows: Sequence[tuple[int, int, bytes]], offset: int) -> bytes:
    head, data = struct.pack("<H", len(rows)), b""
    behind = offset + 6 + 12 * len(rows)
    for tag, kind, value in rows:
        stored = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", behind + len(data))
        data += value if len(value) > 4 else b""
        head += struct.pack("<HHI", tag, kind, len(value) // SIZES[kind]) + stored
    return head + bytes(4) + data


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*segments: bytes) -> bytes:
    frame = struct.pack(">BHHB", 8, 2, 3, 1) + bytes([1, 0x11, 0])
    scan = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\0"
    return b"\xff\xd8" + b"".join(segments) + segment(0xC0, frame) + scan + b"\xff\xd9"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    header = (b"IHDR", struct.pack(">2I5B", 3, 2, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in (header, *chunks, (b"IEND", b"")):
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content


PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:my="http://example.com/" my:a1="one"
my:A1="two"><dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Bob, "B"</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">free</rdf:li></rdf:Alt></dc:rights><my:a><rdf:Bag>
<rdf:li>one more</rdf:li></rdf:Bag></my:a></rdf:Description></rdf:RDF></x:xmpmeta>"""

FILES = {
    "a.jpg": jpeg(segment(0xE1, b"Exif\0\0" + exif())),
    "b/xmp.jpg": jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET)),
    "b/comment.jpg": jpeg(segment(0xFE, b'two\nlines, \\ and "quotes"')),
    "b/zażółć.png": png((b"tEXt", b"Comment\0first"), (b"tEXt", b"Title\0second")),
    "text.txt": b"no picture",
    "empty.jpg": b"",
}
SPARK = [
    "output.csv.dialect=spark",
    "output.columns.namingConvention=snakeCase",
    "output.columns.metadataPrefix=md_",
    "output.columns.includeMetadataContent=true",
]
OWN = {
    "extract.csv": ("extract", []),
    "extract.spark.csv": ("extract", SPARK),
    "extract.spark.raw.csv": ("extract", [*SPARK, "output.csv.raw=true"]),
    "extract.filtered.csv": (
        "extract",
        ["filter.mandatoryTags=GPS.GPS Latitude", "filter.allowedMetadataDirectories=GPS,Exif IFD0"],
    ),
    "extract.json": ("extract", ["output.format=json"]),
    "extract.all.json": (
        "extract",
        [
            "output.format=json",
            "output.json.allDirectories=true",
            "output.columns.namingConvention=snakeCase",
            "filter.allowedTags=Image Width,GPS.MD Location,Comment",
        ],
    ),
    "describe.txt": ("describe", []),
}


@pytest.mark.parametrize("name", OWN)
def test_own_golden(name: str, tmp_path: Path) -> None:
    """To accept a change: copy the file that the failure names over the golden, and read the difference first."""
    for path, content in FILES.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / path).write_bytes(content)
        os.utime(tmp_path / "in" / path, (1_700_000_000.25, 1_700_000_000.25))
    action, settings = OWN[name]
    config = tmp_path / "x.properties"
    config.write_text(f"input.paths={tmp_path}/in\noutput.directoryPath={tmp_path}/out\noutput.format=csv\n")
    text = publish(config, action, tmp_path, settings)
    text = re.sub("[0-9A-F]{32}", "<id>", text).replace(str(tmp_path), "")
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    expected = (HERE / name).read_bytes().decode() if (HERE / name).exists() else ""
    assert text == expected, f"differs from {HERE / name}: {tmp_path / name}"
