"""--update: whether it may be done, and whether the rows of the last output are of use for it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.config.decisive import sent
from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.job import Job
from metadata_digger.run.records import sums
from metadata_digger.run.records.fingerprint import difference, other_files
from metadata_digger.run.records.record import FOLDER, ROWS, SUMS, read_record, recorded_sums
from metadata_digger.run.stage import parts
from metadata_digger.run.tasks import Do
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.storage.remote.place import Folder


def check(job: Job) -> None:
    """Raises ConfigError where nothing can be brought up to date, whatever the last output is like."""
    if job.update is not None and job.distinct:
        raise ConfigError(
            "--update and processing.hash.comparator=true do not go together: the one deletes documents for whose sake "
            "the other leaves files out; give one of them"
        )


def rows_of(output: Folder) -> Folder:
    return output / FOLDER / ROWS


def check_owner(job: Job) -> None:
    """Raises OutputError where the last output is that of another input, and only its place, which nobody chose, is the
    same: the documents of that input's files would be deleted."""
    output = job.output
    if output is None or not job.gives_way:
        return
    if differing := other_files(read_record(output), job.facts):
        raise OutputError(
            f"--update: {output} has the records of a run over other files: {differing}; their documents would be "
            "deleted. Give each input an output.directoryPath of its own, or, if these documents are to go, set it to "
            f"{output}"
        )


def why_anew(job: Job, schema: pa.Schema, do: Do) -> str:
    """Why the rows of the last output are of no use; "" when they are, and when there is no output yet."""
    output = job.output
    if output is None or not output.exists():
        return ""
    rows = rows_of(output)
    record = read_record(output)
    # What a server has was written with the output's keys, while files are written anew from the rows.
    server = any(not sink.suffix for sink in job.sinks)
    if not record:
        return f"{output} has no record of the run that made it"
    if differing := difference(record, job.facts, listing=False, output=sent if server else None):
        return f"other than in the last run: {differing}"
    if not rows.is_dir():
        return "the last run did not keep its rows (output.keepRows)"
    names = parts.names(rows)
    for part, summary in zip(names, parts.summaries(rows, names), strict=True):
        if summary is None:
            return f"{parts.path_of(rows, part)} is damaged"
    if names:
        with opened(parts.path_of(rows, names[0])) as file:
            if not pq.read_schema(file).equals(schema):
                return "the last run's rows have other columns"
    for path, reason, *_ in sums.altered(output, recorded_sums(record).get(f"{FOLDER}/{SUMS}"), do):
        return f"{path}: {reason}"
    return ""
