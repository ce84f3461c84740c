"""find_similar without rules: what each file shares with the images, and the rule made of it when all are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILTERED, SIMILAR, Column
from metadata_digger.steps.flatten import flatten, listed
from metadata_digger.steps.mark import appended, mark, standing, valid
from metadata_digger.steps.rename import safe
from metadata_digger.steps.similar.base import copies_among, last_values, told_path
from metadata_digger.steps.similar.kinds import DEVICE
from metadata_digger.steps.similar.step import COPY, ITSELF, in_short, shown
from metadata_digger.steps.similar.weigh import CERTAIN, Candidate, Counts, Rule, choose, evidence, weights, written

# Between the steps and the ranking only, in no output: 2n for a file that has the tag of candidate n with another
# value, 2n + 1 for one with the same; IMAGE for one of the images, ALIKE too for a copy of one.
SHARED: pa.Field[Any] = pa.field("similar_shared", pa.list_(pa.int16()))
IMAGE = -1
ALIKE = -2
_REASONS = 12  # of a file, best first


@dataclass(frozen=True, slots=True)
class ProposeStep:
    """Writes down which candidates each file shares. `own`: the URLs of the images, `contents`: their Base.content."""

    candidates: tuple[Candidate, ...]
    own: frozenset[str] = frozenset()
    contents: frozenset[tuple[int, str]] = frozenset()
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "tags" not in schema.names:
            raise ConfigError("find_similar needs metadata, and this action extracts none")
        return pa.schema([*schema, SHARED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        slots = {(safe(one.directory), safe(one.tag)): number for number, one in enumerate(self.candidates)}
        values = pa.array([one.value for one in self.candidates], pa.string())
        for batch in batches:
            yield Batch(appended(batch.rows, [SHARED], [self._shared(batch, slots, values)]), batch.files)

    def _shared(self, batch: Batch, slots: dict[tuple[str, str], int], values: Column) -> Column:
        rows = batch.rows
        flat = flatten(rows.column("tags"))
        slot = np.array([slots.get((safe(pair[0]), safe(pair[1])), -1) for pair in flat.pairs], dtype=np.int64)
        of_rows, candidate, places = last_values(flat, slot, len(self.candidates))
        equal: Column = pc.equal(flat.values.take(pa.array(places)), values.take(pa.array(candidate)))
        codes = candidate * 2 + equal.to_numpy(zero_copy_only=False)
        images = [row for row, url in enumerate(rows.column("file_path").to_pylist()) if url in self.own]
        copies = sorted(copies_among(batch, set(standing(rows)).difference(images), self.contents))
        marks = [IMAGE] * (len(images) + len(copies)) + [ALIKE] * len(copies)
        of_rows, codes = np.append(of_rows, [*images, *copies, *copies]), np.append(codes, marks)
        order = np.argsort(of_rows, kind="stable")
        ends = np.searchsorted(of_rows[order], np.arange(len(rows) + 1)).astype(np.int32)
        return listed(ends, pa.array(codes[order].astype(np.int16)))

    @property
    def sha256(self) -> str:
        """Of what decides besides the configuration; rows of another run are those of this one when it is equal."""
        return sha256(repr((self.candidates, sorted(self.own), sorted(self.contents))).encode()).hexdigest()

    def ranking(self) -> Proposal:
        return Proposal(self.candidates)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Counts how rare the images' values are, makes the rule of it, keeps the files that pass (pipeline.Ranking)."""

    candidates: tuple[Candidate, ...]
    counts: Counts | None = None
    weight: tuple[float, ...] = ()
    rule: Rule | None = None

    counted: ClassVar[tuple[str, ...]] = ("status", SHARED.name)
    by: ClassVar[str] = "similar_score"

    def output(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([*(field for field in schema if field.name != SHARED.name), *SIMILAR])

    def count(self, rows: pa.RecordBatch) -> Counts:
        """Of the rows that are ok."""
        size = len(self.candidates)
        shared = [[code for code in codes or () if code != ALIKE] for codes in rows.column(SHARED.name).to_pylist()]
        every = np.zeros(2 * size + 1, dtype=np.int64)
        own = np.zeros(2 * size + 1, dtype=np.int64)
        for codes in shared:
            every[codes] += 1
            if IMAGE in codes:
                own[codes] += 1
        having, same = every[0:-1:2] + every[1::2], every[1::2]
        columns = (having, same, own[1::2])
        return Counts(len(rows), int(every[IMAGE]), *(tuple(map(int, column)) for column in columns))

    def settled(self, counts: Sequence[Counts]) -> Proposal:
        """With the counts of all parts."""
        sums = [
            tuple(map(sum, zip(*columns, strict=True))) if columns else (0,) * len(self.candidates)
            for columns in ([getattr(one, name) for one in counts] for name in ("having", "same", "own"))
        ]
        total = Counts(sum(one.files for one in counts), sum(one.images for one in counts), *sums)
        weight = weights(self.candidates, total)
        return replace(self, counts=total, weight=weight, rule=choose(self.candidates, weight, total))

    def rank(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Rows that are ok, with their scores and reasons; those that are not similar are filtered."""
        shared = [codes or [] for codes in rows.column(SHARED.name).to_pylist()]
        scores: list[int | None] = [None] * len(rows)
        reasons: list[list[str] | None] = [None] * len(rows)
        verdicts: dict[int, tuple[str, str]] = {}
        for row in standing(rows):
            codes = shared[row]
            same = [code // 2 for code in codes if code >= 0 and code % 2]
            image = IMAGE in codes
            if not image and (why := self._unlike(same)) is not None:
                verdicts[row] = FILTERED, why
                continue
            other = self._other_devices(codes)
            score = evidence(same, self.candidates, self.weight) * 100 / (2 if other else 1)
            scores[row] = 100 if image else max(1, min(round(score), CERTAIN))
            first = [COPY] if ALIKE in codes else [ITSELF] if image else []
            reasons[row] = [*first, *self._reasons(same), *other]
        columns: list[Column] = [pa.array(scores, SIMILAR[0].type), pa.array(reasons, SIMILAR[1].type)]
        marked = mark(rows, verdicts)
        kept = [name for name in marked.schema.names if name != SHARED.name]
        return appended(marked.select(kept), SIMILAR, columns)

    def _unlike(self, same: Sequence[int]) -> str | None:
        if self.rule is None:
            return "not similar: no value of the image that another file has is rare enough"
        holding = len(set(same).intersection(self.rule.conditions))
        if holding >= self.rule.least:
            return None
        return f"not similar: {holding} of {len(self.rule.conditions)} conditions hold"

    def _other_devices(self, codes: Sequence[int]) -> list[str]:
        """Of a file that has another serial number and none of the image's: all else is half the evidence then."""
        numbers = [(code // 2, code % 2) for code in codes if code >= 0]
        serials = [(number, same) for number, same in numbers if self.candidates[number].kind == DEVICE]
        if any(same for _, same in serials):
            return []
        return [f"but another {self.candidates[number].name}" for number, _ in serials[:1]]

    def _reasons(self, same: Sequence[int]) -> list[str]:
        if self.counts is None:
            return []
        ranked = sorted(same, key=lambda number: -self.weight[number])[:_REASONS]
        words = []
        for number in ranked:
            one, count = self.candidates[number], self.counts.same[number]
            words.append(valid(f"{one.name}: {shown(one.value)} ({count:,} of {self.counts.files:,} files)"))
        return words

    def told(self, best: Sequence[tuple[int, str, list[str]]]) -> tuple[list[str], dict[str, Any]]:
        """Lines for people, and what the report has under "similar"."""
        if self.counts is None:
            return [], {}
        chosen = () if self.rule is None else self.rule.conditions
        ranked = sorted(range(len(self.candidates)), key=lambda number: (number not in chosen, -self.weight[number]))
        table = [
            {
                "tag": self.candidates[number].name,
                "value": self.candidates[number].value,
                "worth": round(self.weight[number] * 100),
                "having": self.counts.having[number],
                "same": self.counts.same[number],
                "chosen": number in chosen,
            }
            for number in ranked
        ]
        rule = None if self.rule is None else written(self.rule, self.candidates)
        lines = [*self._table(ranked, chosen), *self._rule(rule)]
        lines += [f"{score:>5}  {told_path(url)}: {in_short(why)}" for score, url, why in best]
        return lines, {"files": self.counts.files, "images": self.counts.images, "tags": table, "rule": rule}

    def _table(self, ranked: Sequence[int], chosen: Sequence[int]) -> Iterator[str]:
        if self.counts is None:
            return
        yield f"{self.counts.files:,} files compared; what tells something about the image:"
        yield "worth  have it  same value"
        for number in ranked[: max(len(chosen), 8)]:
            one, having, same = self.candidates[number], self.counts.having[number], self.counts.same[number]
            mark = "*" if number in chosen else " "
            yield f"{self.weight[number] * 100:>4.0f}{mark}  {having:>7,}  {same:>10,}  {one.name}: {shown(one.value)}"

    def _rule(self, rule: Any) -> Iterator[str]:
        if rule is None:
            yield "no rule: no value of the image that another file has is rare enough; name tags yourself"
            return
        yield "rule, of the values marked *:"
        yield from (f"  {key}={value}" for key, value in rule.items())
