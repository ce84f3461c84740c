"""What a network can run on: ONNX Runtime's execution providers, by the names that people use.

The package `onnxruntime` has the CPU; `onnxruntime-gpu`, `onnxruntime-openvino` and others, installed in its place,
have more. Only the CPU is tested; scores on another device may differ in the last digits.
"""

from __future__ import annotations

from metadata_digger.labels.runtime import runtime

CPU = "cpu"
PROVIDERS = {
    CPU: "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
# What `auto` tries before the CPU. Not those that every runtime of a system has (CoreML: it compiles for seconds) and
# not those that build an engine for minutes (TensorRT): these are for people who ask for them.
AUTO = ("cuda", "migraphx", "rocm", "openvino")
PACKAGES = {"cuda": "onnxruntime-gpu", "tensorrt": "onnxruntime-gpu", "openvino": "onnxruntime-openvino"}


def provider_of(device: str) -> str:
    return PROVIDERS[device]


def installed() -> list[str]:
    """Devices that the installed runtime has been built for, whether or not the hardware is there."""
    onnxruntime, _ = runtime()
    available = onnxruntime.get_available_providers()
    return [device for device, provider in PROVIDERS.items() if provider in available]


def lack_of(device: str) -> str | None:
    """Why the device cannot be used, a sentence that says what is installed; None when it can, as far as is known."""
    if device in (CPU, "auto") or device in (found := installed()):
        return None
    advice = f"; the package {PACKAGES[device]} in place of onnxruntime has it" if device in PACKAGES else ""
    return f"the installed ONNX Runtime has {', '.join(found)}, not {device}{advice}"


def providers_for(device: str) -> list[str]:
    """For the runtime, best first; the CPU takes the operations that the device has not got."""
    if device == CPU:
        return [PROVIDERS[CPU]]
    chosen = [name for name in installed() if name in AUTO] if device == "auto" else [device]
    return [*(PROVIDERS[name] for name in chosen[:1]), PROVIDERS[CPU]]
