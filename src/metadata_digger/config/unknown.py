"""Keys that are none of ours: a slip, which is a fault, or a key of something else, which the original passed over."""

from __future__ import annotations

import re
from difflib import get_close_matches

from metadata_digger.config.keys import BY_NAME, CLASSIFIER, KEYS, keys_of

FAMILIES = {key.name.partition(".")[0] for key in KEYS}
SUCCESSORS = {"filter.allowedextensions": "filter.allowedFileTypes"}  # of a key that the original had for a while
ALIKE = 0.75
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def foreign(name: str) -> bool:
    """Whether it is a key of another program (`spark.driver.memory`): neither of one of our families, nor like one of
    our keys, nor the end of one (`zk.servers`). A word without a dot is a slip: a list that lost its backslash."""
    lower = name.lower()
    family = lower.partition(".")[0]
    return (
        _DOTTED.fullmatch(name) is not None
        and not get_close_matches(family, FAMILIES, n=1, cutoff=ALIKE)
        and not get_close_matches(lower, map(str.lower, BY_NAME), n=1, cutoff=ALIKE)
        and not any(known.lower().endswith(f".{lower}") for known in BY_NAME)
    )


def _further(name: str) -> list[str]:
    """The keys of the further model that a key seems to be about."""
    called = name.removeprefix(CLASSIFIER).partition(".")[0] if name.startswith(CLASSIFIER) else ""
    further = called and name.count(".") > CLASSIFIER.count(".") and re.fullmatch(r"[\w-]+", called)
    return [key.name for key in keys_of(called)] if further else []


def nearest(name: str) -> str:
    """What may have been meant, as the end of a sentence."""
    lower = {known.lower(): known for known in [*BY_NAME, *_further(name)]}
    last = {known.lower().rpartition(".")[2]: known for known in BY_NAME}  # the right word in the wrong place
    word = name.lower().rpartition(".")[2]
    matches = get_close_matches(name.lower(), lower, n=1, cutoff=ALIKE)
    found = SUCCESSORS.get(name.lower()) or (lower[matches[0]] if matches else last.get(word))
    if found is None:
        matches = get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
        found = lower[matches[0]] if matches else None
    return f"; did you mean {found}?" if found else "; docs/reference/configuration.md lists all keys"
