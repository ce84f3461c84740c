"""DER (ITU-T X.690), as much of it as certificates (RFC 5280) and time stamps (RFC 3161) are read with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed, Truncated

INTEGER, OCTETS, OID, UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x17, 0x18, 0x30, 0x31
_NAMES = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O", b"\x55\x04\x0b": "OU", b"\x55\x04\x06": "C"}
_TST_INFO = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"  # id-ct-TSTInfo
_MEMBERS = 512


class Certificate(NamedTuple):
    subject: dict[str, str]  # CN, O, OU, C, as far as they are there
    issuer: dict[str, str]
    serial: str  # hexadecimal
    begins: datetime | None  # UTC
    ends: datetime | None


def members(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the values that stand one behind the other. Raises MetadataError."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data) and len(found) < _MEMBERS:
        if at + 2 > len(data):
            raise Truncated("DER: the data end within a value")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or at + size > len(data):
                raise Malformed("DER: a length that cannot be")
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if length > len(data) - at:
            raise Truncated("DER: the data end within a value")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def certificate(data: bytes) -> Certificate:
    """Raises MetadataError."""
    (outer, *_) = members(data) or [(0, b"")]
    (body, *_) = members(outer[1]) or [(0, b"")]
    fields = members(body[1])
    if fields and fields[0][0] == 0xA0:  # the version
        fields = fields[1:]
    if outer[0] != SEQUENCE or body[0] != SEQUENCE or len(fields) < 5:
        raise Malformed("DER: no certificate")
    times = [moment(tag, text) for tag, text in members(fields[3][1])]
    begins, ends = [*times, None, None][:2]
    return Certificate(_name(fields[4][1]), _name(fields[2][1]), fields[0][1].hex().upper(), begins, ends)


def time_of_stamp(data: bytes) -> datetime | None:
    """When a time-stamping authority says that it stamped, in UTC; None where the token does not tell."""
    at = data.find(_TST_INFO)
    if at < 0:
        return None
    content = data[at + len(_TST_INFO) :]
    # [0] { OCTET STRING { SEQUENCE { version, policy, imprint, serial, genTime, ... } } }
    for _ in range(3):
        found = _first(content)
        if found is None:
            return None
        content = found
    for tag, text in members(content):
        if tag == GENERALIZED_TIME:
            return moment(tag, text)
    return None


def moment(tag: int, text: bytes) -> datetime | None:
    """UTCTime or GeneralizedTime (X.680, 46 and 47) with a Z; a fraction is left out."""
    digits = text.decode("ascii", "replace").removesuffix("Z").partition(".")[0]
    if tag == UTC_TIME:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _first(data: bytes) -> bytes | None:
    """The content of the first value; what stands behind it may be cut off."""
    if len(data) < 2:
        return None
    length, at = data[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(data[2:at], "big")
    return data[at : at + length]


def _name(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, part in members(data):
        for _, pair in members(part):
            values = members(pair)
            if len(values) == 2 and (word := _NAMES.get(values[0][1])) is not None:
                tag, text = values[1]
                charset = "utf-16-be" if tag == 0x1E else "utf-8"  # BMPString
                found.setdefault(word, text.decode(charset, "backslashreplace"))
    return found
