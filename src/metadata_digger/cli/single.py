"""`extract_single`: prints what files say about themselves."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from metadata_digger.cli.terminal import flush, printable, write
from metadata_digger.metadata.extract import Reading, read_partly
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import FileSource

RULE = "-" * 48
FILE = "File"


def extract_single(paths: Sequence[str], *, as_json: bool) -> int:
    """Prints every file; returns 0, or 3 when one of them cannot be read."""
    code = 0
    for path in paths:
        directories: list[Directory] = []
        error = None
        try:
            directories, fault = _read(path, with_file=as_json)
            error = None if fault is None else str(fault)
        except OSError as failure:
            error = failure.strerror or str(failure)
        if error is not None and not directories:
            code = 3
        if as_json:
            objects = [_object(directory) for directory in directories]
            write(json.dumps({"path": _path(path), "directories": objects, "error": error}))
        elif not directories:
            flush()
            write(f"metadata-digger: {printable(f'{path}: {error}')}", sys.stderr)
        else:
            for line in _lines(directories, path if len(paths) > 1 else None):
                write(printable(line))
    return code


def _path(path: str) -> str:
    """A path as JSON can hold it: one that is no UTF-8 as the URL that the rows of a run have of such a file."""
    if _name(path) == path:
        return path
    from metadata_digger.storage.urls import absolute, url_of

    return url_of(absolute(path))


def _name(name: str) -> str:
    """The last part of such a URL."""
    try:
        name.encode()
    except UnicodeEncodeError:
        from urllib.parse import quote_from_bytes

        return quote_from_bytes(os.fsencode(name))
    return name


def _read(path: str, *, with_file: bool) -> Reading:
    """The original reads a stream, so its plain form has no directory "File"."""
    if with_file:
        return read_partly(path)
    with FileSource(path) as source:
        return read_partly(source)


def _object(directory: Directory) -> dict[str, Any]:
    tags = [tag._asdict() for tag in directory.tags()]
    if directory.name == FILE:  # the one whose words are the system's and not the file's
        for tag in tags:
            tag["description"] = _name(tag["description"])
    return {
        "name": directory.name,
        "tags": tags,
        "errors": directory.errors,
        "xmp": [leaf._asdict() for leaf in directory.xmp],
    }


def _lines(directories: Sequence[Directory], heading: str | None) -> Iterator[str]:
    tags = [list(directory.tags()) for directory in directories]
    yield ""
    if heading is not None:
        yield heading
    yield f"Number of Metadata Directories: {len(directories)}"
    yield f"Number of Metadata Tags: {sum(map(len, tags))}"
    yield ""
    for directory, its_tags in zip(directories, tags, strict=True):
        yield f"{directory.name}:"
        for tag in its_tags:
            yield f"\t{tag.name}: {'' if tag.description is None else tag.description}"
        for error in directory.errors:
            yield f"\tERROR: {error}"
        yield RULE
