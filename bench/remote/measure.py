"""Measures what it costs that files are in S3: `extract` with one worker, behind a proxy that adds 20 ms to each
request, beside bare range reads of obstore and beside files of this machine. All take turns; the best turn counts."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from machine import machine
from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.run.engines import local
from page import put
from pictures import DATA, only, pictures
from servers import proxy
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY
from servers.solr import running

DELAY = 20.0  # milliseconds
AT_ONCE = 16
HEAD = 64 << 10  # bytes
LARGE = 1 << 20
SINGLE = 400  # files that are read one at a time: all would take a minute
TIMES, SHARE, CPU, REQUESTS, BYTES = 8.0, 0.6, 1.2, 1.25, 0.05  # the bars


@dataclass(frozen=True, slots=True)
class Bucket:
    s3: S3
    proxy: proxy.Proxy
    name: str
    files: tuple[Path, ...]

    def settings(self, concurrency: int, files: str, output: Path) -> list[str]:
        given = {
            "input.storage.name": "s3",
            "input.paths": f"s3a://{self.name}/{files}",
            "input.storage.concurrency": concurrency,
            "storage.s3.endpoint": self.proxy.endpoint,
            "storage.s3.accessKey": ACCESS_KEY,
            "storage.s3.secretKey": SECRET_KEY,
        }
        return [*(f"{key}={value}" for key, value in given.items()), *written(output)]


def written(output: Path) -> list[str]:
    return ["output.format=json", f"output.directoryPath={output}", "processing.cores=1"]


@contextmanager
def bucket(files: int) -> Iterator[Bucket]:
    """With `all`, `few` and `large`; all of it JPEGs."""
    DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        s3 = S3(Path(folder, "s3"))
        with running(s3), proxy.before(Path(folder, "proxy"), s3.port) as before:
            home = s3.bucket("photos")
            given = sorted(only(pictures(files), ".jpg").iterdir())
            large = sorted(only(pictures(40), ".jpg", 2 * LARGE).iterdir())
            for name, some in (("all", given), ("few", given[:SINGLE]), ("large", large)):
                (home / name).mkdir()
                for path in some:
                    (home / name / path.name).write_bytes(path.read_bytes())
            yield Bucket(s3, before, "photos", tuple(given))


def rate(settings: list[str]) -> float:
    """Files a second, once the first tenth is done."""
    seen: list[tuple[float, int]] = []

    def progress(done: int, total: int | None, *_: object) -> None:
        if total is not None and done >= total // 10:
            seen.append((time.perf_counter(), done))

    action = actions.BY_NAME["extract"]
    local.run(actions.job(load("/dev/null", settings, action.name), action), progress)
    (begin, first), (end, last) = seen[0], seen[-1]
    return (last - first) / (end - begin)


def digger(given: Bucket, concurrency: int, files: str) -> float:
    given.proxy.treat(delay=DELAY)
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        return rate(given.settings(concurrency, files, Path(folder, "out")))


# Of a program of its own, so that it is alone in its process.
BARE = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
import obstore
from obstore.store import S3Store
endpoint, key, secret, size, *names = sys.argv[1:]
store = S3Store("photos", endpoint=endpoint, access_key_id=key, secret_access_key=secret, region="us-east-1",
    client_options={"allow_http": True}, virtual_hosted_style_request=False)
sizes = {one["path"]: one["size"] for page in obstore.list(store, "all", chunk_size=1000) for one in page}
read = lambda name: len(obstore.get_range(store, name, start=0, end=min(int(size), sizes[name])).to_bytes())
begin = time.perf_counter()
with ThreadPoolExecutor(int(names[0])) as threads:
    assert all(threads.map(read, sizes))
print(len(sizes) / (time.perf_counter() - begin))
"""


def bare(given: Bucket, delay: float) -> tuple[float, float]:
    """Files a second, and seconds of CPU."""
    given.proxy.treat(delay=delay)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [given.proxy.endpoint, ACCESS_KEY, SECRET_KEY, str(HEAD), str(AT_ONCE)]
    done = subprocess.run([sys.executable, "-c", BARE, *words], capture_output=True, text=True, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# The same: it waits for all that is left behind, and the servers are children of this one.
COST = "import sys; sys.path[:0] = sys.argv[1:2]; from process import program; print(program(*sys.argv[2:]).cpu)"


def cost(settings: list[str]) -> float:
    """Seconds of CPU, of all processes."""
    words = ["extract", "/dev/null", *(word for one in settings for word in ("--set", one))]
    place = str(Path(__file__).resolve().parents[1])
    done = subprocess.run([sys.executable, "-P", "-c", COST, place, *words], capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def here(folder: Path) -> float:
    with tempfile.TemporaryDirectory(dir=DATA) as output:
        return cost([f"input.paths={folder}", *written(Path(output, "out"))])


def there(given: Bucket, files: str) -> float:
    given.proxy.treat()
    with tempfile.TemporaryDirectory(dir=DATA) as output:
        return cost(given.settings(AT_ONCE, files, Path(output, "out")))


def requests(given: Bucket, files: str) -> tuple[float, float]:
    """A file, and the share of its bytes."""
    given.proxy.treat()
    with tempfile.TemporaryDirectory(dir=DATA) as output:
        cost(given.settings(AT_ONCE, files, Path(output, "out")))
    paths = list(Path(given.s3.root, given.name, files).iterdir())
    count, size = given.proxy.counts().of(f"GET /{given.name}/{files}/")
    return count / len(paths), size / sum(path.stat().st_size for path in paths)


def measured(files: int, turns: int) -> str:
    one, many, reads = [], [], []
    local_cpu, remote_cpu, bare_cpu = [], [], []
    with bucket(files) as given:
        folder = only(pictures(files), ".jpg")
        first = only(pictures(1), ".jpg")
        for _ in range(turns):
            one.append(digger(given, 1, "few"))
            many.append(digger(given, AT_ONCE, "all"))
            reads.append(bare(given, DELAY)[0])
            local_cpu.append(here(folder))
            remote_cpu.append(there(given, "all"))
            bare_cpu.append(bare(given, 0.0)[1])
        count, _ = requests(given, "all")
        many_requests, share = requests(given, "large")
        start = here(first)  # what a start takes, of both
    times, beside = max(many) / max(one), max(many) / max(reads)
    cpu = (min(remote_cpu) - start) / (min(local_cpu) - start + min(bare_cpu))
    fast, slow, best = max(many), max(one), max(reads)
    rows = [
        (f"{AT_ONCE} at once against one at a time, files/s", f"{fast:.0f} / {slow:.0f} = {times:.1f}", f"{TIMES:.0f}"),
        ("against bare range reads by obstore, as many at once", f"{fast:.0f} / {best:.0f} = {beside:.2f}", f"{SHARE}"),
        ("CPU a file against files here and bare reads together", f"{cpu:.2f}", f"at most {CPU}"),
        ("requests a file", f"{count:.3f}", f"at most {REQUESTS}"),
        ("JPEGs of 2 MiB: requests a file", f"{many_requests:.3f}", f"at most {REQUESTS}"),
        ("JPEGs of 2 MiB: share of their bytes", f"{100 * share:.1f} %", f"at most {100 * BYTES:.0f} %"),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    said = (
        f"{machine('obstore')}\n\n{len(list(folder.iterdir())):,} JPEGs, `extract` with one worker, S3 on this machine "
        f"behind a proxy that adds {DELAY:.0f} ms to each request (none where CPU is measured), best of {turns} turns."
        "\n\n"
    )
    return said + "\n".join(["| what | measured | bar |", "|---|---|---|", *lines])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=2_000)
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--write", action="store_true", help="into bench/results.md")
    given = options.parse_args()
    table = measured(given.files, given.turns)
    print(table)
    if given.write:
        put("bench/remote/run", "Reading from S3", table)


if __name__ == "__main__":
    main()
