"""tools/build_nsfwjs.py: what is inside the package's JavaScript modules. The package itself is not fetched."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from checkout import ROOT


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_nsfwjs", ROOT / "tools" / "build_nsfwjs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.node
@pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
def test_unwrapped(tmp_path: Path, tool: ModuleType) -> None:
    source = tmp_path / "modules"
    source.mkdir()
    manifest = [{"paths": ["group1-shard1of2", "group1-shard2of2"], "weights": []}]
    (source / "model.min.js").write_text(f"module.exports = {json.dumps({'weightsManifest': manifest})}")
    for number, data in ((1, b"first "), (2, b"second")):
        text = base64.b64encode(data).decode()
        (source / f"group1-shard{number}of2.min.js").write_text(f"exports.default = '{text}'")
    model = tool.unwrap(source, tmp_path / "plain")
    assert json.loads(model.read_text())["weightsManifest"] == manifest
    assert tool.digest(model) == hashlib.sha256(b"first second").hexdigest()


def test_card(tool: ModuleType) -> None:
    """What is neither is never a label: no score exceeds 1."""
    assert set(tool.CARD["thresholds"]) == {"drawing", "neutral"} < set(tool.LABELS)
