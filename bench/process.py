"""One run of the program: how long, how much CPU, how much memory all its processes held together."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pictures import DATA, ROOT

PROGRAM = (sys.executable, "-P", "-m", "metadata_digger")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
SAMPLE = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, of all processes
    peak: int  # bytes at the worst moment, proportional set sizes summed; 0 where it was not looked at
    main: float = 0.0  # seconds of CPU, of the main process alone

    def better(self, other: Cost | None) -> Cost:
        """The quicker of two, with the larger peak."""
        if other is None:
            return self
        quicker = min(self, other, key=lambda cost: cost.wall)
        return Cost(quicker.wall, quicker.cpu, max(self.peak, other.peak), min(self.main, other.main))


def adopt() -> None:
    """From now on whatever a child leaves behind becomes a child of this process, so that its CPU time counts too:
    workers are forked from a process that ends a moment after the program (Linux)."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def await_orphans() -> None:
    """Until all that was adopted has ended."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def program(*arguments: str | Path, memory: bool = False) -> Cost:
    """Runs `metadata-digger ARGUMENTS`; raises CalledProcessError when it fails.

    Looking at the memory costs time (0.1 ms a process and look), so a run that is timed goes without.
    """
    adopt()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe would stay open as long as what the program leaves behind
    process = subprocess.Popen(  # noqa: S603 - this interpreter on our own module
        [*PROGRAM, *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )
    peak, ended = [0], threading.Event()
    looker = threading.Thread(target=look, args=(process.pid, ended, peak), daemon=True)
    if memory:
        looker.start()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall = time.perf_counter() - begin
    main = spent(process.pid)
    process.wait()
    ended.set()
    if memory:
        looker.join()
    if process.returncode not in (0, 3):
        errors.seek(0)
        raise subprocess.CalledProcessError(process.returncode, process.args, stderr=errors.read().decode())
    await_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak[0], main)


def run(action: str, folder: Path, workers: int, *, form: str = "csv", memory: bool = False) -> Cost:
    """A whole run of an action over a folder: start, work, output in place."""
    with tempfile.TemporaryDirectory(dir=DATA) as output:
        return program(action, configured(folder, Path(output), workers, form), memory=memory)


def at_once(action: str, folder: Path, runs: int) -> float:
    """Seconds that several runs take that begin together and share nothing but the machine; one worker each."""
    adopt()
    with ExitStack() as stack:
        outputs = [Path(stack.enter_context(tempfile.TemporaryDirectory(dir=DATA))) for _ in range(runs)]
        configs = [configured(folder, output, 1, "csv") for output in outputs]
        begin = time.perf_counter()
        processes = [
            subprocess.Popen([*PROGRAM, action, config], env=ENVIRONMENT, stdout=subprocess.DEVNULL)  # noqa: S603
            for config in configs
        ]
        codes = [process.wait() for process in processes]
        wall = time.perf_counter() - begin
    await_orphans()  # whose CPU time would count to the next run
    if any(codes):
        raise RuntimeError(f"{action}: exit codes {codes}")
    return wall


def configured(folder: Path, output: Path, workers: int, form: str) -> Path:
    config = output / "bench.properties"
    lines = (
        f"input.paths={folder}",
        f"output.format={form}",
        f"output.directoryPath={output}/out",
        f"processing.cores={workers}",
    )
    config.write_text("\n".join(lines) + "\n")
    return config


def spent(pid: int) -> float:
    """Seconds of CPU of a process that has ended and was not waited for yet, without those of its children (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def look(pid: int, ended: threading.Event, peak: list[int]) -> None:
    while not ended.wait(SAMPLE):
        peak[0] = max(peak[0], sum(map(held, family(pid))))


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
