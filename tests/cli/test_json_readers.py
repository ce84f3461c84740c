"""The output as JSON in the tools that it is for, by the examples of docs/reference/output.md."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark.java import check_spark

ROOT = Path(__file__).parents[2]
_JSON = (ROOT / "docs/reference/output.md").read_text("utf-8").partition("## JSON\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"```(sh|sql|python)\n(.*?)```", _JSON, re.DOTALL)


def example(word: str) -> str:
    """The code block that has this word in it."""
    (code,) = [code for _, code in EXAMPLES if word in code]
    return code


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*texts: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">2I5B", 3, 2, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunk(b"tEXt", text) for text in texts) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the output `result` of extract: names that differ in case, values that are lists in one file."""
    made = tmp_path_factory.mktemp("json")
    (made / "in").mkdir()
    for name in ("beach.jpg", "rider-statue.jpg", "ambulance.jpg"):
        shutil.copy(ROOT / "demo" / "photos" / name, made / "in")
    (made / "in" / "comfy.png").write_bytes(png(b"prompt\0{}", b"workflow\0[]"))
    (made / "in" / "plain.png").write_bytes(png(b"Comment\0one"))
    config = made / "c.properties"
    config.write_text(f"input.paths={made}/in\noutput.format=json\noutput.directoryPath=result\n")
    command = [sys.executable, "-m", "metadata_digger", "extract", str(config)]
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
        return dict(sql.execute(example("FROM read_json(")).fetchall())


def test_duckdb(models: Mapping[str, int]) -> None:
    assert len(models) == sum(models.values()) == 3
    with duckdb.connect() as sql:
        query = (
            """SELECT FileName, Metadata->'PNGTEXt'->>'Textual Data' FROM read_json('result/*.json', """
            """columns = {FileName: 'VARCHAR', Metadata: 'JSON'}) WHERE FileName LIKE '%.png'"""
        )
        assert sql.execute(query).fetchall() == [
            ("comfy.png", '["prompt: {}","workflow: []"]'),
            ("plain.png", "Comment: one"),
        ]
        # Guessed it is a table as well, with what the file itself is in its own types.
        query = "SELECT count(*), min(FileSize) > 0, max(year(FileModified)) > 2000 FROM 'result/*.json'"
        assert sql.execute(query).fetchone() == (5, True, True)


def test_jq(models: Mapping[str, int]) -> None:
    if shutil.which("jq") is None:
        pytest.skip("no jq")
    done = subprocess.run(["sh", "-c", example("jq ")], capture_output=True, text=True, check=True)
    counts = (line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {model: int(count) for count, model in counts} == models
    several = (
        r"""jq -c 'select(.FileExtension == "png") | [.Metadata.PNGTEXt["Textual Data"]] | flatten' result/*.json"""
    )
    done = subprocess.run(["sh", "-c", several], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ['["prompt: {}","workflow: []"]', '["Comment: one"]']


def test_pandas(models: Mapping[str, int]) -> None:
    pytest.importorskip("pandas")
    assert run(example("import pandas"))["models"].to_dict() == models


def test_polars(models: Mapping[str, int]) -> None:
    pytest.importorskip("polars")  # not locked: 50 MB for two examples
    found = run(example("import polars"))["models"]
    assert dict(found.iter_rows()) == models


def spark_is_there() -> bool:
    try:
        check_spark()
    except DiggerError:
        return False
    return True


@pytest.mark.spark
@pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer")
def test_spark(models: Mapping[str, int], folder: Path) -> None:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    # A session goes on with the directory that Java was started in.
    code = example("spark.read").replace('"result"', repr(str(folder / "result")))
    found = run(code, spark=session)
    assert {row["value"]: row["count"] for row in found["models"].collect()} == models
    several = found["rows"].where("FileName = 'comfy.png'").selectExpr("Metadata.PNGTEXt['Textual Data'] AS value")
    assert several.collect()[0]["value"] == '["prompt: {}","workflow: []"]'
    session.stop()


def run(code: str, **names: Any) -> dict[str, Any]:
    exec(code, names)  # noqa: S102  # our own documentation
    return names
