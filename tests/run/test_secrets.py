"""The secret key of a storage is in nothing that a run shows or leaves. The access key is a name; it stands in the
configuration that the records of a run hold, as its other settings do, and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from servers.hadoop import below
from servers.proxy import Proxy
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
SECRETS = (ACCESS_KEY.encode(), SECRET_KEY.encode())
RECORDED = re.compile(rb'"storage\.s3\.accessKey": ?"[^"]*"')  # of the configuration
SPARK = (
    "spark.eventLog.enabled true\nspark.eventLog.compress false\nspark.eventLog.dir {events}\nspark.ui.enabled false\n"
)


class Seen:
    """What was looked into, and where a key was found."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.files: dict[Path, tuple[int, int]] = {}
        self.processes: set[str] = set()

    def look(self, process: int, *folders: Path) -> None:
        for one in [process, *below(process)]:
            for name in ("cmdline", "environ"):
                with suppress(OSError):
                    text = Path(f"/proc/{one}/{name}").read_bytes()
                    self._check(text, f"{name} of {text[:200]!r}")
                    self.processes.add(f"{one} {name}")
        for folder in folders:
            for file in _files(folder):
                with suppress(OSError):
                    state = file.stat()
                    if self.files.get(file) != (state.st_size, state.st_mtime_ns):
                        self.files[file] = state.st_size, state.st_mtime_ns
                        content = file.read_bytes()
                        if file.name in ("run.json", "job.json"):
                            content = RECORDED.sub(b"", content)
                        self._check(content, str(file))

    def _check(self, content: bytes, where: str) -> None:
        if any(secret in content for secret in SECRETS):
            self.found.add(where)


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (file for name in names if (file := Path(place, name)).is_file())


@pytest.mark.s3
@pytest.mark.parametrize("engine", ["local", "spark"])
def test_no_key_is_anywhere(engine: str, s3: S3, bad_weather: Proxy, tmp_path: Path) -> None:
    bucket = s3.bucket(f"secrets-{engine}")
    for number in range(3):
        shutil.copytree(PHOTOS, bucket / "in" / str(number))
    temporary, events, work = (tmp_path / name for name in ("tmp", "events", "work"))
    for folder in (temporary, events, work):
        folder.mkdir()
    (work / "spark-defaults.conf").write_text(SPARK.format(events=events))
    settings = {
        **s3.settings(),
        "storage.s3.endpoint": bad_weather.endpoint,
        "input.paths": f"s3a://{bucket.name}/in",
        "output.storage.name": "s3",
        "output.directoryPath": f"s3a://{bucket.name}/out",
        "output.format": "json",
    }
    config = tmp_path / "c.properties"
    config.write_text("\n".join(f"{key}={value}" for key, value in settings.items()))
    environment = {"TMPDIR": str(temporary), "SPARK_LOCAL_DIRS": str(temporary), "SPARK_CONF_DIR": str(work)}
    bad_weather.treat(delay=30)  # so that there is something to be seen while it runs
    process = subprocess.Popen(
        [sys.executable, "-m", "metadata_digger", "--engine", engine, "extract", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=work,
        env={**os.environ, **environment, "SPARK_MASTER": "local[2]", "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    seen = Seen()
    end = time.monotonic() + 200
    try:
        while process.poll() is None and time.monotonic() < end:
            seen.look(process.pid, temporary, bucket, work, events)
            time.sleep(0.05)
    finally:
        process.kill()
        said, _ = process.communicate(timeout=30)
        bad_weather.treat()
    assert process.returncode == 0, said
    seen.look(process.pid, temporary, bucket, work, events)
    assert not seen.found
    assert not any(secret.decode() in said for secret in SECRETS)
    names = {file.name for file in seen.files}
    assert {"run.json", "out.json", "job.json"} <= names  # of the stage too
    assert len(seen.processes) > 4
    if engine == "spark":
        assert any(events in file.parents for file in seen.files)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_what_is_there_is_seen(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(f'{{"storage.s3.accessKey": "{ACCESS_KEY}", "other": "{ACCESS_KEY}"}}')
    command = ["sh", "-c", 'echo; sleep 60; echo "$0"', SECRET_KEY]
    seen = Seen()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "KEY": SECRET_KEY}) as process:
        assert process.stdout is not None and process.stdout.readline()
        seen.look(process.pid, tmp_path)
        for one in [*below(process.pid), process.pid]:
            os.kill(one, signal.SIGKILL)
    assert {where.partition(" of ")[0] for where in seen.found} == {"cmdline", "environ", str(tmp_path / "run.json")}
