"""The Keras-style layers of BigDL and Analytics Zoo: shells around the plain BigDL module that does the work.

`KerasLayer` of BigDL 0.9.1 and `KerasNet`, `ZooModel`, `GraphNet` of Analytics Zoo 0.6.0 write exactly one sub-module,
the "labor"; their own attributes (activation, sub-sampling, border mode) repeat what the labor has and are not read.
"""

from metadata_digger.labels.importers.bigdl_format import ModuleRecord

INPUTS = frozenset({"Input", "InputLayer"})
"""Layers that stand for the input of a network: no sub-module, nothing to do."""

SHELLS = frozenset(
    {"GraphNet", "KerasIdentityWrapper", "KerasLayerWrapper", "KerasModelWrapper", "LayerWrapperByForward"}
)
"""Shells that do not call themselves Keras modules in every version."""

FOREIGN = frozenset({"OpenVINONet", "PytorchModel", "TFNet", "TFNetForInference", "TorchNet", "TorchModel"})
"""Layers of Analytics Zoo that hold a network of another framework as a block of bytes."""


def is_keras(record: ModuleRecord) -> bool:
    """True for a Keras-style module, by its own mark or by its package."""
    return bool(record.attributes.scalar("is_keras_module")) or ".keras." in record.kind or ".zoo." in record.kind


def is_wrapper(record: ModuleRecord) -> bool:
    """True for a module that does what its only sub-module does, or, an input, nothing."""
    if record.class_name in FOREIGN or record.class_name.startswith("Internal"):
        return False
    if not record.submodules:
        return record.class_name in INPUTS
    return len(record.submodules) == 1 and (is_keras(record) or record.class_name in SHELLS)
