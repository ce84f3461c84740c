"""Output in a real S3 and a real HDFS: what a run on this machine would have written, whole or not there, and one run
at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from acting_steps import ActingStep
from test_local import files, job

from metadata_digger.errors import OutputError
from metadata_digger.index.asking import IndexCollection
from metadata_digger.run.engines.local import run
from metadata_digger.run.stage import lock
from metadata_digger.run.stage.folders import home_of
from metadata_digger.storage.hdfs.client import hdfs_client
from metadata_digger.storage.remote.client import Client
from metadata_digger.storage.remote.place import Place
from metadata_digger.storage.s3.access import S3Access
from metadata_digger.storage.s3.client import S3Client
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
FORMS = "csv,json,parquet"
NUMBERS = count()


@dataclass(frozen=True)
class There:
    """A server. `settings`: how a configuration reaches it; `folder`: a new one, of nothing but this test."""

    name: str
    settings: Mapping[str, str]
    folder: Place


@pytest.fixture(params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("s3", "hdfs")])
def there(request: pytest.FixtureRequest) -> There:
    number = next(NUMBERS)
    if request.param == "s3":
        server: S3 = request.getfixturevalue("s3")
        bucket = server.bucket(f"out-{number}-{os.getpid()}").name
        client: Client = S3Client(S3Access(server.endpoint, ACCESS_KEY, SECRET_KEY, patience=5.0), bucket)
        settings = dict(server.settings())
    else:
        client, _ = hdfs_client(f"{request.getfixturevalue('hdfs').url}/", {}, 20)
        settings = {}
    return There(request.param, settings, Place(client, f"some/where{number}"))


@pytest.fixture
def folder(there: There) -> Place:
    return there.folder


@pytest.fixture
def settings(there: There) -> Mapping[str, str]:
    return {**there.settings, "input.storage.name": "file", "output.storage.name": there.name, "processing.cores": "2"}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    shutil.copytree(PHOTOS, tmp_path / "photos")
    for photo in (tmp_path / "photos").iterdir():
        os.utime(photo, (1_700_000_000, 1_700_000_000))
    return tmp_path / "photos"


def begun(action: str, settings: Mapping[str, str], *options: str) -> subprocess.Popen[str]:
    pairs = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", "metadata_digger", action, os.devnull, *pairs, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def done(action: str, settings: Mapping[str, str], *options: str) -> tuple[int, str]:
    process = begun(action, settings, *options)
    said, _ = process.communicate(timeout=300)
    assert SECRET_KEY not in said
    return process.returncode, said


def brought(place: Place, target: Path) -> dict[str, bytes]:
    """What is in a folder: names and contents."""
    place.download(target)
    return of_disk(target)


def of_disk(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def data(found: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files, without the records of a run, which tell of times."""
    return {name: content for name, content in found.items() if not name.startswith("_run/")}


def test_a_run_writes_what_it_writes_here(
    folder: Place, settings: Mapping[str, str], photos: Path, tmp_path: Path
) -> None:
    common = {"input.paths": str(photos), "output.format": FORMS, "processing.hash.types": "md5"}
    output = folder / "out"
    code, said = done("full", {**settings, **common, "output.directoryPath": str(output)})
    assert code == 0, said
    assert f"output      {output} (" in said and f"record      {output}/_run (" in said
    code, said = done("full", {**common, "output.directoryPath": str(tmp_path / "here" / "out")})
    assert code == 0, said
    there, here = brought(output, tmp_path / "there"), of_disk(tmp_path / "here" / "out")
    assert sorted(data(there)) == ["out.csv", "out.json", "out.parquet"]
    assert data(there) == data(here)
    assert {name for name in there if name.startswith("_run/rows/")}
    records = [json.loads(found["_run/run.json"]) for found in (there, here)]
    assert records[0]["files"].keys() == records[1]["files"].keys()
    assert {name: there[name] for name in records[0]["files"]}.keys() <= there.keys()
    assert SECRET_KEY not in str(there)
    assert not home_of(output).exists()  # nothing else is left
    assert [one.name for one in folder.iterdir()] == ["out"]


def test_verify_of_a_configuration(there: There, settings: Mapping[str, str], photos: Path) -> None:
    """Input and output there; nobody knows the sizes of files any more."""
    source, output = there.folder / "in", there.folder / "out"
    source.upload(photos)
    given = {**settings, "input.storage.name": there.name, "input.paths": str(source)}
    given |= {"output.directoryPath": str(output), "output.format": "csv", "processing.hash.types": "sha256"}
    code, said = done("extract", given)
    assert code == 0, said
    config = photos.with_name("c.properties")
    config.write_text("\n".join(f"{key}={value}" for key, value in given.items()))
    number = len(list(photos.iterdir()))

    def verified() -> tuple[int, str]:
        command = [sys.executable, "-m", "metadata_digger", "verify", str(config)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return ended.returncode, ended.stdout + ended.stderr

    code, said = verified()
    assert (
        code == 0 and f"  equal     {number:>11,}" in said and f"output      {output}: 0 of its files altered" in said
    )
    one, other, *_ = sorted(source.iterdir())
    one.write_bytes(b"another")
    other.unlink()
    (source / "new.jpg").write_bytes(b"new")
    (output / "_run" / "notes.jsonl").write_bytes(b"{}\n")
    code, said = verified()
    assert code == 3
    assert f"changed     {one}" in said
    assert f"missing     {other}: nothing is there" in said
    assert f"new         {source}/new.jpg" in said
    assert f"altered     {output}/_run/notes.jsonl: it is not what it was" in said


def test_an_index_and_several_files(folder: Place, settings: Mapping[str, str], photos: Path, tmp_path: Path) -> None:
    output = folder / "out"
    wanted = {"input.paths": str(photos), "output.directoryPath": str(output), "output.format": "json,index"}
    code, said = done("extract", {**settings, **wanted, "output.filesNumber": "3"})
    assert code == 0, said
    found = brought(output, tmp_path / "there")
    assert {"out_0.json", "out_1.json", "out_2.json", "index.json"} <= found.keys()
    assert IndexCollection(tmp_path / "there").about().total == len(list(photos.iterdir()))


def wanted(tmp_path: Path, output: Place, **changes: Any) -> Any:
    return job(tmp_path, output=output, **changes)


def rows(output: Place) -> list[str]:
    return sorted((output / f"{output.name}.csv").read_text().splitlines())


def test_output_that_is_there(folder: Place, tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    output = folder / "out"
    run(wanted(tmp_path, output))
    before = rows(output)
    with pytest.raises(OutputError, match=r"out exists already; choose another directory, or --overwrite"):
        run(wanted(tmp_path, output))
    files(tmp_path / "in", "c.jpg")
    run(wanted(tmp_path, output, overwrite=True, files_number=2))
    assert {one.name for one in output.iterdir()} == {"_run", "out_0.csv", "out_1.csv"}
    run(wanted(tmp_path, output, overwrite=True))
    assert len(rows(output)) == len(before) + 1
    (output / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds more than an output of this program \(mine.txt\)"):
        run(wanted(tmp_path, output, overwrite=True))
    assert not home_of(output).exists()


def test_update(folder: Place, tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(150)))
    output = folder / "out"
    run(wanted(tmp_path, output))
    files(tmp_path / "in", "new.jpg")
    (tmp_path / "in" / "007.jpg").unlink()
    (tmp_path / "in" / "008.jpg").write_bytes(b"another")
    report = run(wanted(tmp_path, output, update="time"))
    assert report.changes == {"unchanged": 148, "new": 1, "changed": 1, "gone": 1}
    run(job(tmp_path, output=tmp_path / "here" / "out"))
    assert rows(output) == sorted((tmp_path / "here" / "out" / "out.csv").read_text().splitlines())


def interrupted(tmp_path: Path, output: Place) -> None:
    def progress(done: int, total: int | None, *_: object) -> None:
        if done >= 40 and total is not None:
            raise KeyboardInterrupt

    files(tmp_path / "in", *(f"{number % 5}/slow-{number:03d}.jpg" for number in range(200)))
    with pytest.raises(KeyboardInterrupt) as caught:
        run(wanted(tmp_path, output), progress)
    (note,) = caught.value.__notes__
    assert "of 200 files done: to go on, give the same command with --resume; the work lies in " in note


def test_an_interrupted_run_is_gone_on_with(folder: Place, tmp_path: Path) -> None:
    output = folder / "out"
    interrupted(tmp_path, output)
    (root,) = home_of(output).iterdir()
    assert {one.name for one in root.iterdir()} == {"job.json", "listing", "parts"}
    before = {one.name: one.item() for one in (root / "parts").iterdir()}
    with pytest.raises(OutputError, match=r"was interrupted, .* files done: go on with it by --resume"):
        run(wanted(tmp_path, output))
    report = run(wanted(tmp_path, output, resume=True, steps=(ActingStep(quick=True),)))
    assert [note for note in report.notes if note.startswith("resumed a run of 2")]
    assert before.keys() <= {one.name for one in (output / "_run" / "rows").iterdir()}
    run(job(tmp_path, steps=(ActingStep(quick=True),), output=tmp_path / "here" / "out"))
    assert rows(output) == sorted((tmp_path / "here" / "out" / "out.csv").read_text().splitlines())
    assert not home_of(output).exists()


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_killed_run_is_gone_on_with_at_once(
    folder: Place, settings: Mapping[str, str], photos: Path, tmp_path: Path
) -> None:
    """On the machine where it was killed nobody has to wait until its lock is old."""
    for number in range(40):
        shutil.copytree(photos, tmp_path / "many" / str(number))
    output = folder / "out"
    given = {**settings, "input.paths": str(tmp_path / "many"), "output.directoryPath": str(output)}
    given |= {"output.format": "json", "processing.cores": "1"}
    first = begun("extract", given)
    home = home_of(output)
    until(lambda: any(list((root / "parts").glob("*.part")) for root in home.glob("[0-9a-f]*")))
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert (home / "lock").exists()
    given |= {"processing.cores": "2"}
    begin = time.monotonic()
    code, said = done("extract", given, "--resume")
    assert code == 0, said
    assert "resumed a run of 2" in said
    assert time.monotonic() - begin < 120
    lines = (output / "out.json").read_text().splitlines()
    assert len({json.loads(line)["FilePath"] for line in lines}) == len(lines) == 40 * len(list(photos.iterdir()))


def test_half_replaced(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed among the copies of its last step."""
    files(tmp_path / "in", "a.jpg", "b.jpg")
    output = folder / "out"
    run(wanted(tmp_path, output))
    files(tmp_path / "in", "c.jpg")
    if output.client.renames:
        pytest.skip("a folder is renamed there, in one step")
    copy = Place.copy_to

    def broken(self: Place, target: Place) -> None:
        if target.name == "run.json":
            raise OSError("the line is dead")
        copy(self, target)

    monkeypatch.setattr(Place, "copy_to", broken)
    with pytest.raises(OutputError, match="the line is dead"):
        run(wanted(tmp_path, output, overwrite=True))
    monkeypatch.undo()
    assert not (output / "_run" / "run.json").exists()  # it is no output any more, and nobody takes it for one
    run(wanted(tmp_path, output, resume=True))
    assert len(rows(output)) == 4
    assert (output / "_run" / "run.json").exists() and not home_of(output).exists()


def test_two_runs_at_once(folder: Place, tmp_path: Path) -> None:
    output = folder / "out"
    with (
        lock.locked(home_of(output) / "lock", output) as notes,
        pytest.raises(OutputError, match=r"output.directoryPath: another run is writing "),
    ):
        assert notes == ()
        run(wanted(files(tmp_path, "in/a.jpg"), output))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, seconds in (("BEAT", 0.2), ("DEAD", 1.0), ("_LOOK", 0.05)):
        monkeypatch.setattr(lock, name, seconds)
    yield


def test_a_lock_of_another_machine_that_is_dead(folder: Place, quick: None) -> None:
    output, there = folder / "out", folder / "lock"
    there.write_text(json.dumps({"run": "ab", "host": "elsewhere", "process": 1, "boot": "another"}))
    begin = time.monotonic()
    with lock.locked(there, output):
        assert json.loads(there.read_text())["run"] != "ab"
        assert time.monotonic() - begin >= 1.0
    assert not there.exists()


def test_a_run_whose_lock_was_taken_over_does_not_end_well(folder: Place, quick: None) -> None:
    output, there = folder / "out", folder / "lock"
    with pytest.raises(OutputError, match=r"another run took .* over"), lock.locked(there, output):
        for _ in range(20):  # once it may come between the two requests of a beat
            there.write_text(json.dumps({"run": "ab"}))
            time.sleep(0.05)
    assert there.exists()


@pytest.mark.s3
def test_a_server_that_cannot_be_reached(tmp_path: Path) -> None:
    client = S3Client(S3Access("http://127.0.0.1:9", ACCESS_KEY, SECRET_KEY, patience=1.0), "bucket")
    with pytest.raises(
        OutputError, match=r"output.directoryPath: s3a://bucket/out: storage.s3.endpoint: no answer from http://127"
    ):
        run(wanted(files(tmp_path, "in/a.jpg"), Place(client, "out")))
    wrong = replace(client.access, endpoint="http://127.0.0.1:9")
    assert SECRET_KEY not in repr(Place(S3Client(wrong, "bucket"), "x"))
