"""Whole outputs: of the project's own small files, and of the original's runs where they lie beside the checkout.

The steps and the sink of a configuration run in this process; that the engine gives the same is its own tests' affair.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import struct
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.pipeline import compose, open_batch
from metadata_digger.sinks.columns import Columns, names, scan
from metadata_digger.steps import extract
from metadata_digger.steps.rename import Naming

HERE = Path(__file__).parent / "golden"
SHARED = Path(__file__).parents[1] / "../shared/golden"
csv.field_size_limit(1 << 24)  # thumbnails are longer than the 128 KiB that this module allows a field
ORIGINAL = pytest.mark.skipif(not SHARED.exists(), reason="the original's outputs are not beside this checkout")


def publish(config: Path, action: str, folder: Path, settings: Sequence[str] = ()) -> str:
    """The output of an action as one file; of `describe` the names that it prints."""
    chosen = actions.BY_NAME[action]
    job = actions.job(load(str(config), settings, action), chosen)
    chain = compose(job.steps)
    batch = open_batch(list(job.storage.walk(job.paths)), job.storage, chain.pixels)
    (done,) = chain.run(iter([batch]))
    found = scan(done.rows)
    if job.sink is None:
        return "\n".join(names(found))
    columns = Columns.of(done.rows.schema, found)
    job.sink.check(columns)
    job.sink.piece(iter([done.rows]), columns, folder / "piece")
    job.sink.join([folder / "piece"], columns, folder / "out")
    return (folder / "out").read_bytes().decode()


# The project's own files ----------------------------------------------------------------------------------------------


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
OWN = {
    "extract.csv": ("extract", []),
    "extract.spark.csv": (
        "extract",
        [
            "output.csv.dialect=spark",
            "output.columns.namingConvention=snakeCase",
            "output.columns.metadataPrefix=md_",
            "output.columns.includeMetadataContent=true",
        ],
    ),
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
    action, settings = OWN[name]
    config = tmp_path / "x.properties"
    config.write_text(f"input.paths={tmp_path}/in\noutput.directoryPath={tmp_path}/out\noutput.format=csv\n")
    text = publish(config, action, tmp_path, settings)
    text = re.sub("[0-9A-F]{32}", "<id>", text).replace(str(tmp_path), "")
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    expected = (HERE / name).read_bytes().decode() if (HERE / name).exists() else ""
    assert text == expected, f"differs from {HERE / name}: {tmp_path / name}"


# The original's -------------------------------------------------------------------------------------------------------

# Labels of another network: what was written is compared, not what was seen.
LABELLED = ("detect_categories", "full")


def cases() -> list[str]:
    if not SHARED.exists():
        return []
    return [
        folder.name
        for folder in sorted(SHARED.iterdir())
        if (folder / "action").exists()
        and any(folder.glob("out*.*"))
        and (folder / "action").read_text().split()[0] in ("extract", *LABELLED)
        and not folder.name.startswith("err")
    ]


@pytest.fixture
def without_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of XMP the original's rows have the number of properties alone."""

    def read_less(file: Any) -> list[Any]:
        directories = read_metadata(file)
        for directory in directories:
            directory.xmp.clear()
        return directories

    monkeypatch.setattr(extract, "read_metadata", read_less)


def configured(case: str, folder: Path) -> tuple[Path, str]:
    """The case's configuration for where its input lies here, and its action; with the bundled model."""
    action = (SHARED / case / "action").read_text().split()[0]
    text = (SHARED / case / "config.properties").read_text(encoding="utf-8")
    text = text.replace("/data/mixed2", "/data/mixed").replace("/data/", f"{SHARED.resolve()}/data/")
    text = re.sub("output.directoryPath=.*", f"output.directoryPath={folder}/out", text)
    text = re.sub("enrichment.classifier.(modelPath|mapping)=.*\n?", "", text)
    config = folder / "config.properties"
    config.write_text(text, encoding="utf-8")
    return config, action


def read_rows(text: str, *, spark: bool) -> dict[str, dict[str, Any]]:
    """Rows by the file's name, of one or several output files."""
    rows: list[dict[str, Any]] = []
    if text.startswith("{"):
        rows = [json.loads(line) for line in text.split("\n") if line]
    elif text:
        options: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if spark else {}
        header, *records = csv.reader(io.StringIO(text, newline=""), strict=True, **options)
        rows = [dict(zip(header, record, strict=True)) for record in records if record != header]
    return {Path(row.get("FilePath") or row["file_path"]).name: row for row in rows}


def original(case: str) -> dict[str, dict[str, Any]]:
    outputs = sorted((SHARED / case).glob("out*.*"))
    return read_rows("".join(path.read_text(encoding="utf-8") for path in outputs), spark=True)


@ORIGINAL
@pytest.mark.usefixtures("without_properties")
@pytest.mark.parametrize("case", [case for case in cases() if case.startswith(("own", "two"))])
def test_original_own(case: str, tmp_path: Path) -> None:
    """Equal rows, columns and values, and in CSV, in the form of Spark, equal quoting of every cell."""
    config, action = configured(case, tmp_path)
    as_then = ["output.csv.dialect=spark", "output.json.allDirectories=true", "processing.thumbnails.format=png"]
    text = publish(config, action, tmp_path, as_then)
    theirs, ours = original(case), read_rows(text, spark=True)
    assert set(ours) == set(theirs)
    for name, row in ours.items():
        extra, missing = set(row) - set(theirs[name]), set(theirs[name]) - set(row)
        assert extra <= ({"Scores", "ModelName", "ModelSha256"} if action in LABELLED else {"MetadataContent"}), name
        if case == "own_csv_allowedtags":  # the original heeds the key in Solr alone, and so in JSON below
            assert not any(column.endswith(("ImageWidth", "DetectedFileTypeName")) for column in missing)
        else:
            assert not missing, name
        for key in set(row) & set(theirs[name]):
            same(case, key, row, theirs[name][key])


def same(case: str, key: str, ours: dict[str, Any], theirs: Any) -> None:
    words = key.replace("_", "").lower()
    if words == "id":
        path = ours.get("FilePath") or ours["file_path"]
        assert ours[key] == hashlib.md5(path.encode(), usedforsecurity=False).hexdigest().upper()
    elif words in ("basepath", "filepath"):
        assert ours[key].replace(str(SHARED.resolve()), "") == theirs
    elif words == "metadata" and case == "own_json_allowedtags":
        assert {tag for tags in ours[key].values() for tag in tags} <= {"Image Width", "Detected File Type Name"}
    elif words.endswith("thumb"):
        same_picture(ours[key], theirs)
    elif words != "labels":
        assert ours[key] == theirs, key


def same_picture(ours: str, theirs: str) -> None:
    """PNGs of one size and mode; the pixels differ by the interpolation (theirs: areas, ours: Lanczos)."""
    mine, other = (Image.open(io.BytesIO(base64.b64decode(text))) for text in (ours, theirs))
    assert (mine.format, mine.size, mine.mode) == (other.format, other.size, other.mode)
    differences = np.asarray(mine, np.float64) - np.asarray(other, np.float64)
    assert abs(differences.mean()) < 1
    assert np.abs(differences).mean() < 10


@ORIGINAL
@pytest.mark.usefixtures("without_properties")
def test_original_mixed(tmp_path: Path) -> None:
    """Files of many formats: equal but for golden/differences.toml, all of which is needed."""
    config, action = configured("mixed_json", tmp_path)
    theirs, ours = original("mixed_json"), read_rows(publish(config, action, tmp_path), spark=False)
    assert set(ours) == set(theirs)
    known = Known()
    for name, row in ours.items():
        found = list(known.beyond(row, theirs[name]))
        assert not found or known.excuses(name), (name, found)
    assert known.unneeded() == []


@ORIGINAL
def test_original_mixed_csv(tmp_path: Path) -> None:
    """CSV has what JSON has."""
    rows = {}
    for case in ("mixed_csv", "mixed_json"):
        config, action = configured(case, tmp_path)
        rows[case] = read_rows(publish(config, action, tmp_path), spark=False)
    assert set(rows["mixed_csv"]) == set(original("mixed_csv"))
    for name, row in rows["mixed_json"].items():
        values = [value for tags in row["Metadata"].values() for value in tags.values() if value]
        cells = [value for value in list(rows["mixed_csv"][name].values())[6:] if value]
        assert sorted(cells) == sorted(value.replace("\r", "\\r").replace("\0", "\\0") for value in values), name


class Known:
    """golden/differences.toml, and which of its entries were met."""

    def __init__(self) -> None:
        entries = tomllib.loads((HERE / "differences.toml").read_text(encoding="utf-8"))
        self._renamed = {(entry["directory"], entry["theirs"]): entry["ours"] for entry in entries["renamed"]}
        self._reworded = {(entry["directory"], entry["tag"]) for entry in entries["reworded"]}
        self._files = [entry["pattern"] for entry in entries["files"]]
        self._met: set[Any] = set()

    def excuses(self, name: str) -> bool:
        found = [pattern for pattern in self._files if fnmatch(name, pattern)]
        self._met.update(found)
        return bool(found)

    def unneeded(self) -> list[Any]:
        return [entry for entry in (*self._renamed, *self._reworded, *self._files) if entry not in self._met]

    def beyond(self, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Any]:
        """Differences of a file that are in no entry of `renamed` and `reworded`."""
        for key in ("FileType", "DirectoryNames"):
            if ours[key] != theirs[key]:
                yield key, ours[key], theirs[key]
        if len(ours["TagNames"]) != len(theirs["TagNames"]):
            yield "TagNames", ours["TagNames"], theirs["TagNames"]
        names = theirs["DirectoryNames"]
        repeated = {Naming().title(name) for name in names if names.count(name) > 1}
        for directory in sorted(set(ours["Metadata"]) | set(theirs["Metadata"])):
            tags, expected = ours["Metadata"].get(directory, {}), dict(theirs["Metadata"].get(directory, {}))
            for tag in list(expected):
                new = self._renamed.get((directory, tag))
                if new in tags and tag not in tags:
                    self._met.add((directory, tag))
                    expected[new] = expected.pop(tag)
            for tag in sorted(set(tags) | set(expected)):
                if tags.get(tag) == expected.get(tag) or (tag not in expected and directory in repeated):
                    continue
                if tag in tags and tag in expected and (directory, tag) in self._reworded:
                    self._met.add((directory, tag))
                    continue
                yield directory, tag, tags.get(tag), expected.get(tag)
