"""An index that is made of the last output's and of what is new, where most rows stand as the last run wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from metadata_digger.config.decisive import sent
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import read_record, recorded_sums
from metadata_digger.run.records.sums import sums
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do
from metadata_digger.sinks import Growing, Sink, made_by, target_of
from metadata_digger.sinks.growth import Growth

FORMAT = "output.format"  # which other forms there are is nothing to this one


class Grown(NamedTuple):
    """`first`: number of the first new row; `rows`: of each part that is to be written those that are ok."""

    first: int
    rows: Mapping[str, int]
    growth: Growth


def grown(job: Job, sink: Sink, rows: Mapping[str, int], folders: Stage, do: Do) -> Grown | None:
    """None where the sink's output is to be made of all rows. Raises OutputError."""
    output = job.output
    # Elsewhere it would have to be brought here first.
    if not isinstance(sink, Growing) or not isinstance(output, Path) or job.ranking is not None or job.distinct:
        return None
    fresh = {part: count for part, count in rows.items() if not parts.stands(part)}
    if not folders.removed.exists() or 2 * sum(fresh.values()) >= sum(rows.values()):
        return None
    first = sink.grows(output)
    if first is None or not _is_as_made(job, sink, output, do):
        return None
    return Grown(first, fresh, Growth(output, _removed(rows, folders)))


def _is_as_made(job: Job, sink: Sink, output: Path, do: Do) -> bool:
    """Whether the last run wrote rows as this one would, and nobody touched its files since."""
    record = read_record(output)
    old, new = (sent({**facts.get("config", {}), FORMAT: ""}) for facts in (record, job.facts))
    if old != new:
        return False
    recorded = recorded_sums(record)
    files = made_by(sink, target_of(sink, output, output.name))
    found = {path.relative_to(output).as_posix(): now for path, now, _ in sums(files, do, 1)}
    return found == {name: recorded.get(name) for name in found}


def _removed(rows: Mapping[str, int], folders: Stage) -> Path:
    """Ids of the rows that go, or come anew, one a line."""

    def ids() -> Iterator[str]:
        with folders.removed.open(encoding="ascii") as lines:
            yield from lines
        for part in rows:
            if parts.is_kept(part) and not parts.stands(part):
                yield from (f"{one}\n" for one in parts.ids(parts.path_of(folders.parts, part)))

    target = folders.scratch / "gone"
    with writing(target), target.open("w", encoding="ascii") as file:
        file.writelines(ids())
    return target
