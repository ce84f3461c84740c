"""TorchScript files (.pt of torch.jit.save) as ONNX, by torch.onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

import io
from pathlib import Path

from metadata_digger.errors import ModelError


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    """The file does not say the size of its input: `size` is needed; three colours are taken for granted."""
    import torch  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    if size is None:
        raise ModelError(
            "TorchScript does not say the size of its input: give --size WIDTHxHEIGHT to import-model, or write "
            "[input] width and height into the .toml file beside it"
        )
    try:
        module = torch.jit.load(path, map_location="cpu").eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"PyTorch cannot load it: {' '.join(str(error).split())[:500]}") from error
    example = torch.zeros(1, 3, size[1], size[0])
    open_batch = {"input": {0: "batch"}, "output": {0: "batch"}}
    target = io.BytesIO()
    try:
        torch.onnx.export(
            module,
            (example,),
            target,
            dynamo=False,
            input_names=["input"],
            output_names=["output"],
            dynamic_axes=open_batch,
        )
    except RuntimeError as error:
        raise ModelError(f"torch.onnx cannot convert it: {' '.join(str(error).split())[:500]}") from error
    return target.getvalue()
