"""List and open input files: one URL, one place for credentials.

URLs are text that Arrow, JSON and CSV can hold and that `open` takes back: `file:/abs/dir/name`, nothing escaped, as
the original wrote them. A name that is not UTF-8 is percent-escaped and marked by `file:///` (see `storage.local`).
"""

from metadata_digger.storage.local import LocalStorage
from metadata_digger.storage.model import Entry, Fault, Found, OpenSource, Storage

__all__ = ["STORAGES", "Entry", "Fault", "Found", "LocalStorage", "OpenSource", "Storage"]

STORAGES: tuple[type[Storage], ...] = (LocalStorage,)
