"""What happens to errors: one sentence and an exit code."""

from __future__ import annotations

import os
from argparse import Namespace

import pytest

from metadata_digger import cli
from metadata_digger.errors import ConfigError, DiggerError, ModelError, OutputError, StorageError


def raising(error: BaseException) -> object:
    def run(options: Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DiggerError("went wrong"), 1),
        (ConfigError("went wrong"), 2),
        (StorageError("went wrong", "denied"), 1),
        (ModelError("went wrong"), 1),
        (OutputError("went wrong"), 1),
    ],
)
def test_errors_are_one_sentence(
    error: DiggerError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_run", raising(error))
    monkeypatch.delenv("METADATA_DIGGER_DEBUG", raising=False)
    assert cli.main(["config", "x"]) == code
    assert capsys.readouterr().err == "metadata-digger: went wrong\n"


def test_control_characters_do_not_reach_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_run", raising(DiggerError("a\x1b[2J\udcff\nb")))
    assert cli.main(["config", "x"]) == 1
    assert capsys.readouterr().err == "metadata-digger: a\\x1b[2J\\udcff\nb\n"


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_run", raising(DiggerError("went wrong")))
    monkeypatch.setenv("METADATA_DIGGER_DEBUG", "1")
    with pytest.raises(DiggerError):
        cli.main(["config", "x"])


def test_bugs_show_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_run", raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["config", "x"])


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "_run", raising(KeyboardInterrupt()))
    assert cli.main(["config", "x"]) == 130
    assert capsys.readouterr().err.strip() == "metadata-digger: interrupted"


def test_what_an_isolated_process_does_not_heed_no_process_of_its_heeds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE"):
        monkeypatch.setenv(name, "/poison")
    cli.isolate()
    assert {name: text for name, text in os.environ.items() if text == "/poison"} == {}
    assert os.environ["PYTHONNOUSERSITE"] == "1"
