"""The measurement of Solr fails when its bar is not met."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from checkout import ROOT


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [*sys.path])  # it puts its neighbours there
    monkeypatch.setattr(sys, "argv", ["measure.py", "--print"])
    spec = importlib.util.spec_from_file_location("bench_solr_measure", ROOT / "bench" / "solr" / "measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("ours", "well"), [(10.0, True), (12.5, True), (12.6, False)])
def test_eight_tenths_of_a_bare_client(
    measure: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ours: float, well: bool
) -> None:
    turns = {"bare client": measure.Turn(10.0, 1.0), "metadata-digger": measure.Turn(ours, 1.0)}
    monkeypatch.setattr(measure, "measure", lambda *_: (turns, 1 << 20))
    if well:
        measure.main()
    else:
        with pytest.raises(SystemExit, match=r"below the bar of 0\.80"):
            measure.main()
    assert f"| {10 / ours:.2f} |" in capsys.readouterr().out
