"""How far a run is: a bar on a terminal, a plain line now and then elsewhere (log files, CI)."""

from __future__ import annotations

import sys
import time
from shutil import get_terminal_size
from types import TracebackType

SECONDS_PER_LINE = 30.0


class Progress:
    """Called with the files done and how many there are, None while they are still being listed."""

    def __init__(self, quiet: bool = False) -> None:
        """`quiet`: no bar, as there are other lines on the terminal."""
        from tqdm import tqdm  # type: ignore[import-untyped]  # it ships no types

        # tqdm itself draws nothing on a terminal that says it has 0 columns and 0 lines, as those of containers do.
        size, shown = get_terminal_size(), sys.stderr.isatty() and not quiet
        self._bar = tqdm(unit=" files", disable=not shown, ncols=size.columns - 1, nrows=size.lines, smoothing=0.1)
        self._start = self._last = time.monotonic()

    def __call__(self, done: int, total: int | None) -> None:
        if not self._bar.disable:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
            return
        now = time.monotonic()
        if now - self._last >= SECONDS_PER_LINE:
            self._last = now
            known = "" if total is None else f" of {total:,}"
            print(
                f"{done:,}{known} files done, {done / (now - self._start):,.1f} a second", file=sys.stderr, flush=True
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._bar.close()
