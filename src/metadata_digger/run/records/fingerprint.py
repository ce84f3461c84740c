"""Whether rows that another run made are those that this run would make of the same files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from metadata_digger.config.decisive import CHOOSING, LISTING, decisive

# Besides the decisive keys: names of facts (`Job.facts`), which stand in run.json under the same names.
SIMILAR = "similar"
FACTS = ("version", "action", "model", "models", SIMILAR)
PATHS = "input.paths"
DIRECTORY = "directory"  # the fact that counts where an input path is relative


def fingerprint(facts: Mapping[str, Any]) -> dict[str, str]:
    """By name what decides the rows: version, action, models with their sha256, and the decisive keys.

    `facts`: those of a Job, or a whole `run.json`.
    """
    config = {key: str(value) for key, value in facts.get("config", {}).items()}
    found = decisive(config)
    for name in FACTS:
        if name in facts:
            value = facts[name]
            found[name] = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    if any(map(_relative, _entries(config))):
        found[DIRECTORY] = str(facts.get(DIRECTORY))
    return found


def difference(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    listing: bool = True,
    output: Callable[[Mapping[str, str]], dict[str, str]] | None = None,
) -> str:
    """What differs between the facts of two runs, "key (was x, is y), ..."; "" when nothing does.

    `listing`: also what decides which files are looked at; `output`: gives those keys of how rows are
    written that count too (decisive.made, decisive.sent).
    """
    old, new = fingerprint(before), fingerprint(now)
    if output is not None:
        old, new = output(before.get("config", {})) | old, output(now.get("config", {})) | new
    ignored: Collection[str] = () if listing else (*LISTING, DIRECTORY)
    return _told([name for name in {**old, **new} if name not in ignored], old, new)


def other_files(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs of that which decides which files have rows, as `difference` has it; entries that `input.paths` got
    besides the old ones leave no file out."""
    old, new = fingerprint(before), fingerprint(now)
    names = [*CHOOSING, SIMILAR]
    if _entries(old) <= _entries(new):
        names.remove(PATHS)
    return _told(names, old, new)


def _told(names: Iterable[str], old: Mapping[str, str], new: Mapping[str, str]) -> str:
    differing = [name for name in names if old.get(name) != new.get(name)]
    return ", ".join(f"{name} (was {_shown(old.get(name))}, is {_shown(new.get(name))})" for name in differing)


def _entries(config: Mapping[str, str]) -> set[str]:
    return {path.strip() for path in config.get(PATHS, "").split(",")}


def _relative(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ":/" not in path


def _shown(text: str | None) -> str:
    if not text:
        return "not set"
    return text if len(text) <= 60 else f"{text[:57]}..."
