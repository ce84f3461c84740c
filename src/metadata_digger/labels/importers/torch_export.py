"""PyTorch programs saved by torch.export (.pt2) as ONNX, by torch.onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from metadata_digger.errors import ModelError


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    """The batch is open if the program was exported with an open one."""
    import torch  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    try:
        program = torch.export.load(path)
    except (RuntimeError, ValueError, KeyError, TypeError, AssertionError, OSError) as error:
        raise ModelError(f"PyTorch cannot load it: {' '.join(str(error).split())[:500]}") from error
    found = torch.onnx.export(program, dynamo=True, verbose=False, input_names=None)
    if found is None:
        raise ModelError("torch.onnx gave no network")
    with tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder:
        target = Path(folder) / "model.onnx"
        found.save(str(target), external_data=False)
        return target.read_bytes()
