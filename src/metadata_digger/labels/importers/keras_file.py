"""Keras 3 files (.keras, and .h5 of Keras 2 and 3) as ONNX, by tf2onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.kinds import OPSET


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    """The inference form of the network. Lambda layers, which carry Python code, are refused by Keras' safe mode."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
    import tf2onnx  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise ModelError(f"Keras cannot load it: {' '.join(str(error).split())[:500]}") from error
    inputs = model.inputs
    if inputs is None:
        raise ModelError("the network was saved before it was built: its input has no shape")
    shapes = [completed(tuple(each.shape), size) for each in inputs]
    signature = [
        tf.TensorSpec(shape, each.dtype, name=each.name.split(":")[0])
        for shape, each in zip(shapes, inputs, strict=True)
    ]

    def forward(*values: object) -> object:
        return model(list(values) if len(values) > 1 else values[0], training=False)

    found, _ = tf2onnx.convert.from_function(tf.function(forward), input_signature=signature, opset=OPSET)
    return bytes(found.SerializeToString(deterministic=True))


def completed(shape: tuple[int | None, ...], size: tuple[int, int] | None) -> tuple[int | None, ...]:
    """An open batch, and the size asked for where the network takes any (height and width before the colours)."""
    if size is not None and len(shape) == 4 and shape[1:3] == (None, None):
        return None, size[1], size[0], shape[3]
    return (None, *shape[1:])
