"""The index beside an output in Parquet: made once, later of what is new alone, gone on with after a kill."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from test_index import changed, indexed, like, shown, verified
from test_local import contents, files

from metadata_digger.cli.opening import _index_of
from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.index import about
from metadata_digger.run.engines import local
from metadata_digger.run.engines.local import run
from metadata_digger.run.indexing import parquet as indexing
from metadata_digger.run.indexing import rows as reading
from metadata_digger.run.indexing.contents import digests
from metadata_digger.run.job import Job, untold
from metadata_digger.run.records.record import read_record
from metadata_digger.sinks import CsvSink, JsonSink, ParquetSink
from metadata_digger.sinks.index import IndexSink
from metadata_digger.steps.rename import Naming


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "ROWS", 100)


def made(tmp_path: Path, **changes: Any) -> Job:
    """A run into Parquet."""
    return indexed(tmp_path, sinks=(ParquetSink(),), cores=1, **changes)


def in_groups(output: Path) -> None:
    """The file with many row groups, as that of many photographs has."""
    for path in output.glob("*.parquet"):
        pq.write_table(pq.read_table(path), path, row_group_size=50)


def index(output: Path, progress: Any = untold) -> Path:
    return local.index(output, 2, 2.0, progress)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return files(tmp_path / "in", *(f"{number % 7}/{number:04d}.jpg" for number in range(700)))


@pytest.mark.parametrize("naming", [Naming(), Naming("snakeCase", "md_")])
@pytest.mark.parametrize("number", [1, 3])
def test_it_is_the_index_that_the_run_would_have_made(tmp_path: Path, many: Path, naming: Naming, number: int) -> None:
    run(replace(made(tmp_path), sinks=(ParquetSink(naming, content=True), IndexSink()), files_number=number))
    output = tmp_path / "out"
    alone = tmp_path / "alone"
    shutil.copytree(output, alone)
    for name in ("index.json", "photos.sqlite"):
        (alone / name).unlink()
    shutil.rmtree(alone / "search")
    for path in alone.glob("*.parquet"):
        path.rename(alone / path.name.replace("out", "alone"))
    (alone / "_run" / "run.json").unlink()
    told: list[tuple[int, int | None]] = []
    assert index(alone, lambda done, total, *_: told.append((done, total))) == tmp_path / "alone-index"
    assert list(shown(tmp_path / "alone-index")) == list(shown(output))
    assert like(shown(tmp_path / "alone-index")) == like(shown(output))
    assert told[-1] == (700, 700)
    assert about.read(tmp_path / "alone-index").sorted
    assert contents(tmp_path) == ["alone", "alone-index", "in", "out"]
    assert verified(tmp_path / "alone-index") == []


def test_it_is_made_once(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    target = index(tmp_path / "out")
    state = about.read(target).state
    assert index(tmp_path / "out") == target
    assert about.read(target).state == state
    (target / "photos.sqlite").unlink()
    index(tmp_path / "out")
    assert len(shown(target)) == 700
    for old in ({"version": "0"}, {"form": 0}, {"form": 99}):
        file = target / "index.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | old))
        index(tmp_path / "out")
        assert len(shown(target)) == 700
        assert about.read(target).version != "0"
        assert verified(target) == []


def test_later_only_what_is_new_is_written(tmp_path: Path, many: Path) -> None:
    output = tmp_path / "out"
    run(made(tmp_path))
    in_groups(output)
    target = index(output)
    (tmp_path / "out-marks.sqlite").write_bytes(b"marks")
    old = {path.name: path.stat().st_ino for path in (target / "search").iterdir() if path.suffix == ".store"}
    changed(many)
    run(made(tmp_path, update="time"))
    in_groups(output)
    index(output)
    assert like(shown(target)) == like_of(output, tmp_path)
    new = {path.name: path.stat().st_ino for path in (target / "search").iterdir()}
    assert old.items() <= new.items()
    assert read_record(target)["changes"] == {"indexed": 50, "removed": 40}  # 30 new, 20 changed; 20 gone
    assert verified(target) == []
    assert (tmp_path / "out-marks.sqlite").read_bytes() == b"marks"
    for turn in range(3):
        (many / "3" / f"{500 + turn * 7 - (500 - 3) % 7:04d}.jpg").unlink()
        run(made(tmp_path, update="time"))
        index(output)
        assert len(shown(target)) == 710 - 1 - turn
        assert read_record(target)["changes"] == {"indexed": 0, "removed": 1}


def like_of(output: Path, tmp_path: Path) -> dict[str, Any]:
    """What an index from nothing would say."""
    fresh = tmp_path / "fresh"
    shutil.copytree(output, fresh)
    (fresh / "out.parquet").rename(fresh / "fresh.parquet")
    (fresh / "_run" / "run.json").unlink()
    return like(shown(index(fresh)))


def test_nothing_is_built_upon_what_somebody_touched(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    target = index(tmp_path / "out")
    next(path for path in sorted((target / "search").iterdir()) if path.suffix == ".store").write_bytes(b"no")
    files(many, "new.jpg")
    run(made(tmp_path, update="time"))
    index(tmp_path / "out")
    assert len(shown(target)) == 701
    assert verified(target) == []


def test_what_is_done_is_not_done_again(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    in_groups(tmp_path / "out")
    chunks = len(list(indexing.chunks([tmp_path / "out" / "out.parquet"], 100)))
    assert chunks > 4

    def stop(done: int, total: int | None, *_: object) -> None:
        if total is not None and 250 <= done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        index(tmp_path / "out", stop)
    assert stopped.value.__notes__ == ["the index of out is half done; the next serve of it goes on"]
    assert not (tmp_path / "out-index").exists()
    (left,) = [path for path in (tmp_path / ".out-index.metadata-digger").iterdir() if path.is_dir()]
    there = len(list((left / "parts").glob("*.piece")))
    assert there >= 2
    told: list[tuple[int, int | None]] = []
    index(tmp_path / "out", lambda *one: told.append(one[:2]))
    first = min(done for done, total in told if total is not None)
    assert first > 250  # what was built is counted at once
    assert len(shown(tmp_path / "out-index")) == 700
    assert contents(tmp_path) == ["in", "out", "out-index"]


SCRIPT = """
import sys
from pathlib import Path
from metadata_digger.run.engines import local
from metadata_digger.run.indexing import parquet

if __name__ == "__main__":
    parquet.ROWS = 100
    local.index(Path(sys.argv[1]), 2, 2.0)
"""


@pytest.mark.slow
def test_a_killed_one_is_gone_on_with(tmp_path: Path, many: Path) -> None:
    """The old index is there until the new one is."""
    chance = random.Random(5)  # noqa: S311
    output = tmp_path / "out"
    (script := tmp_path / "script.py").write_text(SCRIPT)
    total = 700
    for turn in range(2):
        run(made(tmp_path, update="time" if turn else None))
        in_groups(output)
        kills = 0
        while kills < 8:
            process = subprocess.Popen([sys.executable, script, output], start_new_session=True)
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.3, 2.5))
                assert process.returncode == 0
                break
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            if turn:
                assert len(shown(tmp_path / "out-index")) in (700, 710)
        index(output)
        assert len(shown(tmp_path / "out-index")) == total
        assert verified(tmp_path / "out-index") == []
        if not turn:
            changed(many)
            total = 710
    assert like(shown(tmp_path / "out-index")) == like_of(output, tmp_path)


def test_serve_makes_it(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    assert _index_of(tmp_path / "out", None) == tmp_path / "out-index"
    run(indexed(tmp_path, output=tmp_path / "own"))
    assert _index_of(tmp_path / "own", None) == tmp_path / "own"


def test_work_on_another_output_is_thrown_away(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))

    def stop(done: int, total: int | None, *_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(tmp_path / "out", stop)
    files(many, "new.jpg")
    run(made(tmp_path, update="time"))
    assert len(shown(index(tmp_path / "out"))) == 701


@pytest.mark.parametrize("sink", [CsvSink(), JsonSink()])
def test_other_forms_are_refused_with_what_to_do(tmp_path: Path, many: Path, sink: Any) -> None:
    run(indexed(tmp_path, sinks=(sink,)))
    form = sink.name
    with pytest.raises(
        ConfigError, match=f"is {form.upper()}, .+ extract CONFIG --update --set output.format={form},index"
    ):
        index(tmp_path / "out")
    with pytest.raises(ConfigError, match="is no output of this program"):
        index(many)


def test_what_has_its_place_is_left_alone(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    run(indexed(tmp_path, sinks=(CsvSink(),), output=tmp_path / "out-index"))
    with pytest.raises(ConfigError, match=r"out-index, where the index of out is to be, is something else: rename it"):
        index(tmp_path / "out")
    assert (tmp_path / "out-index" / "out-index.csv").exists()


def test_a_damaged_output_is_a_sentence(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    path = tmp_path / "out" / "out.parquet"
    content = bytearray(path.read_bytes())
    content[2000:3000] = bytes(1000)
    path.write_bytes(content)
    with pytest.raises(DiggerError, match=r"out\.parquet cannot be read"):
        index(tmp_path / "out")
    path.write_bytes(b"PAR1")
    with pytest.raises(DiggerError, match=r"out\.parquet cannot be read"):
        index(tmp_path / "out")
    assert not (tmp_path / "out-index").exists()


def test_what_no_run_wrote_is_a_sentence(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    path = tmp_path / "out" / "out.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("Tags")
    for changed_table, words in (
        (table.set_column(place, "Tags", table.column("FilePath")), "its column Tags is string: no run"),
        (table.drop_columns(["FilePath"]), "it has no columns for path and ID"),
    ):
        pq.write_table(changed_table, path)
        with pytest.raises(DiggerError, match=rf"out\.parquet cannot be read: {words}"):
            index(tmp_path / "out")


def test_a_digest_is_of_the_row_alone(tmp_path: Path, many: Path) -> None:
    run(made(tmp_path))
    (batch, *_) = reading.read(tmp_path / "out" / "out.parquet", [0])
    whole = digests(batch)
    assert len({*whole}) == len(batch)
    assert [digests(batch.slice(number, 1))[0] for number in range(len(batch))] == whole
    assert digests(batch.slice(3, 5)) == whole[3:8]
    table = pq.read_table(tmp_path / "out" / "out.parquet")
    pq.write_table(table.slice(3), tmp_path / "other.parquet", row_group_size=100)
    (other, *_) = reading.read(tmp_path / "other.parquet", [0])
    assert digests(other) == whole[3 : 3 + len(other)]
