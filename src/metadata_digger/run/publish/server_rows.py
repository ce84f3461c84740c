"""Whether a server still has the rows that an update keeps: it may have been emptied, or be back from an older copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metadata_digger.run.stage import parts
from metadata_digger.sinks import Removing
from metadata_digger.storage.remote.place import Folder

# Asked for at once; a part that has more is asked for whole. Of Solr with 200,000 documents, on two busy cores: 21 us a
# row, with 1,000 at once 43.
ROWS = 5_000


def lost(sink: Removing, folder: Folder, rows: Mapping[str, int]) -> set[str]:
    """Those of the kept parts that are to be sent again: the server lacks a row of theirs, or of one that it was asked
    for at the same time.

    `rows`: of each part those that are ok; parts of files that were read in this run do not count. Raises OutputError.
    """
    groups = list(_groups(rows))
    found = sink.has({one for part in group for one in parts.ids(parts.path_of(folder, part))} for group in groups)
    return {part for group, there in zip(groups, found, strict=True) if not there for part in group}


def _groups(rows: Mapping[str, int]) -> Iterator[list[str]]:
    group: list[str] = []
    held = 0
    for part in sorted(part for part, count in rows.items() if count and parts.is_kept(part)):
        group.append(part)
        held += rows[part]
        if held >= ROWS:
            yield group
            group, held = [], 0
    if group:
        yield group
