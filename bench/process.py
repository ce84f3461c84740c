"""One run of the program: how long, how much CPU, how much memory all its processes held together."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = (sys.executable, "-P", "-m", "metadata_digger")
SAMPLE = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, of all processes
    peak: int  # bytes at the worst moment, proportional set sizes summed; 0 where it was not looked at

    def better(self, other: Cost | None) -> Cost:
        """The quicker of two, with the larger peak."""
        if other is None:
            return self
        quicker = min(self, other, key=lambda cost: cost.wall)
        return Cost(quicker.wall, quicker.cpu, max(self.peak, other.peak))


def program(*arguments: str | Path, memory: bool = False) -> Cost:
    """Runs `metadata-digger ARGUMENTS`; raises CalledProcessError when it fails.

    Looking at the memory costs time (0.1 ms a process and look), so a run that is timed goes without.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - this interpreter on our own module
        [*PROGRAM, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    peak = [0]
    looker = threading.Thread(target=look, args=(process, peak), daemon=True)
    if memory:
        looker.start()
    said = process.communicate()[1]
    wall = time.perf_counter() - begin
    if memory:
        looker.join()
    if process.returncode not in (0, 3):
        raise subprocess.CalledProcessError(process.returncode, process.args, stderr=said.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak[0])


def look(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(held, family(process.pid))))
        time.sleep(SAMPLE)


def family(pid: int) -> list[int]:
    """A process and all below it; those that end meanwhile are left out (Linux)."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def held(pid: int) -> int:
    """Bytes of memory, pages shared with others counted in parts (Linux)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
