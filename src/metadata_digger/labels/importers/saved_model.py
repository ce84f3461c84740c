"""TensorFlow SavedModel folders as ONNX, by tf2onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.kinds import OPSET

SIGNATURES = ("serving_default", "serve")


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
    import tf2onnx  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    try:
        loaded = tf.saved_model.load(str(path))
    except (ValueError, KeyError, OSError, tf.errors.OpError) as error:
        raise ModelError(f"TensorFlow cannot load it: {' '.join(str(error).split())[:500]}") from error
    name = next((each for each in SIGNATURES if each in loaded.signatures), None)
    if name is None:
        known = ", ".join(loaded.signatures) or "none"
        raise ModelError(f"it has no signature {SIGNATURES[0]} (it has {known}): save it with one")
    function = loaded.signatures[name]
    specs = function.structured_input_signature[1]
    signature = [tf.TensorSpec(spec.shape, spec.dtype, name=key) for key, spec in sorted(specs.items())]
    keys = [spec.name for spec in signature]

    def forward(*values: object) -> object:
        return function(**dict(zip(keys, values, strict=True)))

    found, _ = tf2onnx.convert.from_function(tf.function(forward), input_signature=signature, opset=OPSET)
    return bytes(found.SerializeToString(deterministic=True))
