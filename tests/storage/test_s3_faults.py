"""S3 under bad weather: what passes is waited for, what does not is told in a sentence, and nothing secret is in it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from metadata_digger.errors import StorageError
from metadata_digger.storage.s3.access import S3Access
from metadata_digger.storage.s3.client import S3Client
from servers.proxy import Proxy, Rule, refused
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

pytestmark = pytest.mark.s3

PATIENCE = 3.0  # seconds
CONTENT = os.urandom(200_000)
SIGNED = "AWS4-HMAC-SHA256 20261130T101010Z 20261130/us-east-1/s3/aws4_request 5f1e9a7e"
# As Amazon tells of what does not fit together.
TALE = (
    f"<AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId>",
    f"<StringToSign>{SIGNED}</StringToSign>",
    "<SignatureProvided>c0ffee5f1e9a7e</SignatureProvided>",
    "<CanonicalRequest>GET /bucket x-amz-date:20261130T101010Z</CanonicalRequest>",
)
SECRETS = (SECRET_KEY, ACCESS_KEY, "aws4_request", "5f1e9a7e", "x-amz-date", "Signature", "StringToSign")


@pytest.fixture
def client(s3: S3, bad_weather: Proxy, request: pytest.FixtureRequest) -> Iterator[S3Client]:
    """Of a bucket with one object, behind the proxy."""
    name = f"faults-{abs(hash(request.node.nodeid)) % 10**9}"
    (s3.bucket(name) / "x.jpg").write_bytes(CONTENT)
    bad_weather.treat()
    yield S3Client(S3Access(bad_weather.endpoint, ACCESS_KEY, SECRET_KEY, patience=PATIENCE), name)
    bad_weather.treat()


def all_of(client: S3Client) -> bytes:
    return client.fetch("x.jpg", 0, len(CONTENT))


PASSING = {
    "503": refused(503, "SlowDown", "Please reduce your request rate.", times=2),
    "429": refused(429, "TooManyRequests", "Please wait.", times=2),
    "500": refused(500, "InternalError", "We encountered an internal error.", times=2),
    "400": refused(400, "RequestTimeout", "Your socket connection was not read from in time.", times=1),
    "no body": Rule("answer", status=502, times=2),
    "reset": Rule("reset", times=3),
    "cut": Rule("cut", times=2),
    "lost": Rule("lose", times=2),
    "stall": Rule("stall", times=1),
    "hang": Rule("hang", times=1),
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("by", ["obstore", "boto3"])
def test_what_passes_is_waited_for(client: S3Client, bad_weather: Proxy, name: str, by: str) -> None:
    bad_weather.treat(PASSING[name])
    assert (all_of(client) if by == "obstore" else client._odd().fetch("x.jpg", 0, len(CONTENT))) == CONTENT
    assert bad_weather.counts().applied == PASSING[name].times


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_waited_for_in_a_listing(client: S3Client, bad_weather: Proxy, name: str) -> None:
    bad_weather.treat(replace(PASSING[name], times=1))
    assert [one.key for one in client.below("")] == ["x.jpg"]
    assert bad_weather.counts().applied == 1


# Cut in the middle, what is missing comes by and by.
@pytest.mark.parametrize("name", [name for name in PASSING if name != "cut"])
def test_what_does_not_pass_is_given_up_in_time(client: S3Client, bad_weather: Proxy, name: str) -> None:
    bad_weather.treat(replace(PASSING[name], times=0))
    begin = time.monotonic()
    with pytest.raises(StorageError, match="no answer from http://127") as fault:
        all_of(client)
    assert fault.value.status == "timed_out"
    assert 1 < time.monotonic() - begin < PATIENCE + 1.5
    _is_a_sentence(str(fault.value))


def test_a_listing_goes_on_where_it_was(client: S3Client, s3: S3, bad_weather: Proxy) -> None:
    for number in range(2_500):
        (s3.root / client.bucket / f"{number:05d}").write_bytes(b"1")
    bad_weather.treat(*(Rule("cut", "LIST", skip=2, times=2), Rule("reset", "LIST", skip=2, times=1)))
    assert [one.key for one in client.below("")] == [*(f"{number:05d}" for number in range(2_500)), "x.jpg"]
    assert bad_weather.counts().applied == 3


def test_who_was_first_is_known_though_the_answer_is_lost(client: S3Client, bad_weather: Proxy) -> None:
    bad_weather.treat(Rule("lose", "PUT", times=1))
    assert client.create("lock", b"mine 1")
    assert not client.create("lock", b"mine 2")
    bad_weather.treat(Rule("lose", "PUT", times=1))
    assert not client.create("lock", b"mine 3")
    assert client.read("lock") == b"mine 1"


# Code, status, what is said.
REFUSALS = [
    (403, "InvalidAccessKeyId", "storage.s3.accessKey: .* knows no such access key", "denied"),
    (403, "SignatureDoesNotMatch", "storage.s3.secretKey is not the secret of storage.s3.accessKey", "denied"),
    (403, "RequestTimeTooSkewed", "the clocks of this machine and of .* differ", "denied"),
    (403, "AccessDenied", "does not allow it", "denied"),
    (403, "AllAccessDisabled", "does not allow it", "denied"),
    (400, "ExpiredToken", "the credentials have expired", "denied"),
    (400, "InvalidToken", "knows no such access key", "denied"),
    (404, "NoSuchBucket", "there is no bucket", "not_found"),
    (404, "NoSuchKey", "there is no such object", "not_found"),
    (412, "PreconditionFailed", "it has changed since it was listed", "failed"),
    (416, "InvalidRange", "InvalidRange", "failed"),
    (301, "PermanentRedirect", "is not in the region us-east-1: set storage.s3.region", "failed"),
    (405, "MethodNotAllowed", r"MethodNotAllowed \(as it is\)", "failed"),
    (501, "NotImplemented", r"NotImplemented \(as it is\)", "failed"),
    (403, "InvalidObjectState", "it is in an archive of the storage .*: restore it first", "failed"),
]


@pytest.mark.parametrize(("status", "code", "words", "row"), REFUSALS)
@pytest.mark.parametrize("key", ["x.jpg", "a//x.jpg"])
def test_refusals(client: S3Client, bad_weather: Proxy, status: int, code: str, words: str, row: str, key: str) -> None:
    bad_weather.treat(refused(status, code, "as it is", *TALE, method="GET"))
    begin = time.monotonic()
    with pytest.raises(StorageError, match=words) as fault:
        client.fetch(key, 0, len(CONTENT))
    assert fault.value.status == row
    assert time.monotonic() - begin < (6 if status > 500 else 3)
    _is_a_sentence(str(fault.value))


@pytest.mark.parametrize(
    "code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "AccessDenied"]
)
def test_refusals_before_any_work(client: S3Client, bad_weather: Proxy, code: str) -> None:
    words = next(words for _, one, words, _ in REFUSALS if one == code)
    bad_weather.treat(refused(403, code, "as it is", *TALE))
    for ask in (
        client.check,
        lambda: list(client.below("")),
        lambda: list(client.inside("")),
        lambda: client.put("y", b""),
    ):
        with pytest.raises(StorageError, match=words) as fault:
            ask()
        _is_a_sentence(str(fault.value))


def test_an_endpoint_that_does_not_answer(client: S3Client, bad_weather: Proxy) -> None:
    bad_weather.treat(Rule("stall"))
    begin = time.monotonic()
    with pytest.raises(StorageError, match="no answer from") as fault:
        replace(client, access=replace(client.access, patience=60.0)).check()
    assert time.monotonic() - begin < 9
    _is_a_sentence(str(fault.value))


def _is_a_sentence(text: str) -> None:
    assert "\n" not in text and len(text) < 250, text
    assert not any(secret in text for secret in SECRETS), text
