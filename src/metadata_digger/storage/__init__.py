"""List and open input files: one URL, one place for credentials.

URLs are text that Arrow, JSON and CSV can hold and that `open` takes back: `file:/abs/dir/name`, nothing escaped, as
the original wrote them. A name that is not UTF-8 is percent-escaped and marked by `file:///` (see `storage.urls`).
"""

from collections.abc import Callable, Mapping

from metadata_digger.storage.local import LocalStorage
from metadata_digger.storage.model import Entry, Fault, Found, OpenSource, Storage, Values
from metadata_digger.storage.patterns import Patterns
from metadata_digger.storage.remote.walk import Access

__all__ = [
    "ACCESSES",
    "Entry",
    "Fault",
    "Found",
    "LocalStorage",
    "OpenSource",
    "Patterns",
    "Storage",
    "Values",
    "storage",
]


def _buckets(values: Values) -> Access:
    from metadata_digger.storage.s3.storage import buckets

    return buckets(values)


def _name_services(values: Values) -> Access:
    from metadata_digger.storage.hdfs.storage import name_services

    return name_services(values)


# By input.storage.name and output.storage.name: who finds files on other machines. Raises ConfigError.
ACCESSES: Mapping[str, Callable[[Values], Access]] = {"s3": _buckets, "hdfs": _name_services}


def storage(values: Values, patterns: Patterns) -> Storage:
    """Of the input, as input.storage.name says. Raises ConfigError."""
    if (access := ACCESSES.get(values["input.storage.name"])) is None:
        return LocalStorage(patterns, values["input.links"])
    from metadata_digger.storage.remote.storage import RemoteStorage

    return RemoteStorage(access(values), patterns, values["input.storage.concurrency"])
