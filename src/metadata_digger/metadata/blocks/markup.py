"""Documents of markup (XML 1.0), told by their first element: drawings and metadata, in any of XML's encodings."""

from __future__ import annotations

import re

from metadata_digger.metadata.tags.file_types import ROOTS, SVG, XML, XMP, FileType

HEAD = 8 << 10  # bytes that are looked at: Illustrator declares entities of 2 KiB before its first element
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
          (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))  # fmt: skip
_WIDE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
# What may stand before the first element: each part begins with another letter, so nothing is tried twice.
_FIRST = re.compile(
    rb"(?:\s|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*"
    rb"<(?:[\w.-]{1,40}:)?([A-Za-z_][\w.-]{0,40})[\s/>]"
)
_RDF = re.compile(rb"<(?:[\w.-]{1,20}:)?RDF[\s>]")
_PACKET = b"<?xpacket begin"
_GZIP = b"\x1f\x8b\x08"


def _unpacked(head: bytes) -> bytes:
    """The first bytes of a compressed document, none where it is no such thing."""
    import zlib

    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD).removeprefix(_GZIP)
    except zlib.error:
        return b""


def may_be(head: bytes) -> bool:
    """Whether more than these bytes have to be looked at."""
    if head.startswith(_GZIP):
        return True
    return head[:1] in (b"<", b"\xef", b"\xff", b"\xfe", b"\0", b" ", b"\t", b"\r", b"\n") and (
        head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")
    )


def kind(head: bytes) -> FileType | None:
    """The type of a document by its first bytes, None where it is none, or of a kind that has no pictures."""
    if head.startswith(_GZIP):
        found = kind(_unpacked(head))
        return found if found is SVG else None
    if not may_be(head):
        return None
    for mark, encoding in (*_MARKS, *_WIDE):
        if head.startswith(mark):
            marked = head[len(mark) :] if mark in (one for one, _ in _MARKS) else head
            head = marked.decode(encoding, "ignore").encode()
            break
    head = head.strip(b"\0")
    match = _FIRST.match(head)
    if match is None:
        return XMP if _PACKET in head[:256] else None
    found = ROOTS.get(match[1])
    if found is XML and _RDF.search(head):
        return XMP
    return found or (XMP if _RDF.search(head[match.start(1) :][:1024]) and match[1] != b"html" else None)
