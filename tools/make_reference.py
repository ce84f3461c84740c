#!/usr/bin/env python3
"""Writes docs/reference/configuration.md and docs/reference/actions.md from the key table and the parsers.

python tools/make_reference.py            write both
python tools/make_reference.py --check    exit 1 when one of them is stale
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from metadata_digger.actions import BY_NAME
from metadata_digger.cli.parser import parser
from metadata_digger.config.keys import CLASSIFIER, KEYS, NAMED, READING, Key

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/make_reference.py; change the source it names, not this page. -->"

CONFIGURATION = f"""\
{MADE}
<!-- Source: src/metadata_digger/config/keys.py -->

# Configuration

A configuration is a Java `.properties` file: one `key=value` a line, `#` before a comment, a backslash at the end of a
line that goes on in the next. It is read as UTF-8, or as ISO 8859-1 where it is not UTF-8. When a key is repeated, the
last value counts and a warning says so.

`--set key=value` puts a value over the file's, as often as needed. `metadata-digger config FILE` prints what a
configuration amounts to, where each value is from, and every fault with its line. A fault stops every action before any
work, with exit code 2: an unknown key, a value that is not allowed, a missing key, keys that contradict each other. So
does a key marked *not built yet* that has another value than its default: it is never ignored.
"""

ACTIONS = f"""\
{MADE}
<!-- Source: src/metadata_digger/cli/parser.py and src/metadata_digger/actions.py -->

# Actions

    metadata-digger ACTION ...
    sh run-standalone-metadata-digger.sh ACTION ...
    sh run-distributed-metadata-digger.sh ACTION ...

The first is the installed command; the second sets itself up in a checkout; the third runs on Spark, with the settings
of `metadata-digger-env.sh`. All take the same actions and arguments.

Exit codes: 0 done; 1 the run failed; 2 usage or configuration; 3 done, but some files failed; 130 interrupted. A fault
is one sentence on standard error; with `METADATA_DIGGER_DEBUG=1` in the environment its traceback is shown instead.
"""


def pages() -> dict[Path, str]:
    """Text by path."""
    return {
        DOCS / "configuration.md": "\n".join([CONFIGURATION, *_configuration()]),
        DOCS / "actions.md": "\n".join([ACTIONS, *_actions()]),
    }


def _configuration() -> Iterator[str]:
    for section, keys in groupby(_all_keys(), lambda key: key.name.partition(".")[0]):
        yield f"## {section}\n"
        yield "| key | value | default | meaning |"
        yield "|---|---|---|---|"
        for key in keys:
            default = f"`{key.default}`" if key.default else ""
            yield f"| `{key.name}` | {key.kind.name} | {default} | {key.help}{_standing(key)} |"
        yield ""


def _all_keys() -> list[Key]:
    """Those of further models stand behind those of the first."""
    last = max(index for index, key in enumerate(KEYS) if key.name.startswith(CLASSIFIER))
    return [*KEYS[: last + 1], *NAMED, *KEYS[last + 1 :]]


def _standing(key: Key) -> str:
    text = ""
    if key.required == READING:
        text += " Required."
    elif key.required:
        text += f" Required for {', '.join(f'`{name}`' for name in key.required)}."
    if key.built is False:
        text += " *Not built yet.*"
    elif isinstance(key.built, tuple):
        text += f" *Built: {', '.join(f'`{value}`' for value in key.built)}.*"
    return text


def _actions() -> Iterator[str]:
    # The parser's own help pages differ between versions of Python, so this reads what they are made of. argparse has
    # no public way to ask a parser for its arguments.
    commands: Any = next(action for action in parser()._actions if action.dest == "action")
    for name, command in commands.choices.items():
        arguments = [a for a in command._actions if a.help not in (argparse.SUPPRESS, None) and a.dest != "help"]
        places = [f"{a.metavar}..." if a.nargs == "+" else str(a.metavar) for a in arguments if not a.option_strings]
        yield f"## {name}\n"
        yield "    " + " ".join(["metadata-digger", name, *places]) + "\n"
        yield (command.description or "") + "\n"
        if name in BY_NAME and BY_NAME[name].steps:
            steps = ", ".join(build.__name__.lstrip("_") for build in BY_NAME[name].steps)
            yield f"Steps, in this order: {steps}.\n"
        for argument in arguments:
            words = argument.metavar if not argument.option_strings else " ".join(argument.option_strings)
            value = f" {argument.metavar}" if argument.option_strings and argument.metavar else ""
            yield f"- `{words}{value}`: {argument.help}"
        yield ""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    check = options.parse_args().check
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path} is stale: run python tools/make_reference.py", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
