"""ONNX Runtime, which runs the networks: imported late, as it takes a third of a second, and without its telemetry."""

from __future__ import annotations

import os
from typing import Any


def runtime() -> tuple[Any, tuple[type[Exception], ...]]:
    """The package onnxruntime, and all that it may raise: its errors have no root of their own.

    Version 1.32 keeps a number of this device and a queue of telemetry in the user's cache directory from the import
    on; its own `disable_telemetry_events` comes too late for that, the environment does not.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime  # type: ignore[import-untyped]  # it ships no types
    from onnxruntime.capi import onnxruntime_pybind11_state as states  # type: ignore[import-untyped]

    errors = (kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, Exception))
    return onnxruntime, (*errors, RuntimeError, ValueError)
