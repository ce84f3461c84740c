"""Runs the program on the samples in ../shared, has the judges there score it, and holds it to its bars.

Usage: python tools/judge.py conformance|labels [--shared DIRECTORY] [--work DIRECTORY]

Prints the judge's table. Exit code 0: the bars are met; 1: not; 2: the samples are not there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from differences import Differences

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-P", "-m", "metadata_digger"]

BAR = 0.995  # of expected triples found, and of given triples right, over all formats but fuzzing
FORMAT_BAR, FUZZING_BAR = 0.97, 0.98  # of the same, in each format and in the fuzzing folder
WHOLE, WHOLE_BAR = ("jpg", "tif", "png", "gif", "bmp", "webp", "pcx"), 0.97  # files of which every triple is right
ERRORS_BAR = 0.90  # of the error texts, over all formats, but for those that differences.toml names
F1_AP = {"fast": (0.78, 0.83), "best": (0.82, 0.87)}  # micro-averaged, over all pictures and labels, by quality


def run(command: list[str | os.PathLike[str]], **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "Australia/Sydney"}
    return subprocess.run(command, text=True, env=environment, **options)  # type: ignore[call-overload,no-any-return]  # noqa: S603 - this interpreter and the judges, no input from outside


def conformance(shared: Path, work: Path) -> bool:
    """extract_single --json against the reference extractor's output; True when all bars are met."""
    samples = shared / "conformance"
    run(["sh", samples / "unpack.sh", work], check=True)
    root = work / "dev"
    paths = sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and "metadata" not in path.relative_to(root).parts
    )
    result, tallies, listed = work / "result.jsonl", work / "tallies.json", work / "paths.txt"
    listed.write_text("\n".join(paths))
    with result.open("w") as lines:
        done = run([*PROGRAM, "extract_single", "--json", *paths], cwd=root, stdout=lines)
    if done.returncode not in (0, 3):  # 3: some files could not be read, as is so of some samples
        raise SystemExit(f"extract_single ended with {done.returncode}")
    differences = Differences()
    said = [json.loads(line) for line in result.read_text().splitlines()]
    _leave_out(differences, said, result, listed)
    run(
        [sys.executable, samples / "score.py", "--root", root, "--paths", listed, "--json", tallies, result], check=True
    )
    sums = json.loads(tallies.read_text())
    triples = {name: tally["triples"] for name, tally in sums.items()}
    triples["all but fuzzing"] = [a - b for a, b in zip(triples.pop("all"), triples["fuzzing"], strict=True)]
    good = True
    for name, (found, expected, given) in triples.items():
        bar = {"fuzzing": FUZZING_BAR, "all but fuzzing": BAR}.get(name, FORMAT_BAR)
        recall, precision = found / expected if expected else 1.0, found / given if given else 1.0
        if min(recall, precision) < bar or name == "all but fuzzing":
            print(f"conformance, {name}: recall {recall:.4f}, precision {precision:.4f} (bar {bar})")
        good = good and min(recall, precision) >= bar
    for name in WHOLE:
        if sums[name]["whole"] < WHOLE_BAR * sums[name]["files"]:
            print(f"conformance, {name}: {sums[name]['whole']} of {sums[name]['files']} files whole (bar {WHOLE_BAR})")
            good = False
    return _errors(differences, samples, root, listed, said) and good


def _leave_out(differences: Differences, said: list[dict[str, Any]], result: Path, listed: Path) -> None:
    """What tests/metadata/differences.toml has a reason for is not counted: its files, and its values."""
    listed.write_text("\n".join(path for path in listed.read_text().splitlines() if path not in differences.files))
    for one in said:
        differences.put_values(one["directories"])
    result.write_text("".join(f"{json.dumps(one)}\n" for one in said))


def _errors(differences: Differences, samples: Path, root: Path, listed: Path, said: list[dict[str, Any]]) -> bool:
    """The texts of errors of the same files, without those that differences.toml has a reason for."""
    score = SimpleNamespace(**runpy.run_path(str(samples / "score.py")))
    by_path = {one["path"]: score.parse_actual(one) for one in said}
    every, tally = [0, 0, 0], [0, 0, 0]  # common, the reference's, ours
    for path in listed.read_text().splitlines():
        expected = score.read_expected(root, path)
        if expected is not None and path in by_path:
            theirs, ours = expected.errors, by_path[path].errors
            score.compare(every, theirs, ours)
            score.compare(tally, *differences.without_errors(path, theirs, ours))
    common, wanted, given = tally
    print(
        f"conformance, error texts: {common} of {wanted} found, {given} given (bar {ERRORS_BAR}); "
        f"left out for a reason: {every[1] - wanted} of the reference's, {every[2] - given} of ours"
    )
    return common >= ERRORS_BAR * max(wanted, given)


def labels(shared: Path, work: Path) -> bool:
    """detect_categories with the bundled model on pictures labelled by eye, in both qualities; True when all bars are
    met."""
    good = [labels_in(quality, shared / "photos", work) for quality in F1_AP]
    return all(good)


def labels_in(quality: str, photos: Path, work: Path) -> bool:
    config = work / f"{quality}.properties"
    output = work / quality
    config.write_text(
        f"input.paths={photos / 'images'}\noutput.format=json\noutput.directoryPath={output}\n"
        f"enrichment.classifier.quality={quality}\n"
    )
    run([*PROGRAM, "detect_categories", config, "--overwrite"], check=True, stdout=subprocess.DEVNULL)
    rows = [json.loads(line) for line in (output / f"{quality}.json").read_text().splitlines()]
    result = work / f"{quality}.jsonl"
    result.write_text("\n".join(json.dumps({"path": row["FilePath"], "scores": row["Scores"]}) for row in rows))
    judged = run([sys.executable, photos / "judge.py", result], check=True, stdout=subprocess.PIPE).stdout
    print(judged, end="")
    f1, ap = (float(re.findall(rf"{name} ([0-9.]+)", judged)[0]) for name in ("micro-F1", "micro-AP"))
    least_f1, least_ap = F1_AP[quality]
    print(f"labels, {quality}: micro-F1 {f1} (bar {least_f1}), micro-AP {ap} (bar {least_ap})")
    return f1 >= least_f1 and ap >= least_ap


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("conformance", "labels"))
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--work", type=Path, help="keep what is made here (default: a temporary directory)")
    args = parser.parse_args()
    if not args.shared.is_dir():
        print(f"{args.shared} is not there: nothing to judge against")
        return 2
    judge = {"conformance": conformance, "labels": labels}[args.what]
    if args.work is not None:
        args.work.mkdir(parents=True, exist_ok=True)
        return 0 if judge(args.shared.resolve(), args.work.resolve()) else 1
    with tempfile.TemporaryDirectory() as work:
        return 0 if judge(args.shared.resolve(), Path(work)) else 1


if __name__ == "__main__":
    sys.exit(main())
