"""What is in the archive: files of installed distributions, of this program, of models."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import NamedTuple

import metadata_digger
from metadata_digger.errors import DiggerError

# Distributions that steps, sinks and storage import; what these require comes with them.
NEEDED = ("kazoo", "numpy", "onnxruntime", "pillow", "pyarrow", "rapidfuzz", "requests", "tantivy")
# The same of extras: sent where they are installed.
EXTRAS = ("arro3-core", "boto3", "c2pa-python", "gssapi", "hdfs-native", "obstore", "pi-heif")
# Of pyproject.toml, and of no use on nodes: configurations, terminal, pages, importing, training; Spark has its own.
LEFT_OUT = (
    "javaproperties",
    "jsonschema",
    "onnx",
    "onnxscript",
    "pyspark",
    "scikit-learn",
    "starlette",
    "tensorflow",
    "tensorflow-cpu",
    "tf2onnx",
    "torch",
    "tqdm",
    "uvicorn",
)
# Of a distribution's files those that nothing imports; 176 MB of pyarrow become 90.
_PRUNED = re.compile(
    r"""
    (^|/)(__pycache__|tests?|testing|include|includes|[\w.-]+\.dist-info/(licenses|sboms))/
    | \.(pyx|pxd|pxi|pyi|h|hpp|cc|cpp|proto|lib|a|exe)$
    | ^numpy/(f2py|distutils|doc)/
    | ^onnxruntime/(quantization|tools|transformers|datasets|backend)/
    | ^pyarrow/src/
    # Linked by nothing that is left. libarrow_python.so.N is what is linked; the two others are copies of it.
    | ^pyarrow/(_flight|_substrait|_s3fs|_gcsfs|_azurefs|_hdfs|_orc|_dataset_orc|_cuda|_pyarrow_cpp_tests|gandiva)\.
    | ^pyarrow/lib(arrow_flight|arrow_s3|arrow_python_flight|gandiva)\.
    | ^pyarrow/lib\w+\.so$ | ^pyarrow/lib\w+\.so\.\d+\.\d+\.\d+$
    # 23 MB of descriptions of services; what credentials come from, and S3, stay.
    | ^botocore/data/(?!(s3|sso|sso-oidc|sts|signin)/|[^/]+$)
    | ^boto3/examples/
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PROGRAM = Path(metadata_digger.__file__).resolve().parent
# What nodes do not import of this program: its pages, and models that are not the job's.
_NOT_THIS = re.compile(r"(^|/)__pycache__/|^(bundled|web)/")


class Shipped(NamedTuple):
    """Where a file is here, by its name in the archive, and what tells this content from another."""

    files: Mapping[str, Path]
    digest: str  # 64 hexadecimal digits


def shipped(networks: Mapping[str, Path]) -> Shipped:
    """Everything that goes to the nodes; `networks` by their names in the archive. Raises DiggerError."""
    files: dict[str, Path] = {}
    facts = hashlib.sha256(f"1 {sysconfig.get_platform()} {sys.version_info[:2]}\n".encode())
    for found in closure([*NEEDED, *EXTRAS]):
        files |= _files(found)
        facts.update(f"{found.name} {found.version}\n{found.read_text('RECORD')}".encode())
    for path in sorted(PROGRAM.rglob("*")):
        name = path.relative_to(PROGRAM).as_posix()
        if path.is_file() and not _NOT_THIS.search(name):
            files[f"{PROGRAM.name}/{name}"] = path
            facts.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for name, path in sorted(networks.items()):
        files[name] = path
        facts.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return Shipped(dict(sorted(files.items())), facts.hexdigest())


def closure(names: Iterable[str]) -> list[Distribution]:
    """Installed distributions of these names and what they require, sorted. Raises DiggerError where one of NEEDED is
    not installed."""
    found: dict[str, Distribution] = {}
    open_ = [*names]
    while open_:
        name = _normal(open_.pop())
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if name in NEEDED:
                raise DiggerError(f"{name} is not installed, and nodes of a cluster need it: install it") from None
            continue
        open_ += _required(found[name])
    return [found[name] for name in sorted(found)]


def _required(found: Distribution) -> Iterator[str]:
    """Names; what is of an extra, or not installed as this platform does not need it, is left out."""
    for line in found.requires or ():
        words, _, marker = line.partition(";")
        if "extra" not in marker and (name := _NAME.match(words.strip())):
            yield name[0]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _files(found: Distribution) -> Iterator[tuple[str, Path]]:
    if found.files is None:
        raise DiggerError(
            f"{found.name} does not say what files it has, so that it cannot be sent to nodes: install it by pip"
        )
    for one in found.files:
        name = one.as_posix()
        if ".." not in one.parts and not one.is_absolute() and not _PRUNED.search(name):
            yield name, Path(str(one.locate()))
