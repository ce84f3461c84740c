"""index.json: what an index is. It is written last, so where it is there, the index is whole."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from metadata_digger import __version__
from metadata_digger.errors import OutputError

FILE = "index.json"
SEARCH = "search"
FORM = 1  # of the files: another one is another form, which this version does not read
_AGAIN = "make it again with this version: --overwrite"


@dataclass(frozen=True, slots=True)
class Made:
    """`state`: another one for each index that is made. `sorted`: whether rows are in the order of their paths."""

    form: int
    version: str
    rows: int
    next_row: int  # the lowest number that no row has had
    created: str
    state: str
    sorted: bool = True


def write(folder: Path, rows: int, next_row: int, *, in_order: bool = True) -> None:
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    made = Made(FORM, __version__, rows, next_row, moment, secrets.token_hex(8), in_order)
    half = folder / f"{FILE}.half"
    half.write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
    half.replace(folder / FILE)


def is_index(folder: Path) -> bool:
    """Whether there is one, whole or not. A JSON output in a directory `index` has a file of that name too."""
    return (folder / FILE).is_file() and (folder / SEARCH).is_dir()


def read(folder: Path) -> Made:
    """Raises OutputError where there is no index that this version can read."""
    file = folder / FILE
    try:
        found = json.loads(file.read_text("utf-8"))
        form = found["form"]
        if form == FORM:
            return Made(**{name: found[name] for name in Made.__slots__})
    except FileNotFoundError:
        half = (folder / SEARCH).is_dir()
        words = f"half an index, whose making was broken off: {_AGAIN}" if half else "no index (index.json) is there"
        raise OutputError(f"{folder}: {words}") from None
    except OSError as error:
        raise OutputError(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{file} is damaged: {_AGAIN}") from error
    age = "a newer" if isinstance(form, int) and form > FORM else "an older"
    raise OutputError(f"{folder}: an index of {age} version ({found.get('version', '?')}): {_AGAIN}")
