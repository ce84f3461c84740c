"""Measures read_metadata with all descriptions beside other extractors, and writes the table into bench/results.md.

Each extractor is a process of its own that reads all files several times over. Its CPU seconds are those of the whole
process: start, compilers and collectors included. They take turns, and the best turn of each counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from machine import machine
from page import put
from pictures import DATA, PHOTOS, ROOT
from process import program

HERE = Path(__file__).resolve().parent
WORK = DATA / "extractors"
PEERS = ("exifread==3.5.1", "pillow==13.0.0")


@dataclass(frozen=True, slots=True)
class Extractor:
    """`command` makes a command line of a file with paths and how often each is to be read."""

    name: str
    passes: int
    command: Callable[[Path, int], Sequence[str | Path]]


@dataclass(frozen=True, slots=True)
class Cost:
    passes: int
    cpu: float  # seconds, the whole process
    wall: float
    warm: float | None  # seconds of its quickest pass by the clock
    tags: int | None


def digger(name: str, passes: int) -> Extractor:
    return Extractor(
        name, passes, lambda paths, passes: (sys.executable, HERE / "readers.py", "metadata_digger", paths, str(passes))
    )


def java(passes: int) -> list[Extractor]:
    """The reference, when Maven and a compiler are there to make it."""
    if not (shutil.which("mvn") and shutil.which("javac") and shutil.which("java")):
        return []
    jars, classes = WORK / "jars", WORK / "classes"
    if not jars.is_dir():
        call("mvn", "-q", "-f", HERE / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    call("javac", "-d", classes, "-cp", f"{jars}/*", HERE / "Reference.java")
    version = next(jars.glob("metadata-extractor-*.jar")).stem.rpartition("-")[2]
    path = f"{classes}:{jars}/*"
    return [
        Extractor(
            f"metadata-extractor {version} (Java)",
            count,
            lambda paths, passes: ("java", "-cp", path, "Reference", paths, str(passes)),
        )
        for count in (passes, 1)
    ]


def peers(passes: int) -> list[Extractor]:
    """Python's other readers, in an environment of their own."""
    python = WORK / "peers" / "bin" / "python"
    if not python.exists():
        call(sys.executable, "-m", "venv", WORK / "peers")
        call(python, "-m", "pip", "install", "-q", *PEERS)

    def reader(name: str, kind: str, count: int) -> Extractor:
        return Extractor(
            name, count, lambda paths, passes: (python, "-W", "ignore", HERE / "readers.py", kind, paths, str(passes))
        )

    exifread, image = (one.replace("==", " ") for one in PEERS)
    return [
        reader(f"{exifread}, makernotes", "exifread", min(passes, 3)),
        reader(f"{exifread}, without makernotes", "exifread-plain", passes),
        reader(f"{image.replace('pillow', 'Pillow')}, getexif (few tags, no words)", "pillow", passes),
    ]


def exiftool(program: str | None) -> list[Extractor]:
    if program is None:
        return []
    version = call(program, "-ver").strip()
    return [
        Extractor(
            f"ExifTool {version}",
            3,
            lambda paths, passes: (program, "-q", "-m", "-charset", "filename=utf8", *(("-@", paths) * passes)),
        )
    ]


def call(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - names above


def measured(one: Extractor, paths: Path) -> Cost:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(  # noqa: S603 - a command of this module
        one.command(paths, one.passes),
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,  # ExifTool's code says that one of the files is damaged
    )
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not done.stdout.startswith(b'{"tags"'):
        if not done.stdout:
            raise SystemExit(f"{one.name} printed nothing")
        return Cost(one.passes, cpu, wall, None, None)
    said = json.loads(done.stdout)
    return Cost(one.passes, cpu, wall, min(said["seconds"]), said["tags"])


def best(extractors: Sequence[Extractor], paths: Path, repeats: int) -> dict[tuple[str, int], Cost]:
    costs: dict[tuple[str, int], Cost] = {}
    for turn in range(repeats):
        for one in extractors:
            print(f"\r{one.name} ({turn + 1} of {repeats})".ljust(70), end="", file=sys.stderr, flush=True)
            cost = measured(one, paths)
            key = one.name, one.passes
            if key not in costs or cost.cpu < costs[key].cpu:
                costs[key] = cost
    print(file=sys.stderr)
    return costs


def start(files: Sequence[Path], repeats: int) -> tuple[float, float]:
    """CPU seconds of `metadata-digger extract_single FILE`, the best of some runs: the middle file and the worst."""
    every = max(1, len(files) // 12)
    costs = sorted(min(program("extract_single", path).cpu for _ in range(max(repeats, 5))) for path in files[::every])
    return costs[len(costs) // 2], costs[-1]


def table(
    files: Sequence[Path], costs: Mapping[tuple[str, int], Cost], starts: tuple[float, float], what: str, load: float
) -> str:
    count = len(files)

    def rate(key: tuple[str, int]) -> float:
        return count * costs[key].passes / costs[key].cpu

    def row(key: tuple[str, int]) -> str:
        cost = costs[key]
        warm = "" if cost.warm is None else f"{count / cost.warm:,.0f}"
        tags = "" if cost.tags is None else f"{cost.tags:,}"
        return f"| {key[0]} | {cost.passes} | {cost.cpu:.2f} | {rate(key):,.0f} | {warm} | {tags} |"

    ours = max((key for key in costs if key[0] == "read_metadata"), key=lambda key: key[1])

    def bar(prefix: str, least: float, text: str) -> str:
        found = [key for key in costs if key[0].startswith(prefix)]
        if not found:
            return f"| {text} | {least:.1f} | not measured |"
        other = max(found, key=lambda key: key[1])
        return f"| {text} | {least:.1f} | {rate(ours) / rate(other):.1f} |"

    size = sum(path.stat().st_size for path in files)
    return "\n".join(
        (
            machine(),
            "",
            f'Input: {count} JPEG files ({what}, {size / 2**20:,.0f} MiB), each read as often as "passes" says in one '
            "process, page cache warm. CPU seconds are those of the whole process and all its threads; the warm rate "
            "is that of the quickest pass by the clock. The load average was "
            f"{load:.1f} when this began. All but the marked ones put every value into words.",
            "",
            "| extractor | passes | CPU seconds | files a CPU second | warm, files a second | tags |",
            "|---|---|---|---|---|---|",
            *map(row, costs),
            "",
            "| bar | at least | measured |",
            "|---|---|---|",
            bar("metadata-extractor", 2.0, "`read_metadata` against the Java reference, whole processes"),
            bar("ExifTool", 10.0, "against ExifTool"),
            bar("exifread 3.5.1, makernotes", 8.0, "against exifread with makernotes"),
            "",
            f"Start-up, `extract_single FILE`: {starts[0] * 1000:.0f} ms of CPU for the middle file, "
            f"{starts[1] * 1000:.0f} ms for the worst (bar: 120 ms).",
            "",
        )
    )


def jpegs(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.open("rb").read(2) == b"\xff\xd8"]
    if not found:
        raise SystemExit(f"{folder}: no JPEG files in it")
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where the JPEG files are (default: the demo photographs)")
    parser.add_argument("--what", default="a folder of its own", help="what the table calls the files")
    parser.add_argument("--passes", type=int, default=30, help="how often each file is read (default: 30)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--exiftool", default=shutil.which("exiftool"), help="the program (default: that on the path)")
    parser.add_argument("--print", action="store_true", help="print the table and leave bench/results.md alone")
    args = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    files = jpegs(args.folder or PHOTOS)
    paths = WORK / "paths"
    paths.write_text("".join(f"{path}\n" for path in files))
    extractors = [
        digger("read_metadata", args.passes),
        digger("read_metadata", 1),
        *java(args.passes),
        *exiftool(args.exiftool),
        *peers(args.passes),
    ]
    what = "the demo photographs" if args.folder is None else args.what
    load = os.getloadavg()[0]
    costs = best(extractors, paths, args.repeats)
    text = table(files, costs, start(files, args.repeats), what, load)
    print(text)
    if not args.print:
        put("bench/extractors/run", "Extractors side by side", text)


if __name__ == "__main__":
    main()
