"""What a run did: counts, not files. The files left out are streamed from the parts into the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metadata_digger.schema import FILTERED, OK
from metadata_digger.storage.remote.place import Folder

if TYPE_CHECKING:
    from metadata_digger.run.counts import Summary

REASONS = 1_000  # distinct reasons counted by name: some hold offsets, and memory stays flat
OTHER = "other reasons"
NAMED = 1_000  # files left out that are held by name, where there are no records


@dataclass(slots=True)
class Report:
    """seen = written + filtered + failed."""

    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # (status, reason) of the files left out
    statuses: Counter[str] = field(default_factory=Counter)  # "ok", "filtered", "failed", "denied", ...
    labels: Counter[str] = field(default_factory=Counter)  # of the files written
    noted: int = 0  # files written with notes
    kinds: Counter[str] = field(default_factory=Counter)  # of notes, of these files
    tags: set[tuple[str, str]] = field(default_factory=set)  # what sinks.columns.scan found in the files written
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)  # seconds of each stage of the run
    workers: int = 0
    output: Folder | None = None  # the directory
    files: tuple[str, ...] = ()  # names of the files in it, without the records
    digests: dict[str, dict[str, Any]] = field(default_factory=dict)  # of these, and of the lists among the records
    resumed: tuple[str, ...] = ()  # when an interrupted run was gone on with, as `started`
    # By --update: "unchanged", "new", "changed", "gone"; with hashes "moved"; "unlisted" where there are some.
    changes: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)  # files listed of each entry of the input (urls.entry_name)
    lost: list[tuple[str, str]] = field(default_factory=list)  # (file, reason) of some that failed, see NAMED
    findings: list[str] = field(default_factory=list)  # lines of a ranking, for the terminal
    ranking: dict[str, Any] = field(default_factory=dict)  # and its facts, for run.json
    notes: list[str] = field(default_factory=list)  # what the user should know, for example fewer workers than cores

    @property
    def seen(self) -> int:
        return self.statuses.total()

    @property
    def written(self) -> int:
        return self.statuses[OK]

    @property
    def filtered(self) -> int:
        return self.statuses[FILTERED]

    @property
    def failed(self) -> int:
        """Failed, denied, not found, timed out."""
        return self.seen - self.written - self.filtered

    def leave_out(self, excluded: Counter[str]) -> None:
        """What the listing did not give, by kind: it is no input, but whoever mistyped a pattern should see it."""
        words = {"files": ("file", "files"), "directories": ("directory", "directories")}
        if found := [
            f"{excluded[kind]:,} {word[excluded[kind] > 1]}" for kind, word in words.items() if excluded[kind]
        ]:
            self.notes.append(f"input.include and input.exclude leave out {' and '.join(found)}, which are not counted")

    def add(self, summary: Summary) -> None:
        self.statuses.update(summary.statuses)
        self.labels.update(summary.labels)
        self.tags |= summary.tags
        for (status, reason), count in summary.reasons.items():
            self._count(status, reason, count)

    def remark(self, notes: Iterable[str]) -> None:
        """The notes of a file that is written. What stands before the colon is their kind: "no labels", "GPS"."""
        self.noted += 1
        for kind in {text.partition(": ")[0] for text in notes}:
            self.kinds[kind if kind in self.kinds or len(self.kinds) < REASONS else OTHER] += 1

    def refuse(self, reasons: Counter[tuple[str, str]]) -> None:
        """Rows that were counted as written, and then were not, by (status, reason)."""
        self.statuses[OK] -= reasons.total()
        for (status, reason), count in reasons.items():
            self.statuses[status] += count
            self._count(status, reason, count)

    def _count(self, status: str, reason: str, count: int) -> None:
        known = (status, reason) in self.reasons or len(self.reasons) < REASONS
        self.reasons[status, reason if known else OTHER] += count
