"""The cases of ../shared/golden: what Metadata Digger 0.2.1 was asked, what it gave, and the same asked of us.

Its input lay in /data, its models in /models, its output in /out. We read the same files where they lie, from the
case's own configuration with these places put in, so IDs (MD5 of the path) and paths are held against the place and
not against the golden's text.
"""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from metadata_digger.cli import main

SHARED = (Path(__file__).resolve().parents[2] / ".." / "shared").resolve()
GOLDEN = SHARED / "golden"
# The keys that bring the original's form back, as docs/migration.md names them.
OLD_FORM = {
    "output.csv.dialect": "spark",
    "output.csv.raw": "true",
    "output.columns.repeatedTags": "last",
    "output.columns.includeFileInfo": "false",
    "output.json.allDirectories": "true",
    "processing.thumbnails.format": "png",
    "input.exclude": "*/,_*,.*",
}
# Where the original's places are here. Of `mixed2` we read all of `mixed`: the three pictures that it lacks ended the
# original's labelling, and must not end ours. `jpgs` is in no case that got as far as reading it.
PLACES = {
    "/data/mixed2": GOLDEN / "data" / "mixed",
    "/data/jpgs": GOLDEN / "data" / "own",
    "/data": GOLDEN / "data",
    "/models/inception_v1_seq.model": SHARED / "bigdl" / "resnetish_seq.model",  # another plain BigDL file
    "/models": SHARED / "bigdl",
}
_PLACE = re.compile(f"({'|'.join(PLACES)})(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def arguments(self) -> list[str]:
        """The action and what followed it; the configuration first. The 1 told the original to run on one machine."""
        action, first, *more = (self.folder / "action").read_text().strip().split(maxsplit=3)
        return [action, first, *more[1:]] if (self.folder / "config.properties").exists() else [action, first]

    @property
    def code(self) -> int:
        return int((self.folder / "rc").read_text())

    @property
    def printed(self) -> str:
        path = self.folder / "stdout.txt"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def files(self) -> dict[str, str]:
        """The output files, by name. read_bytes: a carriage return is a carriage return."""
        return {path.name: path.read_bytes().decode() for path in sorted(self.folder.glob("out*.*"))}


class Ran(NamedTuple):
    """What our command did."""

    code: int
    printed: str
    said: str  # on standard error
    files: dict[str, str]


def cases() -> dict[str, Case]:
    """Every folder that says what was run (`data` and `solr` do not), by name."""
    return {path.parent.name: Case(path.parent) for path in sorted(GOLDEN.glob("*/action"))}


def here(text: str) -> str:
    """The original's places as they are here."""
    return _PLACE.sub(lambda match: str(PLACES[match[1]]), text)


def run(case: Case, folder: Path) -> Ran:
    """The command line, with the case's configuration and the old form, writing under `folder`."""
    action, *arguments = case.arguments
    configuration = case.folder / "config.properties"
    options: list[str] = []
    if configuration.exists():
        text = here(configuration.read_text(encoding="utf-8")).replace(f"/out/{case.name}", str(folder))
        text = text.replace("output.filesNumber=0", "output.filesNumber=-1")  # the same to the original
        if case.name == "err_not_keras_model":  # the file in its model's place has ten outputs
            text = re.sub(r",\d\d+:[^,\n]+", "", text)
        (folder / "config.properties").write_text(text, encoding="utf-8")
        arguments[0] = str(folder / "config.properties")
        options = [word for key, value in OLD_FORM.items() for word in ("--set", f"{key}={value}")]
    if case.name == "err_output_exists":
        (folder / "out").mkdir()
    printed, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        code = main([action, *map(here, arguments), *options])
    texts = []
    for stream in (printed, said):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]  # the BytesIO above
    files = {path.name: path.read_bytes().decode() for path in sorted((folder / "out").glob("out*"))}
    return Ran(code, texts[0], texts[1], files)
