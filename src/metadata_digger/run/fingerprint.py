"""Whether rows that another run made are those that this run would make of the same files."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from metadata_digger.config.decisive import LISTING, decisive, written

# Besides the decisive keys: names of facts (`Job.facts`), which stand in run.json under the same names.
FACTS = ("version", "action", "model", "models", "similar")
PLACE = "output.directoryPath"  # the output of both runs, whatever they call it
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
    if any(map(_relative, config.get("input.paths", "").split(","))):
        found[DIRECTORY] = str(facts.get(DIRECTORY))
    return found


def difference(before: Mapping[str, Any], now: Mapping[str, Any], *, listing: bool = True, output: bool = False) -> str:
    """What differs between the facts of two runs, "key (was x, is y), ..."; "" when nothing does.

    `listing`: also what decides which files are looked at; `output`: also how rows are written.
    """
    old, new = fingerprint(before), fingerprint(now)
    if output:
        old, new = written(before.get("config", {})) | old, written(now.get("config", {})) | new
    ignored: Collection[str] = (PLACE,) if listing else (PLACE, *LISTING, DIRECTORY)
    differing = [name for name in {**old, **new} if name not in ignored and old.get(name) != new.get(name)]
    return ", ".join(f"{name} (was {_shown(old.get(name))}, is {_shown(new.get(name))})" for name in differing)


def _relative(path: str) -> bool:
    return bool(path.strip()) and not path.strip().startswith("/") and ":/" not in path


def _shown(text: str | None) -> str:
    if not text:
        return "not set"
    return text if len(text) <= 60 else f"{text[:57]}..."
