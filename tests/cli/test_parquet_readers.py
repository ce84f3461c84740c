"""The output as Parquet in the tools that it is for, by the examples of docs/reference/output.md."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow.dataset import dataset

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark.java import check_spark

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```(sql|python)\n(.*?)```", (ROOT / "docs/reference/output.md").read_text("utf-8"), re.DOTALL)


def example(word: str) -> str:
    """The code block that has this word in it."""
    (code,) = [code for _, code in EXAMPLES if word in code]
    return code


def spark_is_there() -> bool:
    try:
        check_spark()
    except DiggerError:
        return False
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the output `result` of extract over the demo photographs."""
    made = tmp_path_factory.mktemp("parquet")
    config = made / "c.properties"
    config.write_text(f"input.paths={ROOT}/demo/photos\noutput.format=parquet\noutput.directoryPath=result\n")
    command = [sys.executable, "-m", "metadata_digger", "extract", str(config), "--set", "output.filesNumber=2"]
    done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(autouse=True)
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def models(folder: Path) -> Mapping[str, int]:
    """What every tool has to find."""
    with duckdb.connect() as sql:
        sql.execute(f"SET file_search_path = '{folder}'")
        return dict(sql.execute(example("unnest(Tags)")).fetchall())


def test_duckdb(models: Mapping[str, int]) -> None:
    assert len(models) > 5
    assert list(models.values()) == sorted(models.values(), reverse=True)
    with duckdb.connect() as sql:
        query = "SELECT count(*), count(DISTINCT ID), min(Size) > 0, max(year(Modified)) > 2000 FROM 'result/*.parquet'"
        count = len(list((ROOT / "demo" / "photos").iterdir()))
        assert sql.execute(query).fetchone() == (count, count, True, True)


def test_pandas(models: Mapping[str, int]) -> None:
    pytest.importorskip("pandas")
    assert run(example("pandas.read_parquet"))["models"].to_dict() == models


def test_polars(models: Mapping[str, int]) -> None:
    pytest.importorskip("polars")  # not locked: 50 MB for two examples
    found = run(example("polars.read_parquet"))["models"]
    assert dict(found.iter_rows()) == models


def test_pyarrow(models: Mapping[str, int]) -> None:
    assert dataset("result").count_rows() == len(list((ROOT / "demo" / "photos").iterdir()))
    found = run(example("import pyarrow.parquet"))["models"].to_pylist()
    assert {one["values"]: one["counts"] for one in found} == models


@pytest.fixture
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer")
def test_spark(models: Mapping[str, int], folder: Path, spark: Any) -> None:
    # A session goes on with the directory that Java was started in.
    code = example("spark.read.parquet").replace('"result"', repr(str(folder / "result")))
    found = run(code, spark=spark)["models"].collect()
    assert {row["value"]: row["count"] for row in found} == models


def run(code: str, **names: Any) -> dict[str, Any]:
    exec(code, names)  # noqa: S102  # our own documentation
    return names
