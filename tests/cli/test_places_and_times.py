"""Where and when, the whole way: files of every kind, `extract` to CSV and JSON, and `extract_single`."""

from __future__ import annotations

import csv
import json
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from metadata.build_iptc import datasets
from metadata.build_movie import box, file_type, movie_header
from metadata.build_photoshop import resource
from metadata.build_png import png
from metadata.build_xmp import rdf
from metadata.conftest import build_tiff

A, U, R, SR = 2, 7, 5, 10
PLACE: Mapping[int, Any] = {
    1: (A, b"S\0"),
    2: (R, ((12, 1), (30, 1), (0, 1))),
    3: (A, b"W\0"),
    4: (R, ((100, 1), (15, 1), (0, 1))),
}
WHERE = "-12.5,-100.25"
TIME: Mapping[int, Any] = {7: (R, ((9, 1), (22, 1), (46, 1))), 29: (A, b"2010:10:21\0")}
ZERO = (R, ((0, 0), (0, 0), (0, 0)))


def place(**changes: Any) -> bytes:
    """A TIFF with a GPS directory, whose tags are changed: t2=..., None takes one out."""
    tags = PLACE | {int(name[1:]): value for name, value in changes.items()}
    return build_tiff({0x8825: {tag: value for tag, value in sorted(tags.items()) if value is not None}}, order=">")


def taken(sub_ifd: Mapping[int, Any], gps: Mapping[int, Any] | None = None) -> bytes:
    return build_tiff({0x8769: sub_ifd, **({} if gps is None else {0x8825: gps})})


def text(value: bytes) -> tuple[int, bytes]:
    return A, value + b"\0"


def pointed(kind: int, count: int) -> bytes:
    """The pointer to the GPS directory has another type."""
    data = bytearray(build_tiff({0x8825: PLACE}))
    data[12:18] = struct.pack("<HI", kind, count)
    return bytes(data)


# name: bytes, and what a row has of MD Location, MD DateTime, MD Taken and MD Taken Zone; a word of its notes
FILES: dict[str, tuple[bytes, tuple[str, str, str, str], str]] = {
    "plain.tif": (
        place(**{f"t{tag}": value for tag, value in TIME.items()}),
        (WHERE, "2010:10:21 09:22:46", "2010-10-21T09:22:46Z", "UTC"),
        "",
    ),
    "words.tif": (place(t1=text(b"South"), t3=text(b"west")), (WHERE, "", "", ""), ""),
    "blank.tif": (place(t1=(A, b"s "), t3=(A, b"W ")), (WHERE, "", "", ""), ""),
    "undefined.tif": (place(t1=(U, b"S"), t3=(U, b"W")), (WHERE, "", "", ""), ""),
    "one.tif": (place(t2=(R, ((125, 10),)), t4=(R, ((401, 4),))), (WHERE, "", "", ""), ""),
    "two.tif": (place(t2=(R, ((12, 1), (30, 1))), t4=(R, ((100, 1), (30, 2)))), (WHERE, "", "", ""), ""),
    "numbers.tif": (place(t2=(12, 12.5), t4=(4, (100, 15, 0))), (WHERE, "", "", ""), ""),
    "text.tif": (place(t2=text(b"12,30.0"), t4=text(b"100.25")), (WHERE, "", "", ""), ""),
    "negative.tif": (place(t2=(SR, ((-12, 1), (-30, 1), (0, 1)))), (WHERE, "", "", ""), ""),
    "pointer-short.tif": (pointed(3, 1), (WHERE, "", "", ""), ""),
    "pointer-bytes.tif": (pointed(7, 4), (WHERE, "", "", ""), ""),
    "wrapped.tif": (place(t2=(R, ((2**32 - 12, 1), (30, 1), (0, 1)))), ("", "", "", ""), "unsigned"),
    "far.tif": (place(t4=(R, ((411, 1), (33, 1), (0, 1)))), ("", "", "", ""), "beyond 180"),
    "zero.tif": (place(t2=ZERO, t4=ZERO, t7=ZERO, t29=TIME[29]), ("", "", "", ""), "0/0"),
    "over-zero.tif": (place(t2=(R, ((12, 0), (30, 1), (0, 1)))), ("", "", "", ""), "over zero"),
    "no-letter.tif": (place(t1=None, t3=None), ("", "", "", ""), "no hemisphere"),
    "dots.tif": (
        place(t7=TIME[7], t29=text(b"2010.10.21")),
        (WHERE, "2010:10:21 09:22:46", "2010-10-21T09:22:46Z", "UTC"),
        "",
    ),
    "no-date.tif": (place(t7=TIME[7], t29=text(b"0000:00:00")), (WHERE, "", "", ""), "is no date"),
    "local.tif": (
        taken({0x9003: text(b"2010:10:21 11:22:48"), 0x9291: text(b"089")}),
        ("", "", "2010-10-21T11:22:48.089", "unknown"),
        "",
    ),
    "offset.tif": (
        taken({0x9003: text(b"2010:10:21 11:22:48"), 0x9011: text(b"-03:30")}),
        ("", "", "2010-10-21T14:52:48Z", "UTC-03:30"),
        "",
    ),
    "by-gps.tif": (
        taken({0x9003: text(b"2010-10-21T11:22:48")}, TIME),
        ("", "2010:10:21 09:22:46", "2010-10-21T09:22:48Z", "UTC+02:00"),
        "",
    ),
    "not-set.tif": (taken({0x9003: text(b"0000:00:00 00:00:00")}), ("", "", "", ""), "is no date"),
    "xmp.tif": (
        build_tiff(
            {
                0x02BC: (
                    U,
                    rdf(
                        "<rdf:Description exif:GPSLatitude='12,30.0S' exif:GPSLongitude='100,15.0W' "
                        "photoshop:DateCreated='2010-10-21' xmlns:exif='http://ns.adobe.com/exif/1.0/' "
                        "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'/>"
                    ),
                )
            }
        ),
        (WHERE, "", "2010-10-21", "unknown"),
        "",
    ),
    "iptc.tif": (
        build_tiff({0x8649: (U, resource(0x0404, datasets((0x0237, b"20101021"), (0x023C, b"112248+0200"))))}),
        ("", "", "2010-10-21T09:22:48Z", "UTC+02:00"),
        "",
    ),
    "time.png": (
        png((b"tIME", struct.pack(">HBBBBB", 2010, 10, 21, 11, 22, 48))),
        ("", "", "2010-10-21T11:22:48Z", "UTC"),
        "",
    ),
    "exif.png": (
        png((b"eXIf", taken({0x9003: text(b"2010:10:21 11:22:48")}))),
        ("", "", "2010-10-21T11:22:48", "unknown"),
        "",
    ),
    "words.png": (
        png((b"tEXt", b"Creation Time\0Thu, 21 Oct 2010 11:22:48 +0200")),
        ("", "", "2010-10-21T09:22:48Z", "UTC+02:00"),
        "",
    ),
    "movie.mp4": (file_type() + box(b"moov", movie_header()), ("", "", "2024-05-31T11:33:20Z", "UTC"), ""),
    "movie.mov": (file_type(b"qt  ") + box(b"moov", movie_header()), ("", "", "2024-05-31T11:33:20Z", "UTC"), ""),
    "no-clock.mp4": (file_type() + box(b"moov", movie_header(created=0)), ("", "", "", ""), "is no date"),
}
OWN = (("GPS", "MD Location"), ("GPS", "MD DateTime"), ("Capture", "MD Taken"), ("Capture", "MD Taken Zone"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    (folder / "in").mkdir()
    for name, (data, _, _) in FILES.items():
        (folder / "in" / name).write_bytes(data)
    return folder


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "metadata_digger", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def extract(folder: Path, form: str) -> str:
    config = folder / f"{form}.properties"
    config.write_text(f"input.paths=in\noutput.directoryPath={form}\noutput.format={form}\nprocessing.cores=1\n")
    run(folder, "extract", config.name)
    return (folder / form / f"{form}.{form}").read_text(encoding="utf-8")


def test_json(folder: Path) -> None:
    rows = {Path(row["FilePath"]).name: row for row in map(json.loads, extract(folder, "json").splitlines())}
    found = {
        name: tuple(row["Metadata"].get(directory, {}).get(tag, "") for directory, tag in OWN)
        for name, row in rows.items()
    }
    assert found == {name: own for name, (_, own, _) in FILES.items()}
    for name, (_, _, word) in FILES.items():
        notes = [note for note in rows[name].get("Notes", ()) if "PNG" not in note]
        assert any(word in note for note in notes) if word else not notes, (name, notes)


def test_csv(folder: Path) -> None:
    rows = {Path(row["FilePath"]).name: row for row in csv.DictReader(extract(folder, "csv").splitlines())}
    names = [directory + tag.replace(" ", "") for directory, tag in OWN]
    assert {name: tuple(row[key] for key in names) for name, row in rows.items()} == {
        name: own for name, (_, own, _) in FILES.items()
    }


def test_single(folder: Path) -> None:
    """What stands there is shown, and in errors what is wrong with it."""
    lines = run(folder, "extract_single", "--json", *(f"in/{name}" for name in FILES)).splitlines()
    files = {Path(one["path"]).name: one["directories"] for one in map(json.loads, lines)}
    gps = {name: next((one for one in found if one["name"] == "GPS"), None) for name, found in files.items()}
    for name, latitude in (
        ("plain.tif", "-12° 30' 0\""),
        ("wrapped.tif", "4294967284° 30' 0\""),
        ("zero.tif", "0/0° 0/0' 0/0\""),
        ("over-zero.tif", "12/0° 30' 0\""),
        ("no-letter.tif", "12° 30' 0\""),
    ):
        found = gps[name]
        assert found is not None
        assert [tag["description"] for tag in found["tags"] if tag["name"] == "GPS Latitude"] == [latitude]
        assert bool(found["errors"]) == (name != "plain.tif")
