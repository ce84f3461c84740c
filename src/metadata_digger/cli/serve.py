"""`serve`: the search page of an output; made first, where it is not there."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from metadata_digger.cli.terminal import flush, printable, write

LINE = "open the search page of an output, or of a configuration"
MORE = """\
OUTPUT is the directory of an output with output.format=index, or parquet: of that an index
is made beside it, OUTPUT-index. Of a configuration it is that output, or the Solr
collection; a run that has not been made yet is made first.
The page is for this machine alone, unless --host names another address: then it needs
the token that is printed. Ctrl-C ends it (exit code 0)."""
TOKEN = "METADATA_DIGGER_TOKEN"  # noqa: S105  # the variable's name


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
    from metadata_digger.cli.opening import opened
    from metadata_digger.previews.pictures import Previews
    from metadata_digger.web.served import Served
    from metadata_digger.web.serving import Files, Place, bound, browse, on_desktop, token_for
    from metadata_digger.web.serving import serve as run
    from metadata_digger.web.tiles import Tiles

    tiles = Tiles(Path(options.map)) if options.map else None
    token = os.environ.get(TOKEN) or token_for(options.host)
    # The port first: who cannot have it need not wait for a run.
    place = Place(options.host, options.port, token)
    taken = bound(place)
    try:
        collection, marks, name, config = opened(options.place, options.set)
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
