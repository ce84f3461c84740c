"""What a run did: counts, not files. The files left out are in `_report.json`, which is streamed from the stage."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.schema import FILTERED, OK

if TYPE_CHECKING:
    from metadata_digger.run.work import Summary

REASONS = 1_000  # distinct reasons counted by name: some hold offsets, and memory stays flat
OTHER = "other reasons"


@dataclass(slots=True)
class Report:
    """seen = written + filtered + failed."""

    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # (status, reason) of the files left out
    statuses: Counter[str] = field(default_factory=Counter)  # "ok", "filtered", "failed", "denied", ...
    labels: Counter[str] = field(default_factory=Counter)  # of the files written
    tags: set[tuple[str, str]] = field(default_factory=set)  # what sinks.columns.scan found in the files written
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)  # seconds of each stage of the run
    workers: int = 0
    output: Path | None = None  # the directory
    files: tuple[str, ...] = ()  # names of the files in it, without _report.json
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
            known = (status, reason) in self.reasons or len(self.reasons) < REASONS
            self.reasons[status, reason if known else OTHER] += count
