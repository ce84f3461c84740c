"""Outputs that somebody edited, read back; files that do not want to be hashed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from acting_steps import ActingStep
from test_local import files as many
from test_local import job

from metadata_digger.errors import OutputError
from metadata_digger.pipeline import row_id
from metadata_digger.run.engines import local
from metadata_digger.run.engines.doing import by
from metadata_digger.run.engines.local import run, verify
from metadata_digger.run.engines.pool import Pool, pool
from metadata_digger.run.job import Job
from metadata_digger.run.tasks import Hash, Hashed, Limits, Task
from metadata_digger.run.verify import differences as comparing
from metadata_digger.run.verify.differences import Difference, Verified
from metadata_digger.run.verify.read_back import Written
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.rename import Naming
from metadata_digger.storage import Entry, LocalStorage
from metadata_digger.storage.local import LocalFile


def line(path: str, hashed: str = "") -> list[str]:
    return [row_id(path), path, hashed]


def output(tmp_path: Path, form: str, *rows: Sequence[object], number: str = "") -> Path:
    """An output that is not of a run, of ID, path and sha256."""
    names = ("ID", "FilePath", "HashSha256")
    made = tmp_path / "out"
    made.mkdir(exist_ok=True)
    if form == "csv":
        text = "".join('"' + '","'.join(map(str, row)) + '"\n' for row in (names, *rows))
    else:
        text = "".join(json.dumps(dict(zip(names, row, strict=False))) + "\n" for row in rows)
    (made / f"out{number}.{form}").write_text(text, "utf-8")
    return made


def files(tmp_path: Path, *names: str) -> list[list[str]]:
    """Files, and their rows."""
    rows = []
    for name in names:
        (tmp_path / name).write_text(name)
        rows.append(line(f"file:{tmp_path}/{name}", sha256(name.encode()).hexdigest()))
    return rows


def verified(made: Path) -> tuple[Verified, list[Difference]]:
    result = Verified(made)
    return result, list(verify(made, 2, result))


@pytest.mark.parametrize(
    ("form", "damage", "words"),
    [
        ("csv", b'"only one cell"\n', "line 3 is no row of 3 cells"),
        ("csv", b'"1","2","3', "line 3 is no row of 3 cells"),
        ("csv", b"\xff\n", "line 3 is no row of 3 cells"),
        ("json", b'{"ID":"1","FileP', "line 2 is no row: "),
        ("json", b"[]\n", "line 2 is no row: "),
        ("json", b"{}\n", "line 2 is no row: 'FilePath'"),
        ("json", b"[" * 100_000 + b"\n", "line 2 is no row: "),
    ],
)
def test_an_output_damaged_behind_its_header_is_one_sentence_after_the_rest(
    tmp_path: Path, form: str, damage: bytes, words: str
) -> None:
    one, other, changed = files(tmp_path, "one", "other", "changed")
    made = output(tmp_path, form, one, number="_0")
    with (made / f"out_0.{form}").open("ab") as file:
        file.write(damage)
    output(tmp_path, form, other, [*changed[:2], "abc"], number="_1")
    result, found = Verified(made), []
    with pytest.raises(OutputError, match=r"out_0.* cannot be read back: ") as caught:
        for difference in verify(made, 2, result):
            found.append(difference)  # those before the error are wanted
    assert words in str(caught.value)
    assert [(one.kind, one.file) for one in found] == [("changed", f"file:{tmp_path}/changed")]
    assert (result.files, result.equal) == (3, 2)


def test_a_file_of_the_output_with_other_hashes(tmp_path: Path) -> None:
    (one,) = files(tmp_path, "one")
    made = output(tmp_path, "csv", one, number="_0")
    (made / "out_1.csv").write_text('"ID","FilePath","HashMd5"\n')
    with pytest.raises(OutputError, match=r"out_1\.csv cannot be read back: its hashes are \('md5',\), and not"):
        verified(made)


@pytest.mark.parametrize("path", ["file:/a\0b", "file:///a%00b", "file:/\ud800", "s3://a/b", "", 5])
def test_a_path_that_is_none_costs_its_row_alone(tmp_path: Path, path: Any) -> None:
    one, other = files(tmp_path, "one", "other")
    hashed = row_id(path) if isinstance(path, str) and path != "file:/\ud800" else "0"
    made = output(tmp_path, "json", one, [hashed, path, "abc"], other)
    result, found = verified(made)
    assert [difference.kind in ("missing", "unreadable") for difference in found] == [True]
    assert (result.files, result.equal) == (3, 2)


class Poisonous(LocalStorage):
    def open(self, one: Entry) -> LocalFile:
        if one.url.endswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().open(one)


def test_files_that_kill_their_worker_are_the_only_ones_without_hashes(tmp_path: Path) -> None:
    import test_verify  # the name that worker processes know this module by

    names = [f"{number:03d}" for number in range(20)]
    rows = files(tmp_path, *names, "poison")
    entries = [Entry("", f"file:{tmp_path}/{name}", 0, None) for name in (*names, "poison")]
    job = Job(test_verify.Poisonous(), (), ())
    tasks = [Hash(entries, ("sha256",), rows, 5), Hash(entries[-1:], ("sha256",), rows[-1:], 26)]
    with pool(2, (job, tmp_path, Limits(0, 0)), "UTC", tmp_path, 30) as processes:
        found: dict[int, Any] = dict(_answers(by(processes)(tasks)))
    assert {number: answer.hashes for number, answer in found.items() if answer.status == "ok"} == {
        number: (row[2],) for number, row in enumerate(rows[:-1], 5)
    }
    assert {number for number, answer in found.items() if answer.status == "failed"} == {25, 26}
    assert found[25].reason == "the worker process died (SIGKILL)"


def _answers(answered: Iterator[tuple[Any, Any]]) -> Iterator[tuple[int, Any]]:
    for task, answers in answered:
        yield from enumerate(answers, task.first)


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The output of a run, in two files."""
    many(tmp_path / "in", *(f"{number}.jpg" for number in range(20)))
    run(job(tmp_path, steps=(HashStep(("sha256",)),), files_number=2))
    return tmp_path / "out"


def test_nothing_is_told_of_an_output_that_nobody_touched(ran: Path) -> None:
    (ran / "_SUCCESS").touch()  # readers of folders pass over these
    (ran / "out_0.csv.sig").touch()
    result, found = verified(ran)
    assert (result.files, result.equal, found) == (20, 20, [])


def twice(ran: Path) -> None:
    """A row that is there twice, recorded."""
    path = ran / "out_0.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1]]))
    record = ran / "_run" / "run.json"
    found = json.loads(record.read_text())
    found["files"]["out_0.csv"]["sha256"] = sha256(path.read_bytes()).hexdigest()
    record.write_text(json.dumps(found))


def part(ran: Path) -> Path:
    return sorted((ran / "_run" / "rows").iterdir())[0]


def pipe(ran: Path) -> None:
    path = part(ran)
    path.unlink()
    os.mkfifo(path)


NOT_WRITTEN, NOT_AS_IT_WAS = "the run did not write it", "it is not what it was when the run ended"


@pytest.mark.parametrize(
    ("change", "file", "reason"),
    [
        (lambda ran: shutil.copy(ran / "out_0.csv", ran / "out_7.csv"), "out_7.csv", NOT_WRITTEN),
        (lambda ran: shutil.copy(ran / "out_0.csv", ran / "new.csv"), "new.csv", NOT_WRITTEN),
        (lambda ran: shutil.copytree(ran / "_run" / "rows", ran / "more"), "more", NOT_WRITTEN),
        (twice, "out", "it has 21 rows, and the run wrote 20"),
        (lambda ran: part(ran).write_bytes(part(ran).read_bytes() + b"!"), "PART", NOT_AS_IT_WAS),
        (lambda ran: part(ran).unlink(), "PART", "it is gone"),
        (pipe, "PART", "it is no file"),
        (lambda ran: shutil.copy(part(ran), ran / "_run" / "rows" / "more.part"), "_run/rows/more.part", NOT_WRITTEN),
        (lambda ran: shutil.rmtree(ran / "_run" / "rows"), "_run/rows", "it is gone"),
        (lambda ran: (ran / "_run" / "rows.sha256").write_text(""), "_run/rows.sha256", NOT_AS_IT_WAS),
    ],
)
def test_whatever_is_added_or_altered_is_told(
    ran: Path, change: Callable[[Path], object], file: str, reason: str
) -> None:
    file = file.replace("PART", f"_run/rows/{part(ran).name}")
    change(ran)
    result, (difference,) = verified(ran)
    assert (difference.kind, difference.file) == ("altered", str(ran.parent / file if file == "out" else ran / file))
    assert difference.reason.startswith(reason)
    assert result.equal == result.files


def test_a_file_of_the_output_that_is_gone(ran: Path) -> None:
    (ran / "out_0.csv").unlink()
    result, found = verified(ran)
    assert [(one.file, one.reason) for one in found] == [
        (str(ran / "out_0.csv"), "it is gone"),
        (str(ran), "it has 10 rows, and the run wrote 20"),
    ]
    assert (result.files, result.equal) == (10, 10)


def test_a_record_that_tells_nothing_vouches_for_nothing(ran: Path) -> None:
    (ran / "_run" / "run.json").write_text('{"files": []}')
    _, found = verified(ran)
    assert {Path(one.file).name for one in found} == {"out_0.csv", "out_1.csv", "rows", "out"}


def test_the_sums_of_the_rows_are_those_of_sha256sum(ran: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "rows.sha256"], cwd=ran / "_run", capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == len(list((ran / "_run" / "rows").iterdir()))


ODD = [
    'quote".jpg',
    'quote\\".jpg',
    "ends in a backslash\\",
    "both\n\\x01 \\n\x01.jpg",
    "\x85\u2028\\u2028",
    "blank ",
    "blanks   ",
    "tab\t",
    "return\r",
    "line end\n",
    'comma, "," \'=1',
    "plain.jpg",
]


@pytest.mark.parametrize("is_recorded", [True, False])
@pytest.mark.parametrize(
    "sink",
    [
        CsvSink(),
        CsvSink(dialect="spark"),
        CsvSink(dialect="spark", raw=True),
        CsvSink(delimiter=";", bom=True, file=True),
        CsvSink(delimiter="\t", most=100, file=True),
        CsvSink(Naming("snakeCase"), delimiter="|", dialect="spark", bom=True, most=100),
        JsonSink(),
        JsonSink(file=True),
    ],
)
def test_odd_names_are_told_in_every_dialect_without_a_configuration(
    tmp_path: Path, sink: CsvSink | JsonSink, is_recorded: bool
) -> None:
    many(tmp_path / "in", *ODD, "long " * 40, 'q"' * 60)
    run(job(tmp_path, steps=(ActingStep(), HashStep(("sha256",))), sinks=(sink,)))
    if not is_recorded:
        shutil.rmtree(tmp_path / "out" / "_run")
    result, found = verified(tmp_path / "out")
    assert (result.files, result.equal, found) == (len(ODD) + 2, len(ODD) + 2, [])


def test_a_name_of_too_many_sequences_is_soon_given_up(tmp_path: Path) -> None:
    many(tmp_path / "in", "\n\\n" * 20)
    run(job(tmp_path, steps=(HashStep(("sha256",)),)))
    _, (difference,) = verified(tmp_path / "out")
    assert (difference.kind, difference.file) == ("unreadable", f"file:{tmp_path}/in/" + r"\n\n" * 20)


def test_an_output_that_was_moved(ran: Path) -> None:
    moved = ran.rename(ran.with_name("archive"))
    result, found = verified(moved)
    assert (result.files, result.equal, found) == (20, 20, [])
    for path in [moved / "out_0.csv", moved / "out_1.csv"]:
        path.unlink()
    result, found = verified(moved)
    assert [one.kind for one in found] == ["altered", "altered", "altered"]


def test_what_waits_for_a_file_that_takes_long_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "AHEAD", 100)
    given: list[Hash] = []

    def do(tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """The first task takes until there is nothing else to do."""
        for task in tasks:
            if task is None:
                yield given[0], [Hashed("ok", None, ("old",))] * 2
            else:
                given.append(task)
                if len(given) > 1:
                    yield task, [Hashed("ok", None, ("new" if task.first % 8 else "old",))] * 2

    rows = (Written(f"file:/{number}", "", ("old",)) for number in range(2_000))
    result = Verified(Path(), ("sha256",))
    found = []
    for difference in comparing._of_input(rows, do, 2, result, lambda: None):
        if not found:
            assert 30 < len(given) < 50  # three quarters of the tasks hold two differences
        found.append(difference.file)
    assert found == [f"file:/{number}" for number in range(2_000) if number // 2 * 2 % 8]
    assert (result.files, result.differences) == (2_000, {"changed": 1_500})


@pytest.mark.parametrize(("cores", "chunk"), [(40, 1), (2, 3)])
def test_as_many_files_at_a_time_as_there_are_cores(
    ran: Path, monkeypatch: pytest.MonkeyPatch, cores: int, chunk: int
) -> None:
    sizes, hashed = [], []

    @contextmanager
    def few(size: int, *arguments: Any) -> Iterator[Pool]:
        sizes.append(size)
        with pool(2, *arguments) as processes:
            yield processes

    def give(self: Pool, task: Task, inner: Callable[[Pool, Task], None] = Pool.give) -> None:
        if isinstance(task, Hash):
            hashed.append(len(task.found))
        inner(self, task)

    monkeypatch.setattr(local, "pool", few)
    monkeypatch.setattr(Pool, "give", give)
    result = Verified(ran)
    assert list(verify(ran, cores, result)) == []
    assert (sizes, max(hashed), sum(hashed)) == ([cores], chunk, 20)
