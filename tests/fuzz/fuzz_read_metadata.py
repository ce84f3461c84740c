"""A coverage-guided fuzzer of the extractor (README.md has the commands).

Reads and describes whatever the fuzzer makes up; anything but MetadataError is a finding. With FORMAT, a module of
`metadata_digger.metadata.formats`, that reader alone is driven, whatever the bytes begin with.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

with atheris.instrument_imports(include=["metadata_digger"]):
    import metadata_digger.metadata

    # Formats and makers are imported when their first file comes by, which would be too late to be instrumented.
    for _module in pkgutil.walk_packages(metadata_digger.metadata.__path__, "metadata_digger.metadata."):
        import_module(_module.name)

from metadata.build_files import FILES  # noqa: E402  # needs the path and must find the instrumented modules
from metadata_digger.metadata.errors import MetadataError  # noqa: E402
from metadata_digger.metadata.extract import read_metadata  # noqa: E402
from metadata_digger.metadata.formats import FORMATS  # noqa: E402
from metadata_digger.metadata.model import Directory  # noqa: E402
from metadata_digger.metadata.source import Reader  # noqa: E402


def target(form: str) -> Callable[[bytes], None]:
    """What is called with each input; "all" goes through detection, as files do."""

    def read(data: bytes) -> list[Directory]:
        if form == "all":
            return read_metadata(data)
        return list(import_module(f"metadata_digger.metadata.formats.{form}").read(Reader.over(data)))

    def one(data: bytes) -> None:
        try:
            directories = read(data)
        except MetadataError as error:
            str(error).encode()
            return
        for directory in directories:
            for tag in directory.tags():
                if tag.description is not None:
                    tag.description.encode()  # a lone surrogate would break every sink
            for found in directory.xmp:
                "".join(found).encode()
            "".join(directory.errors).encode()

    return one


def main() -> None:
    forms = ["all", *(form.module for form in FORMATS)]
    if len(sys.argv) < 3 or sys.argv[1] not in forms:
        sys.exit(f"usage: fuzz_read_metadata.py FORMAT CORPUS|FILE [LIBFUZZER OPTIONS]\nFORMAT: {', '.join(forms)}")
    form, corpus = sys.argv[1], Path(sys.argv[2])
    if corpus.is_file():  # one finding, once more
        target(form)(corpus.read_bytes())
        return
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in FILES.items():
        if form in ("all", name.partition("-")[0]):
            (corpus / f"seed-{name}").write_bytes(data)
    # Instrumented code takes about eight times as long: 8 s here is the 1 s that a file may take.
    options = ["-timeout=8", "-rss_limit_mb=600", "-max_len=16384", f"-artifact_prefix={corpus}-found-"]
    atheris.enabled_hooks.add("RegEx")
    atheris.Setup([sys.argv[0], *options, *sys.argv[3:], str(corpus)], target(form))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
