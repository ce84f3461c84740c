"""Input and output in S3, as the configuration says."""

from __future__ import annotations

from dataclasses import dataclass

from metadata_digger.storage.model import Values
from metadata_digger.storage.s3.access import S3Access, access_of, bucket_and_key
from metadata_digger.storage.s3.client import S3Client


@dataclass(frozen=True, slots=True)
class Buckets:
    """remote.walk.Access: any bucket that the keys are good for."""

    access: S3Access

    def locate(self, entry: str) -> tuple[S3Client, str]:
        bucket, key = bucket_and_key(entry)
        return S3Client(self.access, bucket), key


def buckets(values: Values) -> Buckets:
    """Raises ConfigError where keys are missing."""
    return Buckets(access_of(values))
