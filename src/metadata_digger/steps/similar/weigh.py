"""Rules made of rarity: what two files share is worth more the fewer others have it.

A value that `same` of `files` files have has the rarity log(files / same) / log(files), as in the weights of text
search (inverse document frequency): 1 when one file has it, 0 when all have. Collections of fewer than WORLD files
count as WORLD: that three of five pictures are by one camera is no sign that the camera is common.

Evidence adds up like independent witnesses, 1 - (1 - a)(1 - b), and of each kind the best counts alone: maker and model
of a camera, or its name in three directories, say the same thing again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, prod
from typing import NamedTuple

from metadata_digger.steps.rename import safe
from metadata_digger.steps.similar.base import Base
from metadata_digger.steps.similar.kinds import ORDER, Kind, kind_of, tells

WORLD = 1_000
ENOUGH = 0.25  # evidence from which files are similar
TELLING = 0.3  # worth of a kind that tells something; a maker and a version number together do not
MOST = 8  # conditions of a rule
CANDIDATES = 200  # values counted; a hostile file has 20,000 tags
LONGEST = 2_000  # characters of a value that is counted
CERTAIN = 99  # the most that a score says of another file than the image


class Candidate(NamedTuple):
    """A value of the images that may tell where files are from."""

    directory: str
    tag: str
    value: str
    kind: Kind

    @property
    def group(self) -> str:
        return self.kind.group or self.kind.name

    @property
    def name(self) -> str:
        return f"{self.directory}.{self.tag}"


class Counts(NamedTuple):
    """Over the whole run; by candidate: files that have the tag, that have the same value, and images among these."""

    files: int
    images: int
    having: tuple[int, ...]
    same: tuple[int, ...]
    own: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """`conditions`: numbers of candidates, best first; `least` of them have to hold."""

    conditions: tuple[int, ...]
    least: int


def candidates(bases: Sequence[Base]) -> tuple[Candidate, ...]:
    """What all images have in common and may tell something, by kind; tags under the names that a rule can have."""
    found: dict[tuple[str, str], Candidate] = {}
    values = [base.values() for base in bases]
    for directory, tag, value in bases[0].tags:
        kind = kind_of(directory, tag, value)
        name = tag if "," not in tag else safe(tag)
        if kind is None or len(value) > LONGEST or not tells(kind, value) or not _writable(directory, name):
            continue
        if all(one.get((directory, name)) == value for one in values):
            found[safe(directory), safe(tag)] = Candidate(directory, name, value, kind)
    ordered = sorted(found.values(), key=lambda one: ORDER[one.kind])
    return tuple(ordered[:CANDIDATES])


def _writable(directory: str, tag: str) -> bool:
    """Whether a line of a configuration can name it: one that a hostile file made up may not be."""
    text = f"{directory}.{tag}"
    odd = any(mark in text for mark in ",\\") or "." in directory
    return text.isprintable() and not odd and directory == directory.strip() and tag == tag.strip() != ""


def worth(kind: Kind, same: int, files: int) -> float:
    """0 to 1: how much it says that two of `files` files share a value that `same` of them have."""
    world = max(files, WORLD)
    return kind.worth * max(kind.least, log(world / max(same, 1)) / log(world))


def weights(found: Sequence[Candidate], counts: Counts) -> tuple[float, ...]:
    return tuple(worth(one.kind, same, counts.files) for one, same in zip(found, counts.same, strict=True))


def evidence(shared: Iterable[int], found: Sequence[Candidate], weight: Sequence[float]) -> float:
    """0 to 1, of the candidates that a file shares with the images."""
    best: dict[str, float] = {}
    for number in shared:
        group = found[number].group
        best[group] = max(best.get(group, 0.0), weight[number])
    return 1 - prod(1 - value for value in best.values())


def choose(found: Sequence[Candidate], weight: Sequence[float], counts: Counts) -> Rule | None:
    """The rule that finds other files of the same origin; None when nothing that the images share with others is rare.

    Each value that is evidence enough alone is a condition, and one that holds will do. Where there is none, the best
    values of several kinds that are enough together, one of them telling, have to hold all.
    """
    useful = [number for number in range(len(found)) if counts.same[number] > counts.own[number]]
    useful.sort(key=lambda number: (-weight[number], counts.same[number], number))
    alone = [number for number in useful if weight[number] >= ENOUGH]
    if alone:
        return Rule(tuple(alone[:MOST]), 1)
    together: list[int] = []
    for number in useful:
        if all(found[number].group != found[other].group for other in together):
            together.append(number)
            enough = evidence(together, found, weight) >= ENOUGH
            if enough and any(found[other].kind.worth >= TELLING for other in together):
                return Rule(tuple(together), len(together))
    return None


def written(rule: Rule, found: Sequence[Candidate]) -> Mapping[str, str]:
    """The rule as keys of a configuration."""
    return {
        "analytics.similar.tags": ",".join(f"{found[number].name}:STRING" for number in rule.conditions),
        "analytics.similar.minPassingConditions": str(rule.least),
    }
