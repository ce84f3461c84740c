"""C2PA manifest stores for tests: CBOR, JUMBF and a certificate that nobody signed."""

from __future__ import annotations

import struct
from typing import Any

_TAIL = bytes.fromhex("00110010800000aa00389b71")  # of the UUIDs of all types of boxes


def cbor(value: Any) -> bytes:
    """RFC 8949, section 3, in the shortest form."""
    if isinstance(value, bool) or value is None:
        return {True: b"\xf5", False: b"\xf4", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, tuple):  # (tag, value)
        return _head(6, value[0]) + cbor(value[1])
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    for short, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if count < 1 << 8 * size:
            return bytes([major << 5 | short]) + count.to_bytes(size, "big")
    raise ValueError(count)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def superbox(kind: bytes, label: str, *content: bytes) -> bytes:
    described = kind + _TAIL + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", described) + b"".join(content))


def der(tag: int, *content: bytes) -> bytes:
    data = b"".join(content)
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([len(data)]) if len(data) < 128 else bytes([0x80 | len(size)]) + size) + data


def name(common: str, organisation: str) -> bytes:
    parts = ((b"\x55\x04\x03", common), (b"\x55\x04\x0a", organisation))
    return der(0x30, *(der(0x31, der(0x30, der(6, oid), der(0x0C, text.encode()))) for oid, text in parts))


def certificate(signer: str = "Ann", organisation: str = "Paper") -> bytes:
    validity = der(0x30, der(0x17, b"200102030405Z"), der(0x18, b"20520102030405Z"))
    algorithm = der(0x30, der(6, b"\x2a\x86\x48\xce\x3d\x04\x03\x02"))
    body = (der(0xA0, der(2, b"\2")), der(2, b"\x0a\xbc"), algorithm, name("Root", "Trust"), validity)
    return der(0x30, der(0x30, *body, name(signer, organisation), der(0x30)), algorithm, der(3, b"\0"))


def stamp(moment: bytes = b"20250607080910Z") -> bytes:
    """A time stamp's token, as far as its TSTInfo."""
    info = der(0x30, der(2, b"\1"), der(6, b"\x2a"), der(0x30), der(2, b"\7"), der(0x18, moment))
    kind = bytes.fromhex("2a864886f70d0109100104")
    return der(0x30, der(6, b"\x2a\x86\x48"), der(0xA0, der(0x30, der(6, kind), der(0xA0, der(4, info)))))


def signature(*, stamped: bool = True, chain: Any = None, protected: bool = True) -> bytes:
    """A COSE_Sign1 of nothing."""
    header = {1: -7} | ({33: chain or [certificate()]} if protected else {})
    free: dict[Any, Any] = {} if protected else {"x5chain": chain or certificate()}
    if stamped:
        free["sigTst"] = {"tstTokens": [{"val": stamp()}]}
    return cbor((18, [cbor(header), free, None, bytes(64)]))


CLAIM = {"claim_generator": "Maker/1.0", "dc:title": "t.jpg", "dc:format": "image/jpeg", "instanceID": "xmp:iid:1"}
ACTIONS = {
    "actions": [
        {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/x/trainedAlgorithmicMedia"},
        {
            "action": "c2pa.edited",
            "softwareAgent": {"name": "Editor", "version": "2"},
            "when": (0, "2025-01-02T03:04:05Z"),
        },
    ]
}
INGREDIENT = {"dc:title": "old.jpg", "dc:format": "image/jpeg", "relationship": "parentOf"}


def manifest(
    label: str = "urn:uuid:1",
    claim: Any = CLAIM,
    actions: Any = ACTIONS,
    signed: bytes | None = None,
    more: tuple[bytes, ...] = (),
) -> bytes:
    assertions = (
        superbox(b"cbor", "c2pa.actions", box(b"cbor", cbor(actions))),
        superbox(b"cbor", "c2pa.ingredient", box(b"cbor", cbor(INGREDIENT))),
        superbox(b"json", "stds.schema-org.CreativeWork", box(b"json", b'{"author": [{"name": "Bea"}]}')),
        *more,
    )
    return superbox(
        b"c2ma",
        label,
        superbox(b"c2as", "c2pa.assertions", *assertions),
        superbox(b"c2cl", "c2pa.claim", box(b"cbor", cbor(claim))),
        superbox(b"c2cs", "c2pa.signature", box(b"cbor", signature() if signed is None else signed)),
    )


def store(*manifests: bytes) -> bytes:
    return superbox(b"c2pa", "c2pa", *(manifests or (manifest(),)))


def segments(data: bytes, size: int = 60_000) -> list[bytes]:
    """The contents of APP11 segments; each repeats the first eight bytes of the box."""
    pieces = [data[8:][at : at + size] for at in range(0, len(data) - 8, size)]
    return [b"JP\0\1" + struct.pack(">I", number) + data[:8] + piece for number, piece in enumerate(pieces, 1)]
