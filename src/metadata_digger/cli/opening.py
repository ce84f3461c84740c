"""Which photographs a command is about: an output, or what a configuration names; made first, where it is not there."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.cli.terminal import flush, write
from metadata_digger.config import Config, load
from metadata_digger.errors import ConfigError

if TYPE_CHECKING:
    from metadata_digger.index.marks import Marks
    from metadata_digger.query.asking import Collection

ACTION = "full"  # of a run that is made first


def opened(place: str, settings: Sequence[str]) -> tuple[Collection, Marks, str, Config | None]:
    """The collection of an OUTPUT or a CONFIG, its marks, its name, and the configuration, if there is one. A run that
    has not been made yet is made. Raises DiggerError."""
    path = Path(place)
    if not path.exists():
        raise ConfigError(f"{path}: there is no such output, and no such configuration")
    if path.is_dir():
        config = _of_settings(settings)
        return *_of_output(path, config), path.resolve().name, config
    config = load(place, settings, ACTION)
    if config["output.format"] == ("solr",):
        return *_of_solr(config), str(config["output.collection"]), config
    if config["output.storage.name"] not in ("file", "solr"):
        raise ConfigError(
            f"{config['output.directoryPath']}: outputs are searched on this machine: copy it here, and serve the copy"
        )
    from metadata_digger.config.places import local

    output = Path(local(config["output.directoryPath"]))
    if not output.exists():
        _make(place, settings, config)
    return *_of_output(output, config), output.resolve().name, config


def _of_settings(settings: Sequence[str]) -> Config | None:
    """Keys of `--set` alone, which an output has no file for."""
    if not settings:
        return None
    if strangers := [one for one in settings if not one.startswith("serve.")]:
        raise ConfigError(f"--set {strangers[0]}: of an output that is there only serve.* can be set")
    return load(os.devnull, settings, "serve")


def _of_output(output: Path, config: Config | None) -> tuple[Collection, Marks]:
    from metadata_digger.index.asking import IndexCollection
    from metadata_digger.index.marks import Marks

    output = output.resolve()
    marks = Marks(output.with_name(f"{output.name}-marks.sqlite"))
    return IndexCollection(_index_of(output, config), marks.ids), marks


def _index_of(output: Path, config: Config | None) -> Path:
    """Where the index of an output is: in it, or, of Parquet, beside it, brought up to date first."""
    from metadata_digger.index import about

    if about.is_index(output) or (output / about.SEARCH).is_dir():
        return output  # half a one too: who opens it says what is wrong
    from metadata_digger.cli.progress import Progress
    from metadata_digger.config.keys import BY_NAME
    from metadata_digger.run.engines import local

    cores, memory = (
        BY_NAME[key].kind.parse(BY_NAME[key].default or "") if config is None else config[key]
        for key in ("processing.cores", "processing.maxMemoryGB")
    )
    with Progress() as progress:
        return local.index(output, cores, memory, progress)


def _of_solr(config: Config) -> tuple[Collection, Marks]:
    from metadata_digger.index.marks import Marks
    from metadata_digger.search.solr_collection import SolrCollection
    from metadata_digger.solr.connection import connection

    records = Path(config["output.directoryPath"] or f"output/solr-{config['output.collection']}").absolute()
    marks = Marks(records.with_name(f"{records.name}-marks.sqlite"))
    return SolrCollection(connection(config, os.environ), marks.ids), marks


def _make(place: str, given: Sequence[str], config: Config) -> None:
    """The run, with an index beside what the configuration asks for."""
    from metadata_digger.cli.runs import run_action

    settings = [*given]
    if "index" not in config["output.format"]:
        settings.append(f"output.format={','.join((*config['output.format'], 'index'))}")
    write(f"{config['output.directoryPath']} is not there yet: {ACTION} {place} makes it first", sys.stderr)
    wanted = Namespace(
        action=ACTION,
        config=place,
        set=settings,
        engine="local",
        arguments=[ACTION, place, *(word for one in settings for word in ("--set", one))],
        overwrite=False,
        resume=True,
        update=False,
        update_by=None,
        accept_gone=False,
        dry_run=False,
    )
    run_action(wanted)
    flush()
