"""List and open input files: one URL, one place for credentials.

URLs are text that Arrow, JSON and CSV can hold and that `open` takes back: `file:/abs/dir/name`, nothing escaped, as
the original wrote them. A name that is not UTF-8 is percent-escaped and marked by `file:///` (see `storage.urls`).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from metadata_digger.storage.local import LocalStorage
from metadata_digger.storage.model import Entry, Fault, Found, OpenSource, Storage, Values
from metadata_digger.storage.patterns import Patterns
from metadata_digger.storage.remote.walk import Access

__all__ = [
    "ACCESSES",
    "STORAGES",
    "Entry",
    "Fault",
    "Found",
    "LocalStorage",
    "OpenSource",
    "Patterns",
    "Storage",
    "Values",
]

# What makes a storage of the configuration and of the patterns of the input. Raises ConfigError.
Maker: TypeAlias = Callable[[Values, Patterns], Storage]


def _local(values: Values, patterns: Patterns) -> Storage:
    return LocalStorage(patterns, values["input.links"])


def _s3(values: Values, patterns: Patterns) -> Storage:
    from metadata_digger.storage.s3.storage import storage

    return storage(values, patterns)


# By input.storage.name.
STORAGES: Mapping[str, Maker] = {"file": _local, "s3": _s3}


def _buckets(values: Values) -> Access:
    from metadata_digger.storage.s3.access import access_of
    from metadata_digger.storage.s3.storage import Buckets

    return Buckets(access_of(values))


# By output.storage.name: who finds folders on other machines. Raises ConfigError.
ACCESSES: Mapping[str, Callable[[Values], Access]] = {"s3": _buckets}
