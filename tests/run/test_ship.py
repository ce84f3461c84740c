"""The archive that nodes are sent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from test_local import job

from checkout import ROOT
from metadata_digger.config import Config, load
from metadata_digger.errors import ConfigError, DiggerError, OutputError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import load_model
from metadata_digger.run.engines.spark.cluster import Cluster
from metadata_digger.run.engines.spark.ship import archive as archives
from metadata_digger.run.engines.spark.ship.archive import archive, cache, name_of
from metadata_digger.run.engines.spark.ship.contents import EXTRAS, LEFT_OUT, NEEDED, Shipped, closure, shipped
from metadata_digger.run.engines.spark.ship.networks import for_nodes, networks
from metadata_digger.run.engines.spark.ship.send import place, send
from metadata_digger.run.job import Job
from metadata_digger.steps.label import LabelStep
from servers.s3 import S3

MOST = 160 * 1000 * 1000  # bytes
# What runs on nodes, and all that it may import while it does.
ROOMS = ("metadata", "picture", "preview", "schema", "pipeline", "storage", "solr", "steps", "sinks", "index", "run")
IMPORTS = f"""
import importlib, pkgutil, sys
import metadata_digger
assert metadata_digger.__file__.startswith(sys.argv[1]), metadata_digger.__file__
for room in {ROOMS}:
    module = importlib.import_module(f"metadata_digger.{{room}}")
    for one in pkgutil.walk_packages(getattr(module, "__path__", ()), f"metadata_digger.{{room}}."):
        importlib.import_module(one.name)
import hdfs_native, kazoo.client, obstore, onnxruntime, pi_heif, PIL.Image, rapidfuzz, requests, tantivy
import pyarrow.csv, pyarrow.dataset, pyarrow.json, pyarrow.parquet
import boto3.session
for service in ("s3", "sts", "sso", "sso-oidc"):
    boto3.session.Session().client(service, region_name="us-east-1")
from metadata_digger.labels.network import Network
import onnxruntime, pathlib
for path in pathlib.Path(sys.argv[1], "models").glob("*/*.onnx"):
    onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
print(len(list(pathlib.Path(sys.argv[1], "models").glob("*/model.onnx"))))
"""


def seeing(tmp_path: Path) -> Job:
    return job(tmp_path, steps=(LabelStep(load_model(bundled_model()), more=()),))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An archive with a model, and what was told."""
    folder, told = tmp_path_factory.mktemp("cache"), list[str]()
    return archive(shipped(networks(seeing(folder))), folder, told.append), told


def test_a_bare_python_runs_from_it(kept: tuple[Path, list[str]], tmp_path: Path) -> None:
    made, told = kept
    assert made.stat().st_size <= MOST
    assert len(told) == 1
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    with tarfile.open(made) as tar:
        tar.extractall(tmp_path / "environment", filter="data")
    command = [tmp_path / "bare" / "bin" / "python", "-c", IMPORTS, tmp_path / "environment"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": f"{tmp_path}/environment"})
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_what_only_this_machine_needs_stays_here(kept: tuple[Path, list[str]]) -> None:
    with tarfile.open(kept[0]) as tar:
        names = tar.getnames()
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"scipy", "sklearn", "onnx", "starlette", "uvicorn", "jsonschema", "pyspark", "pandas", "pytest"}
    assert not [name for name in names if name.endswith((".pyc", ".pyi", ".h")) or "/tests/" in name]
    assert not [name for name in names if "flight" in name and name.endswith(".so")]
    assert names == sorted(names)


def test_every_dependency_is_decided_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {re.split(r"[;\[<>=~! ]", line)[0] for line in lines}
    assert names == {*NEEDED, *EXTRAS, *LEFT_OUT}


def test_what_a_distribution_requires_comes_with_it() -> None:
    names = {found.name.lower() for found in closure(["requests"])}
    assert names == {"requests", "certifi", "charset-normalizer", "idna", "urllib3"}
    assert closure(["no-such-distribution"]) == []


def few(tmp_path: Path, text: str = "a") -> Shipped:
    (tmp_path / "a").write_text(text)
    return Shipped({"there/a": tmp_path / "a"}, f"{text:0<64}")


def test_two_starts_at_once_make_it_once(tmp_path: Path) -> None:
    told: list[str] = []
    files, made = few(tmp_path), list[Path]()
    threads = [
        threading.Thread(target=lambda: made.append(archive(files, tmp_path / "cache", told.append))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(made)), len(told)) == (1, 1)
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {name_of(files), "lock"}


def test_equal_files_give_equal_bytes(tmp_path: Path) -> None:
    first = archive(few(tmp_path), tmp_path / "1", print).read_bytes()
    (tmp_path / "a").touch()
    assert archive(few(tmp_path), tmp_path / "2", print).read_bytes() == first


def test_what_a_kill_left_and_what_is_old_goes(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / ".half").touch()
    made = [archive(few(tmp_path, text), folder, print) for text in "abcdef"]
    assert {*folder.iterdir()} == {*made[-archives.KEPT :], folder / "lock"}


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    files = few(tmp_path)
    (tmp_path / "a").unlink()
    with pytest.raises(OutputError, match="named by what is installed and not there"):
        archive(files, tmp_path / "cache", print)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(OutputError, match=f"cannot write {tmp_path}/cache"):
        archive(few(tmp_path), tmp_path / "cache", print)


def test_the_digest_is_of_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from metadata_digger.run.engines.spark.ship import contents

    with_model = shipped(networks(seeing(tmp_path)))
    assert with_model.digest != shipped({}).digest == shipped({}).digest
    program = tmp_path / "metadata_digger"
    program.mkdir()
    (program / "one.py").write_text("1")
    monkeypatch.setattr(contents, "PROGRAM", program)
    first = shipped({})
    assert [name for name in first.files if name.startswith("metadata_digger/")] == ["metadata_digger/one.py"]
    (program / "one.py").write_text("2")
    assert shipped({}).digest != first.digest


def test_a_distribution_that_does_not_know_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.PathDistribution.files", None)
    with pytest.raises(DiggerError, match="does not say what files it has"):
        shipped({})


def test_models_are_found_in_the_archive(tmp_path: Path) -> None:
    given = seeing(tmp_path)
    files = networks(given)
    (step,) = for_nodes(given).steps
    assert isinstance(step, LabelStep)
    for path in (step.model.path, *(view.path for view in step.model.views)):
        assert path.parts[0] == "environment"
        assert files["/".join(path.parts[1:])].read_bytes()
    assert {path.name for path in files.values()} == {path.name for path in bundled_model().iterdir()}
    best = replace(given, steps=(LabelStep(load_model(bundled_model(), quality="best")),))
    assert networks(best) == files


def test_a_single_network_comes_with_its_weights(tmp_path: Path) -> None:
    given = seeing(tmp_path)
    step = given.steps[0]
    assert isinstance(step, LabelStep)
    for name in ("own.onnx", "own.onnx.data", "other.onnx"):
        (tmp_path / name).write_text(name)
    moved = replace(step, model=replace(step.model, path=tmp_path / "own.onnx"))
    found = networks(replace(given, steps=(moved,)))
    assert sorted(path.name for path in found.values()) == ["own.onnx", "own.onnx.data"]


def settings(**given: str) -> Config:
    chosen = [f"{key}={value}" for key, value in given.items()]
    return load(os.devnull, ["input.paths=a", "output.directoryPath=b", "output.format=csv", *chosen], "extract")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """With a cache that has the archive of a job without a model, once a test has made it."""
    return {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("xdg"))}


def test_a_place_of_its_own_gets_it_once(tmp_path: Path, environment: dict[str, str]) -> None:
    told: list[str] = []
    cluster = Cluster("spark://a:1", archive_url=f"file://{tmp_path}/shared/programs")
    sent = Path(send(job(tmp_path), cluster, environment, told.append, settings()))
    assert str(sent) == place(job(tmp_path), cluster, environment)
    assert sent.parent == tmp_path / "shared" / "programs"
    assert sent.read_bytes() == (cache(environment) / sent.name).read_bytes()
    assert told[-1].startswith(f"Copying the program to {sent.parent}")
    told.clear()
    assert Path(send(job(tmp_path), cluster, environment, told.append, settings())) == sent
    assert told == []
    assert place(job(tmp_path), Cluster("spark://a:1"), environment) == str(cache(environment) / sent.name)


@pytest.mark.s3
def test_a_bucket_gets_it_once(s3: S3, tmp_path: Path, environment: dict[str, str]) -> None:
    bucket, told = s3.bucket("programs"), list[str]()
    cluster = Cluster("spark://a:1", archive_url="s3://programs/metadata-digger/")
    config = settings(**s3.settings())
    sent = send(job(tmp_path), cluster, environment, told.append, config)
    assert sent == place(job(tmp_path), cluster, environment)
    assert sent.startswith("s3a://programs/metadata-digger/environment-")
    (there,) = (bucket / "metadata-digger").iterdir()
    assert there.read_bytes() == (cache(environment) / there.name).read_bytes()
    assert told[-1] == f"Uploading the program to {sent} ..."
    shutil.rmtree(environment["XDG_CACHE_HOME"])
    told.clear()
    assert send(job(tmp_path), cluster, environment, told.append, config) == sent
    assert told == []


def test_a_place_that_is_unknown(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="ARCHIVE_URL=ftp://a/b: expected a folder"):
        send(job(tmp_path), Cluster("spark://a:1", archive_url="ftp://a/b"), environment, print, settings())
