"""What can be done with a directory of files: an action is a list of steps in an order.

Nothing heavy is imported before a job is made: `--help` and `extract_single` need none of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metadata_digger.config.keys import CLASSIFIER, STANDARD_OUTPUT
from metadata_digger.config.places import local
from metadata_digger.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from metadata_digger.config import Config
    from metadata_digger.labels.model import Model
    from metadata_digger.pipeline import Step
    from metadata_digger.run.job import Job
    from metadata_digger.run.verify.whereabouts import Input
    from metadata_digger.sinks import Sink
    from metadata_digger.steps.filter import Selection
    from metadata_digger.steps.rename import Naming
    from metadata_digger.steps.similar.propose import ProposeStep
    from metadata_digger.steps.similar.step import NearStep
    from metadata_digger.storage import Storage
    from metadata_digger.storage.remote.place import Folder

_SHOWN = 10  # names in a sentence


def _file_type(config: Config, action: Action) -> Iterator[Step]:
    if config["filter.allowedFileTypes"] is not None:
        from metadata_digger.steps.file_type import FileTypeStep

        yield FileTypeStep(config["filter.allowedFileTypes"])


def _extract(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.extract import ExtractStep

    if config["enrichment.provenance.check"]:
        from metadata_digger.steps.credentials import check_installed

        check_installed()
    yield ExtractStep(credentials=config["enrichment.provenance.check"])


def _compare(config: Config, action: Action) -> Iterator[Step]:
    """Before everything that costs more than reading a file once; in find_similar of those alone that are near."""
    if config["processing.hash.comparator"]:
        from metadata_digger.sinks.solr_fields import safe_name
        from metadata_digger.solr.connection import connection
        from metadata_digger.steps.compare import CompareStep
        from metadata_digger.steps.hash import HashStep

        naming = _naming(config)
        fields = {column: safe_name(naming.title(f"Hash {kind}")) for kind, column in _hashes(config).items()}
        yield HashStep(config["processing.hash.types"])
        yield CompareStep(connection(config, os.environ), fields)


def _filter(config: Config, action: Action) -> Iterator[Step]:
    if config["filter.mandatoryTags"]:
        from metadata_digger.steps.filter import FilterStep

        yield FilterStep(config["filter.mandatoryTags"], _selection(config))


def _hash(config: Config, action: Action) -> Iterator[Step]:
    if config["processing.hash.types"] and not config["processing.hash.comparator"]:
        from metadata_digger.steps.hash import HashStep

        yield HashStep(config["processing.hash.types"])


def _thumbnail(config: Config, action: Action) -> Iterator[Step]:
    enabled, small, medium, form = (
        config[f"processing.thumbnails.{word}"] for word in ("enabled", "smallDimensions", "mediumDimensions", "format")
    )
    if enabled:
        from metadata_digger.steps.thumbnail import ThumbnailStep

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
    path = bundled_model() if chosen is None else _found(chosen)
    if not path.exists():
        from metadata_digger.labels.bundled import bundled_names

        bundled = f"a bundled model ({', '.join(bundled_names())})"
        words = f"{key} ({config.source(key)}): {chosen}: no such model; name a model folder, a model file or {bundled}"
        raise ConfigError(words)
    try:
        model = load_model(path, mapping, threshold, quality=quality, boxes=config[boxes])
    except ModelError as error:
        raise error if chosen is None else ModelError(f"{key} ({config.source(key)}): {error}") from error
    if beyond := [index for index in mapping or () if model.outputs is not None and index >= model.outputs]:
        key, last = f"{CLASSIFIER}{name}mapping", (model.outputs or 0) - 1
        words = f"the outputs of the model {model.name} are 0 to {last}; delete {_listed(map(str, beyond))}"
        raise ConfigError(f"{key} ({config.source(key)}): {words}, or name another model")
    if config[boxes] and model.boxes is None:
        raise ConfigError(f"{boxes} ({config.source(boxes)}): the model {model.name} says what is there, but not where")
    return model


def _similar(config: Config, action: Action) -> Iterator[Step]:
    from metadata_digger.steps.similar.base import read_bases
    from metadata_digger.steps.similar.propose import ProposeStep
    from metadata_digger.steps.similar.step import NearStep, sought
    from metadata_digger.steps.similar.weigh import candidates

    bases = read_bases(action.images, config["processing.timezone"])
    own = frozenset(url for base in bases for url in base.urls)
    contents = frozenset(base.content for base in bases)
    if rules := config["analytics.similar.tags"]:
        yield NearStep(rules, sought(rules, bases), config["analytics.similar.minPassingConditions"], own, contents)
        return
    found = candidates(bases)
    if not found:
        who = f"{bases[0].path} has no value" if len(bases) == 1 else "the images share no value"
        raise ConfigError(
            f"analytics.similar.tags is not given, and {who} that tells a device, a person or a document; name tags "
            f"to compare ('extract_single {bases[0].path}' lists them)"
        )
    yield ProposeStep(found, own, contents)


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
    images: tuple[str, ...] = ()  # of a run: IMAGE ..., as on the command line


ACTIONS: tuple[Action, ...] = (
    Action(
        "extract",
        "metadata of every file, as CSV, JSON, Parquet or an index to search",
        "Files whose type is unknown and files that the filters leave out are counted and listed in the report.",
        (_file_type, _compare, _extract, _filter, _hash, _thumbnail),
    ),
    Action(
        "detect_categories",
        "labels only: what can be seen on every picture",
        "Reads no metadata: of the filters only that of file types applies, and there are no hashes and thumbnails. "
        "Pictures that cannot be decoded count as failed.",
        (_file_type, _compare, _label),
    ),
    Action(
        "full",
        "metadata and labels of every file in one pass",
        "A file that has metadata stays in the output when its picture cannot be decoded, without labels.",
        (_file_type, _compare, _extract, _filter, _hash, _label, _thumbnail),
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
        "like extract, but only files whose tags are near those of IMAGE",
        "analytics.similar.tags says which tags. Without it the action finds out which of the image's values are rare\n"
        "in the input, makes a rule of them and prints it. Of several images a file has to be near one; without rules\n"
        "the values count that all of them share. The nearest files come first, with the reasons.",
        (_file_type, _extract, _filter, _similar, _compare, _hash, _thumbnail),
        takes_image=True,
    ),
)
BY_NAME = {action.name: action for action in ACTIONS}


def job(config: Config, action: Action, images: Sequence[str] = ()) -> Job:
    """Everything that an engine needs to run an action, but what the command line says of outputs that are there;
    raises ModelError when there is no model to use.

    `images`: paths of the files that find_similar compares with.
    """
    from metadata_digger import __version__
    from metadata_digger.run.job import Job
    from metadata_digger.run.records.fingerprint import DIRECTORY, SIMILAR

    action = replace(action, images=tuple(images))
    steps = tuple(step for build in action.steps for step in build(config, action))
    facts: dict[str, Any] = {
        "version": __version__,
        "action": action.name,
        "config": config.effective(),
        DIRECTORY: str(Path.cwd()),
    }
    if _label in action.steps:
        facts |= _facts_of(steps)
    if near := _near(steps, action):
        facts[SIMILAR] = {"images": list(images), "sha256": near.sha256}
    writes = action.writes
    streams = writes and config["output.directoryPath"] == STANDARD_OUTPUT
    output = _output(config) if writes and not streams else None
    return Job(
        storage=_storage(config),
        paths=config["input.paths"],
        steps=steps,
        sinks=_sinks(config) if writes else (),
        output=output,
        streams=streams,
        gives_way=output is not None and config["output.directoryPath"] is None,
        ranking=near.ranking() if near else None,
        keep_rows=config["output.keepRows"],
        files_number=config["output.filesNumber"],
        cores=config["processing.cores"],
        memory_gb=config["processing.maxMemoryGB"],
        distinct=tuple(_hashes(config).values()) if config["processing.hash.comparator"] else (),
        timezone=config["processing.timezone"],
        file_timeout=config["processing.fileTimeout"],
        max_pixels=config["processing.maxPixels"],
        partitions=config["input.partitions"],
        facts=facts,
    )


def idle(config: Config, action: Action, tags: Collection[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each filter of tags that names what no file has. `tags`: Report.tags."""
    if tags and action.writes and _extract in action.steps:  # none: nothing was written, or nothing is known any more
        selection = _selection(config)
        for key, what, names in (
            ("filter.allowedMetadataDirectories", "directories", selection.idle_directories(tags)),
            ("filter.allowedTags", "tags", selection.idle_tags(tags)),
        ):
            if names:
                yield f"no file that is written has these {what} of {key}: {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    shown = [*names]
    more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
    return f"{', '.join(shown[:_SHOWN])}{more}"


def _near(steps: Sequence[Step], action: Action) -> NearStep | ProposeStep | None:
    """The step that ranks the rows."""
    if _similar not in action.steps:
        return None
    from metadata_digger.steps.similar.propose import ProposeStep
    from metadata_digger.steps.similar.step import NearStep

    return next(step for step in steps if isinstance(step, NearStep | ProposeStep))


def _facts_of(steps: Sequence[Step]) -> dict[str, Any]:
    """Which models make the labels."""
    from metadata_digger.steps.label import LabelStep

    step = next(step for step in steps if isinstance(step, LabelStep))
    models = [
        {"name": one.name, "sha256": one.sha256, **({"quality": "best"} if one.views else {})} for one in step.models
    ]
    return {"model": models[0], "models": models} if step.more else {"model": models[0]}


def places(config: Config) -> tuple[Folder, Storage]:
    """Of the output, and of the input."""
    return _output(config), _storage(config)


def recorded_input(record: Mapping[str, Any]) -> Input | None:
    """What the run of a record was given; None where the record does not tell, as somebody has edited it."""
    from metadata_digger.config.keys import BY_NAME as KEYS
    from metadata_digger.run.verify.whereabouts import Input

    texts = record.get("config")
    if not isinstance(texts, dict):
        return None
    names = ("input.paths", "input.storage.name", "input.include", "input.exclude", "input.links")
    try:
        given = {name: KEYS[name].kind.parse(str(texts.get(name, KEYS[name].default))) for name in names}
        return Input(_storage(given), given["input.paths"], str(record.get("directory", "/")))
    except (ValueError, LookupError):
        return None


def _storage(config: Config | Mapping[str, Any]) -> Storage:
    from metadata_digger.storage import Patterns, storage

    return storage(config, Patterns(config["input.include"], config["input.exclude"]))


def _output(config: Config) -> Folder:
    """Where the output goes; of a run into Solr, which has none but its records, the configuration need not say it."""
    from metadata_digger.storage import ACCESSES

    entry = config["output.directoryPath"] or f"output/solr-{config['output.collection']}"
    if (access := ACCESSES.get(config["output.storage.name"])) is None:
        return Path(local(entry))
    from metadata_digger.storage.remote.place import Place

    try:
        client, key = access(config).locate(entry)
    except ConfigError as error:
        raise ConfigError(f"output.directoryPath: {error}") from error
    if not (key := re.sub("/+", "/", key).strip("/")):
        raise ConfigError(f"output.directoryPath: {entry} is all that is there: name a directory in it")
    return Place(client, key)


def _sinks(config: Config) -> tuple[Sink, ...]:
    """The sinks that output.format names; `config` lets no others through."""
    from metadata_digger.sinks import SINKS

    kinds = {kind.name: kind for kind in SINKS}
    return tuple(kinds[form].of(config, _naming(config), _selection(config)) for form in config["output.format"])


def _naming(config: Config) -> Naming:
    from metadata_digger.steps.rename import Naming

    return Naming(
        convention=config["output.columns.namingConvention"],
        prefix=config["output.columns.metadataPrefix"],
        include_directories=config["output.columns.includeDirsInTags"],
    )


def _hashes(config: Config) -> dict[str, str]:
    """Column of a row by kind of hash."""
    return {kind: f"hash_{kind}" for kind in config["processing.hash.types"]}


def _selection(config: Config) -> Selection:
    from metadata_digger.steps.filter import Selection

    return Selection(config["filter.allowedMetadataDirectories"], config["filter.allowedTags"])
