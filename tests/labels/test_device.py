"""Devices: what is chosen where the runtime has it, what is said where it has not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from metadata_digger.errors import ModelError
from metadata_digger.labels import device
from metadata_digger.labels.model import Session, load_model


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def has(*devices: str) -> None:
        monkeypatch.setattr(device, "installed", lambda: list(devices))

    return has


@pytest.mark.parametrize(
    ("wanted", "there", "providers"),
    [
        ("cpu", ["cuda", "cpu"], ["CPUExecutionProvider"]),
        ("auto", ["cpu"], ["CPUExecutionProvider"]),
        ("auto", ["cpu", "cuda", "openvino"], ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        ("auto", ["cpu", "tensorrt", "coreml"], ["CPUExecutionProvider"]),  # slow to start: for those who ask
        ("openvino", ["cpu", "openvino"], ["OpenVINOExecutionProvider", "CPUExecutionProvider"]),
    ],
)
def test_providers(runtime: Callable[..., None], wanted: str, there: list[str], providers: list[str]) -> None:
    runtime(*there)
    assert device.providers_for(wanted) == providers
    assert device.lack_of(wanted) is None


def test_what_is_missing_is_said(runtime: Callable[..., None]) -> None:
    runtime("cpu", "openvino")
    found = "the installed ONNX Runtime has cpu, openvino, not cuda"
    assert device.lack_of("cuda") == f"{found}; the package onnxruntime-gpu in place of onnxruntime has it"
    assert device.lack_of("rocm") == "the installed ONNX Runtime has cpu, openvino, not rocm"


def test_the_cpu_is_always_there() -> None:
    assert "cpu" in device.installed()


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_device_that_the_runtime_leaves_out_is_an_error(model_folder: Callable[..., Path]) -> None:
    """ONNX Runtime goes on with the CPU when a provider is not there, with a line in its log."""
    if "rocm" in device.installed():
        pytest.skip("this machine has it")
    with pytest.raises(ModelError, match="cannot use it on this machine"):
        Session(load_model(model_folder()), "rocm")
