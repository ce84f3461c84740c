"""Runs on a real YARN, over a real HDFS, whose nodes have a Python without packages; as a user starts them."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from checkout import PHOTOS, ROOT, run
from metadata_digger.storage.hdfs.client import hdfs_client
from metadata_digger.storage.remote.place import Place
from servers.hadoop import Hadoop
from servers.process import free_port
from servers.spark_cluster import LIGHT, SCRIPT, bare, home, spark_is_there, start

pytestmark = [
    pytest.mark.spark,
    pytest.mark.yarn,
    pytest.mark.slow,
    pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer"),
]


@pytest.fixture(scope="module")
def environment(yarn: Hadoop, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("yarn-client")
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(
        f"spark.yarn.jars local:{home()}/jars/*\nspark.yarn.am.memory 512m\n"
        "spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\n"
        "spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\n"
    )
    return {
        **yarn.environment,
        **LIGHT,
        "SPARK_MASTER": "yarn",
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(bare(folder / "bare")),
        "ARCHIVE_URL": f"{yarn.url}/programs",
        "DRIVER_MEMORY": "512m",
        "EXECUTOR_MEMORY": "512m",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


@pytest.fixture(scope="module")
def there(yarn: Hadoop) -> Place:
    """A folder of this HDFS, with the photographs in it."""
    client, _ = hdfs_client(f"{yarn.url}/", {}, 20)
    (Place(client, "run") / "photos").upload(PHOTOS)
    return Place(client, "run")


def config(folder: Path, **settings: object) -> Path:
    made = folder / "c.properties"
    made.write_text("\n".join(f"{key.replace('_', '.')}={value}" for key, value in settings.items()))
    return made


def in_hdfs(folder: Path, there: Place, output: str) -> Path:
    names = {"input_storage_name": "hdfs", "output_storage_name": "hdfs", "output_format": "csv"}
    return config(folder, **names, input_paths=there / "photos", output_directoryPath=there / output)


def rows(text: str) -> list[dict[str, Any]]:
    """Without what tells of the place."""
    found = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["FilePath"].rpartition("/")[2])
    for row in found:
        for name in ("ID", "BasePath", "FilePath", "FileModified"):
            row.pop(name, None)
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows of this machine."""
    folder = tmp_path_factory.mktemp("here")
    done = start("full", config(folder, input_paths=PHOTOS, output_format="csv", output_directoryPath=folder / "out"))
    assert done.returncode == 0, done.stderr
    return rows((folder / "out" / "out.csv").read_text("utf-8"))


@pytest.mark.parametrize("mode", ["client", "cluster"])
def test_full_over_hdfs(
    environment: Mapping[str, str], there: Place, here: list[dict[str, Any]], tmp_path: Path, mode: str
) -> None:
    """Input, stage, output and archive in HDFS: the machines share no disk."""
    given = in_hdfs(tmp_path, there, f"out-{mode}")
    done = run("sh", SCRIPT, "full", given, cwd=ROOT, env={**environment, "DEPLOY_MODE": mode})
    assert done.returncode == 0, done.stderr
    assert f"  written   {len(here):>11,}" in done.stdout
    assert f"{there}/out-{mode}" in done.stdout
    found = (there / f"out-{mode}" / f"out-{mode}.csv").read_text()
    for one, other in zip(rows(found), here, strict=True):
        assert {name: (value, other[name]) for name, value in one.items() if value != other[name]} == {}
    assert [one.name for one in there.iterdir() if one.name.startswith(".")] == []
    assert len([*(Place(there.client, "programs").iterdir())]) == 1


def test_describe(environment: Mapping[str, str], there: Place, tmp_path: Path) -> None:
    """Without an output the table comes back beside the archive."""
    names = {"input_storage_name": "hdfs", "input_paths": there / "photos"}
    done = run(
        "sh", SCRIPT, "describe", config(tmp_path, **names), cwd=ROOT, env={**environment, "DEPLOY_MODE": "cluster"}
    )
    assert done.returncode == 0, done.stderr
    local = start("describe", config(tmp_path, input_paths=PHOTOS))
    assert [line for line in done.stdout.splitlines() if line.startswith(("|", "+"))] == [
        line for line in local.stdout.splitlines() if line.startswith(("|", "+"))
    ]


def test_what_goes_wrong_there_is_told_here(environment: Mapping[str, str], there: Place, tmp_path: Path) -> None:
    (there / "taken" / "mine.txt").write_text("mine")
    given = in_hdfs(tmp_path, there, "taken")
    words = {**environment, "DEPLOY_MODE": "cluster"}
    done = run("sh", SCRIPT, "full", given, cwd=ROOT, env=words)
    assert done.returncode == 1
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("metadata-digger: ")]
    assert "exists already" in told
    assert "Traceback" not in done.stderr


def test_no_resource_manager(environment: Mapping[str, str], tmp_path: Path) -> None:
    place = f"127.0.0.1:{free_port()}"
    (tmp_path / "yarn-site.xml").write_text(
        "<configuration><property><name>yarn.resourcemanager.address</name>"
        f"<value>{place}</value></property></configuration>"
    )
    words = {**environment, "HADOOP_CONF_DIR": str(tmp_path), "YARN_CONF_DIR": str(tmp_path), "ARCHIVE_URL": ""}
    given = config(tmp_path, input_paths=PHOTOS, output_format="csv", output_directoryPath=tmp_path / "out")
    begin = time.monotonic()
    done = start("--engine", "spark", "extract", given, **words)
    assert (done.returncode, done.stderr) == (
        1,
        f"metadata-digger: SPARK_MASTER=yarn: no ResourceManager answers at {place}\n",
    )
    assert time.monotonic() - begin < 10


def test_ctrl_c_stops_the_driver_there(environment: Mapping[str, str], there: Place, tmp_path: Path) -> None:
    """It leaves its work, and the next start goes on with it."""
    for number in range(12):
        (there / "many" / str(number)).upload(PHOTOS)
    names = {"input_storage_name": "hdfs", "output_storage_name": "hdfs", "output_format": "csv"}
    given = config(tmp_path, **names, input_paths=there / "many", output_directoryPath=there / "stopped")
    words = {**environment, "DEPLOY_MODE": "cluster"}
    process = subprocess.Popen(
        ["sh", SCRIPT, "full", given, "--set", "input.partitions=100"],
        cwd=ROOT,
        env={**os.environ, **words},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    stage = there / ".stopped.metadata-digger"

    def parts() -> Iterator[Place]:
        for root in stage.glob("[0-9a-f]*"):
            if len(root.name) == 8:
                yield from (root / "parts").glob("*.part")

    end = time.monotonic() + 200
    while not any(parts()):
        assert time.monotonic() < end
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "--resume" in said
    assert any(parts())
    assert not (there / "stopped").exists()
