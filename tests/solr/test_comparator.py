"""processing.hash.comparator: files that are in the collection already, or twice in the input."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Iterator
from hashlib import md5, sha256
from pathlib import Path

import pytest

from metadata_digger.pipeline import Batch, compose, open_batch
from metadata_digger.run.publish import equal_files
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import count
from metadata_digger.steps.compare import CompareStep, present
from metadata_digger.steps.hash import HashStep
from metadata_digger.storage import LocalStorage
from servers.solr import Cloud
from solr.running import PLAIN, everything, jpegs, left_out, made, run, settings

pytestmark = pytest.mark.solr

COMPARED = (*PLAIN, "processing.hash.types=md5,crc32", "processing.hash.comparator=true")
FIELDS = ("hash_md5", "hash_sha256")


def hashes(text: str) -> tuple[str, str]:
    return md5(text.encode(), usedforsecurity=False).hexdigest(), sha256(text.encode()).hexdigest()


def post(connection: Connection, texts: list[str], copies: int = 1) -> None:
    """Documents with the hashes of these texts."""
    with Solr(connection) as solr:
        documents = [
            {
                "id": f"{number}-{copy}",
                "base_path": "file:///x",
                "file_path": f"file:/x/{number}-{copy}",
                "processing_datetime": "2026-01-02T03:04:05Z",
                "hash_md5": hashes(text)[0],
                "hash_sha256": hashes(text)[1],
            }
            for number, text in enumerate(texts)
            for copy in range(copies)
        ]
        for start in range(0, len(documents), 10_000):
            solr.update(json.dumps(documents[start : start + 10_000]).encode())
        solr.commit()


def test_a_second_run_writes_nothing(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    connection = made(cloud, collection)
    jpegs(tmp_path / "in", [str(number % 250) for number in range(300)])
    given = settings(cloud, collection, tmp_path / "in", tmp_path, *COMPARED)
    report = run("extract", given)
    assert (report.seen, report.written, report.filtered, report.failed) == (300, 250, 50, 0)
    assert report.reasons == {("filtered", equal_files.REASON): 50}
    known = everything(connection)
    assert set(known) == {f"{number:06d}.jpg" for number in range(250)}  # the first in the order of the listing
    twin = left_out(tmp_path)["000260.jpg"]
    assert (twin["status"], twin["reason"]) == ("filtered", equal_files.REASON)
    assert twin["same_as"].endswith("/000010.jpg")
    shutil.copytree(tmp_path / "in", tmp_path / "elsewhere" / "copies")
    jpegs(tmp_path / "elsewhere", ["new"])
    report = run("extract", settings(cloud, collection, tmp_path / "elsewhere", tmp_path, *COMPARED))
    assert (report.seen, report.written, report.filtered, report.failed) == (301, 1, 300, 0)
    assert report.reasons == {("filtered", f"its content is in the collection {collection} already"): 300}
    again = run("extract", given)
    assert (again.seen, again.written) == (300, 0)
    with Solr(connection) as solr:
        assert count(solr) == 251


def test_without_the_comparator_copies_are_written(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    connection = made(cloud, collection)
    jpegs(tmp_path / "in", ["a", "a"])
    run("extract", settings(cloud, collection, tmp_path / "in", tmp_path, *PLAIN, "processing.hash.types=md5"))
    assert len(everything(connection)) == 2


def test_all_hashes_must_be_those_of_one_document(cloud: Cloud, collection: str) -> None:
    connection = made(cloud, collection)
    post(connection, ["a", "b"])
    a, b, c = map(hashes, "abc")
    wanted = {a, (a[0], b[1]), (b[0], c[1]), c}
    with Solr(connection) as solr:
        assert present(solr.query, FIELDS, wanted) == {a}
        assert present(solr.query, FIELDS, wanted - {a}) == set()
        assert present(solr.query, FIELDS[:1], {(a[0],), (c[0],)}) == {(a[0],)}
        assert present(solr.query, FIELDS, set()) == set()


def test_what_is_there_a_thousand_times_hides_nothing(cloud: Cloud, collection: str) -> None:
    connection = made(cloud, collection)
    post(connection, ["often", "rare"], copies=1_000)
    often, rare, never = hashes("often"), hashes("rare"), hashes("never")
    asked: list[object] = []
    with Solr(connection) as solr:

        def ask(parameters: object) -> dict[str, object]:
            asked.append(parameters)
            return solr.query(parameters)  # type: ignore[arg-type]

        assert present(ask, FIELDS, {often, rare, never}) == {often, rare}
        assert len(asked) <= 5
        # Crossed, so that a thousand documents fit the request and none the pair.
        crossed = {(often[0], rare[1]), (rare[0], often[1]), never}
        assert present(ask, FIELDS, crossed) == set()


@pytest.mark.slow
def test_many_documents_take_no_memory(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    """200,000 documents; what the step holds is a batch, and a batch is one request."""
    connection = made(cloud, collection)
    post(connection, [str(number) for number in range(200_000)])
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(100_000, 100_640):
        (folder / f"{number}").write_text(str(number) if number % 2 else f"new {number}")
    storage = LocalStorage()
    found = list(storage.walk([str(folder)]))

    def batches() -> Iterator[Batch]:
        for start in range(0, len(found), 64):
            yield open_batch(found[start : start + 64], storage)

    step = compose([HashStep(("md5", "sha256")), CompareStep(connection, dict(zip(FIELDS, FIELDS, strict=True)))])
    rows = step.run(batches())
    left = next(rows).rows.column("status").to_pylist().count("ok")  # connected, and everything is imported
    tracemalloc.start()
    for batch in rows:
        left += batch.rows.column("status").to_pylist().count("ok")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert left == 320
    assert peak < 2 << 20
    with Solr(connection) as solr:
        assert count(solr) == 200_000
