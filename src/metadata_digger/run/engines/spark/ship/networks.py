"""The networks of a job: their names in the archive, and the job as nodes see it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from metadata_digger.labels.model import Model
from metadata_digger.run.engines.spark.ship.archive import NAME
from metadata_digger.run.job import Job
from metadata_digger.steps.label import LabelStep


def networks(job: Job) -> dict[str, Path]:
    """Files by their names in the archive."""
    paths = {path for step in job.steps if isinstance(step, LabelStep) for model in step.models for path in _of(model)}
    return {f"{_folder(path)}/{file.name}": file for path in sorted(paths) for file in _with(path)}


def for_nodes(job: Job) -> Job:
    """The job with the networks where the archive has them, seen from where an executor runs."""
    return replace(job, steps=tuple(_moved(step) if isinstance(step, LabelStep) else step for step in job.steps))


def _moved(step: LabelStep) -> LabelStep:
    return replace(step, model=_there(step.model), more=tuple(map(_there, step.more)))


def _there(model: Model) -> Model:
    views = tuple(replace(view, path=_place(view.path)) for view in model.views)
    return replace(model, path=_place(model.path), views=views)


def _of(model: Model) -> Iterator[Path]:
    yield model.path
    yield from (view.path for view in model.views)


def _place(path: Path) -> Path:
    return Path(NAME, _folder(path), path.name)


@functools.cache
def _folder(path: Path) -> str:
    """By what is in it: two models may have one name, and one model two places."""
    facts = hashlib.sha256()
    for file in _with(path):
        facts.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return f"models/{facts.hexdigest()[:12]}"


def _with(path: Path) -> Iterator[Path]:
    """A network and what may hold its weights: the files of its model folder, or those whose names begin with its own
    (model.onnx.data)."""
    folder = path.parent
    if (folder / "model.toml").is_file():
        yield from sorted(one for one in folder.iterdir() if one.is_file())
    else:
        yield from sorted(one for one in folder.iterdir() if one.is_file() and one.name.startswith(path.name))
