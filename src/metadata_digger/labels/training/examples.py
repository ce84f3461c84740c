"""Which picture has which labels: a folder per label, or a CSV file."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metadata_digger.errors import ConfigError

FEWEST = 5  # pictures of a label: with less, a fold of the cross-validation teaches it from three
LABELS_DELIMITER = ";"
FILE_COLUMN, LABELS_COLUMN = "file", "labels"
# What file managers leave beside pictures, besides names that begin with a dot.
LITTER = {"thumbs.db", "desktop.ini"}
FAULTS_SHOWN = 20
CELL_LIMIT = 1 << 20  # characters; the csv module's own 128 Ki are few for a picture with many labels

csv.field_size_limit(CELL_LIMIT)


@dataclass(frozen=True, slots=True)
class Example:
    """One picture. `name` is what reports call it: its path below the folder, or as the CSV has it."""

    path: Path
    name: str
    labels: frozenset[str]


def read_examples(pictures: Path) -> tuple[list[Example], list[str]]:
    """The examples, sorted by name, and warnings; raises ConfigError with all faults, one a line."""
    if pictures.is_dir():
        examples, warnings = from_folders(pictures)
    elif pictures.is_file():
        examples, warnings = from_csv(pictures), []
    else:
        raise ConfigError(f"{pictures}: no such folder or CSV file")
    return sorted(examples, key=lambda example: example.name), warnings


def from_folders(root: Path) -> tuple[list[Example], list[str]]:
    """A label for each folder in `root`; the pictures of nested folders belong to the outermost."""
    try:
        entries = sorted(root.iterdir())
    except OSError as error:
        raise ConfigError(f"{root}: {error.strerror}") from error
    folders = [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
    loose = [entry for entry in entries if entry.is_file() and not litter(entry.name)]
    if not folders:
        raise ConfigError(f"{root}: it has no folders; each label needs one, named like it, with its pictures")
    examples, faults = [], []
    for folder in folders:
        label = unicodedata.normalize("NFC", folder.name)  # macOS takes letters and accents apart
        if fault := fault_of(label):
            faults.append(f"{folder}: {fault}")
        examples += [
            Example(path, path.relative_to(root).as_posix(), frozenset({label})) for path in files_below(folder, faults)
        ]
    if faults:
        raise ConfigError("\n".join(shown(faults)))
    warnings = [f"{len(loose)} files lie in {root} itself and belong to no label: left out"] if loose else []
    return examples, warnings


def files_below(folder: Path, faults: list[str]) -> Iterator[Path]:
    """Files of all depths; links to files are followed, links to folders are not: they could lead in circles."""

    def unreadable(error: OSError) -> None:
        faults.append(f"{error.filename}: {error.strerror}")

    for place, inner, names in os.walk(folder, onerror=unreadable):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not litter(name))


def litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in LITTER


def from_csv(file: Path) -> list[Example]:
    """Rows of `file,labels`: a path, absolute or from the CSV's folder, and labels with `;` between. No label at all:
    a picture that shows none. A file on several lines has the labels of all."""
    found: dict[str, tuple[Path, set[str]]] = {}
    faults: list[str] = []
    for line, name, cell in rows_of(file, faults):
        path = file.parent / name
        if not name:
            faults.append(f"{file}: line {line}: no file")
        elif not path.is_file():
            faults.append(f"{file}: line {line}: there is no file {path}")
        labels = {unicodedata.normalize("NFC", label.strip()) for label in cell.split(LABELS_DELIMITER)} - {""}
        faults += [f"{file}: line {line}: {fault}" for label in sorted(labels) if (fault := fault_of(label))]
        found.setdefault(os.path.normpath(name), (path, set()))[1].update(labels)
    if not found and not faults:
        faults.append(f"{file}: it has no rows")
    if faults:
        raise ConfigError("\n".join(shown(faults)))
    return [Example(path, name, frozenset(labels)) for name, (path, labels) in found.items()]


def rows_of(file: Path, faults: list[str]) -> Iterator[tuple[int, str, str]]:
    """Line number, file and labels of each row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [cell.strip().lower() for cell in next(reader, [])]
            if missing := [name for name in (FILE_COLUMN, LABELS_COLUMN) if name not in header]:
                faults.append(
                    f"{file}: line 1: no column {' and no column '.join(missing)}; the header must be "
                    f"{FILE_COLUMN},{LABELS_COLUMN} (in any order, further columns are ignored)"
                )
                return
            columns = header.index(FILE_COLUMN), header.index(LABELS_COLUMN)
            line = reader.line_num + 1
            for row in reader:
                if row and len(row) != len(header):
                    faults.append(f"{file}: line {line}: {len(row)} cells, the header has {len(header)}")
                elif row:
                    yield line, row[columns[0]].strip(), row[columns[1]]
                line = reader.line_num + 1
    except csv.Error as error:
        faults.append(f"{file}: line {reader.line_num}: {error}")
    except UnicodeDecodeError as error:
        faults.append(f"{file}: line {line_of(file, error)}: not UTF-8")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error


def line_of(file: Path, error: UnicodeDecodeError) -> int:
    """The line of the first byte that is not UTF-8; the error counts from the start of a block of the file."""
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            return number
    return 1


def fault_of(label: str) -> str:
    """What keeps a text from being a label; "" when nothing does."""
    try:
        label.encode()
    except UnicodeEncodeError:
        return "the name of the folder is not UTF-8 and cannot be a label"
    return "control characters cannot be part of a label" if not label.isprintable() else ""


def shown(faults: list[str]) -> list[str]:
    more = len(faults) - FAULTS_SHOWN
    return faults if more <= 0 else [*faults[:FAULTS_SHOWN], f"... and {more} more"]
