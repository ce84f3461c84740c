"""This machine and a Spark cluster, files here, in S3 and in HDFS, in and out: the rows are the same."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from checkout import PHOTOS
from metadata_digger.storage.hdfs.client import hdfs_client
from metadata_digger.storage.remote.place import Folder, Place
from metadata_digger.storage.s3.access import S3Access
from metadata_digger.storage.s3.client import S3Client
from servers.hadoop import Hadoop
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY
from servers.spark_cluster import SparkCluster, spark_is_there, start

pytestmark = [
    pytest.mark.s3,
    pytest.mark.hdfs,
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer"),
]

PLACES = ("file", "s3", "hdfs")
ENGINES = ("local", "spark")
SMALL = 2_000  # files beside the photographs
# What tells of a place: of time HDFS has its own.
OF_PLACE = ("ID", "BasePath", "FilePath", "FileModified", "Modified")
WAVE = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00"
    b"data\x00\x00\x00\x00"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class World:
    """`folders`: of each place, with the same files in `in`; `settings`: how all of them are reached."""

    folders: Mapping[str, Folder]
    settings: Mapping[str, str]
    cluster: Mapping[str, str]


@pytest.fixture(scope="module")
def world(s3: S3, hdfs: Hadoop, spark_cluster: SparkCluster, tmp_path_factory: pytest.TempPathFactory) -> World:
    here = tmp_path_factory.mktemp("world")
    source = here / "in"
    shutil.copytree(PHOTOS, source / "photos")
    for number in range(SMALL):
        (source / str(number % 20)).mkdir(exist_ok=True)
        (source / str(number % 20) / f"{number:04d}.wav").write_bytes(WAVE)
    bucket = s3.bucket("world")
    shutil.copytree(source, bucket / "in")
    client, _ = hdfs_client(f"{hdfs.url}/", {}, 20)
    inside = Place(client, "world")
    (inside / "in").upload(source)
    of_bucket = Place(S3Client(S3Access(s3.endpoint, ACCESS_KEY, SECRET_KEY), bucket.name), "made")
    (of_bucket.parent / "made" / "x").write_bytes(b"")
    settings = {name: value for name, value in s3.settings().items() if name.startswith("storage.")}
    cluster = {**spark_cluster.environment, "XDG_CACHE_HOME": str(here / "cache"), "ARCHIVE_URL": str(here / "shared")}
    return World({"file": here, "s3": Place(of_bucket.client, ""), "hdfs": inside}, settings, cluster)


def dig(world: World, engine: str, action: str, given: Mapping[str, object], *options: str | Path) -> str:
    """What it said. `given`: settings."""
    pairs = {**world.settings, **given}
    words = [word for key, value in pairs.items() for word in ("--set", f"{key}={value}")]
    if engine == "spark":
        done = start("--engine", "spark", action, os.devnull, *options, *words, **world.cluster)
    else:
        done = start(action, os.devnull, *options, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert SECRET_KEY not in done.stdout + done.stderr
    return done.stdout + done.stderr


def rows_of(output: Folder, form: str) -> list[Row]:
    """Of a run, sorted, without what tells of the place."""
    content = (output / f"{output.name}.{form}").read_bytes()
    if form == "csv":
        found: list[Row] = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    elif form == "json":
        found = [json.loads(line) for line in content.splitlines()]
    else:
        found = pq.read_table(io.BytesIO(content)).to_pylist()
    found.sort(key=lambda row: "/".join(str(row["FilePath"]).split("/in/")[1:]))
    return [{name: value for name, value in row.items() if name not in OF_PLACE} for row in found]


@pytest.fixture(scope="module")
def expected(world: World) -> Callable[[str], list[Row]]:
    """The rows of this machine, by the form."""
    output = world.folders["file"] / "expected"
    paths = {"input.paths": world.folders["file"] / "in", "output.directoryPath": output}
    dig(world, "local", "full", {**paths, "output.format": "csv,json,parquet"})

    @cache
    def of(form: str) -> list[Row]:
        return rows_of(output, form)

    return of


@pytest.mark.parametrize(("engine", "source", "target"), list(product(ENGINES, PLACES, PLACES))[1:])
def test_full(world: World, expected: Callable[[str], list[Row]], engine: str, source: str, target: str) -> None:
    output = world.folders[target] / "made" / f"{engine}-{source}"
    given = {"input.storage.name": source, "input.paths": world.folders[source] / "in"}
    given |= {"output.storage.name": target, "output.directoryPath": output, "output.format": "csv,json,parquet"}
    dig(world, engine, "full", given)
    for form in ("csv", "json", "parquet"):
        assert len(expected(form)) == SMALL + len(list(PHOTOS.iterdir()))
        assert rows_of(output, form) == expected(form)


@pytest.mark.parametrize(("engine", "place"), list(product(ENGINES, ("s3", "hdfs"))))
def test_update_find_similar_verify(world: World, engine: str, place: str, tmp_path: Path) -> None:
    home = world.folders[place] / f"{engine}-{place}"
    (home / "in").upload(PHOTOS)
    output = home / "out"
    given = {"input.storage.name": place, "input.paths": home / "in", "output.storage.name": place}
    given |= {"output.directoryPath": output, "output.format": "csv", "processing.hash.types": "sha256"}
    dig(world, engine, "extract", given)
    one, other, *_ = sorted((home / "in").iterdir(), key=str)
    (home / "in" / "new.wav").write_bytes(WAVE)
    other.unlink()
    count = len(list(PHOTOS.iterdir()))
    said = dig(world, engine, "extract", given, "--update")
    assert f"update      {count - 1} unchanged, 1 new, 0 changed, 1 gone" in said
    assert len((output / "out.csv").read_text().splitlines()) == count + 1

    config = tmp_path / "c.properties"
    config.write_text("\n".join(f"{key}={value}" for key, value in {**world.settings, **given}.items()))
    done = start("verify", config)
    assert done.returncode == 0, done.stdout + done.stderr

    near = {**given, "output.directoryPath": home / "near"}
    said = dig(world, engine, "find_similar", near, PHOTOS / one.name)
    assert "similar" in said
    lines = (home / "near" / "near.csv").read_text().splitlines()
    here = {"input.paths": PHOTOS, "output.directoryPath": tmp_path / "near", "output.format": "csv"}
    dig(world, "local", "find_similar", here, PHOTOS / one.name)
    assert len(lines) >= 1
    assert lines[0].split(",")[:3] == (tmp_path / "near" / "near.csv").read_text().splitlines()[0].split(",")[:3]


@pytest.mark.parametrize("place", ["s3", "hdfs"])
def test_describe(world: World, place: str) -> None:
    given = {"input.storage.name": place, "input.paths": world.folders[place] / "in" / "photos"}
    tables = [
        [line for line in dig(world, engine, "describe", given).splitlines() if line.startswith("|")]
        for engine in ENGINES
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) > 100
