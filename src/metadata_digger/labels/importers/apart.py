"""Converts with a deep learning framework, in a process of its own.

A model file is a program for its framework: it may do more than compute, and a broken one may take the process down.
The frameworks also start threads, print, and fill memory that this process would never get back.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.kinds import Kind

MODULES = {"tensorflow": ("tensorflow", "tf2onnx"), "torch": ("torch", "onnxscript")}
PACKAGE = "metadata_digger.labels.importers"
REFUSED = 65  # exit code of the child when it knows what is wrong: its last line says so


def convert_apart(path: Path, kind: Kind, size: tuple[int, int] | None) -> bytes:
    """The .onnx file; raises ModelError, which names the extra when the framework is not installed."""
    missing = [name for name in MODULES[kind.extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"{path}: {kind.name} models need {' and '.join(missing)}: pip install 'metadata-digger[{kind.extra}]' "
            "(only for the import: metadata-digger import-model makes a model folder that needs nothing)"
        )
    with tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder:
        target = Path(folder) / "model.onnx"
        numbers = [str(number) for number in size or ()]
        command = [
            sys.executable,
            "-P",
            "-m",
            f"{PACKAGE}.apart",
            kind.module,
            str(path.resolve()),
            str(target),
            *numbers,
        ]
        done = subprocess.run(  # noqa: S603 - this program's own module; the file is an argument, nothing is expanded
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
            env=surroundings(),
        )
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        if done.returncode == REFUSED:
            raise ModelError(f"{path}: {lines[-1]}")
        if done.returncode or not target.is_file():
            last = lines[-1] if lines else f"exit code {done.returncode}"
            raise ModelError(f"{path}: the conversion from {kind.name} failed: {last}")
        return target.read_bytes()


def surroundings() -> dict[str, str]:
    """The child finds this very package, wherever it was imported from, and computes without a graphics card."""
    root = str(Path(__file__).parents[3])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)}


def main(arguments: Sequence[str]) -> int:
    """MODULE FILE TARGET [WIDTH HEIGHT]: in the child."""
    name, source, target, *numbers = arguments
    module = importlib.import_module(f"{PACKAGE}.{name}")
    size = (int(numbers[0]), int(numbers[1])) if numbers else None
    try:
        content: bytes = module.convert(Path(source), size)
    except ModelError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return REFUSED
    Path(target).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
