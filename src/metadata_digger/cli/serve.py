"""`serve`: the search page of an output; made first, where it is not there."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.cli.terminal import flush, printable, write
from metadata_digger.config import Config, load
from metadata_digger.errors import ConfigError

if TYPE_CHECKING:
    from metadata_digger.index.marks import Marks
    from metadata_digger.query.asking import Collection

LINE = "open the search page of an output, or of a configuration"
MORE = """\
OUTPUT is the directory of an output with output.format=index, or parquet: of that an index
is made beside it, OUTPUT-index. Of a configuration it is that output, or the Solr
collection, whose marks are kept beside the configuration. A run that has not been made
yet is made first, but not into Solr.
The page is for this machine alone, unless --host names another address: then it needs
the token that is printed. Ctrl-C ends it (exit code 0)."""
ACTION = "full"  # of a run that is made first
TOKEN = "METADATA_DIGGER_TOKEN"  # noqa: S105  # the variable's name
MADE = "making the index of it first"


def add_arguments(command: ArgumentParser) -> None:
    from metadata_digger.cli.train import whole

    command.add_argument("place", metavar="OUTPUT|CONFIG", help="directory of an output, or a configuration file")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="set a configuration key")
    command.add_argument("--host", default="127.0.0.1", help="address to serve (default: this machine alone)")
    command.add_argument("--port", type=whole(0), default=8080, help="port (default: 8080; 0: any that is free)")
    command.add_argument("--map", metavar="FILE.mbtiles", help="street map: raster tiles in an MBTiles file")
    command.add_argument("--originals", action="store_true", help="let the files themselves be downloaded")
    words = "open a browser (default on a desktop: with a screen and a terminal)"
    command.add_argument("--open", action="store_true", default=None, help=words)
    command.add_argument("--no-open", dest="open", action="store_false", help="open none")


def serve(options: Namespace) -> int:
    from metadata_digger.previews.pictures import Previews
    from metadata_digger.web.interface import Served
    from metadata_digger.web.serving import Files, Place, bound, browse, on_desktop, token_for
    from metadata_digger.web.serving import serve as run
    from metadata_digger.web.tiles import Tiles

    tiles = Tiles(Path(options.map)) if options.map else None
    token = os.environ.get(TOKEN) or token_for(options.host)
    # The port first: who cannot have it need not wait for a run.
    place = Place(options.host, options.port, token)
    taken = bound(place)
    try:
        collection, marks, name, config = _collection(options)
        if config is not None:
            place = Place(options.host, options.port, token, config["serve.allowOrigin"] or ())
        previews = Previews(name, config["serve.cacheMB"] if config is not None else 1024)
        served = Served(collection, marks, Files(previews), options.originals, tiles, name)
        opens = on_desktop(os.environ) if options.open is None else options.open

        def ready(address: str) -> None:
            write(f"{name}: {collection.about().total:,} pictures at {printable(address)} (Ctrl-C ends it)")
            flush()
            if opens:
                browse(address)

        try:
            run(served, place, taken, ready)
        except KeyboardInterrupt:
            write("", sys.stderr)
        finally:
            previews.close()
    finally:
        taken.close()
    return 0


def _collection(options: Namespace) -> tuple[Collection, Marks, str, Config | None]:
    """What is served, its marks, its name, and the configuration where there is one."""
    path = Path(options.place)
    if not path.exists():
        raise ConfigError(f"{path}: there is no such output, and no such configuration")
    if path.is_dir():
        config = _of_settings(options.set)
        return *_of_output(path, config), path.resolve().name, config
    config = load(options.place, options.set, ACTION)
    if "solr" in config["output.format"] and not {"index", "parquet"} & {*config["output.format"]}:
        return *_of_solr(config, path.resolve().parent), str(config["output.collection"]), config
    from metadata_digger.config.places import local

    output = Path(local(config["output.directoryPath"]))
    if not output.exists():
        _make(options, config)
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


def _of_solr(config: Config, folder: Path) -> tuple[Collection, Marks]:
    """`folder`: where marks are kept, which Solr has no place for."""
    from metadata_digger.index.marks import Marks
    from metadata_digger.search.solr_collection import SolrCollection
    from metadata_digger.solr.connection import connection

    place = connection(config, os.environ)
    name = re.sub(r"[^\w.-]", "_", place.collection)
    marks = Marks(folder / f"{name}-marks.sqlite")
    return SolrCollection(place, marks.ids), marks


def _make(options: Namespace, config: Config) -> None:
    """The run, with an index beside what the configuration asks for."""
    from metadata_digger.cli.runs import run_action

    settings = [*options.set]
    if "index" not in config["output.format"]:
        settings.append(f"output.format={','.join((*config['output.format'], 'index'))}")
    write(f"{config['output.directoryPath']} is not there yet: {ACTION} {options.place} makes it first", sys.stderr)
    given = Namespace(
        action=ACTION,
        config=options.place,
        set=settings,
        engine="local",
        arguments=[ACTION, options.place, *(word for one in settings for word in ("--set", one))],
        overwrite=False,
        resume=True,
        update=False,
        update_by=None,
        accept_gone=False,
        dry_run=False,
    )
    run_action(given)
    flush()
