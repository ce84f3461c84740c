"""The layers of the house: an import may only go to the left."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "metadata_digger"
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))

# Rooms from left to right; those in one group do not know each other, unless PAIRS says so.
LAYERS = [
    {"metadata"},
    {"preview"},
    {"query"},
    {"picture", "labels", "storage", "solr"},
    {"pipeline", "schema"},
    {"index"},
    {"steps", "sinks"},
    {"run"},
    {"actions"},
    {"previews", "search"},
    {"web", "report"},
    {"cli", "__init__", "__main__"},
]
ANYWHERE = {"config", "errors"}  # imported from everywhere but metadata
PAIRS = {
    ("labels", "picture"),  # scores of a picture
    ("pipeline", "schema"),  # the rows of a batch
    ("sinks", "steps"),  # flatten and rename are what flat sinks do at publish time
    ("cli", "__init__"),  # the version
    ("__main__", "cli"),
    ("actions", "__init__"),  # the version
    ("run", "__init__"),
    ("sinks", "__init__"),
    ("index", "__init__"),
    ("web", "__init__"),
}
INSIDE = [
    {"errors"},
    {"charsets", "source", "values"},
    {"self_named"},
    {"tags"},
    {"render"},
    {"model"},
    {"blocks"},
    {"formats"},
    {"extract"},
    {"__init__"},
]
# The wings of run/, from the bottom to the top. Modules that lie flat in it stand for themselves.
RUN = [
    {"interrupt", "disk", "counts", "job"},
    {"report", "tasks"},
    {"records"},
    {"stage"},
    {"update"},
    {"publish"},
    {"verify", "work"},
    {"indexing"},
    {"begin"},
    {"drive"},
    {"engines"},
]
FLAT = 10  # modules that lie flat in run/, its docstring among them


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Full names of everything a module imports, inside functions too, and the lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name"
            module = node.module or ""
            # `from metadata_digger import errors` imports the module errors, if there is one.
            for name in node.names:
                full = f"{module}.{name.name}"
                is_module = (ROOT.parent / full.replace(".", "/")).with_suffix(".py").exists()
                yield (full if is_module or (ROOT.parent / full.replace(".", "/")).is_dir() else module), node.lineno


def room(parts: tuple[str, ...]) -> str:
    return parts[0] if parts else "__init__"


def rank(layers: list[set[str]], name: str) -> int:
    found = [number for number, layer in enumerate(layers) if name in layer]
    assert found, f"{name} has no place in the layers: give it one in design.md and here"
    return found[0]


def own(name: str) -> tuple[str, ...] | None:
    parts = tuple(name.split("."))
    return parts[1:] if parts[0] == "metadata_digger" else None


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_go_to_the_left(module: Path) -> None:
    here = room(module.with_suffix("").parts)
    wrong = []
    for name, line in imports(ROOT / module):
        target = own(name)
        if target is None:
            continue
        there = room(target)
        if there == here or (there in ANYWHERE and here != "metadata"):
            continue
        if here in ANYWHERE:
            allowed = there in ANYWHERE or there == "__init__"
        else:
            allowed = (here, there) in PAIRS or rank(LAYERS, there) < rank(LAYERS, here)
        if not allowed:
            wrong.append(f"{module}:{line} imports {name}")
    assert not wrong


@pytest.mark.parametrize("module", [module for module in MODULES if module.parts[0] == "run"], ids=str)
def test_wings_of_run_know_only_what_lies_below(module: Path) -> None:
    here = room(module.with_suffix("").parts[1:])
    if here == "__init__":
        return
    targets = ((own(name), line) for name, line in imports(ROOT / module))
    wrong = [
        f"{module}:{line} imports {'.'.join(target)}"
        for target, line in targets
        if target and target[0] == "run" and room(target[1:]) != here and rank(RUN, room(target[1:])) >= rank(RUN, here)
    ]
    assert not wrong


def test_few_modules_lie_flat_in_run() -> None:
    assert len([module for module in MODULES if module.parts[0] == "run" and len(module.parts) == 2]) <= FLAT


@pytest.mark.parametrize("module", [module for module in MODULES if module.parts[0] == "metadata"], ids=str)
def test_metadata_is_a_library_of_its_own(module: Path) -> None:
    here = room(module.with_suffix("").parts[1:])
    wrong = []
    for name, line in imports(ROOT / module):
        target = own(name)
        if target is None:
            if name.split(".")[0] not in sys.stdlib_module_names:
                wrong.append(f"{module}:{line} imports {name}, which is not in the standard library")
            continue
        if target[:1] != ("metadata",):
            wrong.append(f"{module}:{line} imports {name}")
            continue
        there = room(target[1:])
        if there != here and rank(INSIDE, there) >= rank(INSIDE, here):
            wrong.append(f"{module}:{line} imports {name}")
    assert not wrong


def test_no_circle_of_imports_is_left() -> None:
    """Imports inside functions count: they hide a circle from the interpreter, not from a reader."""
    names = {_name(module): module for module in MODULES}
    knots = _knots({name: {own for own, _ in imports(ROOT / path) if own in names} for name, path in names.items()})
    assert not knots


def test_blocks_are_found_by_name_in_one_place() -> None:
    """What the test above cannot see: imports by a name that is put together. Each module here says why it has some."""
    found = {
        module.as_posix()
        for module in MODULES
        if module.parts[0] == "metadata" and "import_module" in (ROOT / module).read_text("utf-8")
    }
    by_name = ("extract.py", "blocks/makernotes/__init__.py", "blocks/nested.py")
    assert found == {f"metadata/{module}" for module in by_name}


def test_knots_are_seen() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"d"}, "f": {"f"}}
    assert _knots(graph) == [["a", "b", "c"], ["f"]]


def _name(module: Path) -> str:
    return ".".join(("metadata_digger", *module.with_suffix("").parts)).removesuffix(".__init__")


def _knots(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of nodes of which each reaches the others, and nodes that reach themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    reach = {node: reached(node) for node in graph}
    knots = {tuple(sorted(other for other in reach[node] if node in reach[other])) for node in graph}
    return sorted(list(knot) for knot in knots if knot)
