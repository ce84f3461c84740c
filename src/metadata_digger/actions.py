"""What can be done with a directory of files: an action is a list of steps in an order.

Nothing heavy is imported before a job is made: `--help` and `extract_single` need none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metadata_digger.config.keys import CLASSIFIER
from metadata_digger.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from metadata_digger.config import Config
    from metadata_digger.labels.model import Model
    from metadata_digger.pipeline import Step
    from metadata_digger.run.job import Job
    from metadata_digger.sinks import Sink
    from metadata_digger.steps.filter import Selection
    from metadata_digger.storage import Storage


def _file_type(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.file_type import FileTypeStep

    if config["filter.allowedFileTypes"] is not None:
        yield FileTypeStep(config["filter.allowedFileTypes"])


def _extract(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.extract import ExtractStep

    yield ExtractStep()


def _filter(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.filter import FilterStep

    if config["filter.mandatoryTags"]:
        yield FilterStep(config["filter.mandatoryTags"], _selection(config))


def _hash(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.hash import HashStep

    if config["processing.hash.types"]:
        yield HashStep(config["processing.hash.types"])


def _thumbnail(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.thumbnail import ThumbnailStep

    enabled, small, medium, form = (
        config[f"processing.thumbnails.{word}"] for word in ("enabled", "smallDimensions", "mediumDimensions", "format")
    )
    if enabled:
        yield ThumbnailStep(small, medium, form)


def _label(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.labels.device import lack_of
    from metadata_digger.steps.label import LabelStep

    device = config[f"{CLASSIFIER}device"]
    if lack := lack_of(device):
        raise ConfigError(f"{CLASSIFIER}device ({config.source(f'{CLASSIFIER}device')}): {lack}")
    first, more = _model(config, ""), []
    for name in config.classifiers:
        key = f"{CLASSIFIER}{name}.modelPath"
        if name == first.name:
            raise ConfigError(f"{key} ({config.source(key)}): {name} is the first model's own name; choose another one")
        more.append(replace(_model(config, f"{name}."), name=name))
    # Where metadata is extracted too, a row is worth having without labels.
    yield LabelStep(first, _extract not in action.steps, tuple(more), device)


def _model(config: Config, name: str) -> Model:
    """A model, checked before any work; a fault names the key when the user chose the model. `name`: "" for the first
    one, "NAME." for others."""
    from metadata_digger.labels.bundled import bundled_model
    from metadata_digger.labels.model import load_model

    key, boxes = f"{CLASSIFIER}{name}modelPath", f"{CLASSIFIER}{name}boxes"
    mapping, threshold, quality = (config[f"{CLASSIFIER}{name}{word}"] for word in ("mapping", "threshold", "quality"))
    chosen = config[key]
    try:
        path = bundled_model() if chosen is None else _found(chosen)
        model = load_model(path, mapping, threshold, quality=quality, boxes=config[boxes])
    except ModelError as error:
        raise error if chosen is None else ModelError(f"{key} ({config.source(key)}): {error}") from error
    if config[boxes] and model.boxes is None:
        raise ConfigError(f"{boxes} ({config.source(boxes)}): the model {model.name} says what is there, but not where")
    return model


def _found(text: str) -> Path:
    """A path, or the name of a bundled model where there is no such path."""
    from metadata_digger.labels.bundled import bundled_model

    if not Path(text).exists() and Path(text).name == text:
        with suppress(ModelError):
            return bundled_model(text)
    return Path(text)


@dataclass(frozen=True, slots=True)
class Action:
    """`help` is one line for the list of actions, `more` what its own help page adds."""

    name: str
    help: str
    more: str
    steps: tuple[Callable[[Config, Action], Iterator[Step]], ...]
    writes: bool = True
    takes_image: bool = False
    built: bool = True


ACTIONS: tuple[Action, ...] = (
    Action(
        "extract",
        "metadata of every file, as CSV or JSON",
        "Files whose type is unknown and files that the filters leave out are counted and listed in the report.",
        (_file_type, _extract, _filter, _hash, _thumbnail),
    ),
    Action(
        "detect_categories",
        "labels only: what can be seen on every picture",
        "Reads no metadata: of the filters only that of file types applies, and there are no hashes and thumbnails. "
        "Pictures that cannot be decoded count as failed.",
        (_file_type, _label),
    ),
    Action(
        "full",
        "metadata and labels of every file in one pass",
        "A file that has metadata stays in the output when its picture cannot be decoded, without labels.",
        (_file_type, _extract, _filter, _hash, _label, _thumbnail),
    ),
    Action(
        "describe",
        "list which metadata tags there are in the input",
        "Prints each Directory.Tag once, sorted. Needs no output keys; the filters do not apply.",
        (_extract,),
        writes=False,
    ),
    Action(
        "find_similar",
        "like extract, but only files whose tags are near those of IMAGE (not built yet)",
        "",
        (),
        takes_image=True,
        built=False,
    ),
)
BY_NAME = {action.name: action for action in ACTIONS}


def job(config: Config, action: Action, *, overwrite: bool = False) -> Job:
    """Everything that an engine needs to run an action; raises ModelError when there is no model to use."""
    from metadata_digger import __version__
    from metadata_digger.run.job import Job
    from metadata_digger.steps.label import LabelStep

    steps = tuple(step for build in action.steps for step in build(config, action))
    facts: dict[str, Any] = {"version": __version__, "action": action.name, "config": config.effective()}
    for step in steps:
        if isinstance(step, LabelStep):
            first, *_ = models = [_facts_of(model) for model in step.models]
            facts |= {"model": first, "models": models} if step.more else {"model": first}
    writes = action.writes
    return Job(
        storage=_storage(config),
        paths=config["input.paths"],
        steps=steps,
        sink=_sink(config) if writes else None,
        output=Path(config["output.directoryPath"]) if writes else None,
        overwrite=overwrite,
        files_number=config["output.filesNumber"],
        cores=config["processing.cores"],
        memory_gb=config["processing.maxMemoryGB"],
        timezone=config["processing.timezone"],
        max_pixels=config["processing.maxPixels"],
        partitions=config["input.partitions"],
        facts=facts,
    )


def _facts_of(model: Model) -> dict[str, str]:
    facts = {"name": model.name, "sha256": model.sha256}
    return facts | {"quality": "best"} if model.views else facts


def _storage(config: Config) -> Storage:
    from metadata_digger.storage import STORAGES, Patterns

    kinds = {kind.name: kind for kind in STORAGES}
    return kinds[config["input.storage.name"]](Patterns(config["input.include"], config["input.exclude"]))


def _sink(config: Config) -> Sink:
    """The sink that output.format names; `config` lets no other through."""
    from metadata_digger.sinks.csv import CsvSink
    from metadata_digger.sinks.json import JsonSink
    from metadata_digger.steps.rename import Naming

    naming = Naming(
        convention=config["output.columns.namingConvention"],
        prefix=config["output.columns.metadataPrefix"],
        include_directories=config["output.columns.includeDirsInTags"],
    )
    selection = _selection(config)
    content = config["output.columns.includeMetadataContent"]
    if config["output.format"] == JsonSink.name:
        return JsonSink(naming, selection, content=content, all_directories=config["output.json.allDirectories"])
    return CsvSink(
        naming,
        selection,
        labels_delimiter=config["enrichment.output.labelsDelimiter"],
        content=content,
        dialect=config["output.csv.dialect"],
        raw=config["output.csv.raw"],
    )


def _selection(config: Config) -> Selection:
    from metadata_digger.steps.filter import Selection

    return Selection(config["filter.allowedMetadataDirectories"], config["filter.allowedTags"])
