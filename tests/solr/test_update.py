"""--update: what is in the collection afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.engines import local
from metadata_digger.run.report import Report
from metadata_digger.solr.client import Solr
from misbehaving import tear
from servers.solr import Cloud
from solr.running import CONFIG, PLAIN, everything, jpegs, made, settings

pytestmark = pytest.mark.solr


def run(given: Sequence[str], **changes: object) -> Report:
    config = load(str(CONFIG), given, "extract")
    return local.run(replace(actions.job(config, actions.BY_NAME["extract"]), **changes))  # type: ignore[arg-type]


def test_no_file_is_left_out_because_of_a_document_that_goes(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    """A file that is renamed, the first of two equal ones that is gone, another key for which all are read anew."""
    connection = made(cloud, collection)
    folder = tmp_path / "in"
    jpegs(folder, ["renamed", "twin", "twin"])
    given = settings(cloud, collection, folder, tmp_path, *PLAIN, "processing.hash.types=md5")
    run([*given, "processing.hash.comparator=true"])
    assert set(everything(connection)) == {"000000.jpg", "000001.jpg"}
    (folder / "000000.jpg").rename(folder / "renamed.jpg")
    (folder / "000001.jpg").unlink()
    for more in ((), ("processing.maxPixels=1000000",)):
        with pytest.raises(ConfigError, match="do not go together"):
            run([*given, "processing.hash.comparator=true", *more], update="time")
    assert set(everything(connection)) == {"000000.jpg", "000001.jpg"}
    for more in ((), ("processing.maxPixels=1000000",)):
        run([*given, *more], update="time")
        assert set(everything(connection)) == {"000002.jpg", "renamed.jpg"}


def test_two_inputs_of_one_collection_do_not_delete_each_other(
    cloud: Cloud, collection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the records where all configurations without output.directoryPath have them."""
    connection = made(cloud, collection)
    monkeypatch.chdir(tmp_path)
    jpegs(tmp_path / "one", ["a"])
    jpegs(tmp_path / "two" / "sub", ["b", "c"])
    one, two = (
        [word for word in settings(cloud, collection, tmp_path / name, tmp_path, *PLAIN) if "directoryPath" not in word]
        for name in ("one", "two")
    )
    (tmp_path / "one" / "000000.jpg").rename(tmp_path / "one" / "a.jpg")
    run(two)
    with pytest.raises(OutputError, match="records of a run over other files"):
        run(one, update="time")
    run([*one, "output.directoryPath=one records"], update="time")
    (tmp_path / "two" / "sub" / "000000.jpg").unlink()
    run(two, update="time")
    assert set(everything(connection)) == {"a.jpg", "000001.jpg"}


def test_what_the_collection_has_lost_is_sent_again(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    connection = made(cloud, collection)
    jpegs(tmp_path / "in", [str(number) for number in range(30)])
    given = settings(cloud, collection, tmp_path / "in", tmp_path, *PLAIN)
    run(given)
    before = everything(connection)
    for query, left in ((f"id:{before['000003.jpg']['id']}", 29), ("*:*", 0)):
        with Solr(connection) as solr:
            solr.delete(query)
            solr.commit()
        assert len(everything(connection)) == left
        report = run(given, update="time")
        assert (report.changes["unchanged"], report.written, len(report.notes)) == (30, 30, 1)
        assert {name: one["id"] for name, one in everything(connection).items()} == {
            name: one["id"] for name, one in before.items()
        }
    assert run(given, update="time").notes == []


def test_documents_of_files_that_are_not_there_for_the_moment_stay(
    cloud: Cloud, collection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = made(cloud, collection)
    jpegs(tmp_path / "in", ["a", "b"])
    jpegs(tmp_path / "in" / "locked", ["c", "d"])
    for path in [*(tmp_path / "in" / "locked").iterdir()]:
        path.rename(path.with_name(f"locked-{path.name}"))
    given = settings(cloud, collection, tmp_path / "in", tmp_path, *PLAIN)
    run(given)
    before = everything(connection)
    (tmp_path / "in" / "000000.jpg").unlink()
    with monkeypatch.context() as patch:
        tear(patch, "/locked", -1)
        assert run(given, update="time").changes["unlisted"] == 2
    assert len(everything(connection)) == len(before) - 1
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    (tmp_path / "in").mkdir()
    with pytest.raises(OutputError, match=r"had 3 files and has none now\n.*--accept-gone"):
        run(given, update="time")
    assert len(everything(connection)) == len(before) - 1
    run(given, update="time", accept_gone=True)
    assert everything(connection) == {}
