"""model.toml: what is accepted, and that every fault is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata_digger.errors import ModelError
from metadata_digger.labels.card import read_card


def card(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "model.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_whole_card(tmp_path: Path) -> None:
    found = read_card(
        card(
            tmp_path,
            'name = "x"\nthreshold = 0.4\nlabels = ["a", "b", "a"]\n[input]\nwidth = 10\nfit = "stretch"\n'
            '[output]\nname = "y"\n[thresholds]\na = 0.2\n[calibration]\nany = [1]\n',
        )
    )
    assert found.top["threshold"] == 0.4
    assert found.input == {"width": 10, "fit": "stretch"}
    assert found.output == {"name": "y"}
    assert found.thresholds == {0: 0.2, 2: 0.2}  # every output of that label


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name = ", "not TOML"),
        ("name = 5", "name: 5 is not a text"),
        ("nmae = 'x'", "nmae: unknown key; known are name, file"),
        ("file = '../x.onnx'", "file: '../x.onnx' is not a file name without a folder"),
        ("sha256 = 'abc'", "sha256: 'abc' is not 64 hexadecimal digits"),
        ("threshold = 1.5", "threshold: 1.5 is not a number from 0 to 1"),
        ("threshold = true", "threshold: True is not a number"),
        ("labels = ['a', 3]", "labels: ['a', 3] is not a list of texts"),
        ("input = 3", "input: 3 is not a table"),
        ("[input]\nwidth = 0", "[input] width: 0 is not a whole number"),
        ("[input]\nwidth = 416.0", "[input] width: 416.0 is not a whole number"),
        ("[input]\nlayout = 'HWC'", '[input] layout: \'HWC\' is not one of "NHWC", "NCHW"'),
        ("[input]\ncolor = 'RGB'", "[input] color: unknown key"),
        ("[input]\nscale = [1, 2]", "[input] scale: [1, 2] is not three numbers"),
        ("[input]\nscale = [1, 0, 2]", "[input] scale: [1, 0, 2] is not three numbers other than 0"),
        ("[input]\npadding = [0, 0, 256]", "[input] padding: [0, 0, 256] is not three whole numbers"),
        ("[output]\nactivation = 'relu'", "[output] activation: 'relu' is not one of"),
        ("[thresholds]\ncat = 0.5", "[thresholds] 'cat': no such label"),
        ("labels = ['cat']\n[thresholds]\ncat = 'high'", "[thresholds] 'cat': 'high' is not a number from 0 to 1"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, fault: str) -> None:
    path = card(tmp_path, text)
    with pytest.raises(ModelError) as error:
        read_card(path)
    assert fault in str(error.value)
    assert str(path) in str(error.value)


def test_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        read_card(card(tmp_path, "threshold = 2\nfoo = 1\n[input]\nwidth = 'x'\n"))
    assert len(str(error.value).splitlines()) == 3


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="not TOML"):
        read_card(path)
    with pytest.raises(ModelError, match=r"nothing\.toml"):
        read_card(tmp_path / "nothing.toml")
