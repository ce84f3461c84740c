"""Fifty kills at random moments: whatever is killed, the run goes on and its output is that of an unbroken one."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from forms import INDEX, indexed_rows
from test_faults import workers
from test_local import contents, files

from metadata_digger.run.records.record import read_record
from metadata_digger.run.stage import parts

SEEDS = (6, 7)  # halves, which run side by side
KILLS = 50 // len(SEEDS)
FEWEST = 2  # of each manner and of each moment

SCRIPT = """
import sys
from pathlib import Path
from acting_steps import ActingStep
from metadata_digger.run.job import Job
from metadata_digger.run.engines.local import run
from forms import sinks_of
from metadata_digger.storage import LocalStorage

if __name__ == "__main__":
    input, output, form, number, overwrite = sys.argv[1:]
    try:
        run(
            Job(
                LocalStorage(),
                (input,),
                (ActingStep(),),
                sinks_of(form),
                Path(output),
                overwrite=overwrite == "overwrite",
                resume=True,
                files_number=int(number),
                cores=2,
            )
        )
    except KeyboardInterrupt as interrupt:
        print(*getattr(interrupt, "__notes__", ()))
        sys.exit(130)
"""


class Form(NamedTuple):
    """What the output of a run is: its sink, the number of its files, whether it replaces another one."""

    sink: str
    files: int
    overwrite: str


FORMS = (Form("csv", 1, "keep"), Form("json", 3, "keep"), Form("csv,index", 1, "overwrite"), Form("index", 1, "keep"))
MANNERS = ("all killed", "main killed", "worker killed", "terminated", "interrupted")
MOMENTS = ("start", "work", "publish")


class Wanted(NamedTuple):
    rows: list[bytes]
    counts: dict[str, Any]
    left_out: list[list[str]]


def found(output: Path) -> Wanted:
    """What an output says, in an order of its own."""
    record = read_record(output)
    counts = {name: record[name] for name in ("seen", "written", "filtered", "failed", "statuses", "labels")}
    counts["reasons"] = sorted(json.dumps(one, sort_keys=True) for one in record["reasons"])
    names = sorted(name for name in record["files"] if "/" not in name and name not in INDEX)
    rows = [line for name in names for line in (output / name).read_bytes().splitlines()]
    if "index.json" in record["files"]:
        rows += indexed_rows(output)
        names += [*INDEX, "search"]
    lists = [
        sorted((output / "_run" / f"{name}.jsonl").read_text("utf-8").splitlines()) for name in ("failed", "filtered")
    ]
    assert contents(output) == sorted([*names, "_run"])
    return Wanted(sorted(rows), counts, lists)


def start(script: Path, source: Path, output: Path, form: Form) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, script, source, output, form.sink, str(form.files), form.overwrite],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Some hundred small files: quick and slow ones, two that are left out."""
    names = [f"{number % 7}/{number:04d}.jpg" for number in range(300)]
    files(tmp_path / "in", *names, *(f"{number % 5}/slow-{number:02d}.jpg" for number in range(30)))
    os.mkfifo(tmp_path / "in" / "fifo")
    (tmp_path / "in" / "nowhere.jpg").symlink_to("missing")
    return tmp_path / "in"


def folders(home: Path) -> set[Path]:
    with contextlib.suppress(OSError):
        return {path for path in home.iterdir() if path.name not in ("lock", "replaced")}
    return set()


def reached(moment: str, home: Path, before: set[Path]) -> bool:
    """Whether a run is where it is to be killed."""
    now = folders(home) - before
    if moment == "publish":
        with contextlib.suppress(FileNotFoundError):  # the run has just ended
            return any(any((folder / "pieces").glob("*")) for folder in now)
        return False
    return bool(now)


def strike(process: subprocess.Popen[str], manner: str) -> None:
    """Gone already is killed too late, which the caller sees."""
    with contextlib.suppress(ProcessLookupError, IndexError):
        match manner:
            case "all killed":
                os.killpg(process.pid, signal.SIGKILL)
            case "main killed":
                process.kill()
            case "worker killed":
                os.kill(random.Random(process.pid).choice(workers(process.pid)), signal.SIGKILL)  # noqa: S311
            case "terminated":
                process.terminate()
            case "interrupted":
                os.killpg(process.pid, signal.SIGINT)


def wait_for(process: subprocess.Popen[str], moment: str, home: Path, before: set[Path], seconds: float) -> bool:
    """False when the run ended before it was there."""
    deadline = time.monotonic() + 60
    while moment != "start" and not reached(moment, home, before):
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline
        time.sleep(0.002)
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.002)
    return process.poll() is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_fifty_kills_at_random_moments_lose_and_repeat_nothing(tmp_path: Path, source: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    wanted, old, spans = unbroken(tmp_path, script, source)
    hits: Counter[str] = Counter()
    runs = 0
    # Each is counted as a manner and as a moment. How many chance gives to one of them is a matter of time too.
    while hits.total() < 2 * KILLS or min(hits[name] for name in (*MANNERS, *MOMENTS)) < FEWEST:
        form = FORMS[runs % len(FORMS)]
        runs += 1
        output = tmp_path / f"run {runs}" / "out"
        if form.overwrite == "overwrite":
            old(output)
        for _ in range(chance.randrange(3, 8)):
            if not killed(chance, start(script, source, output, form), output, spans, hits):
                break
            there_whole_or_not_at_all(output, wanted[form])
        ends(start(script, source, output, form))
        assert found(output) == wanted[form]
        assert contents(output.parent) == ["out"]
        stretches = [parts.stretch_of(name) for name in parts.names(output / "_run" / "rows")]
        assert sum(one.files for one in stretches if one) == wanted[form].counts["seen"]


def ends(process: subprocess.Popen[str]) -> None:
    """Waits for a run that nothing strikes."""
    _, errors = process.communicate(timeout=60)
    assert errors == ""
    assert process.returncode == 0


def timed(script: Path, source: Path, output: Path, form: Form) -> dict[str, float]:
    """How long an unbroken run takes to start, works and publishes, in seconds."""
    process, marks = start(script, source, output, form), [time.monotonic()]
    for moment in ("work", "publish"):
        assert wait_for(process, moment, output.parent / ".out.metadata-digger", set(), 0)
        marks.append(time.monotonic())
    ends(process)
    marks.append(time.monotonic())
    return {moment: later - earlier for moment, (earlier, later) in zip(MOMENTS, pairwise(marks), strict=True)}


def unbroken(tmp_path: Path, script: Path, source: Path) -> tuple[dict[Form, Wanted], Any, dict[str, float]]:
    """What every form of output should be; a function that puts an older output there; how long a run takes to start,
    works and publishes, in seconds."""
    wanted: dict[Form, Wanted] = {}
    spans: dict[str, float] = {}
    for number, form in enumerate(FORMS):
        output = tmp_path / f"unbroken {number}" / "out"
        spans = timed(script, source, output, form)
        wanted[form] = found(output)

    def old(output: Path) -> None:
        files(output, "out.csv", "_run/run.json")

    return wanted, old, spans


def killed(
    chance: random.Random, process: subprocess.Popen[str], output: Path, spans: dict[str, float], hits: Counter[str]
) -> bool:
    """Whether the run was ended before its end; a worker that is killed ends none."""
    home = output.parent / ".out.metadata-digger"
    before = folders(home)
    while True:
        moment = chance.choices(MOMENTS, (1, 6, 4))[0]
        manner = chance.choice(MANNERS)
        if not wait_for(process, moment, home, before, chance.uniform(0, spans[moment])):
            process.communicate(timeout=60)
            return False
        strike(process, manner)
        hits.update([manner, moment])
        if manner != "worker killed":
            break
    _, errors = process.communicate(timeout=60)
    if manner in ("terminated", "interrupted") and moment != "start":
        assert process.returncode == 130 or output.exists(), errors  # its very end is not guarded any more
    return process.returncode != 0


def there_whole_or_not_at_all(output: Path, wanted: Wanted) -> None:
    if output.exists() and (output / "_run" / "run.json").read_bytes() != b"<_run/run.json>":
        assert found(output) == wanted
