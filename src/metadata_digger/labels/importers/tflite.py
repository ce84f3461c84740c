"""TensorFlow Lite files (.tflite) as ONNX, by tf2onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.labels.importers.kinds import OPSET


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    import tf2onnx  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    found, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    return bytes(found.SerializeToString(deterministic=True))
