#!/usr/bin/env python3
"""Writes the pages of docs/reference that are made from the source: configuration, actions, formats.

python tools/make_reference.py            write them
python tools/make_reference.py --check    exit 1 when one of them is stale
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from metadata_digger.actions import BY_NAME
from metadata_digger.cli.parser import parser
from metadata_digger.config.keys import CLASSIFIER, KEYS, NAMED, READING, Key
from metadata_digger.metadata import blocks, formats
from metadata_digger.metadata.blocks import exif, exif_kinds, movie, nested
from metadata_digger.metadata.blocks.makernotes import MATCHES, Match, Note
from metadata_digger.metadata.formats import FORMATS
from metadata_digger.metadata.model import TagTable
from metadata_digger.metadata.tags.file_types import ATOMS, BRANDS, MAGIC, RIFF, FileType

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/make_reference.py; change the source it names, not this page. -->"

CONFIGURATION = f"""\
{MADE}
<!-- Source: src/metadata_digger/config/keys.py -->

# Configuration

A configuration is a Java `.properties` file: one `key=value` a line, `#` before a comment, a backslash at the end of a
line that goes on in the next. It is read as UTF-8, or as ISO 8859-1 where it is not UTF-8. When a key is repeated, the
last value counts and a warning says so. A backslash in a value is written twice (`C:\\\\photos`); one that is lost
because it was not is warned of. `~/x`, where a path is wanted, is in the home directory.

`--set key=value` puts a value over the file's, as often as needed. `metadata-digger config FILE` prints what a
configuration amounts to, where each value is from, and every fault with its line. A fault stops every action before any
work, with exit code 2: an unknown key, a value that is not allowed, a missing key, keys that contradict each other.
Keys of other programs (`spark.driver.memory`) are passed over in the file, with a warning.
"""

ACTIONS = f"""\
{MADE}
<!-- Source: src/metadata_digger/cli/parser.py and src/metadata_digger/actions.py -->

# Actions

    metadata-digger ACTION ...
    sh run-standalone-metadata-digger.sh ACTION ...
    sh run-distributed-metadata-digger.sh ACTION ...

The first is the installed command (in a checkout `.venv/bin/metadata-digger`, after the first start); the second sets
itself up in a checkout; the third runs on Spark, with the settings of `metadata-digger-env.sh`. All take the same
actions and arguments.

Exit codes: 0 done; 1 the run failed; 2 usage or configuration; 3 done, but some files failed; 130 interrupted; 141 the
reader of standard output went away (`| head`). A fault is one sentence on standard error; with
`METADATA_DIGGER_DEBUG=1` in the environment its traceback is shown instead.
"""

FORMATS_PAGE = f"""\
{MADE}
<!-- Source: src/metadata_digger/metadata: FORMATS, MATCHES, and every table that a directory is made with -->

# Formats

What the extractor reads, with the standard library alone. Names of directories and tags are those of Drew Noakes'
metadata-extractor. The number behind a directory is how many tags it has names for; others are `Unknown tag (0x....)`.

Every file also has the directory `File Type`, and one that is read by its path `File`. What is wrong with a file is a
text on the directory that it concerns, or on one named `Error`. `PNG-…` is a directory a chunk, such as `PNG-IHDR`.

The camera formats NEF, DNG, ARW, PEF and SRW begin as TIFF files do, and are told by their first directory; others
(3FR, DCR, ERF, ...) are of the type TIFF.

What it reads otherwise than metadata-extractor, and why, is at the end of this page.
"""

DIFFERS = "## Where it says more, and where it says otherwise\n"


def pages() -> dict[Path, str]:
    """Text by path."""
    return {
        DOCS / "configuration.md": "\n".join([CONFIGURATION, *_configuration()]),
        DOCS / "actions.md": "\n".join([ACTIONS, *_actions()]),
        DOCS / "formats.md": "\n".join([FORMATS_PAGE, *_formats(), _by_hand(DOCS / "formats.md", DIFFERS)]),
    }


def _by_hand(page: Path, heading: str) -> str:
    """The end of a page, from a heading on, that is written by hand and kept as it is."""
    _, found, rest = page.read_text(encoding="utf-8").partition(heading)
    return found + rest


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
        if (DOCS.parent / "actions" / f"{name}.md").exists():
            yield f"With an example and what to do when: [{name}](../actions/{name}.md).\n"
        if name in BY_NAME and BY_NAME[name].steps:
            steps = ", ".join(build.__name__.lstrip("_") for build in BY_NAME[name].steps)
            yield f"Steps, in this order: {steps}.\n"
        for argument in arguments:
            words = argument.metavar if not argument.option_strings else " ".join(argument.option_strings)
            value = f" {argument.metavar}" if argument.option_strings and argument.metavar else ""
            yield f"- `{words}{value}`: {argument.help}"
        yield ""


def _formats() -> Iterator[str]:
    modules = {form.module: import_module(f"{formats.__name__}.{form.module}") for form in FORMATS}
    yield "## Containers\n"
    yield "| type | what | extension | directories of its own, and tags | also reads |"
    yield "|---|---|---|---|---|"
    for form in FORMATS:
        module = modules[form.module]
        for kind in form.types:
            columns = (kind.name, kind.long_name, _extension(kind), _listed(_made_in(module)), _inside(module))
            yield f"| {' | '.join(columns)} |"
    read = {kind for form in FORMATS for kind in form.types}
    told = {kind for _, kind in MAGIC} | {RIFF}
    others = ", ".join(sorted(kind.name for kind in told - read))
    yield f"\nTold apart by their first bytes, and nothing is read from them: {others}.\n"
    yield "Files of boxes (ISO/IEC 14496-12) are told by their brands; compatible ones count where the major one is"
    yield "unknown or says how a picture's file is built. All others are MOV, and so are files that begin with one of"
    yield f"{', '.join(f'`{atom.decode()}`' for atom in ATOMS)}.\n"
    for kind in dict.fromkeys(BRANDS.values()):
        brands = (f"`{brand.decode().strip()}`" for brand, other in BRANDS.items() if other == kind)
        yield f"- {kind.name} ({_extension(kind)}): {', '.join(brands)}"
    yield "\n## Blocks\n"
    yield "| block | what | directories, and tags | also reads |"
    yield "|---|---|---|---|"
    for name in sorted(info.name for info in iter_modules(blocks.__path__) if not info.ispkg):
        module = import_module(f"{blocks.__name__}.{name}")
        if name not in ("file_type", "exif_kinds") and (made := _made_in(module)):
            yield f"| {name} | {_title(module)} | {_listed(made)} | {_inside(module)} |"
    yield "\n## Makernotes\n"
    yield "| directory | tags | directories in it |"
    yield "|---|---|---|"
    notes: dict[str, dict[str, set[int]]] = {}
    for row in MATCHES:
        for name, tags in _noted(row).items():
            notes.setdefault(row.name, {}).setdefault(name, set()).update(tags)
    for name, made in sorted(notes.items()):
        yield f"| {name} | {len(made.pop(name))} | {_listed(made)} |"
    yield ""


def _extension(kind: FileType) -> str:
    return f"`.{kind.extension.lstrip('.')}`" if kind.extension else ""


def _title(module: ModuleType) -> str:
    """The first sentence of its docstring."""
    return (inspect.getdoc(module) or "").split("\n\n")[0].replace("\n", " ").rstrip(".")


def _listed(directories: Mapping[str, set[int]]) -> str:
    return ", ".join(f"{name} {len(tags)}" for name, tags in sorted(directories.items()))


@cache
def _made_in(module: ModuleType) -> dict[str, set[int]]:
    """Tags by directory, of those that a module makes: by a call with the name, or as the kind of an IFD or track."""
    made: dict[str, set[int]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        # Directory(name, table), and what the tables of Panasonic's raw files are called with, which makes one.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Directory", "_words"):
            name, table = _name(node.args[0]), _evaluated(node.args[1], module)
            if name is not None and name != "Error" and table is not None:
                made.setdefault(name, set()).update(table.names)
    for value in vars(exif_kinds if module is exif else module).values():
        for kind in value.values() if isinstance(value, dict) else (value,):
            if isinstance(kind, exif_kinds.Kind | movie.Kind) and kind.name:
                made.setdefault(kind.name, set()).update(kind.table.names)
    if module is exif:
        raw = exif_kinds.panasonic_raw()  # made when the first RW2 file comes by
        made[raw.name] = set(raw.table.names)
    return made


def _name(node: ast.expr) -> str | None:
    """A literal; of one with a hole what stands before it."""
    if isinstance(node, ast.JoinedStr):
        return f"{_name(node.values[0])}…"
    return str(node.value) if isinstance(node, ast.Constant) else None


def _evaluated(node: ast.expr, module: ModuleType) -> TagTable | None:
    if isinstance(node, ast.Name):
        found = getattr(module, node.id, None)
        return found if isinstance(found, TagTable) else None
    if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name):  # TagTable(NAMES, ...)
        return TagTable(getattr(module, node.args[0].id))
    return None


def _noted(row: Match) -> dict[str, set[int]]:
    """Tags by directory of a makernote, those below it too."""
    made: dict[str, set[int]] = {row.name: set()}
    if row.table is not None:
        made[row.name].update(row.table().names)
    if row.note is not None:
        _of_note(row.name, row.note(), made)
    for build in (row.table, row.note, row.read):
        # The loaders in MATCHES hold the module's name; its own calls of Directory are the parts of a note.
        cells = inspect.getclosurevars(build).nonlocals if build is not None else {}
        if "module" in cells and hasattr(_makers(), cells["module"]):
            for name, tags in _made_in(getattr(_makers(), cells["module"])).items():
                if row.read is None or name == row.name:
                    made.setdefault(name, set()).update(tags)
    return made


def _of_note(name: str, note: Note, made: dict[str, set[int]]) -> None:
    made.setdefault(name, set()).update(note.table.names)
    for sub, part in note.subs.values():
        if sub not in made:
            _of_note(sub, part, made)


@cache
def _makers() -> ModuleType:
    package = import_module(Match.__module__)
    for info in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{info.name}")
    return package


def _inside(module: ModuleType) -> str:
    """The blocks and containers that a module imports, or finds by name, for what it holds."""
    found: set[str] = set()
    source = inspect.getsource(module) + (inspect.getsource(exif_kinds) if module is exif else "")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in nested.NAMES:
            found.add(node.value.rpartition(".")[2])
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        if node.module in (blocks.__name__, formats.__name__):
            names = [f"{node.module}.{name.name}" for name in node.names]
        elif node.module.startswith((blocks.__name__, formats.__name__)) and "makernotes" not in node.module:
            # A table of kinds of directories; other names are functions that both use.
            names = [node.module for name in node.names if name.name.isupper()]
        else:
            continue
        for name in names:
            if name.startswith(formats.__name__) or _made_in(import_module(name)):
                found.add(name.rpartition(".")[2].removesuffix("_kinds"))
    if module is exif:
        found.add("[makernotes](#makernotes)")
    return ", ".join(sorted(found - {module.__name__.rpartition(".")[2]}))


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
