"""XMP packets for tests."""

from __future__ import annotations

from hashlib import md5
from struct import pack

PREAMBLE = b"http://ns.adobe.com/xap/1.0/\0"
NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:my="urn:my/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
    'xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/"'
)


def rdf(content: str) -> bytes:
    """A packet around the content of rdf:RDF."""
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>{content}</rdf:RDF></x:xmpmeta>'.encode()


def packet(properties: str, attributes: str = "") -> bytes:
    """A packet around the property elements of one rdf:Description."""
    return rdf(f'<rdf:Description rdf:about="" {attributes}>{properties}</rdf:Description>')


def extended(packet: bytes, part: int) -> tuple[str, list[bytes]]:
    """The name of an extended packet, and its JPEG segments of `part` bytes each."""
    name = md5(packet).hexdigest().upper()  # noqa: S324  # the format's own choice
    head = b"http://ns.adobe.com/xmp/extension/\0" + name.encode()
    starts = range(0, len(packet), part)
    return name, [head + pack(">II", len(packet), start) + packet[start : start + part] for start in starts]
