"""How far a run is: a bar on a terminal, a plain line now and then elsewhere (log files, CI)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from shutil import get_terminal_size
from types import TracebackType
from typing import TYPE_CHECKING

from metadata_digger.cli.terminal import printable, write

if TYPE_CHECKING:
    from metadata_digger.run.job import Waiting

SECONDS_PER_LINE = 30.0
SECONDS_PER_LOOK = 1.0  # at what is waited for: nothing else moves the bar meanwhile
# Without the rate and what is left, which mean nothing then: a path needs the room.
BAR_OF_WAITING = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"
BESIDE = 32  # characters that this takes without counts and words
LEAST = 12  # of a path, on however narrow a terminal


class Progress:
    """Called with the files done and how many there are, None while they are still being listed, how many failed, and
    what is waited for (run.job.Progress)."""

    def __init__(self, quiet: bool = False, stays: bool = True) -> None:
        """`quiet`: no bar, as there are other lines on the terminal. `stays`: the bar is still there at the end."""
        from tqdm import tqdm  # type: ignore[import-untyped]  # it ships no types

        size, shown = _size(), sys.stderr.isatty() and not quiet
        self._bar = tqdm(
            unit=" files", disable=not shown, ncols=size.columns - 1, nrows=size.lines, smoothing=0.1, leave=stays
        )
        self._room = size.columns - 1
        self._start = self._last = self._looked = time.monotonic()
        self._told: set[str] = set()  # URLs that were waited for
        self._failed = 0

    def __call__(self, done: int, total: int | None, failed: int = 0, waiting: Sequence[Waiting] = (), /) -> None:
        if self._bar.disable:
            self._lines(done, total, failed, waiting)
            return
        now, self._failed = time.monotonic(), failed
        self._bar.total = total
        self._bar.bar_format = BAR_OF_WAITING if waiting else None
        room = self._room - BESIDE - 2 * len(f"{done if total is None else total}")
        self._bar.set_postfix_str(", ".join(_words(failed, waiting, room)), refresh=False)
        if not self._bar.update(done - self._bar.n) and waiting and now - self._looked >= SECONDS_PER_LOOK:
            self._looked = now
            self._bar.refresh()

    def say(self, words: str) -> None:
        """A line of its own, above the bar."""
        self._bar.clear()
        write(printable(words), sys.stderr)

    def writing(self, form: str, done: int, total: int) -> None:
        """All files are done, and so many pieces of the output (run.job.Writing)."""
        if self._bar.disable:
            now = time.monotonic()
            if now - self._last >= SECONDS_PER_LINE:
                self._last = now
                write(f"writing {form}, {done:,} of {total:,} pieces", sys.stderr)
            return
        self._bar.bar_format = BAR_OF_WAITING if done < total else None
        words = [*_words(self._failed, (), 0), *([f"writing {form} {done:,}/{total:,}"] if done < total else [])]
        self._bar.set_postfix_str(", ".join(words))

    def _lines(self, done: int, total: int | None, failed: int, waiting: Sequence[Waiting]) -> None:
        now = time.monotonic()
        if now - self._last >= SECONDS_PER_LINE:
            self._last = now
            known = "" if total is None else f" of {total:,}"
            rate = f"{done / (now - self._start):,.1f} a second"
            words = [f"{done:,}{known} files done", *([f"{failed:,} failed"] if failed else []), rate]
            write(", ".join(words), sys.stderr)
        for one in waiting:
            if one.url not in self._told:  # it is said when it begins, and in what comes of the file
                self._told.add(one.url)
                write(f"waiting for {printable(_path(one.url))} since {one.seconds:,.0f} s", sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._bar.close()


def _size() -> os.terminal_size:
    """Of the terminal that the bar is on; standard output may be another one, or a file."""
    with suppress(OSError, ValueError):  # no terminal; a stream without a number
        size = os.get_terminal_size(sys.stderr.fileno())
        # tqdm itself draws nothing on a terminal that says it has 0 columns and 0 lines, as those of containers do.
        if size.columns and size.lines:
            return size
    return get_terminal_size()


def _words(failed: int, waiting: Sequence[Waiting], room: int) -> Iterator[str]:
    """What is said behind the bar, in about so many characters: of a long path the end."""
    told = f"{failed:,} failed" if failed else ""
    if told:
        yield told
    if waiting:
        one, more = waiting[0], f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        words = f"waiting {one.seconds:,.0f} s for "
        path = printable(_path(one.url)).encode("utf-8", "backslashreplace").decode()
        left = max(room - len(told) - len(words) - len(more), LEAST)
        yield f"{words}{path if len(path) <= left else f'...{path[3 - left :]}'}{more}"


def _path(url: str) -> str:
    """A file's URL as people write it."""
    return url.removeprefix("file:") if not url.startswith("file:///") else url
