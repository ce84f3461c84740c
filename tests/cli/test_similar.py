"""find_similar, as a user starts it, over the demo photographs."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark.java import check_spark

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "demo" / "photos"
SHARED = ROOT / "../shared/golden"
MODEL = "analytics.similar.tags=Exif IFD0.Model:STRING"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.properties"
    path.write_text(
        f"input.paths={PHOTOS}\noutput.format=csv\noutput.directoryPath={tmp_path}/out\nprocessing.cores=2\n"
    )
    return path


def find(config: Path, *images: str, settings: tuple[str, ...] = (), engine: str = "local") -> Any:
    options = [word for setting in settings for word in ("--set", setting)]
    paths = [str(PHOTOS / image) for image in images]
    command = [sys.executable, "-m", "metadata_digger", "--engine", engine, "find_similar", str(config), *paths]
    environment = {**os.environ, "SPARK_MASTER": "local[2]"}
    return subprocess.run([*command, *options], capture_output=True, text=True, env=environment, check=False)


def rows(config: Path) -> list[dict[str, str]]:
    with (config.parent / "out" / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names(config: Path) -> list[str]:
    return [row["FilePath"].rpartition("/")[2] for row in rows(config)]


def report(config: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((config.parent / "out" / "_run" / "run.json").read_text("utf-8"))
    return found


def test_with_rules(config: Path) -> None:
    done = find(config, "car-garage.jpg", settings=(MODEL + ",Exif IFD0.Software:STRING:2",))
    assert (done.returncode, done.stderr) == (0, "")
    assert names(config) == ["car-and-people.jpg", "car-garage.jpg", "car-roadside.jpg"]
    assert [row["SimilarScore"] for row in rows(config)] == ["2", "2", "2"]
    assert rows(config)[1]["SimilarReasons"].startswith("the image itself; Exif IFD0.Model: iPhone 4S; ")
    assert "Exif IFD0.Software: 6.1 (near 6.0.1)" in rows(config)[2]["SimilarReasons"]
    assert (report(config)["action"], report(config)["similar"]["images"]) == (
        "find_similar",
        [str(PHOTOS / "car-garage.jpg")],
    )
    assert "2 of 2" in done.stdout


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ((MODEL, "analytics.similar.minPassingConditions=1"), 3),
        ((f"{MODEL},Exif IFD0.Software:STRING",), 2),
        ((f"{MODEL},Exif IFD0.Software:STRING", "analytics.similar.minPassingConditions=1"), 3),
        ((f"{MODEL},Exif IFD0.Software:STRING", "analytics.similar.minPassingConditions=0"), 40),
        (("analytics.similar.tags=GPS.MD Location Lat F:FLOAT:1,GPS.MD Location Long F:FLOAT:2.5",), 3),
        ((MODEL, "filter.mandatoryTags=GPS.GPS Latitude"), 3),
    ],
)
def test_how_many_pass(config: Path, settings: tuple[str, ...], expected: int) -> None:
    done = find(config, "car-garage.jpg", settings=settings)
    assert done.returncode == 0, done.stderr
    assert len(names(config)) == expected
    scores = [int(row["SimilarScore"]) for row in rows(config)]
    assert scores == sorted(scores, reverse=True)
    told = report(config)
    assert told["written"] + told["filtered"] == told["seen"] == 40


def test_several_images(config: Path) -> None:
    assert find(config, "car-garage.jpg", "beach.jpg", settings=(MODEL,)).returncode == 0
    assert names(config) == ["beach.jpg", "car-and-people.jpg", "car-garage.jpg", "car-roadside.jpg", "reading.jpg"]
    assert find(config, "car-garage.jpg", "car-roadside.jpg", settings=("output.format=json",)).returncode == 1
    (config.parent / "out").rename(config.parent / "before")
    assert find(config, "car-garage.jpg", "car-roadside.jpg").returncode == 0
    assert names(config) == ["car-garage.jpg", "car-roadside.jpg", "car-and-people.jpg"]
    assert [row["SimilarScore"] for row in rows(config)][:2] == ["100", "100"]


def test_the_sample_configuration_works(config: Path) -> None:
    sample = (ROOT / "configs" / "analytics" / "csv.similartags.config.properties").read_text("utf-8")
    sample = sample.replace("input.paths=<CHANGE_ME>", f"input.paths={PHOTOS}")
    config.write_text(sample.replace("directoryPath=<CHANGE_ME>", f"directoryPath={config.parent}/out"))
    done = find(config, "beach.jpg")
    assert done.returncode == 0, done.stderr
    assert names(config)[:2] == ["beach.jpg", "reading.jpg"]


@pytest.mark.parametrize(
    ("photo", "others"),
    [
        ("beach.jpg", ["reading.jpg"]),
        ("church-dresden.jpg", ["church-and-cars.jpg", "prague.webp"]),
        ("go-kart.jpg", ["kilimanjaro.jpg"]),
        ("snack.jpg", ["bridge-and-cherry.jpg", "phones.jpg"]),
    ],
)
def test_the_rule_that_is_printed_finds_the_same_files(config: Path, photo: str, others: list[str]) -> None:
    done = find(config, photo)
    assert done.returncode == 0, done.stderr
    assert names(config) == [photo, *others]
    scores = [int(row["SimilarScore"]) for row in rows(config)]
    assert scores[0] == 100
    assert scores == sorted(scores, reverse=True)
    rule = re.findall(r"^ +(analytics\.similar\.\S+?=.*)$", done.stdout, re.MULTILINE)
    assert report(config)["ranking"]["rule"] == dict(key.split("=", 1) for key in rule)
    (config.parent / "out").rename(config.parent / "before")
    config.write_text(config.read_text() + "\n".join(rule))
    assert find(config, photo).returncode == 0
    assert set(names(config)) == {photo, *others}


def test_where_nothing_is_shared_the_image_stands_alone(config: Path) -> None:
    done = find(config, "temple.jpg")
    assert (done.returncode, names(config)) == (0, ["temple.jpg"])
    assert "no rule: no value of the image that another file has is rare enough" in done.stdout
    assert report(config)["ranking"]["rule"] is None


def test_an_image_from_elsewhere_is_compared_and_not_written(config: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.jpg"
    elsewhere.write_bytes((PHOTOS / "car-garage.jpg").read_bytes())
    done = find(config, str(elsewhere))
    assert done.returncode == 0, done.stderr
    assert names(config) == ["car-garage.jpg", "car-and-people.jpg", "car-roadside.jpg"]
    assert [row["SimilarScore"] for row in rows(config)] == ["100", "46", "34"]
    assert "the image itself" not in done.stdout
    assert "a copy of the image, byte for byte; " in done.stdout


@pytest.mark.parametrize(
    ("images", "settings", "words"),
    [
        (["dog.tiff"], (), "dog.tiff has no value that tells a device, a person or a document"),
        (["cat.png", "car-garage.jpg"], (), "the images share no value that tells"),
        (["nowhere.jpg"], (), "nowhere.jpg: No such file or directory"),
        (["cat.png"], (MODEL,), "cat.png has no tag Exif IFD0.Model"),
        (["car-garage.jpg"], ("analytics.similar.tags=Exif IFD0.Make:INT",), "is no number ('Apple'), and INT needs"),
        (["cat.png"], (MODEL, "analytics.similar.minPassingConditions=2"), "=2 is more than the 1 of"),
    ],
)
def test_faults_before_any_work(config: Path, images: list[str], settings: tuple[str, ...], words: str) -> None:
    done = find(config, *images, settings=settings)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert not (config.parent / "out").exists()


@pytest.mark.skipif(not SHARED.exists(), reason="the original's outputs are not beside this checkout")
def test_the_original_names_the_tag_that_the_image_lacks(config: Path) -> None:
    case = SHARED / "similar_missing_tag"
    text = (case / "config.properties").read_text("utf-8").replace("/data/jpgs", f"{SHARED}/data/own")
    config.write_text(re.sub("output.directoryPath=.*", f"output.directoryPath={config.parent}/out", text))
    *_, image = (case / "action").read_text().split(maxsplit=3)
    done = find(config, str(SHARED / image.strip().removeprefix("/")))
    (tag,) = re.findall(r"Tag: (.+) does not exist", (case / "stdout.txt").read_text())
    assert done.returncode == 2
    assert done.stderr.endswith(f"has no tag {tag}\n")


def spark_is_there() -> bool:
    try:
        check_spark()
    except DiggerError:
        return False
    return True


@pytest.mark.spark
@pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer")
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param((), id="proposed"),
        pytest.param((f"{MODEL},Exif IFD0.Software:STRING:1",), id="rules", marks=pytest.mark.slow),
    ],
)
def test_spark_gives_equal_rows(config: Path, settings: tuple[str, ...]) -> None:
    told = {}
    for engine in ("local", "spark"):
        output = f"output.directoryPath={config.parent}/{engine}/out"
        done = find(config, "car-garage.jpg", settings=(*settings, output), engine=engine)
        assert done.returncode == 0, done.stderr
        folder = config.parent / engine / "out"
        facts = json.loads((folder / "_run" / "run.json").read_text("utf-8"))
        left_out = (folder / "_run" / "filtered.jsonl").read_text("utf-8")
        told[engine] = (folder / "out.csv").read_text("utf-8"), facts["ranking"], facts["reasons"], left_out
    assert told["local"] == told["spark"]


@pytest.mark.parametrize(("settings", "score"), [((), "100"), ((MODEL,), "1")])
def test_a_copy_of_the_image_is_known_by_its_bytes(
    config: Path, tmp_path: Path, settings: tuple[str, ...], score: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("car-roadside.jpg", "car-garage.jpg", "beach.jpg"):
        shutil.copy(PHOTOS / name, folder)
    content = (PHOTOS / "car-garage.jpg").read_bytes()
    (folder / "renamed").write_bytes(content)
    (folder / "of the same size.jpg").write_bytes(content[:-1] + b"\0")
    done = find(config, "car-garage.jpg", settings=(f"input.paths={folder}", *settings))
    assert (done.returncode, done.stderr) == (0, "")
    found = {row["FilePath"].rpartition("/")[2]: (row["SimilarScore"], row["SimilarReasons"]) for row in rows(config)}
    for name in ("renamed", "car-garage.jpg"):
        assert found[name][0] == score
        assert found[name][1].startswith("a copy of the image, byte for byte; Exif IFD0.Model: iPhone 4S")
    assert "copy" not in found["of the same size.jpg"][1]
    if not settings:
        assert float(found["of the same size.jpg"][0]) < 100
        assert set(names(config)[:2]) == {"renamed", "car-garage.jpg"}


def test_a_copy_is_kept_where_nothing_else_is_alike(config: Path, tmp_path: Path) -> None:
    """A value that only the image and its copies have tells of no other file."""
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(PHOTOS / "car-garage.jpg", folder / "a.jpg")
    shutil.copy(PHOTOS / "car-garage.jpg", folder / "b.jpg")
    done = find(config, "car-garage.jpg", settings=(f"input.paths={folder}",))
    assert done.returncode == 0
    assert "no rule: no value of the image that another file has is rare enough" in done.stdout
    assert [(row["SimilarScore"], row["FilePath"][-5:]) for row in rows(config)] == [("100", "a.jpg"), ("100", "b.jpg")]
