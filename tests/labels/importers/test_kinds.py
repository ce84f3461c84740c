"""What a model file is, by its bytes, by what is packed in it, or by its name."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers import apart, kinds
from metadata_digger.labels.importers.converted import convert
from metadata_digger.labels.importers.kinds import KINDS, Kind, kind_of


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "")
    return file.getvalue()


CASES = [
    ("m.onnx", b"\x08\x08", kinds.ONNX),
    ("m.model", b"\x0a\x05model", kinds.BIGDL),
    ("m", b"\x0a\x05model", kinds.BIGDL),
    ("model.json", b'{"format": "graph-model"}', kinds.TFJS),
    ("m.keras", archive("metadata.json", "config.json", "model.weights.h5"), kinds.KERAS),
    ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(8), kinds.KERAS),
    ("anything", b"\x89HDF\r\n\x1a\n" + bytes(8), kinds.KERAS),
    ("m.pb", b"\x0a\x10", kinds.FROZEN),
    ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(8), kinds.TFLITE),
    ("m.pt2", archive("m/archive_format", "m/models/model.json"), kinds.TORCH_EXPORT),
    ("m.pt2", archive("serialized_exported_program.json", "version"), kinds.TORCH_EXPORT),
    ("m.pt", archive("m/data.pkl", "m/constants.pkl", "m/code/__torch__.py"), kinds.TORCHSCRIPT),
]


@pytest.mark.parametrize(("name", "content", "kind"), CASES)
def test_files(tmp_path: Path, name: str, content: bytes, kind: Kind) -> None:
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name) is kind


def test_folders(tmp_path: Path) -> None:
    assert kind_of(tmp_path) is None
    (tmp_path / "model.json").write_text("{}")
    assert kind_of(tmp_path) is kinds.TFJS
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert kind_of(tmp_path) is kinds.SAVED_MODEL


def test_every_kind_has_a_case() -> None:
    assert {case[2] for case in CASES} | {kinds.SAVED_MODEL} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("weights.pth", archive("w/data.pkl", "w/data/0"), "torch.export.save"),
        ("old.pth", b"\x80\x02\x8a\x0al\xfc\x9c", "torch.export.save"),
        ("photos.zip", archive("a.jpg"), "an archive, but not of a model"),
        ("cut.keras", archive("metadata.json", "config.json")[:60], "a damaged archive"),
    ],
    ids=["weights", "old weights", "other archive", "cut"],  # an archive's bytes have the time in them
)
def test_what_can_never_be_imported(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError) as error:
        kind_of(tmp_path / name)
    assert words in str(error.value)
    assert name in str(error.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.extra], ids=lambda kind: kind.name)
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError) as error:
        apart.convert_apart(tmp_path / "m", kind, None)
    assert f"pip install 'metadata-digger[{kind.extra}]'" in str(error.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.extra], ids=lambda kind: kind.name)
def test_every_module_is_there(kind: Kind) -> None:
    module = importlib.import_module(f"{apart.PACKAGE}.{kind.module}")
    assert callable(module.convert)
    assert kind.extra in apart.MODULES


def test_what_the_child_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is its last line; a crash is told as one."""
    monkeypatch.setattr(apart, "MODULES", {"torch": ()})
    kind = Kind("TorchScript", "torchscript", "torch")
    words = "TorchScript does not say the size" if importlib.util.find_spec("torch") else "No module named 'torch'"
    with pytest.raises(ModelError, match=words):
        apart.convert_apart(tmp_path / "m.pt", kind, None)


def test_weights_are_for_bigdl_alone(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"\x08\x08")
    with pytest.raises(ModelError, match="only BigDL models have their weights in a second file"):
        convert(tmp_path / "m.onnx", tmp_path / "w.bin")
