"""`verify`: whether the files that an output was made of are what they were."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.actions import places, recorded_input
from metadata_digger.cli.progress import Progress
from metadata_digger.cli.terminal import flush, printable, write
from metadata_digger.config.values import available_cores
from metadata_digger.errors import ConfigError

if TYPE_CHECKING:
    from metadata_digger.run.verify.differences import Difference, Verified
    from metadata_digger.storage import Storage

LINE = "check whether the files that an output was made of are what they were"
MORE = """\
OUTPUT is the directory that a run with processing.hash.types wrote. Every file of it is
hashed again and compared; the output's own files are compared with what its run.json
says of them. Nothing is written. Exit code 0: all is as it was; 3: something is not.
Where the input or the output is in S3 or HDFS give the configuration: it says how they
are reached. Such an output is copied into a temporary directory first."""
ACTION = "extract"  # whatever it was that the configuration is of
DIFFERENT = 3


def add_arguments(command: ArgumentParser) -> None:
    from metadata_digger.cli.train import whole

    command.add_argument("output", metavar="OUTPUT|CONFIG", help="directory of an output, or a configuration file")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="set a configuration key")
    command.add_argument(
        "--json", action="store_true", help="print one JSON object a line: each difference, the counts"
    )
    cores = "worker processes that hash (default: all cores)"
    command.add_argument(
        "--map",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="look for files of the directory OLD in NEW, where they are mounted now; may be given several times",
    )
    command.add_argument("--cores", metavar="N", type=whole(1), default=available_cores(), help=cores)


def verify(options: Namespace) -> int:
    """Prints every difference and then the counts; returns 0, or 3 when there was one."""
    from metadata_digger.run.engines.local import verify as run
    from metadata_digger.run.records.record import read_record
    from metadata_digger.run.verify.differences import Verified
    from metadata_digger.run.verify.whereabouts import Input, moved

    moves = [moved(text) for text in options.map]
    with _opened(options) as (output, name, storage, paths), Progress() as progress:
        result = Verified(output)
        record = read_record(output)
        given = recorded_input(record) if storage is None else Input(storage, paths, str(record.get("directory", "/")))
        for difference in run(output, options.cores, result, progress, given, moves, storage):
            told = difference._replace(file=difference.file.replace(str(output), name, 1))
            write(json.dumps(_object(told)) if options.json else printable(_line(told)))
            flush()
    if options.json:
        write(json.dumps(_counts(result, name)))
    else:
        for line in summary(result, name):
            write(printable(line))
    for one in sorted(result.idle):
        words = f"--map {one.old}={one.new}: no file of the output was in {one.old}"
        write(f"metadata-digger: warning: {printable(words)}", sys.stderr)
    if not result.recorded:
        words = "there is no _run/run.json: whether the output itself was altered cannot be told"
        write(f"metadata-digger: warning: {words}", sys.stderr)
    return DIFFERENT if result.differences.total() else 0


@contextmanager
def _opened(options: Namespace) -> Iterator[tuple[Path, str, Storage | None, tuple[str, ...]]]:
    """Where the output is, and is called; of a configuration also the storage of the input and its entries."""
    from metadata_digger.config import load
    from metadata_digger.run.publish.made_here import brought_here

    place = Path.cwd() / options.output
    if not place.is_file():
        if options.set:
            raise ConfigError(f"--set {options.set[0]}: {options.output} is no configuration")
        yield place, str(place), None, ()
        return
    config = load(options.output, options.set, ACTION)
    output, storage = places(config)
    with brought_here([output]) as (here,):
        yield here.absolute(), str(output), storage, config["input.paths"]


def _line(difference: Difference) -> str:
    kind, file, reason, was, now = difference
    hashes = "; ".join(f"{name} was {old}, is {now[name]}" for name, old in was.items() if old != now.get(name))
    return f"{kind:<11} {': '.join(filter(None, (file, reason, hashes)))}"


def _object(difference: Difference) -> dict[str, object]:
    return {name: value for name, value in difference._asdict().items() if value}


def _counts(result: Verified, name: str) -> dict[str, object]:
    kinds = ("changed", "missing", "unreadable", "new", "altered")
    return {
        "output": name,
        "hashes": result.types,
        "files": result.files,
        "equal": result.equal,
        **{kind: result.differences[kind] for kind in kinds},
        "recorded": result.recorded,
    }


def summary(result: Verified, name: str) -> Iterator[str]:
    """Lines of text: counts that add up."""
    yield f"files       {result.files:>11,}   {', '.join(result.types)}"
    yield f"  equal     {result.equal:>11,}"
    for kind in ("changed", "missing", "unreadable"):
        yield f"  {kind:<10}{result.differences[kind]:>11,}"
    if result.recorded:
        yield f"new files   {result.differences['new']:>11,}"
        yield f"output      {name}: {result.differences['altered']:,} of its files altered"
