"""Keys that obstore cannot hold (`a//b`, `a/../b`, `/a`, control characters), and what it does not do, by boto3.

It takes 16 times the CPU a key, so it is never the main road.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.client import Item, name_of
from metadata_digger.storage.s3 import faults
from metadata_digger.storage.s3.access import S3Access

_clients: dict[tuple[int, S3Access, str], Any] = {}  # of this process


class AnyKey:
    """The same requests as S3Client has, of a bucket."""

    def __init__(self, access: S3Access, bucket: str, region: str) -> None:
        self._access = access
        self._bucket = bucket
        self._region = region

    def session(self) -> Any:
        """With the keys of a profile or an SSO session, where none are given."""
        import boto3  # type: ignore[import-untyped]  # it has no types

        access = self._access
        return boto3.Session(
            access.access_key or None,
            access.secret_key or None,
            region_name=self._region,
            profile_name=access.profile or None,
        )

    def look(self, key: str) -> Item | None:
        found = next(iter(self._pages(Prefix=key, MaxKeys=1)), {}).get("Contents", ())
        return next((one for one in map(_item, found) if one.key == key), None)

    def any_at(self, prefix: str) -> bool:
        return bool(self._asked("list_objects_v2", Prefix=prefix, MaxKeys=1).get("Contents"))

    def inside(self, folder: str, last: str = "") -> Iterator[list[Item | str]]:
        """Page by page; `last`: the entry behind which it begins."""
        for page in self._pages(Prefix=folder, Delimiter="/", **({"StartAfter": last} if last else {})):
            found: list[Item | str] = [one["Prefix"] for one in page.get("CommonPrefixes", ())]
            found += _files(page)
            yield sorted((one for one in found if name_of(one) > last), key=name_of)

    def below(self, folder: str, last: str = "") -> Iterator[Item]:
        """`last`: the key behind which it begins."""
        for page in self._pages(Prefix=folder, **({"StartAfter": last} if last else {})):
            yield from _files(page)

    def fetch(self, key: str, start: int, stop: int, version: str = "") -> bytes:
        more = {"IfMatch": version} if version else {}
        client = self._client()

        def ask() -> bytes:
            answer = client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{stop - 1}", **more)
            return bytes(answer["Body"].read())

        data: bytes = self._call(ask)
        if len(data) != stop - start:
            raise StorageError(faults.CHANGED, "failed")
        return data

    def copy(self, key: str, to: str) -> None:
        """In parts: one request copies 5 GB at most."""
        self._call(self._client().copy, {"Bucket": self._bucket, "Key": key}, self._bucket, to)

    def abort_uploads(self, folder: str) -> None:
        behind: dict[str, str] = {}
        while True:
            page = self._asked("list_multipart_uploads", Prefix=folder, **behind)
            for one in page.get("Uploads", ()):
                if one["Key"].startswith(folder):  # some servers look at no prefix
                    self._asked("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
            if not page.get("IsTruncated"):
                return
            behind = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page.get("NextUploadIdMarker", "")}

    def _pages(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        while True:
            page = self._asked("list_objects_v2", **parameters)
            yield page
            if not page.get("IsTruncated") or parameters.get("MaxKeys"):
                return
            parameters["ContinuationToken"] = page["NextContinuationToken"]

    def _asked(self, name: str, **parameters: Any) -> dict[str, Any]:
        return dict(self._call(getattr(self._client(), name), Bucket=self._bucket, **parameters))

    def _call(self, call: Any, *values: Any, **parameters: Any) -> Any:
        end = time.monotonic() + self._access.patience
        while True:
            try:
                return self._call_once(call, *values, **parameters)
            except StorageError as error:
                if error.status != "timed_out" or time.monotonic() + 1 > end:
                    raise
            time.sleep(0.5)

    def _call_once(self, call: Any, *values: Any, **parameters: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

        try:
            return call(*values, **parameters)
        except ClientError as error:
            raise faults.told(_answer(error), self._access, self._bucket) from None
        except BotoCoreError as error:
            raise StorageError(f"no answer from {self._access.place}: {type(error).__name__}", "timed_out") from None

    def _client(self) -> Any:
        key = os.getpid(), self._access, self._region
        if key not in _clients:
            from botocore.config import Config  # type: ignore[import-untyped]

            config = Config(
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=min(20.0, self._access.patience / 3),
                retries={"mode": "standard", "total_max_attempts": 2},  # and ours
                max_pool_connections=32,
            )
            _clients[key] = self.session().client("s3", endpoint_url=self._access.endpoint or None, config=config)
        return _clients[key]


def _files(page: dict[str, Any]) -> list[Item]:
    """Not the empty objects that stand for folders."""
    found = map(_item, page.get("Contents", ()))
    return [one for one in found if one.size or not one.key.endswith("/")]


def _item(found: Any) -> Item:
    modified = found.get("LastModified")
    return Item(found["Key"], found["Size"], None if modified is None else modified.timestamp(), found.get("ETag", ""))


class _Answer(Exception):
    """An answer of a server as obstore tells of one, which `faults` reads."""


def _answer(error: Any) -> _Answer:
    """Of a ClientError of boto3."""
    found = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    code = found.get("Code", "")
    if code.isdecimal():  # the status, of an answer without a body
        code = {"404": "NoSuchKey", "412": "PreconditionFailed"}.get(code, "")
    return _Answer(
        f"non-2xx status code: {status} <Code>{code}</Code><Message>{found.get('Message', '')}</Message>"
        f"<Region>{found.get('Region', '')}</Region>"
    )
