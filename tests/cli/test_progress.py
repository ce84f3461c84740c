"""How far a run is, as a terminal and as a log file see it."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from metadata_digger.cli.progress import Progress
from metadata_digger.run.job import Waiting

ROOT = Path(__file__).resolve().parents[2]


def seen(calls: str, columns: int = 100) -> list[str]:
    """What a terminal of so many columns shows, one state of the bar after the other."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    code = (
        "import time\nfrom metadata_digger.cli import progress as module\nfrom metadata_digger.run.job import Waiting\n"
        f"module.SECONDS_PER_LOOK = 0.0\nwith module.Progress() as progress:\n    {calls}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, env=environment)
    os.close(theirs)
    text = b""
    try:
        while more := os.read(ours, 4096):
            text += more
    except OSError:  # EIO: nobody writes to it any more
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return [line for line in re.split(r"[\r\n]+", text.decode()) if line.strip()]


def test_the_bar_says_how_many_failed() -> None:
    states = seen("progress(1, 9); time.sleep(0.2); progress(5, 9, 2); time.sleep(0.2); progress(9, 9, 1200)")
    assert "failed" not in states[0]
    assert any("5/9" in state and ", 2 failed]" in state for state in states)
    assert states[-1].rstrip().endswith(", 1,200 failed]")


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (160, "waiting 12 s for /mnt/share/2019/some folder/picture.jpg and 1 more]"),
        (80, "waiting 12 s for ...cture.jpg and 1 more]"),
        (60, "waiting 12 s for ...cture.j"),  # what does not fit is cut
    ],
)
def test_the_bar_names_what_is_waited_for(columns: int, shown: str) -> None:
    files = "[Waiting('file:/mnt/share/2019/some folder/picture.jpg', 12.3), Waiting('file:/b', 11)]"
    states = seen(f"progress(3, 9, 1); time.sleep(0.2); progress(3, 9, 1, {files}); progress(4, 9, 1)", columns)
    named = [state for state in states if "waiting" in state]
    assert named
    assert all(", 1 failed, " in state and len(state.rstrip()) < columns for state in named)
    assert shown in named[0]
    assert "waiting" not in states[-1]


def test_the_bar_says_what_is_written() -> None:
    states = seen("progress(9, 9, 2); progress.writing('index', 0, 4); progress.writing('index', 4, 4)")
    assert any("9/9" in state and ", 2 failed, writing index 0/4]" in state for state in states)
    assert states[-1].rstrip().endswith("files/s, 2 failed]")


def test_a_name_cannot_steer_the_terminal() -> None:
    states = seen("progress(3, 9, 0, [Waiting('file:/a\\x1b[2J\\udcff.jpg', 10)])")
    assert any("waiting 10 s for /a\\x1b[2J\\udcff.jpg" in state for state in states), states


def test_off_a_terminal_a_file_is_named_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Progress() as progress:
        progress(1, None, 0, [Waiting("file:/a\n.jpg", 10.2)])
        progress(1, None, 0, [Waiting("file:/a\n.jpg", 11.2), Waiting("file:///b%FF", 10.4)])
        assert capfd.readouterr().err == "waiting for /a\\n.jpg since 10 s\nwaiting for file:///b%FF since 10 s\n"
        monkeypatch.setattr("metadata_digger.cli.progress.SECONDS_PER_LINE", 0.0)
        progress(1500, 4000, 1200)
    assert re.fullmatch(r"1,500 of 4,000 files done, 1,200 failed, [\d,.]+ a second\n", capfd.readouterr().err)
