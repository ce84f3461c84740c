"""Errors travel: what a worker raises reaches the process that reports it."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

import metadata_digger
from metadata_digger.errors import DiggerError, StorageError
from metadata_digger.solr.errors import Failed, Faulty, Refused

WORDS = "/in/a.jpg: says no"
# How those are made that take more than a text.
MADE: dict[type[Exception], Callable[[], Exception]] = {
    Refused: lambda: Refused(WORDS, "no"),
    Faulty: lambda: Faulty(WORDS, "no"),
    Failed: lambda: Failed(Refused(WORDS, "no")),
    StorageError: lambda: StorageError(WORDS, "denied"),
}


def errors(of: type[Exception]) -> Iterator[type[Exception]]:
    for kind in of.__subclasses__():
        yield from errors(kind)
        if kind.__module__.startswith("metadata_digger."):
            yield kind


def known() -> list[type[Exception]]:
    for module in pkgutil.walk_packages(metadata_digger.__path__, "metadata_digger."):
        with suppress(ImportError):  # of an extra
            importlib.import_module(module.name)
    return sorted(set(errors(Exception)), key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", known())
def test_an_error_travels(kind: type[Exception]) -> None:
    error = MADE[kind]() if kind in MADE else kind(WORDS)
    found = pickle.loads(pickle.dumps(error))  # noqa: S301  # made in the line before
    assert type(found) is kind
    assert str(found) == str(error) == WORDS
    assert _told(found) == _told(error)


def test_all_of_them_are_found() -> None:
    assert {DiggerError, Refused, Failed} < set(known())


def _told(error: Exception) -> dict[str, object]:
    """What it knows beside its text."""
    return {name: _told(value) if isinstance(value, Exception) else value for name, value in vars(error).items()}
