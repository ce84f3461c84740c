"""How a bucket is reached: the endpoint, and whose keys; the one place of their secrets."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from metadata_digger.errors import ConfigError
from metadata_digger.storage.model import Values

SCHEME = "s3a"  # of the URLs in rows: the original's ids are sums of such texts
_BUCKET = re.compile(r"(?:s3[an]?://)?(?P<bucket>[^/]+)(?:/(?P<key>.*))?", re.DOTALL | re.IGNORECASE)
_REGION = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com")
DEFAULT_REGION = "us-east-1"  # what servers that know no regions are asked with
# Where there is one of these, obstore finds the keys by itself: the environment, web identity, a container's role.
_ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


@dataclass(frozen=True, slots=True)
class S3Access:
    """`endpoint`: a URL, "" for Amazon's own of the region. `access_key` "": the usual chain of credentials."""

    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = ""
    profile: str = ""
    patience: float = 60.0  # seconds

    @property
    def first_region(self) -> str:
        """What the first request names; a server that wants another one says so."""
        if self.region:
            return self.region
        if found := _REGION.search(self.endpoint):
            return found[1]
        given = not self.access_key and (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"))
        return given or DEFAULT_REGION

    @property
    def place(self) -> str:
        """For sentences."""
        return self.endpoint or f"Amazon S3 ({self.first_region})"

    def by_boto3(self) -> bool:
        """Whether the keys are those of a profile or of a session (SSO), which obstore does not read."""
        if self.access_key:
            return False
        if self.profile or "AWS_PROFILE" in os.environ:
            return True
        if any(name in os.environ for name in _ENVIRONMENT):
            return False
        files = (("AWS_SHARED_CREDENTIALS_FILE", "credentials"), ("AWS_CONFIG_FILE", "config"))
        return any(Path(os.environ.get(key) or Path.home() / ".aws" / name).exists() for key, name in files)


def access_of(values: Values) -> S3Access:
    """As the configuration says. Raises ConfigError where keys are wanted and there are none."""
    access_key, secret_key, endpoint, region, profile = (
        values[f"storage.s3.{name}"] or "" for name in ("accessKey", "secretKey", "endpoint", "region", "profile")
    )
    given = values["storage.s3.credsProvided"]
    for key, value in (("accessKey", access_key), ("secretKey", secret_key)):
        if given and not value:
            raise ConfigError(
                f"storage.s3.{key} is missing; or write storage.s3.credsProvided=false to take the keys from the "
                "environment, the profile or the role of this machine"
            )
    if endpoint and not re.match(r"https?://", endpoint, re.IGNORECASE):
        endpoint = f"https://{endpoint.rpartition('://')[2]}"
    try:
        urlsplit(endpoint).port  # noqa: B018  # raises where it is none
    except ValueError as error:
        raise ConfigError(f"storage.s3.endpoint: {endpoint} is no http://HOST:PORT ({error})") from error
    return S3Access(
        endpoint.rstrip("/"),
        access_key if given else "",
        secret_key if given else "",
        region,
        profile,
        values["storage.patience"],
    )


def bucket_and_key(entry: str) -> tuple[str, str]:
    """Of `s3://bucket/key`, `s3a://`, `s3n://`, or `bucket/key`. Raises ConfigError."""
    found = _BUCKET.fullmatch(entry)
    if found is None or "://" in found["bucket"] or found["bucket"].endswith(":"):
        raise ConfigError(f"{entry} is no place in S3: write s3a://BUCKET/DIRECTORY")
    return found["bucket"], found["key"] or ""
