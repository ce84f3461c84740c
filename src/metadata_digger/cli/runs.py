"""The actions that read directories: configuration to job, job to engine, report to the terminal."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from metadata_digger.actions import BY_NAME, idle, job
from metadata_digger.cli.dry_run import dry_run
from metadata_digger.cli.progress import Progress
from metadata_digger.cli.summary import collection, serving, summary
from metadata_digger.cli.terminal import flush, is_closed, printable, write
from metadata_digger.config import Config, load, shown
from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.job import Job
from metadata_digger.run.report import Report
from metadata_digger.sinks.columns import names
from metadata_digger.sinks.solr import SolrSink

DONE_WITH_FAILURES = 3


def run_action(options: Namespace) -> int:
    """Runs extract, detect_categories, full, describe or find_similar; returns 0, or 3 when files failed."""
    action = BY_NAME[options.action]
    if refusals := list(refused(options)):
        raise ConfigError("\n".join(refusals))
    config = load(options.config, options.set, action.name)
    for warning in config.warnings:
        write(f"metadata-digger: warning: {printable(warning)}", sys.stderr)
    work = job(config, action, getattr(options, "image", ()))
    if work.streams and (options.resume or options.update):
        raise ConfigError("output.directoryPath=- leaves nothing that --resume or --update could go on from")
    if work.streams and work.ranking is not None:
        raise ConfigError(
            f"output.directoryPath=- writes rows as they come, and {action.name} sorts its own: name a directory"
        )
    if work.streams and is_closed(sys.stdout):
        raise OutputError("output.directoryPath=- writes to standard output, which is closed")
    if action.writes:
        work = replace(
            work,
            overwrite=options.overwrite,
            resume=options.resume,
            update=(options.update_by or "time") if options.update else None,
            accept_gone=options.accept_gone,
            command=("metadata-digger", *masked(options.arguments)),
        )
    words = sys.stderr if work.streams or not action.writes else sys.stdout
    if options.dry_run:
        return dry_run(work, options.engine, words)
    with Progress(quiet=work.streams and sys.stdout.isatty()) as progress:
        report = _run(work, options.engine, progress, config)
    report.notes += idle(config, action, report.tags)
    if not action.writes:
        for line in table(names(report.tags)):
            write(line)
        flush()
    for line in summary(report):
        write(printable(line), words)
    for sink in work.sinks:
        if isinstance(sink, SolrSink):
            for line in collection(sink.connection, report):
                write(printable(line))
    for line in serving(work.sinks, report, options.config):
        write(printable(line), words)
    return DONE_WITH_FAILURES if report.failed else 0


def refused(options: Namespace) -> Iterator[str]:
    """A sentence for each pair of options that ask for opposite things."""
    overwrite, resume, update, update_by, accept_gone = (
        getattr(options, name, None) for name in ("overwrite", "resume", "update", "update_by", "accept_gone")
    )
    if resume and overwrite:
        yield (
            "--resume goes on with what --overwrite throws away: drop --overwrite to go on with it, --resume to start "
            "afresh"
        )
    if update and overwrite:
        yield (
            "--update keeps rows of the output that --overwrite replaces: drop --overwrite to bring it up to date, "
            "--update to make it anew"
        )
    if update_by and not update:
        yield "--update-by says how --update compares, and --update is not given: add it, or drop --update-by"
    if accept_gone and not (update or resume):
        yield "--accept-gone says what --update may take out, and --update is not given: add it, or drop --accept-gone"


def masked(arguments: Sequence[str]) -> Iterator[str]:
    """A command line without the secrets that `--set` may have."""
    for argument in arguments:
        option, equals, rest = argument.partition("=") if argument.startswith("--set=") else ("", "", argument)
        key, is_set, value = rest.partition("=")
        yield f"{option}{equals}{key}{is_set}{shown(key.strip(), value)}"


def _run(work: Job, engine: str, progress: Progress, config: Config) -> Report:
    if engine == "spark":
        from metadata_digger.cli.spark_settings import spark_settings
        from metadata_digger.run.engines.spark import engine as spark
        from metadata_digger.run.engines.spark.cluster import CLUSTER, reach
        from metadata_digger.run.engines.spark.java import check
        from metadata_digger.run.engines.spark.ship.send import send, shared
        from metadata_digger.run.engines.spark.ship.submit import run_there

        cluster = spark_settings(os.environ)
        work = replace(work, shared=shared(cluster, os.environ, config))
        check(work)
        if cluster.ships and work.output is None and work.shared is None:
            raise ConfigError(
                "ARCHIVE_URL is not set: without an output the nodes need another folder that all machines reach"
            )
        reach(cluster.master, os.environ)
        archive = send(work, cluster, os.environ, progress.say, config) if cluster.ships else ""
        if cluster.mode == CLUSTER:
            return run_there(work, cluster, archive, progress, progress.say)
        return spark.run(work, cluster.master, progress, cluster.properties(work, archive))
    from metadata_digger.run.engines import local

    return local.run(work, progress)


def table(tags: Iterable[str]) -> Iterator[str]:
    """The tags in the frame that Spark prints around a column."""
    header = "Metadata Directory and Tag Name"
    rows = [printable(tag) for tag in tags]
    width = max(map(len, [header, *rows]))
    frame = f"+{'-' * width}+"
    yield frame
    yield f"|{header:<{width}}|"
    yield frame
    for row in rows:
        yield f"|{row:<{width}}|"
    yield frame
