"""Spark and this machine give equal rows."""

from __future__ import annotations

import os
import shutil
import subprocess
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from acting_steps import ActingStep
from forms import indexed_rows, sinks_of
from test_kills import found
from test_local import contents, files, job, left_out, rows

from metadata_digger.errors import DiggerError, ModelError
from metadata_digger.run.engines import local
from metadata_digger.run.engines.spark import engine as spark
from metadata_digger.run.engines.spark.java import JAVA, check_spark, java_version
from metadata_digger.run.engines.spark.session import translated
from metadata_digger.solr.errors import Passing, SolrError

# Where executors find the steps of these tests. Not in this process's environment: an earlier test may have started the
# Java that takes it over.
SETTINGS = {"spark.executorEnv.PYTHONPATH": str(Path(__file__).parent)}


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21-ea"', 21),
        ("command not found", None),
    ],
)
def test_versions_of_java(text: str, version: int | None) -> None:
    assert java_version(text) == version


def fake_java(folder: Path, version: str) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "bin" / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    (folder / "bin" / "java").chmod(0o755)


def test_a_java_too_old_or_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(DiggerError, match="cannot be started: No such file or directory"):
        check_spark()
    fake_java(tmp_path, "11.0.2")
    with pytest.raises(DiggerError, match=r"bin/java is Java 11\. Spark needs Java 17 or newer"):
        check_spark()
    fake_java(tmp_path, "17.0.2")
    check_spark()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(DiggerError, match="no java found"):
        check_spark()


def test_spark_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    files(tmp_path / "in", "a.jpg")
    with pytest.raises(DiggerError, match=r"pip install 'metadata-digger\[spark\]'"):
        spark.run(job(tmp_path), "local[2]")
    assert contents(tmp_path) == ["in"]


def raise_refused() -> None:
    try:
        raise Passing("http://a:8983 does not answer")
    except Passing as error:
        raise SolrError("output.solr.url=http://a:8983/solr: no node answers") from error


def raise_broken() -> None:
    raise ModelError("the model is broken")


def raise_strange() -> None:
    raise ZeroDivisionError("a bug")


@pytest.mark.parametrize(
    ("fail", "kind", "message"),
    [
        (raise_refused, DiggerError, "output.solr.url=http://a:8983/solr: no node answers"),
        (raise_broken, ModelError, "the model is broken"),
        (raise_strange, DiggerError, "Spark: An exception was thrown from the Python worker."),
    ],
)
def test_errors_of_executors_keep_their_sentence(
    fail: Callable[[], None], kind: type[DiggerError], message: str
) -> None:
    exceptions = pytest.importorskip("pyspark.errors")
    with pytest.raises(Exception) as raised:
        fail()
    told = "".join(traceback.format_exception(raised.value))
    text = f"\nAn exception was thrown from the Python worker.\n{told}\n\tat org.apache.spark.Task.run(Task.scala:141)"
    with pytest.raises(DiggerError) as caught, translated():
        raise exceptions.PySparkException(text)
    assert (type(caught.value), str(caught.value)) == (kind, message)


def have_spark() -> bool:
    java = os.environ.get("JAVA_HOME", "") + "/bin/java" if "JAVA_HOME" in os.environ else shutil.which("java")
    if not java:
        return False
    answer = subprocess.run([java, "-version"], capture_output=True, text=True)
    return (java_version(answer.stderr) or 0) >= JAVA


@pytest.mark.spark
@pytest.mark.skipif(not have_spark(), reason="needs Java 17 or newer")
def test_equal_rows_and_errors_of_executors(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    # 1,000 rows are two pieces.
    files(tmp_path / "in", *(f"{number % 5}/{number:04d}.jpg" for number in range(1_200)), "zażółć.jpg")
    os.mkfifo(tmp_path / "in" / "fifo")
    (tmp_path / "in" / "nowhere.jpg").symlink_to("missing")
    files(tmp_path / "own", "a.jpg")
    (tmp_path / "in" / "out.jpg").symlink_to(tmp_path / "own" / "a.jpg")
    given = job(tmp_path, sinks=sinks_of("csv,index"))
    here = local.run(replace(given, output=tmp_path / "here" / "out"))
    there = spark.run(replace(given, output=tmp_path / "there" / "out"), "local[2]", settings=SETTINGS)
    assert indexed_rows(tmp_path / "there" / "out") == indexed_rows(tmp_path / "here" / "out")
    assert rows(tmp_path / "there" / "out" / "out.csv") == rows(tmp_path / "here" / "out" / "out.csv")
    assert left_out(tmp_path / "there" / "out") == left_out(tmp_path / "here" / "out")
    assert (there.statuses, there.reasons, there.tags) == (here.statuses, here.reasons, here.tags)
    assert there.kinds == here.kinds == {"symbolic link out of the input": 1}
    assert contents(tmp_path / "there") == ["out"]

    files(tmp_path / "in", "model.jpg")
    broken = replace(job(tmp_path), steps=(ActingStep(),))
    with pytest.raises(ModelError, match="the model is broken"):
        spark.run(broken, "local[2]", settings=SETTINGS)
    # No output; batches that were done before the broken one stay for --resume.
    assert {*contents(tmp_path)} - {".out.metadata-digger"} == {"here", "in", "own", "there"}


@pytest.mark.spark
@pytest.mark.skipif(not have_spark(), reason="needs Java 17 or newer")
def test_an_interrupted_run_goes_on_and_is_brought_up_to_date(tmp_path: Path) -> None:
    """What one engine began the other ends; the rows are those of an unbroken run."""
    pytest.importorskip("pyspark")
    root = files(tmp_path / "in", *(f"{number % 5}/slow-{number:04d}.jpg" for number in range(100)))

    def interrupt(done: int, total: int | None, *_: object) -> None:
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local.run(job(tmp_path), interrupt)
    report = spark.run(job(tmp_path, resume=True), "local[2]", settings=SETTINGS)
    assert (report.written, len(report.resumed)) == (100, 1)
    unbroken = job(tmp_path, output=tmp_path / "unbroken" / "out", overwrite=True)
    local.run(unbroken)
    assert found(tmp_path / "out") == found(tmp_path / "unbroken" / "out")
    assert (
        spark.run(job(tmp_path, resume=True), "local[2]", settings=SETTINGS)
        .notes[-1]
        .startswith("the output is complete")
    )

    (root / "0" / "slow-0000.jpg").unlink()
    files(root, "new.jpg")
    report = spark.run(job(tmp_path, update="time"), "local[2]", settings=SETTINGS)
    assert report.changes == {"unchanged": 99, "new": 1, "changed": 0, "gone": 1}
    local.run(unbroken)
    assert found(tmp_path / "out") == found(tmp_path / "unbroken" / "out")
