"""find_similar with rules: `analytics.similar.tags` and `analytics.similar.minPassingConditions`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from metadata_digger.config.values import SimilarTag
from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILTERED, SIMILAR, Column
from metadata_digger.steps.flatten import FlatTags, flatten
from metadata_digger.steps.mark import appended, mark, standing, valid
from metadata_digger.steps.similar.base import Base, copies_among, is_tag, last_values, told_path
from metadata_digger.steps.similar.near import Value, near, parsed

TAGS = "analytics.similar.tags"
ITSELF = "the image itself"
COPY = "a copy of the image, byte for byte"
_SHOWN = 80  # characters of a value in a reason
_COUNTED = re.compile(r" \([0-9,]+ of [0-9,]+ files\)$")
_TOLD = 4  # reasons in a line of the terminal


def shown(value: str) -> str:
    """A value in a reason: one line, not too long."""
    line = " ".join(value.replace("\0", " ").split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."


def in_short(reasons: Sequence[str]) -> str:
    """A file's reasons in one line of the terminal, without the counts, which the table above it has."""
    more = f"; and {len(reasons) - _TOLD} more" if len(reasons) > _TOLD else ""
    return "; ".join(_COUNTED.sub("", reason) for reason in reasons[:_TOLD]) + more


def sought(rules: Sequence[SimilarTag], bases: Sequence[Base]) -> tuple[tuple[Value, ...], ...]:
    """The values of each image, by rule; raises ConfigError naming every tag that an image has not, or not as told."""
    faults: list[str] = []
    values: list[tuple[Value, ...]] = []
    for base in bases:
        texts = base.values()
        found: list[Value] = []
        for rule in rules:
            text = texts.get((rule.directory, rule.tag))
            value = None if text is None else parsed(rule.kind, text)
            if text is None:
                faults.append(f"{TAGS}: {base.path} has no tag {rule.directory}.{rule.tag}")
            elif value is None:
                faults.append(
                    f"{TAGS}: {rule.directory}.{rule.tag} of {base.path} is no number ({shown(text)!r}), and "
                    f"{rule.kind} needs one"
                )
            else:
                found.append(value)
        values.append(tuple(found))
    if faults:
        raise ConfigError("\n".join(faults))
    return tuple(values)


@dataclass(frozen=True, slots=True)
class NearStep:
    """Leaves out every file that is not near one of the images on `least` rules or more; -1: on all.

    `values` has those of each image (`sought`), `own` the URLs of the images, which are near themselves, `contents`
    what they are by Base.content.
    """

    rules: tuple[SimilarTag, ...]
    values: tuple[tuple[Value, ...], ...]
    least: int = -1
    own: frozenset[str] = frozenset()
    contents: frozenset[tuple[int, str]] = frozenset()
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "tags" not in schema.names:
            raise ConfigError(f"{TAGS} needs metadata, and this action extracts none")
        return pa.schema([*schema, *SIMILAR])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        least = len(self.rules) if self.least < 0 else self.least
        for batch in batches:
            count = len(batch.rows)
            # passed[image][row]: the rules that hold, and their words
            passed: list[list[list[str]]] = [[[] for _ in range(count)] for _ in self.values]
            flat = flatten(batch.rows.column("tags"))
            for number, rule in enumerate(self.rules):
                self._compare(flat, number, rule, passed)
            scores: list[int | None] = [None] * count
            reasons: list[list[str] | None] = [None] * count
            verdicts: dict[int, tuple[str, str]] = {}
            urls = batch.rows.column("file_path").to_pylist()
            copies = copies_among(batch, standing(batch.rows), self.contents)
            for row in standing(batch.rows):
                best = max((words[row] for words in passed), key=len)
                scores[row] = len(best)
                first = [ITSELF] if urls[row] in self.own else [COPY] if row in copies else []
                reasons[row] = [*first, *best]
                if len(best) < least:
                    why = f"not similar: {len(best)} of {len(self.rules)} conditions hold"
                    verdicts[row] = FILTERED, why
            columns: list[Column] = [pa.array(scores, SIMILAR[0].type), pa.array(reasons, SIMILAR[1].type)]
            yield Batch(appended(mark(batch.rows, verdicts), SIMILAR, columns), batch.files)

    def _compare(self, flat: FlatTags, number: int, rule: SimilarTag, passed: list[list[list[str]]]) -> None:
        slots = np.array([0 if is_tag(pair, rule.directory, rule.tag) else -1 for pair in flat.pairs], dtype=np.int64)
        rows, _, places = last_values(flat, slots, 1)
        texts: list[str] = flat.values.take(pa.array(places)).to_pylist()
        for image, values in enumerate(self.values):
            base = values[number]
            known: dict[str, str | None] = {}  # a batch has few models, and many files of each
            for row, text in zip(rows.tolist(), texts, strict=True):
                if text not in known:
                    known[text] = _words(rule, base, text) if near(rule, base, text) else None
                if (words := known[text]) is not None:
                    passed[image][row].append(words)

    @property
    def sha256(self) -> str:
        """Of what decides besides the configuration; rows of another run are those of this one when it is equal."""
        return sha256(repr((self.values, sorted(self.own), sorted(self.contents))).encode()).hexdigest()

    def ranking(self) -> Conditions:
        return Conditions(len(self.rules))


def _words(rule: SimilarTag, base: Value, text: str) -> str:
    same = base == parsed(rule.kind, text)
    return valid(f"{rule.directory}.{rule.tag}: {shown(text)}{'' if same else f' (near {shown(str(base))})'}")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Rows with more conditions that hold come first (pipeline.Ranking); nothing has to be counted for that."""

    of: int
    counted: ClassVar[tuple[str, ...]] = ()
    by: ClassVar[str] = "similar_score"

    def output(self, schema: pa.Schema) -> pa.Schema:
        return schema

    def count(self, rows: pa.RecordBatch) -> None:
        """Not asked for."""

    def settled(self, counts: Sequence[Any]) -> Conditions:
        return self

    def rank(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows

    def told(self, best: Sequence[tuple[int, str, list[str]]]) -> tuple[list[str], dict[str, Any]]:
        """Lines for people, and what the report has under "similar"."""
        lines = [f"{score:>3} of {self.of}  {told_path(url)}: {in_short(why)}" for score, url, why in best]
        return lines, {"conditions": self.of}
