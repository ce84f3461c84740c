"""What is counted of the rows of one part; the report adds them up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import OK
from metadata_digger.sinks.columns import scan, written


@dataclass(slots=True)
class Summary:
    """What goes back for a part: counts, not rows."""

    part: str
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    tags: set[tuple[str, str]] = field(default_factory=set)

    def count(self, rows: pa.RecordBatch) -> None:
        """Takes in the rows of a batch, those left out too."""
        statuses = [*map(str, rows.column("status").to_pylist())]
        self.statuses.update(statuses)
        if self.statuses.total() != self.statuses[OK]:
            reasons = rows.column("reason").to_pylist()
            left_out = ((status, str(why)) for status, why in zip(statuses, reasons, strict=True) if status != OK)
            self.reasons.update(left_out)
        good = written(rows)
        if "labels" in good.schema.names:
            self.labels.update(map(str, pc.list_flatten(good.column("labels")).to_pylist()))
        self.tags |= scan(good)

    def to_json(self) -> str:
        tags: dict[str, list[str]] = {}
        for directory, tag in sorted(self.tags):
            tags.setdefault(directory, []).append(tag)
        reasons = [[*key, count] for key, count in self.reasons.items()]
        return json.dumps({"statuses": self.statuses, "reasons": reasons, "labels": self.labels, "tags": tags})

    @classmethod
    def from_json(cls, part: str, text: bytes) -> Summary:
        found = json.loads(text)
        return cls(
            part,
            Counter(found["statuses"]),
            Counter({(status, reason): count for status, reason, count in found["reasons"]}),
            Counter(found["labels"]),
            {(directory, tag) for directory, tags in found["tags"].items() for tag in tags},
        )
