"""C2PA manifest stores (C2PA Technical Specification 2.2): what a file's makers claim of it, read as data.

A store is JUMBF: manifests, of which the last is the active one, each with assertions, a claim in CBOR that names the
generator, and the claim's signature, a COSE_Sign1 (RFC 9052) that carries the signer's certificates. Nothing is
verified here, and nothing is fetched: with a certificate that he made himself anybody is as much a "signer" as a
newspaper is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from metadata_digger.metadata.blocks import cbor, der, jumbf
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.c2pa import ALGORITHMS, C2PA

NAME = "C2PA"
UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # of the box in ISO base media files
IDENTIFIER = b"JP"  # of a JPEG's APP11 segments (ISO/IEC 19566-5, annex D)
(
    _MANIFEST, _ACTIVE, _GENERATOR, _INFO, _TITLE, _FORMAT, _INSTANCE, _ACTIONS, _SOURCE_TYPE, _AGENT, _WHEN,
    _INGREDIENTS, _AUTHOR, _ASSERTIONS, _SIGNER, _ISSUER, _SERIAL, _BEGINS, _ENDS, _ALGORITHM, _STAMP, _REDACTED,
) = C2PA  # fmt: skip
_STORE, _CLAIM, _ASSERTION_STORE, _SIGNATURE = b"c2pa", b"c2cl", b"c2as", b"c2cs"
_MANIFESTS = (b"c2ma", b"c2um", b"c2cm")  # standard, update and compressed ones
_MOST = 64  # manifests that are told of: each save with each program adds one
_LISTED = 200  # members of one value
_LONGEST = 4_096  # characters of one text
_PURPOSE = b"manifest\0"

TABLE = TagTable(C2PA)


def read(reader: Reader) -> Iterator[Directory]:
    """One directory a manifest, in the order of the store. Faults are the errors of the directory that has them."""
    errors: list[str] = []
    found: list[jumbf.Box] = []
    try:
        for store in jumbf.read(reader.bytes(0, reader.size), errors):
            if store.kind == _STORE:
                found += [box for box in store.boxes if box.kind in _MANIFESTS]
    except MetadataError as error:
        errors.append(str(error))
    for number, box in enumerate(found[-_MOST:], max(len(found) - _MOST, 0) + 1):
        directory = Directory(NAME, TABLE)
        directory.values |= {_MANIFEST: box.label, _ACTIVE: "true" if number == len(found) else "false"}
        _manifest(box, directory)
        yield directory
    if len(found) > _MOST:
        errors.append(f"{len(found)} manifests, of which the last {_MOST} are told of")
    if errors:
        yield Directory(NAME, TABLE, errors=errors)


def read_uuid(reader: Reader) -> Iterator[Directory]:
    """What stands behind the UUID in a box: version and flags, the purpose, where further data may be, the store."""
    head = reader.bytes(0, min(4 + len(_PURPOSE), reader.size))
    if head[4:] != _PURPOSE:  # Merkle trees, for parts of films
        return iter(())
    start = len(head) + 8
    return read(reader.within(start, reader.size - start))


def joined(segments: Iterable[bytes]) -> list[bytes]:
    """The JUMBF boxes of a JPEG's APP11 segments: each begins with the number of its box and that of the packet, and
    repeats the box's header."""
    boxes: dict[bytes, list[tuple[int, bytes]]] = {}
    for segment in segments:
        if segment.startswith(IDENTIFIER) and len(segment) > 16:
            boxes.setdefault(segment[2:4], []).append((int.from_bytes(segment[4:8], "big"), segment[8:]))
    found = []
    for packets in boxes.values():
        packets.sort(key=lambda packet: packet[0])
        header = 16 if packets[0][1][:4] == b"\0\0\0\1" else 8  # with a length of 64 bits
        found.append(packets[0][1] + b"".join(data[header:] for _, data in packets[1:]))
    return found


def _manifest(box: jumbf.Box, directory: Directory) -> None:
    assertions = box.child(_ASSERTION_STORE)
    parts = ((box.child(_CLAIM), _claim), (assertions, _assertions), (box.child(_SIGNATURE), _signature))
    for part, take in parts:
        if part is not None:
            try:
                take(part, directory)
            except MetadataError as error:
                directory.errors.append(f"{part.label}: {error}")


def _claim(box: jumbf.Box, directory: Directory) -> None:
    claim = _map(cbor.decode(box.first(b"cbor") or b""))
    infos = [_map(one) for one in _list(claim.get("claim_generator_info"))]
    told = [" ".join(filter(None, (_text(one.get("name")), _text(one.get("version"))))) for one in infos]
    _set(directory, _GENERATOR, [claim.get("claim_generator")] if claim.get("claim_generator") else told)
    _set(directory, _INFO, told)
    _set(directory, _TITLE, [claim.get("dc:title")])
    _set(directory, _FORMAT, [claim.get("dc:format")])
    _set(directory, _INSTANCE, [claim.get("instanceID")])
    _set(directory, _REDACTED, _list(claim.get("redacted_assertions")))


def _assertions(box: jumbf.Box, directory: Directory) -> None:
    _set(directory, _ASSERTIONS, [one.label for one in box.boxes])
    actions: list[dict[Any, Any]] = []
    ingredients: list[str] = []
    authors: list[Any] = []
    for one in box.boxes:
        try:
            content = _content(one)
        except MetadataError as error:
            directory.errors.append(f"{one.label}: {error}")
            continue
        if one.label.startswith("c2pa.actions"):
            actions += [_map(action) for action in _list(content.get("actions"))]
        elif one.label.startswith("c2pa.ingredient"):
            ingredients.append(_ingredient(content))
        elif one.label.startswith("stds.schema-org.CreativeWork"):
            authors += [_map(author).get("name") for author in _list(content.get("author"))]
    _set(directory, _ACTIONS, [action.get("action") for action in actions])
    _set(directory, _SOURCE_TYPE, [action.get("digitalSourceType") for action in actions])
    _set(directory, _AGENT, [_agent(action.get("softwareAgent")) for action in actions])
    _set(directory, _WHEN, [_time(action.get("when")) for action in actions])
    _set(directory, _INGREDIENTS, ingredients)
    _set(directory, _AUTHOR, authors)


def _content(box: jumbf.Box) -> dict[Any, Any]:
    """Of an assertion in CBOR or JSON; pictures and other files have none."""
    data = box.first(b"cbor")
    if data is not None:
        return _map(cbor.decode(data))
    text = box.first(b"json")
    if text is None:
        return {}
    try:
        return _map(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"JSON: {error}") from error


def _ingredient(content: dict[Any, Any]) -> str:
    words = (_text(content.get("dc:title")), _text(content.get("dc:format")), _text(content.get("relationship")))
    return ", ".join(filter(None, words))


def _agent(value: Any) -> str | None:
    """Its name; since version 2 of actions with its version."""
    if isinstance(value, dict):
        return " ".join(filter(None, (_text(value.get("name")), _text(value.get("version"))))) or None
    return _text(value)


def _time(value: Any) -> str | None:
    return _text(value.value if isinstance(value, cbor.Tagged) else value)


def _signature(box: jumbf.Box, directory: Directory) -> None:
    """COSE_Sign1: protected header, unprotected header, payload, signature."""
    message = cbor.decode(box.first(b"cbor") or b"")
    parts = _list(message.value if isinstance(message, cbor.Tagged) else message)
    if len(parts) != 4 or not isinstance(parts[0], bytes):
        raise Malformed("no COSE_Sign1")
    protected = _map(cbor.decode(parts[0])) if parts[0] else {}
    headers = _map(parts[1]) | protected
    algorithm = headers.get(1)
    if isinstance(algorithm, int):
        directory.values[_ALGORITHM] = ALGORITHMS.get(algorithm, f"Unknown ({algorithm})")
    _stamps(headers, directory)
    chain = headers.get(33, headers.get("x5chain"))  # a label of RFC 9360, before it was registered a word
    certificates = [one for one in _list(chain if isinstance(chain, list) else [chain]) if isinstance(one, bytes)]
    if certificates:
        signer = der.certificate(certificates[0])
        _set(directory, _SIGNER, [_named(signer.subject)])
        _set(directory, _ISSUER, [_named(signer.issuer)])
        directory.values[_SERIAL] = signer.serial
        for tag, moment in ((_BEGINS, signer.begins), (_ENDS, signer.ends)):
            if moment is not None:
                directory.values[tag] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _stamps(headers: dict[Any, Any], directory: Directory) -> None:
    tokens = [token for name in ("sigTst", "sigTst2") for token in _list(_map(headers.get(name)).get("tstTokens"))]
    values = (_map(token).get("val") for token in tokens)
    moments = (der.time_of_stamp(value) for value in values if isinstance(value, bytes))
    _set(directory, _STAMP, [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments if moment is not None])


def _named(name: dict[str, str]) -> str:
    return ", ".join(dict.fromkeys(name[part] for part in ("CN", "O") if part in name))


def _set(directory: Directory, tag: int, values: Sequence[Any]) -> None:
    """Texts without those that are none or come again, one behind the other."""
    texts = list(dict.fromkeys(text for value in values if (text := _text(value))))
    if texts:
        directory.values[tag] = "; ".join(texts[:_LISTED])
        if len(texts) > _LISTED:
            directory.errors.append(f"{C2PA[tag]}: the first {_LISTED} of {len(texts)}")


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}..."
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _map(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    """Some writers leave the list out around its only member."""
    return value if isinstance(value, list) else [] if value is None else [value]
