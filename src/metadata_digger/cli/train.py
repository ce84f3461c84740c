"""`train`: a model of one's own from labelled pictures."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.cli.progress import Progress
from metadata_digger.cli.terminal import printable, write
from metadata_digger.config.values import available_cores
from metadata_digger.errors import ConfigError
from metadata_digger.run.interrupt import stoppable

if TYPE_CHECKING:
    from metadata_digger.labels.training.measure import Figure
    from metadata_digger.labels.training.train import Result

LINE = "train a model of your own from labelled pictures"
MORE = """\
Takes the pictures' features from a network that stays as it is, and fits a row of weights for each label to
them: some 20 ms a picture and core, no graphics card. The folder that it writes is used as it stands, with
enrichment.classifier.modelPath. docs/train-your-own-detector.md has a worked example."""
DONE_WITH_FAILURES = 3
SHOWN = 10  # of each kind of complaint; report/report.json has all


def add_arguments(command: ArgumentParser) -> None:
    pictures = (
        "a folder with a folder for each label, named like it; or a CSV file with the columns file and labels, several "
        "labels separated by ;"
    )
    command.add_argument("pictures", metavar="PICTURES", help=pictures)
    command.add_argument("-o", "--output", metavar="MODEL_FOLDER", required=True, help="the model folder to write")
    command.add_argument("--overwrite", action="store_true", help="replace the model folder if it exists")
    command.add_argument("--name", metavar="NAME", help="name of the model (default: that of its folder)")
    negative = "pictures with this label show none of the others; it is not learnt itself"
    command.add_argument("--negative", metavar="LABEL", help=negative)
    base = "model folder or .onnx file to take features from (default: the bundled efficientnet-lite0)"
    command.add_argument("--base", metavar="MODEL", help=base)
    tensor = "the tensor in that model that holds the features (default: its output)"
    command.add_argument("--base-output", metavar="TENSOR", help=tensor)
    folds = "parts of the cross-validation (default: 10, from 2,001 pictures on 5; as many as pictures: leave one out)"
    command.add_argument("--folds", metavar="N", type=whole(2), help=folds)
    cores = "worker processes that compute features (default: all cores)"
    command.add_argument("--cores", metavar="N", type=whole(1), default=available_cores(), help=cores)
    command.add_argument("--no-cache", action="store_true", help="neither use nor keep computed features")


def whole(least: int) -> Callable[[str], int]:
    """For argparse, which prints the error."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or int(text) < least:
            raise ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        return int(text)

    return parse


def train(options: Namespace) -> int:
    """Trains, prints how good it is; returns 0, or 3 when pictures could not be read."""
    from metadata_digger.labels.training.train import Settings
    from metadata_digger.labels.training.train import train as run

    if options.base_output and not options.base:
        raise ConfigError("--base-output names a tensor of the model given with --base, which is missing")
    settings = Settings(
        pictures=Path(options.pictures),
        target=Path(options.output),
        base=Path(options.base) if options.base else None,
        tensor=options.base_output,
        negative=options.negative,
        name=options.name,
        folds=options.folds,
        cores=options.cores,
        cached=not options.no_cache,
        overwrite=options.overwrite,
    )
    start = time.monotonic()
    with stoppable(), Progress() as progress:
        result = run(settings, progress)
    for line in summary(result, settings.target, time.monotonic() - start):
        write(printable(line))
    for line in complaints(result):
        write(f"metadata-digger: {printable(line)}", sys.stderr)
    return DONE_WITH_FAILURES if result.unreadable else 0


def summary(result: Result, target: Path, seconds: float) -> Iterator[str]:
    """Lines of text: the figures of each label, cross-validated, and where the model is."""
    cached = result.pictures + len(result.unreadable) - result.computed
    kept = f", features of {cached:,} kept from before" if cached else ""
    labels = f"{len(result.labels)} label{'s' if len(result.labels) > 1 else ''}"
    yield f"{result.pictures:,} pictures, {labels}, {seconds:,.1f} s{kept}"
    width = max(5, *map(len, result.labels))
    yield f"{'label':<{width}}  pictures  precision         recall            F1                average precision"
    for row in result.figures.labels:
        cells = "  ".join(map(cell, (row.precision, row.recall, row.f1, row.average_precision)))
        yield f"{row.label:<{width}}  {row.pictures:>8,}  {cells}".rstrip()
    if result.figures.best is not None:
        yield f"the highest score is the right label  {cell(result.figures.best)}".rstrip()
    yield f"all labels exactly right              {cell(result.figures.exact)}".rstrip()
    yield f"model     {target} (enrichment.classifier.modelPath)"
    yield f"mistakes  {target / 'report' / 'mistakes.jpg'}"


def cell(figure: Figure) -> str:
    """The value and the interval where it would lie in 95 of 100 sets like this one; 16 characters."""
    value = " - " if figure.value is None else f"{figure.value:.2f}"
    return f"{value:<4} ({figure.interval[0]:.2f}..{figure.interval[1]:.2f})"


def complaints(result: Result) -> Iterator[str]:
    for warning in result.warnings[:SHOWN]:
        yield f"warning: {warning}"
    if len(result.warnings) > SHOWN:
        yield f"warning: ... and {len(result.warnings) - SHOWN} more, see report/report.json"
    for name, reason in result.unreadable[:SHOWN]:
        yield f"left out: {name}: {reason}"
    if len(result.unreadable) > SHOWN:
        yield f"left out: ... and {len(result.unreadable) - SHOWN} more, see report/report.json"
