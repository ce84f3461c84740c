"""Actions: which steps, in which order, and what becomes of the configuration."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from metadata_digger import __version__, picture
from metadata_digger.actions import ACTIONS, BY_NAME, job
from metadata_digger.config import Config, load
from metadata_digger.config.keys import BY_NAME as KEYS
from metadata_digger.errors import ConfigError, ModelError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.pipeline import MAX_PIXELS
from metadata_digger.sinks import SINKS
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.sinks.json import JsonSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.rename import Naming
from metadata_digger.steps.thumbnail import ThumbnailStep
from metadata_digger.storage import ACCESSES


@pytest.fixture
def configured(tmp_path: Path) -> object:
    path = tmp_path / "c.properties"
    path.write_text("input.paths=/data/in\noutput.format=csv\noutput.directoryPath=/data/out\n")

    def configure(action: str, *overrides: str) -> Config:
        return load(str(path), overrides, action)

    return configure


TYPES = ["filter.allowedFileTypes=jpg"]
ADDED = ["processing.hash.types=md5", "processing.thumbnails.enabled=true", "processing.thumbnails.smallDimensions=9x9"]


@pytest.mark.parametrize(
    ("action", "overrides", "steps"),
    [
        ("extract", TYPES, ["FileTypeStep", "ExtractStep"]),
        ("full", TYPES, ["FileTypeStep", "ExtractStep", "LabelStep"]),
        ("detect_categories", TYPES, ["FileTypeStep", "LabelStep"]),
        ("describe", TYPES, ["ExtractStep"]),
        ("extract", ADDED, ["ExtractStep", "HashStep", "ThumbnailStep"]),
        ("full", ADDED, ["ExtractStep", "HashStep", "LabelStep", "ThumbnailStep"]),
        ("detect_categories", ADDED, ["LabelStep"]),
        ("describe", ADDED, ["ExtractStep"]),
        ("extract", [], ["ExtractStep"]),
        ("extract", ["filter.mandatoryTags=GPS.GPS Latitude"], ["ExtractStep", "FilterStep"]),
        ("detect_categories", ["filter.mandatoryTags=GPS.GPS Latitude"], ["LabelStep"]),
        ("full", ["filter.mandatoryTags=GPS.GPS Latitude"], ["ExtractStep", "FilterStep", "LabelStep"]),
        ("describe", ["filter.mandatoryTags=GPS.GPS Latitude"], ["ExtractStep"]),
    ],
)
def test_steps_and_their_order(configured, action: str, overrides: Sequence[str], steps: list[str]) -> None:
    work = job(configured(action, *overrides), BY_NAME[action])
    assert [type(step).__name__ for step in work.steps] == steps
    assert (not work.sinks) == (work.output is None) == (not BY_NAME[action].writes)
    pickle.dumps(work)


def test_images_arrive(configured) -> None:
    image = str(Path(__file__).parents[1] / "demo" / "photos" / "car-garage.jpg")
    rules = "analytics.similar.tags=Exif IFD0.Model:STRING:2,Exif SubIFD.Exif Image Width:INT"
    found = {}
    for overrides in ([], [rules], [rules, "analytics.similar.minPassingConditions=1"]):
        work = job(configured("find_similar", *overrides), BY_NAME["find_similar"], [image])
        found[len(overrides)] = step = work.steps[-1]
        assert work.ranking is not None
        assert work.facts["similar"] == {"images": [image], "sha256": step.sha256}
        pickle.dumps(work)
    assert [type(step).__name__ for step in found.values()] == ["ProposeStep", "NearStep", "NearStep"]
    assert (found[1].values, found[1].least, found[2].least) == ((("iPhone 4S", 3264),), -1, 1)
    assert found[0].own == {f"file:{image}"}
    assert job(configured("extract"), BY_NAME["extract"]).ranking is None


def test_every_setting_arrives(configured) -> None:
    overrides = [
        "processing.cores=3",
        "processing.maxMemoryGB=1.5",
        "processing.timezone=Europe/Warsaw",
        "input.partitions=7",
        "output.filesNumber=4",
        "output.keepRows=false",
        "filter.allowedMetadataDirectories=JPEG,GPS",
        "filter.allowedTags=Image Width",
        "output.columns.namingConvention=snakeCase",
        "output.columns.metadataPrefix=md_",
        "output.columns.includeDirsInTags=false",
        "output.columns.includeMetadataContent=true",
        "output.csv.dialect=spark",
        "enrichment.output.labelsDelimiter=|",
    ]
    config = configured("extract", *overrides)
    work = job(config, BY_NAME["extract"])
    assert work.paths == ("/data/in",)
    assert work.output == Path("/data/out")
    assert (work.cores, work.memory_gb, work.timezone, work.partitions) == (3, 1.5, "Europe/Warsaw", 7)
    assert (work.keep_rows, work.files_number) == (False, 4)
    naming, selection = Naming("snakeCase", "md_", False), Selection(("JPEG", "GPS"), ("Image Width",))
    assert work.sinks == (CsvSink(naming, selection, labels_delimiter="|", content=True, dialect="spark", file=True),)
    assert work.facts["action"] == "extract"
    assert work.facts["version"] == __version__
    assert work.facts["config"]["processing.cores"] == "3"

    more = ["output.format=json", "output.json.allDirectories=true"]
    work = job(configured("extract", *overrides, *more), BY_NAME["extract"])
    assert work.sinks == (JsonSink(naming, selection, content=True, all_directories=True, file=True),)


@pytest.mark.parametrize(
    ("text", "path"),
    [("file:///data/o", "/data/o"), ("file:/data/o", "/data/o"), ("FILE:///data/o", "/data/o"), ("o/a:b", "o/a:b")],
)
def test_the_output_may_be_a_url(configured, text: str, path: str) -> None:
    assert job(configured("extract", f"output.directoryPath={text}"), BY_NAME["extract"]).output == Path(path)


def test_standard_output_is_no_directory(configured) -> None:
    work = job(configured("extract", "output.directoryPath=-", "output.format=json"), BY_NAME["extract"])
    assert (work.streams, work.output, work.sinks) == (True, None, (JsonSink(file=True),))
    assert not job(configured("describe", "output.directoryPath=-"), BY_NAME["describe"]).streams
    assert job(configured("extract", "output.directoryPath=./-"), BY_NAME["extract"]).output == Path("./-")


def test_hashes_thumbnails_and_the_limit_of_pixels_arrive(configured) -> None:
    overrides = [
        "processing.hash.types=SHA1,md5",
        "processing.thumbnails.enabled=true",
        "processing.thumbnails.mediumDimensions=30x20",
        "processing.thumbnails.format=png",
        "processing.maxPixels=-1",
        "processing.fileTimeout=7",
    ]
    work = job(configured("extract", *overrides), BY_NAME["extract"])
    assert work.steps[1:] == (HashStep(("sha1", "md5")), ThumbnailStep(None, (30, 20), "png"))
    assert (work.max_pixels, work.file_timeout) == (-1, 7)
    assert job(configured("extract"), BY_NAME["extract"]).max_pixels == MAX_PIXELS == picture.MAX_PIXELS


def test_registries_and_keys_agree(configured) -> None:
    for key in ("input.storage.name", "output.storage.name"):
        assert [KEYS[key].kind.parse(name) for name in ("file", *ACCESSES)] == ["file", *ACCESSES]
    for kind in SINKS:
        assert KEYS["output.format"].kind.parse(kind.name) == (kind.name,)
        if not kind.suffix:  # of a server, which is asked when the job is made: tests/solr
            continue
        work = job(configured("extract", f"output.format={kind.name}"), BY_NAME["extract"])
        assert [type(sink) for sink in work.sinks] == [kind]


def test_labels_are_required_only_where_there_is_nothing_else(configured) -> None:
    for name, required in (("detect_categories", True), ("full", False)):
        work = job(configured(name), BY_NAME[name])
        assert work.steps[-1].required is required


def test_model_keys_arrive(configured) -> None:
    config = configured("full", "enrichment.classifier.mapping=0:human", "enrichment.classifier.threshold=0.9")
    work = job(config, BY_NAME["full"])
    model = work.steps[-1].model
    assert (model.labels, model.threshold) == ({0: "human"}, 0.9)
    assert work.facts["model"] == {"name": model.name, "sha256": model.sha256}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            ["enrichment.classifier.modelPath=/no/model"],
            r"enrichment.classifier.modelPath \(--set\): /no/model: no such model; name a model folder, a model file "
            r"or a bundled model \(.*nanodet-coco80.*\)",
        ),
        (
            ["enrichment.classifier.x.modelPath=nanodet"],
            r"enrichment.classifier.x.modelPath \(--set\): nanodet: no such",
        ),
        (
            ["enrichment.classifier.mapping=0:human,80:ghost,99:elf"],
            r"enrichment.classifier.mapping \(--set\): the outputs of the model nanodet-coco80 are 0 to 79; delete 80",
        ),
        (
            ["enrichment.classifier.x.modelPath=nanodet-coco80", "enrichment.classifier.x.mapping=80:ghost"],
            r"enrichment.classifier.x.mapping \(--set\): the outputs of",
        ),
    ],
)
def test_a_model_that_is_not_there_or_has_no_such_output(configured, settings: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        job(configured("full", *settings), BY_NAME["full"])


def test_a_model_that_is_damaged_is_named(configured, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    config = configured("full", f"enrichment.classifier.modelPath={tmp_path}/model.onnx")
    with pytest.raises(ModelError, match=r"^enrichment.classifier.modelPath \(--set\): .*model.onnx"):
        job(config, BY_NAME["full"])


def test_modes_and_further_models_arrive(configured) -> None:
    first = "enrichment.classifier."
    config = configured(
        "full",
        "output.format=json",
        f"{first}quality=best",
        f"{first}boxes=true",
        f"{first}strict.modelPath=nanodet-coco80",
        f"{first}strict.threshold=0.9",
        f"{first}strict.mapping=0:human",
        f"{first}named.modelPath={bundled_model()}",
    )
    work = job(config, BY_NAME["full"])
    step = work.steps[-1]
    assert [model.name for model in step.models] == ["nanodet-coco80", "strict", "named"]
    assert [len(model.views) for model in step.models] == [2, 0, 0]
    assert [model.boxes is not None for model in step.models] == [True, False, False]
    assert [model.threshold for model in step.models] == [0.5, 0.9, 0.5]
    assert [dict(model.labels)[0] for model in step.models] == ["person", "human", "person"]
    assert [one["name"] for one in work.facts["models"]] == ["nanodet-coco80", "strict", "named"]
    assert step.device == "cpu"
    pickle.dumps(work)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (
            ["enrichment.classifier.device=tensorrt"],
            ["enrichment.classifier.device (--set): the installed ONNX Runtime has cpu", "onnxruntime-gpu"],
        ),
        (
            ["enrichment.classifier.nanodet-coco80.modelPath=nanodet-coco80"],
            ["enrichment.classifier.nanodet-coco80.modelPath (--set)", "choose another one"],
        ),
    ],
)
def test_modes_that_cannot_be_had(configured, overrides: list[str], words: list[str]) -> None:
    from metadata_digger.errors import ConfigError

    with pytest.raises(ConfigError) as caught:
        job(configured("full", *overrides), BY_NAME["full"])
    for word in words:
        assert word in str(caught.value)


def test_a_model_that_cannot_give_boxes_is_named(configured, tmp_path: Path) -> None:
    from metadata_digger.errors import ConfigError

    card = (bundled_model() / "model.toml").read_text("utf-8")
    (tmp_path / "plain").mkdir()
    shutil.copy(bundled_model() / "model.onnx", tmp_path / "plain")
    (tmp_path / "plain" / "model.toml").write_text(card.partition("[boxes]")[0].replace("nanodet-coco80", "plain"))
    overrides = [f"enrichment.classifier.mine.{word}" for word in (f"modelPath={tmp_path / 'plain'}", "boxes=true")]
    with pytest.raises(ConfigError, match=r"mine\.boxes \(--set\): the model plain says what is there, but not where"):
        job(configured("full", "output.format=json", *overrides), BY_NAME["full"])


def test_every_action_is_told_apart() -> None:
    assert len({action.help for action in ACTIONS}) == len(ACTIONS) == len(BY_NAME)
    for action in ACTIONS:
        assert action.steps
