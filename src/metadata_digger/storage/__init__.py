"""List and open input files: one URL, one place for credentials.

URLs are text that Arrow, JSON and CSV can hold and that `open` takes back: `file:/abs/dir/name`, nothing escaped, as
the original wrote them. A name that is not UTF-8 is percent-escaped and marked by `file:///` (see `storage.urls`).
"""

from metadata_digger.storage.local import LocalStorage
from metadata_digger.storage.model import Entry, Fault, Found, OpenSource, Storage
from metadata_digger.storage.patterns import Patterns

__all__ = ["STORAGES", "Entry", "Fault", "Found", "LocalStorage", "OpenSource", "Patterns", "Storage"]

# Made with the Patterns of the input.
STORAGES: tuple[type[LocalStorage], ...] = (LocalStorage,)
