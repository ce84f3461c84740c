"""An .onnx file that runs: the runtime, the device it runs on, and inputs of fixed or free batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from metadata_digger.errors import ModelError
from metadata_digger.labels.device import CPU, provider_of, providers_for
from metadata_digger.labels.preprocess import Input
from metadata_digger.labels.runtime import runtime

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


class Network:
    """In one thread: the workers are processes, one a core.

    Raises ModelError when the runtime refuses the file or has not got the device.
    """

    def __init__(self, path: Path, wanted: Input, device: str = CPU) -> None:
        onnxruntime, self._errors = runtime()
        self.path = path
        self._input = wanted
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.log_severity_level = 3  # errors: they come as exceptions, warnings tell a user nothing
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers_for(device))
        except self._errors as error:
            raise ModelError(f"{path}: ONNX Runtime cannot load it: {error}") from error
        # A provider whose libraries or hardware are missing is left out without an error.
        if device not in (CPU, "auto") and provider_of(device) not in self._session.get_providers():
            raise ModelError(f"{path}: ONNX Runtime has {device}, but cannot use it on this machine")

    def run(self, outputs: Sequence[str], batch: Array) -> list[Array]:
        """Each output for N prepared pictures (N, ...), as float32."""
        parts = [self._run_once(outputs, part) for part in self._parts(batch)]
        return [np.concatenate(values)[: len(batch)] for values in zip(*parts, strict=True)]

    def _run_once(self, outputs: Sequence[str], batch: Array) -> list[Array]:
        try:
            found = self._session.run(list(outputs), {self._input.name: batch})
        except self._errors as error:
            raise ModelError(f"{self.path}: ONNX Runtime cannot run it: {error}") from error
        count = len(batch) if self._input.batch != 0 else 1
        return [np.asarray(values, np.float32).reshape(count, *sizes(values, count)) for values in found]

    def _parts(self, batch: Array) -> Iterator[Array]:
        """As many pictures as one run takes, the last ones filled up with the last."""
        size = self._input.batch
        if size is None or size == len(batch):
            yield batch
        elif size == 0:
            yield from batch
        else:
            for start in range(0, len(batch), size):
                part = batch[start : start + size]
                yield np.concatenate([part, part[-1:].repeat(size - len(part), 0)])


def sizes(values: Array, count: int) -> tuple[int, ...]:
    """Shape of an output for one picture; a network with a fixed batch of 1 may have dropped the axis."""
    return tuple(values.shape[1:]) if values.ndim and len(values) == count else (-1,)
