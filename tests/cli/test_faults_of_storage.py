"""What ends a run before any work: one sentence, soon, without secrets. From the real servers, or in their words."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from metadata_digger.storage.hdfs.client import hdfs_client
from metadata_digger.storage.hdfs.faults import PERHAPS_KERBEROS
from servers.hadoop import Hadoop
from servers.process import HOST, free_port
from servers.proxy import Proxy, Rule, refused
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

WRONG = "no-secret-of-anyone"
SECONDS = 10.0  # with the start of Python
SIDES = ("input", "output")
WHERE = {"input": "input.paths", "output": "output.directoryPath"}


def ended(folder: Path, settings: Mapping[str, str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit code and the sentence."""
    config = folder / "c.properties"
    (folder / "in").mkdir()
    (folder / "in" / "x.jpg").write_bytes(b"x")
    given = {"input.paths": str(folder / "in"), "output.directoryPath": str(folder / "out"), "output.format": "csv"}
    config.write_text("\n".join(f"{key}={value}" for key, value in {**given, **settings}.items()))
    command = [sys.executable, "-m", "metadata_digger", "extract", str(config)]
    begin = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **(environment or {})}
    )
    took = time.monotonic() - begin
    assert done.stdout == ""
    assert not any(secret in done.stderr for secret in (SECRET_KEY, ACCESS_KEY, WRONG))
    assert took < SECONDS
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert not (folder / "out").exists()
    return done.returncode, lines[0].removeprefix("metadata-digger: ")


# What is set, what stands between, exit code, the sentence behind the key and the entry.
S3_FAULTS: Mapping[str, tuple[Mapping[str, str], Rule | None, str]] = {
    "key": ({"storage.s3.accessKey": "nobody"}, None, "storage.s3.accessKey: .* knows no such access key"),
    "secret": ({"storage.s3.secretKey": WRONG}, None, "storage.s3.secretKey is not the secret of storage.s3.accessKey"),
    "bucket": ({"": "s3a://nowhere/a"}, None, "there is no bucket nowhere at http://.*"),
    "region": (
        {},
        refused(301, "PermanentRedirect", "Elsewhere."),
        "the bucket .* is not in the region us-east-1: set storage.s3.region to the bucket's",
    ),
    "denied": ({}, refused(403, "AccessDenied", "Access Denied."), r"http://.* does not allow it \(bucket .*\)"),
    "clock": (
        {},
        refused(403, "RequestTimeTooSkewed", "The difference is too large."),
        "the clocks of this machine and of http://.* differ: set this machine's",
    ),
    "silent": ({}, Rule("stall"), "no answer from http://.*"),
    "closed": (
        {"storage.s3.endpoint": f"http://{HOST}:{free_port()}"},
        None,
        rf"storage.s3.endpoint: no answer from http://{HOST}:\d+ \(Connection refused\)",
    ),
    "host": (
        {"storage.s3.endpoint": "http://no-such-host.invalid"},
        None,
        "storage.s3.endpoint: the host no-such-host.invalid is not known",
    ),
}


@pytest.mark.s3
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("fault", S3_FAULTS)
def test_s3(fault: str, side: str, s3: S3, bad_weather: Proxy, tmp_path: Path) -> None:
    bucket = f"ends-{fault}-{side}"
    (s3.bucket(bucket) / "a.jpg").write_bytes(b"x")
    changes, rule, words = S3_FAULTS[fault]
    settings = {**s3.settings(), "storage.s3.endpoint": bad_weather.endpoint, "input.storage.name": "file"}
    settings |= {f"{side}.storage.name": "s3", WHERE[side]: f"s3a://{bucket}/a.jpg"}
    settings |= {key or WHERE[side]: value for key, value in changes.items()}
    bad_weather.treat(*([rule] if rule else []))
    try:
        code, said = ended(tmp_path, settings)
    finally:
        bad_weather.treat()
    assert re.fullmatch(f"{WHERE[side]}: s3a://[^ ]*: {words}", said), said
    assert code == 1


@pytest.mark.s3
def test_an_endpoint_that_is_none(tmp_path: Path, s3: S3) -> None:
    code, said = ended(tmp_path, s3.settings(**{"storage.s3.endpoint": "host:port", "input.paths": "s3a://a/b"}))
    assert (code, said.partition(" (")[0]) == (2, "storage.s3.endpoint: https://host:port is no http://HOST:PORT")


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as server:
        yield f"hdfs://{HOST}:{server.getsockname()[1]}/a"


KERBEROS = """<configuration>
<property><name>hadoop.security.authentication</name><value>kerberos</value></property>
</configuration>"""
# The entry, exit code, the sentence behind the key.
HDFS_FAULTS: Mapping[str, tuple[str, int, str]] = {
    "closed": (
        f"hdfs://{HOST}:{free_port()}/a",
        1,
        r"hdfs://.*/a: no namenode of hdfs://.*: no answer from .* \(Connection refused\)",
    ),
    "host": (
        "hdfs://no-such-host.invalid/a",
        2,
        r"hdfs://no-such-host.invalid: no-such-host.invalid is no known host and no name service .*",
    ),
    "port": (
        "hdfs://no-such-host.invalid:8020/a",
        1,
        "hdfs://.*: no namenode of hdfs://.*: the host no-such-host.invalid is not known",
    ),
    "default": ("hdfs:///a", 2, "hdfs:///a names no namenode, nor does fs.defaultFS of core-site.xml: .*"),
    "ticket": ("{url}/a", 1, "hdfs://.*/a: HDFS wants Kerberos and there is no valid ticket: run kinit, .*"),
}


@pytest.mark.hdfs
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("fault", HDFS_FAULTS)
def test_hdfs(fault: str, side: str, hdfs: Hadoop, tmp_path: Path) -> None:
    entry, expected, words = HDFS_FAULTS[fault]
    environment = {"HADOOP_CONF_DIR": str(tmp_path), "HADOOP_USER_NAME": "somebody"}
    if fault == "ticket":
        (tmp_path / "core-site.xml").write_text(KERBEROS)
        environment["KRB5CCNAME"] = str(tmp_path / "none")
    settings = {f"{side}.storage.name": "hdfs", WHERE[side]: entry.format(url=hdfs.url)}
    code, said = ended(tmp_path, settings, environment)
    assert re.fullmatch(f"{WHERE[side]}: {words}", said), said
    assert code == expected


@pytest.mark.hdfs
def test_a_namenode_that_says_nothing(tmp_path: Path) -> None:
    with silent() as entry:
        code, said = ended(tmp_path, {"input.storage.name": "hdfs", "input.paths": entry})
    assert (code, said) == (1, f"input.paths: {entry}: no answer from {entry.removesuffix('/a')}{PERHAPS_KERBEROS}")


@pytest.mark.hdfs
@pytest.mark.parametrize(
    ("setting", "mode", "start"),
    [
        ({"input.storage.name": "hdfs", "input.paths": "{url}/ends/{name}"}, 0o700, "input.paths: {url}/ends/{name}/"),
        (
            {"output.storage.name": "hdfs", "output.directoryPath": "{url}/ends/{name}/new"},
            0o700,
            "cannot write {url}/ends/{name}/new",
        ),
        (
            {"output.storage.name": "hdfs", "output.directoryPath": "{url}/ends/{name}/new"},
            0o755,
            "cannot write {url}/ends/{name}/.new.metadata-digger/lock",
        ),
    ],
)
def test_what_is_not_for_everyone(
    hdfs: Hadoop, tmp_path: Path, setting: Mapping[str, str], mode: int, start: str
) -> None:
    from hdfs_native import Client

    client, _ = hdfs_client(f"{hdfs.url}/", {}, 20)
    name = tmp_path.name
    client.put(f"ends/{name}/x.jpg", b"x")
    Client(hdfs.url).set_permission(f"/ends/{name}", mode)
    settings = {key: value.format(url=hdfs.url, name=name) for key, value in setting.items()}
    code, said = ended(tmp_path, settings, {"HADOOP_USER_NAME": "somebody"})
    words = f"{start.format(url=hdfs.url, name=name)}: {hdfs.url} does not allow it: Permission denied: user=somebody, "
    assert said.startswith(words), said
    assert code == 1


@pytest.mark.s3
def test_a_bucket_that_is_for_reading(s3: S3, bad_weather: Proxy, tmp_path: Path) -> None:
    output = f"s3a://{s3.bucket('for-reading').name}/out"
    settings = {**s3.settings(), "storage.s3.endpoint": bad_weather.endpoint, "input.storage.name": "file"}
    bad_weather.treat(refused(403, "AccessDenied", "Access Denied.", method="PUT"))
    try:
        code, said = ended(tmp_path, settings | {"output.storage.name": "s3", "output.directoryPath": output})
    finally:
        bad_weather.treat()
    assert re.fullmatch(r"cannot write s3a://for-reading/.*: http://.* does not allow it \(bucket for-reading\)", said)
    assert code == 1
