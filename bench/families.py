"""In how many files has ExifTool something that examiners search, and read_metadata nothing equivalent? Writes the
table into bench/results.md.

A value of ExifTool's counts by its tag's name for a family. Values are compared leniently: digits, case, separators and
units may differ, so that "101-0163" is 1010163 and "19 C" is 19; short values only with tags of the same family, or
each file would have them somewhere. What ExifTool makes itself (of several tags, of the file's place on the disk) is
left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from calendar import month_abbr
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import machine
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.render import text
from page import put

BAR = 0.02  # of a family's files
MADE = ("Composite", "ExifTool", "File", "System")  # groups of tags that ExifTool makes itself
# Folders of the conformance samples that no camera wrote: mutants, test suites, sound, files of design programs.
LEFT_OUT = ("fuzzing", "ImageTestSuite", "metadata", "mp3", "ai", "eps", "psd")
SHORT = 5  # letters and digits; from here on a value may stand in any tag

# Each tag is of the first family whose words its name has. The third column is words that a tag of ours may have.
FAMILIES: tuple[tuple[str, str, str], ...] = (
    ("history", r"^History|History$", "history"),
    ("thumbnails and previews", r"Thumbnail|Preview|JpgFromRaw|OtherImage|TIFFPreview", "thumbnail|preview|picture"),
    ("serial numbers", r"Serial(?!NumberFormat)", "serial"),
    (
        "camera temperature",
        r"(Camera|Lens|Sensor|Battery|Ambient|Atmospheric)\w*Temperature(?!Fahrenheit|M|R)",
        "temperature",
    ),
    (
        "shutter and file numbers",
        r"^(Shutter|Image|Release)Count|^(Last)?FileNumber$|^(File|Directory)Index|^(Directory|Image|Frame|Event)Number$",
        "number|count|index|shutter",
    ),
    ("lens", r"^Lens($|ID|Info|Make|Model|Type|PartNumber)", "lens"),
    ("sub-seconds and offsets", r"^SubSec|^OffsetTime|^TimeZone(?!City)|^DaylightSav", "sub-?sec|zone|offset|daylight"),
    (
        "unique and document ids",
        r"(Document|Instance|Unique|Image|Profile|RegistryItem|Content\w*)ID$|UUID|GUID|Digest$|ContentIdentifier",
        "id|digest",
    ),
    (
        "software and firmware",
        r"Software(?!Export|Render)|Firmware(?!Date)|CreatorTool|Toolkit|^HostComputer|CaptureVersion|^Encoder$|^Producer",
        "software|firmware|version|application|revision|tool|producer|encoder",
    ),
    (
        "dates",
        r"Date(?!Display|Stamp(Mode|$)|Set)|^(Digital)?(Creation)?Time(Created|Stamp|Sent)?$|PowerUpTime",
        "date|time|created",
    ),
    ("copyright", r"Copyright(?!Flag|Owner)|^Rights|UsageTerms|WebStatement", "right"),
    ("owner", r"Owner(Name)?$|OwnerID$", "owner"),
    (
        "artist",
        r"^Artist|^By-line|^(XP)?Author|^Creator($|Address|City|Work)|ImageCreatorName|Photographer",
        "artist|by-line|author|creator",
    ),
    (
        "place",
        r"^GPS(?!Version|Valid)|City|Country|Sub-?location|^Location|Province|^State$",
        "gps|latitude|longitude|altitude|city|country|location|area|province|state|cell|zone",
    ),
)
_PATTERNS = [(name, re.compile(theirs), re.compile(ours, re.I)) for name, theirs, ours in FAMILIES]

_MONTHS = {name: f"{number:02d}" for number, name in enumerate(month_abbr) if name}
_JAVA = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) \S+ (\d{4})"
)  # "Tue May 22 15:51:47 +01:00 2012"
_DATE = re.compile(r"(\d{4})\D?(\d\d)\D?(\d\d)(?:\D{0,2}(\d\d)\D?(\d\d)(?:\D?(\d\d))?)?")
_HOLDER = re.compile(r"thumbnail|preview|picture|stream|counts", re.I)  # FlashPix has streams, TIFF has strips
_HEADER, _PADDING = 256, 4  # bytes
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:/(\d+))?")
_BINARY = re.compile(r"\(Binary data (\d+) bytes")
# No value; ASCII is what ExifTool has of a GPSProcessingMethod of that type, whose text stands behind the code's name.
_NOTHING = re.compile(r"[0:\s./-]*|n/?a|\(?none\)?|null|inf|undef|unknown.*|off|ascii", re.I)


@dataclass(slots=True)
class Ours:
    """What read_metadata says of a file: name and forms of each value."""

    values: list[tuple[str, str]] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    long: list[str] = field(default_factory=list)
    dates: set[str] = field(default_factory=set)

    def add(self, name: str, value: str) -> None:
        self.values.append((name, value))
        bare = plain(value)
        self.plain.add(bare)
        if len(bare) >= SHORT:
            self.long.append(bare)
        self.dates.update(dates(value))


def plain(value: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, value.casefold()))


def dates(value: str) -> Iterator[str]:
    """Digits of every date in a text, the seconds last, as many as there are."""
    value = _JAVA.sub(lambda one: f"{one[4]}:{_MONTHS.get(one[1], '00')}:{one[2]} {one[3]}", value)
    for one in _DATE.finditer(value):
        yield "".join(part for part in one.groups() if part)


def ours(path: Path) -> Ours:
    found = Ours()
    try:
        directories = read_metadata(path)
    except MetadataError:
        return found
    for directory in directories:
        for tag in directory.tags():
            value = directory.values[tag.id]
            for form in {tag.description, text(value)}:
                if form:
                    found.add(f"{directory.name} {tag.name}", form)
        for one in directory.xmp:
            found.add(one.path, one.value)
    return found


def family(name: str) -> int | None:
    return next((index for index, (_, theirs, _) in enumerate(_PATTERNS) if theirs.search(name)), None)


def has(found: Ours, index: int, forms: Sequence[str]) -> bool:
    """Whether one of the forms of a value is among ours."""
    return any(one_form(found, index, form) for form in forms)


def one_form(found: Ours, index: int, form: str) -> bool:
    binary = _BINARY.search(form)
    if binary:
        return picture(found, int(binary[1]))
    bare = plain(form)
    if not bare:
        return True
    if len(bare) >= SHORT and (
        bare in found.plain or any(bare in one or (len(one) > len(bare) // 2 and one in bare) for one in found.long)
    ):
        return True
    for date in dates(form):
        if any(
            date == one or (min(len(date), len(one)) >= 8 and (date.startswith(one) or one.startswith(date)))
            for one in found.dates
        ):
            return True
    if "?" in form and _matches(form, found):
        return True
    time = _TIME.fullmatch(form.strip())
    if time and any(date[8:14] == "".join(time.groups()) for date in found.dates):
        return True
    said = numbers(form)
    if len(said) > 1 and all(any(near(one, other) for other in of_family(found, index)) for one in said):
        return True
    names = _PATTERNS[index][2]
    for name, value in found.values:
        if names.search(name):
            if plain(value) == bare or (len(bare) > 1 and bare in plain(value)):
                return True
            if not bare.isdecimal() and plain(value).startswith(bare):
                return True
            other = numbers(value)
            if said and len(other) >= len(said) and all(map(near, said, other)):
                return True
    return False


def _matches(form: str, found: Ours) -> bool:
    """Whether a value is one of ours but for letters that are no UTF-8, which ExifTool has as question marks."""
    pattern = re.compile("".join("." if letter == "?" else re.escape(letter) for letter in form.strip()))
    return len(form.replace("?", "")) >= SHORT and any(pattern.fullmatch(value.strip()) for _, value in found.values)


def picture(found: Ours, size: int) -> bool:
    """Whether a value is the size of a picture, or of a stream that holds it behind a header."""
    return any(
        number == str(size) or (_HOLDER.search(name) and -_PADDING <= int(number) - size <= _HEADER)
        for name, value in found.values
        for number in re.findall(r"(?<!\d)\d{3,9}(?!\d)", value)
    )


def of_family(found: Ours, index: int) -> list[float]:
    return [one for name, value in found.values if _PATTERNS[index][2].search(name) for one in numbers(value)]


def numbers(value: str) -> list[float]:
    return [float(one[1]) / (float(one[2] or 1) or 1) for one in _NUMBER.finditer(value)]


def near(one: float, other: float) -> bool:
    return abs(abs(one) - abs(other)) <= 0.01 * max(abs(one), abs(other))


def theirs(program: str, files: Sequence[Path]) -> dict[str, list[tuple[str, str, list[list[str]]]]]:
    """Of every file: group, tag, and of each of its values (of a list several) the forms in words and in numbers."""
    answer = subprocess.run(  # noqa: S603 - the program that was found
        [program, "-json", "-long", "-G1", "-a", "-q", "-charset", "filename=utf8", "-@", "-"],
        input="\n".join(map(str, files)),
        env={**os.environ, "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    result = {}
    for one in json.loads(answer):
        tags = []
        for key, value in one.items():
            group, _, name = key.partition(":")
            if name and group not in MADE and isinstance(value, dict):
                tags.append((group, name, forms(value)))
        result[one["SourceFile"]] = tags
    return result


def forms(value: dict[str, object]) -> list[list[str]]:
    said, number = value.get("val"), value.get("num")
    if not isinstance(said, list):
        return [[str(one) for one in (said, number) if one is not None]]
    numbers = number if isinstance(number, list) and len(number) == len(said) else [None] * len(said)
    return [[str(one) for one in pair if one is not None] for pair in zip(said, numbers, strict=True)]


def is_no_text(form: str) -> bool:
    """Whether ExifTool found a text where there is none: it has question marks for bytes that are no UTF-8."""
    return 4 * form.count("?") > len(form) or any(letter < " " and letter not in "\t\r\n" for letter in form)


@dataclass(slots=True)
class Tally:
    files: int = 0
    missed: int = 0
    misses: list[str] = field(default_factory=list)


def compare(program: str, files: Sequence[Path]) -> list[Tally]:
    tallies = [Tally() for _ in FAMILIES]
    for path, tags in theirs(program, files).items():
        having: set[int] = set()
        missing: set[int] = set()
        found: Ours | None = None
        for group, name, values in tags:
            index = family(name)
            if index is None:
                continue
            for value in values:
                if any(_NOTHING.fullmatch(form.strip()) or is_no_text(form) for form in value):
                    continue
                if index == 1 and not any(_BINARY.search(form) for form in value):
                    continue  # sizes and places of pictures are no pictures
                having.add(index)
                found = found or ours(Path(path))
                if not has(found, index, value):
                    missing.add(index)
                    tallies[index].misses.append(f"{path}: {group}:{name} {' | '.join(value)[:100]}")
        for index in having:
            tallies[index].files += 1
            tallies[index].missed += index in missing
    return tallies


def table(tallies: Sequence[Tally], files: int, version: str) -> str:
    lines = [
        machine(),
        "",
        f"{files} files; ExifTool {version}. A family's files are those in which ExifTool has a value of it; missed "
        "are those in which it has one that `read_metadata` has no equivalent of.",
        "",
        f"| family | files | missed | share (under {BAR:.0%}) |",
        "|---|---|---|---|",
    ]
    for (name, _, _), tally in sorted(zip(FAMILIES, tallies, strict=True), key=lambda row: row[0][0]):
        lines.append(f"| {name} | {tally.files} | {tally.missed} | {tally.missed / max(tally.files, 1):.1%} |")
    return "\n".join([*lines, ""])


def chosen(folder: Path, left_out: Sequence[str]) -> list[Path]:
    """The files of a folder, those of some subfolders not."""
    found = [
        path
        for path in sorted(folder.resolve().rglob("*"))
        if path.is_file() and not any(part in left_out for part in path.relative_to(folder.resolve()).parts)
    ]
    if not found:
        raise SystemExit(f"{folder}: no files in it")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the files are")
    parser.add_argument(
        "--leave-out", nargs="*", default=LEFT_OUT, metavar="NAME", help=f"subfolders (default: {' '.join(LEFT_OUT)})"
    )
    parser.add_argument("--exiftool", default=shutil.which("exiftool"), help="the program (default: that on the path)")
    parser.add_argument("--verbose", action="store_true", help="print every value that was missed")
    parser.add_argument("--print", action="store_true", help="print the table and leave bench/results.md alone")
    args = parser.parse_args()
    if not args.exiftool:
        raise SystemExit("There is no exiftool here. In Debian: apt-get install libimage-exiftool-perl")
    os.environ["TZ"] = "UTC"  # dates of films are put into words in the local time
    time.tzset()
    version = subprocess.run([args.exiftool, "-ver"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    files = chosen(args.folder, args.leave_out)
    tallies = compare(args.exiftool, files)
    if args.verbose:
        for (name, _, _), tally in zip(FAMILIES, tallies, strict=True):
            print(f"{name}:", *tally.misses, sep="\n  ")
    result = table(tallies, len(files), version)
    print(result)
    if not args.print:
        put("bench/families", "By families of what examiners search", result)
    over = [
        name for (name, _, _), tally in zip(FAMILIES, tallies, strict=True) if tally.missed >= BAR * max(tally.files, 1)
    ]
    if over:
        raise SystemExit(f"Over the bar: {', '.join(over)}")


if __name__ == "__main__":
    main()
