"""Models of other formats where a model folder is expected: imported on the way, once."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers import cache as caching
from metadata_digger.labels.importers.cache import imported
from metadata_digger.labels.model import Session, load_model
from metadata_digger.picture import MAX_PIXELS, Picture

MakeModel = Callable[..., Path]


class File:
    """What a session looks at: a picture of one colour."""

    max_pixels = MAX_PIXELS

    def __init__(self, *colour: int) -> None:
        file = io.BytesIO()
        Image.new("RGB", (20, 10), colour).save(file, "PNG")
        self._content = file.getvalue()

    def content(self) -> bytes:
        return self._content

    def picture(self) -> Picture:
        raise AssertionError("models of the original decode for themselves")


def test_a_model_of_the_original_just_works(bigdl_model: MakeModel) -> None:
    model = load_model(bigdl_model(), {0: "blue", 1: "red"})
    assert (model.name, model.threshold, model.input.pictures, model.input.width) == ("old", 0.5, "original", 8)
    session = Session(model)
    assert model.labels_of(session.look(File(200, 0, 0))[0]) == ["red"]
    assert model.labels_of(session.look(File(0, 0, 200))[0]) == ["blue"]
    scores = session.look(File(64, 0, 192))[0]
    np.testing.assert_allclose(scores, [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))], atol=1e-6)


def test_a_file_that_does_not_say_its_size_is_fed_the_usual(bigdl_model: MakeModel) -> None:
    model = load_model(bigdl_model(size=None))
    assert (model.input.width, model.input.height, model.input.colour) == (256, 256, "BGR")


def test_a_card_beside_the_file(bigdl_model: MakeModel, tmp_path: Path) -> None:
    path = bigdl_model()
    (tmp_path / "old.toml").write_text('labels = ["blue", "red"]\nthreshold = 0.25\n')
    model = load_model(path)
    assert (dict(model.labels), model.threshold, model.input.pictures) == ({0: "blue", 1: "red"}, 0.25, "original")
    (tmp_path / "old.toml").write_text("[input]\nwidth = 9\n")
    with pytest.raises(ModelError, match=r"old.toml: \[input\] width: 9, the network's input input has 8"):
        load_model(path)


def test_imported_once(bigdl_model: MakeModel, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bigdl_model()
    folder = imported(path)
    assert folder.parent == cache
    assert [each.name for each in cache.iterdir()] == [folder.name]  # nothing else is left
    monkeypatch.setattr(caching, "convert", lambda *_, **__: pytest.fail("converted again"))
    assert imported(path) == folder
    renamed = path.rename(path.with_name("other.model"))
    assert imported(renamed) == folder
    assert load_model(renamed).name == "other"


@pytest.mark.parametrize("harm", ["model.onnx", "model.toml"])
def test_a_damaged_entry_is_made_anew(bigdl_model: MakeModel, harm: str) -> None:
    path = bigdl_model()
    folder = imported(path)
    (folder / harm).write_bytes(b"damaged")
    fresh = imported(path)
    assert fresh.parent == folder.parent
    assert fresh != folder  # which another process may be reading
    assert imported(path) == fresh
    assert load_model(path).path == fresh / "model.onnx"


def test_what_changes_the_result_is_part_of_the_key(bigdl_model: MakeModel, tmp_path: Path) -> None:
    path = bigdl_model(separate="old.bin")
    first = imported(path)
    weights = tmp_path / "old.bin"
    other = bigdl_model("other.model", separate="other.bin")
    assert imported(other) != first
    weights.unlink()
    with pytest.raises(ModelError):
        imported(path)


@pytest.mark.parametrize("value", ["/dev/null/cache", "relative"])
def test_a_cache_that_cannot_be_written_is_no_fault(
    bigdl_model: MakeModel, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", "/dev/null")
    path = bigdl_model()
    assert load_model(path, {0: "blue"}).labels == {0: "blue"}
    assert not Path(value).exists()


def test_many_processes_at_once(bigdl_model: MakeModel, cache: Path) -> None:
    path = bigdl_model()
    script = f"from metadata_digger.labels.model import load_model; print(load_model({str(path)!r}).path)"
    root = str(Path(caching.__file__).parents[3])
    env = {"PYTHONPATH": root, "XDG_CACHE_HOME": str(cache.parents[1])}
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=env) for _ in range(4)
    ]
    places = {process.communicate()[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert len(places) == 1
    assert [each.name for each in cache.iterdir()] == [Path(places.pop()).parent.name]
