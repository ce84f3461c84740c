"""C2PA manifests in every container, whole and broken."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import c2pa, cbor, der, jumbf
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

from .. import build_c2pa as build
from .. import build_riff
from ..build_files import GIF
from ..build_jpeg import jpeg
from ..build_png import png
from ..hostile import consume, damaged
from ..show import described

WHOLE = build.store()


def read(data: bytes) -> list[Directory]:
    return list(c2pa.read(Reader.over(data)))


def test_a_manifest() -> None:
    (directory,) = read(WHOLE)
    assert directory.errors == []
    assert described(directory) == {
        "Manifest": "urn:uuid:1",
        "Active Manifest": "true",
        "Claim Generator": "Maker/1.0",
        "Title": "t.jpg",
        "Format": "image/jpeg",
        "Instance ID": "xmp:iid:1",
        "Assertions": "c2pa.actions; c2pa.ingredient; stds.schema-org.CreativeWork",
        "Actions": "c2pa.created; c2pa.edited",
        "Digital Source Type": "http://cv.iptc.org/x/trainedAlgorithmicMedia",
        "Software Agent": "Editor 2",
        "Action When": "2025-01-02T03:04:05Z",
        "Ingredients": "old.jpg, image/jpeg, parentOf",
        "Author": "Bea",
        "Signature Algorithm": "ES256",
        "Time Stamp": "2025-06-07T08:09:10Z",
        "Signer": "Ann, Paper",
        "Signer Issuer": "Root, Trust",
        "Signer Serial Number": "0ABC",
        "Signer Valid From": "2020-01-02T03:04:05Z",
        "Signer Valid To": "2052-01-02T03:04:05Z",
    }


def test_the_last_manifest_is_the_active_one() -> None:
    found = read(build.store(build.manifest("urn:1"), build.manifest("urn:2")))
    told = [(one["Manifest"], one["Active Manifest"]) for one in map(described, found)]
    assert told == [("urn:1", "false"), ("urn:2", "true")]


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({"name": "New", "version": "3.1"}, "New 3.1"),
        ([{"name": "New"}, {"name": "Other", "version": "1"}], "New; Other 1"),
        ({"name": "New", "icon": {"url": "self#jumbf=x", "hash": b"1"}}, "New"),
    ],
)
def test_a_claim_of_version_2_names_its_generator_otherwise(info: Any, told: str) -> None:
    (directory,) = read(build.store(build.manifest(claim={"instanceID": "1", "claim_generator_info": info})))
    assert described(directory)["Claim Generator"] == told


def test_older_signatures_have_their_certificate_elsewhere() -> None:
    (directory,) = read(build.store(build.manifest(signed=build.signature(protected=False, stamped=False))))
    found = described(directory)
    assert (found["Signer"], "Time Stamp" in found) == ("Ann, Paper", False)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (build.manifest(signed=b"\x80"), "c2pa.signature: no COSE_Sign1"),
        (build.manifest(signed=b""), "c2pa.signature: CBOR: the data end within an item"),
        (
            build.manifest(signed=build.signature(chain=[b"0\3\2\1\1"])),
            "c2pa.signature: DER: the data end within a value",
        ),
        (
            build.manifest(more=(build.superbox(b"json", "a.b", build.box(b"json", b"{no")),)),
            "a.b: JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
    ],
)
def test_a_fault_costs_its_box(data: bytes, error: str) -> None:
    (directory,) = read(build.store(data))
    assert directory.errors == [error]
    assert described(directory)["Claim Generator"] == "Maker/1.0"


def test_a_store_that_is_cut_gives_what_there_is() -> None:
    found = read(WHOLE[:-300])
    assert described(found[0])["Claim Generator"] == "Maker/1.0"
    assert any("of which" in error for one in found for error in one.errors)


def riff(data: bytes) -> bytes:
    body = b"WEBPC2PA" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(data: bytes) -> bytes:
    return struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0xCD41, 7, len(data), 26, 0) + data


def heif(data: bytes) -> bytes:
    content = c2pa.UUID + bytes(4) + b"manifest\0" + bytes(8) + data
    return build.box(b"ftyp", b"heic\0\0\0\0mif1heic") + build.box(b"uuid", content)


CONTAINERS = {
    "jpeg": lambda data: jpeg(*((0xEB, segment) for segment in build.segments(data, 500))),
    "jpeg, out of order": lambda data: jpeg(*((0xEB, one) for one in reversed(build.segments(data, 500)))),
    "png": lambda data: png((b"caBX", data)),
    "webp": riff,
    "tiff": tiff,
    "heif": heif,
    "mp4": lambda data: heif(data).replace(b"heic\0\0\0\0mif1heic", b"mp42\0\0\0\0mp42isom"),
    "jpeg xl": lambda data: build.box(b"JXL ", b"\r\n\x87\n") + build.box(b"ftyp", b"jxl \0\0\0\0jxl ") + data,
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container(container: str) -> None:
    wanted = described(read(WHOLE)[0])
    assert wanted in [described(one) for one in read_metadata(CONTAINERS[container](WHOLE)) if one.name == "C2PA"]


def test_what_else_lies_in_app11_is_passed_over() -> None:
    assert not [one for one in read_metadata(jpeg((0xEB, b"HDR_RI ver=12"))) if one.name == "C2PA"]


def test_many_manifests_are_bounded() -> None:
    found = read(build.store(*(build.manifest(f"urn:{number}") for number in range(70))))
    assert len(found) == 65
    assert described(found[0])["Manifest"] == "urn:6"
    assert found[-1].errors == ["70 manifests, of which the last 64 are told of"]


VALUES = [
    0,
    23,
    24,
    255,
    256,
    65_536,
    1 << 32,
    -1,
    -500,
    1.5,
    True,
    False,
    None,
    b"ab",
    "zażółć",
    [],
    [1, [2]],
    {"a": {1: b""}},
]


@pytest.mark.parametrize("value", VALUES)
def test_cbor(value: Any) -> None:
    assert cbor.decode(build.cbor(value)) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x9f\1\2\xff", [1, 2]),
        (b"\xbf\x61a\1\xff", {"a": 1}),
        (b"\x7f\x61a\x61b\xff", "ab"),
        (b"\x5f\x41a\x41b\xff", b"ab"),
        (b"\xf9\x3c\0", 1.0),
        (b"\xfa\x3f\x80\0\0", 1.0),
        (b"\xc1\x01", cbor.Tagged(1, 1)),
        (b"\xa1\x80\1", {"[]": 1}),
        (b"\x62\xff\xfe", "\\xff\\xfe"),
    ],
)
def test_cbor_of_other_forms(data: bytes, value: Any) -> None:
    assert cbor.decode(data) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1c", b"\xff", b"\x81" * 40 + b"\1", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\1", b"\x3f", b"\x81\xff"],
)
def test_cbor_that_is_none(data: bytes) -> None:
    with pytest.raises(MetadataError):
        cbor.decode(data)


@given(st.binary(max_size=200))
def test_nothing_else_is_raised(data: bytes) -> None:
    for reading in (cbor.decode, der.certificate, der.time_of_stamp, lambda content: jumbf.read(content, [])):
        try:
            reading(data)
        except MetadataError:
            continue


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(c2pa.read, data)


@pytest.mark.parametrize("form", ["gif", "wav", "avi"])
def test_in_gif_and_riff(form: str) -> None:
    blocks = b"".join(bytes((len(part),)) + part for part in (WHOLE[at : at + 255] for at in range(0, len(WHOLE), 255)))
    file = {
        "gif": GIF[:-1] + b"!\xff\x0bC2PA_GIF\1\0\0" + blocks + b"\0;",
        "wav": build_riff.riff(b"WAVE", build_riff.chunk(b"C2PA", WHOLE)),
        "avi": build_riff.riff(b"AVI ", build_riff.chunk(b"C2PA", WHOLE)),
    }[form]
    found = [one for one in read_metadata(file) if one.name == "C2PA"]
    assert [one.values for one in found] == [one.values for one in c2pa.read(Reader.over(WHOLE))]
    assert found[0].values
