"""A bucket: obstore for all that it can hold, boto3 for the keys that it cannot."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from metadata_digger.errors import DiggerError, StorageError
from metadata_digger.storage.remote.client import Item, name_of
from metadata_digger.storage.remote.reach import unreached
from metadata_digger.storage.s3 import faults
from metadata_digger.storage.s3.access import SCHEME, S3Access

if TYPE_CHECKING:
    import pyarrow as pa

    from metadata_digger.storage.s3.any_key import AnyKey

T = TypeVar("T")

PAGE = 1_000  # keys of an answer
COPY = 5 << 30  # bytes; a server copies no more in one request
_CHECK = 6.0  # seconds for the request before any work
# Of the patience, for one answer: what stalls is asked for again. The request before any work has no second try.
_TRIES = 3
_CONTROLS = frozenset(map(chr, (*range(32), 127)))
_stores: dict[tuple[int, S3Access, str, float, str], Any] = {}  # of this process; a store does not survive a fork
_regions: dict[tuple[S3Access, str], str] = {}  # that a server asked for


def is_plain(key: str) -> bool:
    """Whether obstore can name a key: it has no empty parts, no `.` and `..`, no control characters."""
    return not (set(key) & _CONTROLS or {"", ".", ".."} & set(key.split("/")))


@dataclass(frozen=True)
class S3Client:
    """remote.Client of a bucket."""

    access: S3Access
    bucket: str

    renames: ClassVar[bool] = False

    @property
    def root(self) -> str:
        return f"{SCHEME}://{self.bucket}/"

    def check(self) -> None:
        self._probe()

        def first() -> None:
            for _ in _obstore().list(self._store(_CHECK), chunk_size=1):
                return

        try:
            self._asked(first, _CHECK)
        except _invalid_path():
            pass  # the first key is one for boto3: an answer all the same

    def _probe(self) -> None:
        """Whether anybody listens at the endpoint. Behind a proxy only that would know."""
        found = urlsplit(self.access.endpoint)
        if found.hostname and not getproxies():
            port = found.port or (80 if found.scheme == "http" else 443)
            if why := unreached(self.access.place, found.hostname, port):
                raise StorageError(f"storage.s3.endpoint: {why}", "timed_out")

    def look(self, key: str) -> Item | None:
        if not is_plain(key):
            return self._odd().look(key)
        try:
            return _item(self._asked(lambda: _obstore().head(self._store(), key)))
        except StorageError as error:
            if error.status == "not_found":
                return None
            raise

    def is_folder(self, folder: str) -> bool:
        return next(self.inside(folder), None) is not None

    def inside(self, folder: str) -> Iterator[Item | str]:
        plain = folder == "" or is_plain(folder.rstrip("/"))
        try:
            found = self._first(folder) if plain and not self._odd_at(folder) else None
        except _invalid_path():
            found = None
        if found is None:
            for entries in self._odd().inside(folder):
                yield from entries
        elif len(found) < PAGE:
            inside = {name_of(one): one for one in (self._entry(folder, one) for one in found) if name_of(one)}
            yield from (inside[name] for name in sorted(inside))
        else:
            yield from self._many_inside(folder)

    def _first(self, folder: str) -> Sequence[Any]:
        """Whatever comes first below a folder, as obstore has it; all of it where it is no whole page."""
        prefix = folder.rstrip("/") or None
        return self._asked(lambda: next(iter(_obstore().list(self._store(), prefix, chunk_size=PAGE)), ()))

    def _entry(self, folder: str, found: Any) -> Item | str:
        """What it lies in, or is, in a folder; "" for the folder itself."""
        key = found["path"]
        if slash := key.find("/", len(folder)) + 1:
            return str(key[:slash])
        if found["size"] or not self._is_marker(key):
            return _item(found)
        return f"{key}/" if len(key) > len(folder) else ""

    def _many_inside(self, folder: str) -> Iterator[Item | str]:
        """Files that follow each other by obstore, what follows a folder by boto3: obstore would hold all at once."""
        last = ""
        while True:
            for item in self._from(folder, last):
                if "/" in item.key[len(folder) :]:
                    break
                yield item
                last = item.key
            else:
                return
            for entries in self._odd().inside(folder, last):
                yield from entries
                last = name_of(entries[-1]) if entries else last
                if len(entries) == PAGE and not any(isinstance(one, str) for one in entries):
                    break
            else:
                return

    def below(self, folder: str) -> Iterator[Item]:
        return self._from(folder, "")

    def _from(self, folder: str, last: str) -> Iterator[Item]:
        from metadata_digger.storage.remote.columns import items_of

        for page in self.pages(folder, last):
            yield from items_of(page)

    def pages(self, folder: str, after: str = "", stop: str = "") -> Iterator[pa.RecordBatch]:
        """As remote.client.Paged."""
        from metadata_digger.storage.remote.columns import batch_of, before

        plain = folder == "" or is_plain(folder.rstrip("/"))
        last, count = after, PAGE
        while True:
            if plain and (last == "" or is_plain(last)) and not (last < "0" and self._odd_at(folder)):
                try:
                    for page in self._listed(folder, last):
                        found = before(page, stop)
                        if found.num_rows:
                            last, count = found.column(0)[-1].as_py(), PAGE
                            yield found
                        if found.num_rows < page.num_rows:
                            return
                    return
                except _invalid_path():
                    pass
            # Past the keys that obstore cannot hold; the more of them there are, the longer.
            items = list(islice(self._odd().below(folder, last), count))
            kept = [item for item in items if not stop or item.key < stop]
            for start in range(0, len(kept), PAGE):
                yield batch_of(kept[start : start + PAGE])
            if len(kept) < count:
                return
            last, count = kept[-1].key, min(2 * count, 100 * PAGE)

    def _listed(self, folder: str, last: str) -> Iterator[pa.RecordBatch]:
        """By obstore, behind a key; where it fails for a while, it goes on behind the last one."""
        from metadata_digger.storage.remote.columns import batch_of
        from metadata_digger.storage.s3.columns import columns

        arrow = find_spec("arro3") is not None  # obstore's own package for it; without it a key costs twice the CPU
        markers = 0  # behind the last one: their names are those of other keys, so they cannot be gone on from
        end = time.monotonic() + self.access.patience
        while True:
            stream = _obstore().list(
                self._store(), folder.rstrip("/") or None, offset=last or None, chunk_size=PAGE, return_arrow=arrow
            )
            skip, markers = markers, 0
            try:
                for listed in stream:
                    page = columns(listed) if arrow else batch_of([_item(one) for one in listed])
                    found, markers = self._files(page.slice(skip))
                    skip = max(skip - page.num_rows, 0)
                    if found.num_rows:
                        yield found
                        last = found.column(0)[-1].as_py()
                    end = time.monotonic() + self.access.patience
                return
            except Exception as error:
                if isinstance(error, _invalid_path()) or not self._goes_on(error, end):
                    raise self._fault(error) from error

    def _files(self, page: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
        """Those of a page, and how many stand at its end that are none."""
        sizes = page.column(1).to_pylist()
        if 0 not in sizes:
            return page, 0
        keep = [bool(size) or not self._is_marker(key.as_py()) for key, size in zip(page.column(0), sizes, strict=True)]
        return page.filter(keep), len(keep) - 1 - max((n for n, kept in enumerate(keep) if kept), default=-1)

    def _odd_at(self, folder: str) -> bool:
        """Whether there are keys that begin with a slash: obstore lists them without it."""
        return folder == "" and self._odd().any_at("/")

    def _is_marker(self, key: str) -> bool:
        """Of an empty object: whether its key has a slash at its end, which obstore leaves out. It is a folder then."""
        return self.look(key) is None

    def fetch(self, key: str, start: int, stop: int, version: str = "") -> bytes:
        if stop <= start:
            return b""
        if not is_plain(key):
            return self._odd().fetch(key, start, stop, version)
        options: dict[str, Any] = {"range": (start, stop)}
        if version:
            options["if_match"] = version

        def ask() -> bytes:
            return bytes(_obstore().get(self._store(), key, options=options).bytes())

        data = self._asked(ask)
        if len(data) != stop - start:
            raise StorageError(faults.CHANGED, "failed")
        return data

    def read(self, key: str) -> bytes:
        try:
            return self._asked(lambda: bytes(_obstore().get(self._store(), key).bytes()))
        except StorageError as error:
            if error.status == "not_found":
                raise FileNotFoundError(f"{self.root}{key}") from error
            raise

    def put(self, key: str, data: bytes | Path) -> None:
        self._asked(lambda: _obstore().put(self._store(), key, data))

    def create(self, key: str, data: bytes) -> bool:
        tried = 0

        def ask() -> bool:
            nonlocal tried
            tried += 1
            try:
                _obstore().put(self._store(), key, data, mode="create", use_multipart=False)
            except _obstore().exceptions.AlreadyExistsError:
                return False
            return True

        # It may be there by the first try, whose answer was lost.
        return self._asked(ask) or (tried > 1 and self.read(key) == data)

    def copy(self, key: str, to: str) -> None:
        item = self.look(key)
        if item is None:
            raise StorageError(f"there is no {self.root}{key} to be copied", "not_found")
        if item.size > COPY:
            self._odd().copy(key, to)
        else:
            self._asked(lambda: _obstore().copy(self._store(), key, to))

    def move(self, folder: str, to: str) -> None:
        raise DiggerError("S3 has no folders that could be moved")

    def delete(self, keys: Sequence[str]) -> None:
        for at in range(0, len(keys), PAGE):
            some = list(keys[at : at + PAGE])
            try:
                self._asked(lambda some=some: _obstore().delete(self._store(), some))  # type: ignore[misc]
            except StorageError as error:
                if error.status != "not_found":
                    raise

    def delete_folder(self, folder: str) -> None:
        with suppress(StorageError):  # not everyone may ask for them
            self.abort_uploads(folder)
        keys: list[str] = []
        for item in self.below(folder):
            keys.append(item.key)
            if len(keys) == PAGE:
                self.delete(keys)
                keys.clear()
        self.delete(keys)

    def abort_uploads(self, folder: str) -> None:
        self._odd().abort_uploads(folder)

    def _asked(self, ask: Callable[[], T], patience: float | None = None) -> T:
        """obstore asks again by itself, but not when an answer breaks off; and not in the right region."""
        end = time.monotonic() + (self.access.patience if patience is None else patience)
        while True:
            try:
                return ask()
            except Exception as error:
                if isinstance(error, _invalid_path()):
                    raise
                if not self._goes_on(error, end):
                    raise self._fault(error) from error

    def _goes_on(self, error: Exception, end: float) -> bool:
        """Whether the same is to be asked again, after a moment."""
        region = self._wanted(error)
        if region and not self.access.region and region != _regions.get((self.access, self.bucket)):
            _regions[self.access, self.bucket] = region
            return True
        if isinstance(error, (FileNotFoundError, PermissionError, ValueError)) or not faults.is_passing(error):
            return False
        if time.monotonic() + 1 > end:
            return False
        time.sleep(0.5)
        return True

    def _fault(self, error: Exception) -> Exception:
        if isinstance(error, (DiggerError, _invalid_path())):
            return error
        return faults.told(error, self.access, self.bucket, self._wanted(error))

    def _wanted(self, error: Exception) -> str:
        """The region that the bucket is in, where it is that what a server complains of; "" where nobody says."""
        if not faults.is_redirect(error):
            return faults.region_of(error)
        import requests

        # Told to everyone who asks, without keys.
        with suppress(requests.RequestException):
            place = self.access.endpoint or f"https://s3.{self.region()}.amazonaws.com"
            said = requests.head(f"{place}/{self.bucket}", timeout=3, allow_redirects=False)
            return said.headers.get("x-amz-bucket-region", "")
        return ""

    def region(self) -> str:
        return _regions.get((self.access, self.bucket), self.access.first_region)

    def _store(self, patience: float | None = None) -> Any:
        patience = self.access.patience if patience is None else patience
        key = os.getpid(), self.access, self.bucket, patience, self.region()
        store = _stores.get(key)
        if store is None:
            store = _stores[key] = self._made(patience)
        return store

    def _made(self, patience: float) -> Any:
        from obstore.store import S3Store

        access = self.access
        options: dict[str, Any] = {
            "region": self.region(),
            "virtual_hosted_style_request": False,
            "client_options": {
                "allow_http": access.endpoint.lower().startswith("http://"),
                "connect_timeout": timedelta(seconds=min(5.0, patience)),
                "read_timeout": timedelta(seconds=patience if patience == _CHECK else min(20.0, patience / _TRIES)),
                "timeout": timedelta(minutes=30),
            },
            "retry_config": {
                "max_retries": 1_000,
                "retry_timeout": timedelta(seconds=patience),
                "backoff": {"max_backoff": timedelta(seconds=5)},
            },
        }
        if access.endpoint:
            options["endpoint"] = access.endpoint
        if access.access_key:
            options["credential_provider"] = _Given(access.access_key, access.secret_key)
        elif access.by_boto3():
            from obstore.auth.boto3 import Boto3CredentialProvider

            options["credential_provider"] = Boto3CredentialProvider(self._odd().session())
        return S3Store(self.bucket, **options)

    def _odd(self) -> AnyKey:
        from metadata_digger.storage.s3.any_key import AnyKey

        return AnyKey(self.access, self.bucket, self.region())


class _Given:
    """Keys as configured: without it obstore would take a session token of the environment with them."""

    def __init__(self, access_key: str, secret_key: str) -> None:
        self._keys = access_key, secret_key

    def __call__(self) -> dict[str, Any]:
        access_key, secret_key = self._keys
        return {
            "access_key_id": access_key,
            "secret_access_key": secret_key,
            "token": None,
            "expires_at": None,
        }


def _item(found: Any) -> Item:
    modified: datetime | None = found["last_modified"]
    return Item(found["path"], found["size"], None if modified is None else modified.timestamp(), found["e_tag"] or "")


def _obstore() -> Any:
    """Imported when it is first used: 30 ms, and threads that must not be there at a fork."""
    import obstore
    import obstore.exceptions

    return obstore


def _invalid_path() -> type[Exception]:
    """What obstore raises where it meets a key that it cannot hold."""
    return _obstore().exceptions.InvalidPathError  # type: ignore[no-any-return]
