"""What the driver in a cluster and the process that started it tell each other: files where both look, beside the
output, or for a job without one where ARCHIVE_URL is."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from metadata_digger import errors
from metadata_digger.errors import DiggerError
from metadata_digger.run.disk import writing
from metadata_digger.run.report import Report
from metadata_digger.storage.remote.place import Folder, remove


class Far(NamedTuple):
    """How far a run is (job.Progress)."""

    done: int
    total: int | None
    failed: int


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`name`: no other run's."""

    folder: Folder
    name: str

    def _file(self, what: str) -> Folder:
        return self.folder / f"{self.name}.{what}"

    def tell(self, far: Far) -> None:
        with suppress(OSError):  # the next one will do
            self._write("progress", list(far))

    def far(self) -> Far | None:
        found = self._read("progress")
        return None if found is None else Far(*found)

    def stop(self) -> None:
        """Asks the driver to leave its work for --resume. Raises OutputError."""
        with writing(self.folder):
            self._write("stop", True)

    def is_stopped(self) -> bool:
        return self._read("stop") is not None

    def end(self, report: Report | None, error: BaseException | None = None) -> None:
        """The driver's last word. Raises OutputError."""
        with writing(self.folder):
            if report is not None:
                tags = {"tags": sorted(report.tags), "statuses": report.statuses, "notes": report.notes}
                self._write("result", {"report": tags | {"started": report.started, "seconds": report.seconds}})
            elif error is not None:
                notes = list(getattr(error, "__notes__", ()))
                self._write("result", {"error": type(error).__name__, "text": str(error), "notes": notes})

    def has_ended(self) -> bool:
        return self._read("result") is not None

    def result(self) -> Report | None:
        """What the driver could tell of a run that came to its end; None: nothing yet. Raises what it raised."""
        found = self._read("result")
        if found is None:
            return None
        if "error" in found:
            raise _error(found)
        told = found["report"]
        report = Report(started=told["started"], seconds=told["seconds"], notes=told["notes"])
        report.statuses.update(told["statuses"])
        report.tags = {(directory, tag) for directory, tag in told["tags"]}
        return report

    def clear(self) -> None:
        for what in ("progress", "stop", "result"):
            with suppress(OSError):
                self._file(what).unlink(missing_ok=True)
        with suppress(OSError):
            if not any(self.folder.iterdir()):  # no unfinished work is left
                remove(self.folder)

    def _write(self, what: str, value: Any) -> None:
        """There whole, or not at all."""
        text, file = json.dumps(value), self._file(what)
        self.folder.mkdir(parents=True, exist_ok=True)
        if isinstance(file, Path):
            half = file.with_name(f"{file.name}.half")
            half.write_text(text, "utf-8")
            half.replace(file)
        else:
            file.write_text(text)

    def _read(self, what: str) -> Any:
        """None where there is nothing, or nobody answers."""
        try:
            return json.loads(self._file(what).read_text("utf-8"))
        except (OSError, ValueError):
            return None


def _error(found: dict[str, Any]) -> BaseException:
    if found["error"] == "KeyboardInterrupt":
        error: BaseException = KeyboardInterrupt()
    else:
        kind = getattr(errors, found["error"], None)
        if isinstance(kind, type) and issubclass(kind, DiggerError):
            error = kind(found["text"])
        else:
            error = DiggerError(f"the driver: {found['error']}: {found['text']}")
    for note in found["notes"]:
        error.add_note(note)
    return error
