"""`report`: pages for a case file, of an output or of what a query finds in it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from metadata_digger import __version__
from metadata_digger.cli.terminal import flush, printable, write
from metadata_digger.errors import ConfigError, QueryError

LINE = "make a report of an output: pages that need no server, with a manifest"
MORE = """\
OUTPUT is the directory of an output with output.format=index or parquet; CONFIG may name
one, or a Solr collection. FOLDER gets a contact sheet, counts, days, a map, a page for each
of the first 2,000 pictures, photos.csv, photos.jsonl, photos.kml, and manifest.json with
the sha256 of every input file as it is now and of the report's own files."""


def add_arguments(command: ArgumentParser) -> None:
    command.add_argument("place", metavar="OUTPUT|CONFIG", help="directory of an output, or a configuration file")
    command.add_argument("-o", "--output", metavar="FOLDER", required=True, help="folder of the report")
    command.add_argument("--query", default="", metavar="QUERY", help="only what this finds (docs/query-language.md)")
    command.add_argument("--sort", default="path", help="path, date, size or a field; down with a - before it")
    command.add_argument("--title", default="", help="of the report (default: the name of the output)")
    command.add_argument("--note", default="", help="text for its first page: case, examiner, what was asked")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="set a configuration key")
    command.add_argument("--overwrite", action="store_true", help="replace the folder if it is there")


def report(options: Namespace) -> int:
    from metadata_digger.cli.opening import opened
    from metadata_digger.cli.progress import Progress
    from metadata_digger.previews.pictures import Previews
    from metadata_digger.report.pages import Heading
    from metadata_digger.report.writing import Wanted
    from metadata_digger.report.writing import write as make
    from metadata_digger.search.requests import Reader, order_of

    target = Path(options.output).absolute()
    if target.exists() and not options.overwrite:
        raise ConfigError(f"{target} is there already: choose another folder, or add --overwrite")
    if target.exists() and not _is_report(target):
        raise ConfigError(f"{target} is no report of this program: choose another folder")
    collection, marks, name, _ = opened(options.place, options.set)
    try:
        node = Reader(collection).wanted({"q": options.query}).node
        order = order_of(options.sort)
    except QueryError as error:
        pointer = f"\n  {options.query}\n  {' ' * error.at}{'^' * max(error.length, 1)}" if options.query else ""
        raise ConfigError(f"{error}{pointer}") from error
    titles = {one.mark: one.title for one in marks.all()}
    marked = {id: titles[one.mark] for one in marks.all() if one.count for id in marks.ids(one.mark)}
    heading = Heading(
        options.title or name, str(options.place), options.query, options.note, datetime.now(UTC), __version__
    )
    previews = Previews(name)
    try:
        with Progress() as progress:
            count = make(
                collection,
                Wanted(heading, node, order, marked.get),
                target,
                previews,
                lambda done, total: progress(done, total),
            )
    finally:
        previews.close()
    write(printable(f"report      {target / 'index.html'}: {count:,} pictures"))
    flush()
    if not count:
        write("metadata-digger: no picture fits: the report is empty", sys.stderr)
    return 0


def _is_report(folder: Path) -> bool:
    return (folder / "manifest.json").is_file() and (folder / "report.css").is_file()
