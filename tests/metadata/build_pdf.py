"""PDF files for tests: objects by number, with a table of either form."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

Objects = Mapping[int, bytes]


def stream(content: bytes, words: bytes = b"", *, packed: bool = False) -> bytes:
    if packed:
        content, words = zlib.compress(content), words + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (words, len(content), content)


def pdf(
    objects: Objects, trailer: bytes = b"/Root 1 0 R/Info 2 0 R", *, before: bytes = b"", head: bytes = b"%PDF-1.7\n"
) -> bytes:
    """One revision; with `before`, a file to which it is added."""
    out = bytearray(before or head)
    places = _write(out, objects)
    previous = before.rpartition(b"startxref\n")[2].split()[0] if before else b""
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<</Size %d%s%s>>\n" % (max(objects) + 1, trailer, b"/Prev " + previous if previous else b"")
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % table


def pdf_of_streams(objects: Objects, inside: Objects, *, predictor: int = 12) -> bytes:
    """All of PDF 1.5: `inside` are objects of an object stream, and the table is a stream with a predictor."""
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    holder, table = max({*objects, *inside}) + 1, max({*objects, *inside}) + 2
    pairs, content = [], b""
    for number, data in inside.items():
        pairs.append(b"%d %d" % (number, len(content)))
        content += data + b" "
    first = b" ".join(pairs) + b" "
    held = stream(first + content, b"/Type/ObjStm/N %d/First %d" % (len(inside), len(first)), packed=True)
    places = _write(out, {**objects, holder: held})
    rows = {0: (0, 0, 255), table: (1, len(out), 0)}
    rows |= {number: (1, place, 0) for number, place in places.items()}
    rows |= {number: (2, holder, index) for index, number in enumerate(inside)}
    plain = [
        bytes((kind,)) + place.to_bytes(4, "big") + bytes((last,))
        for kind, place, last in (rows.get(n, (0, 0, 0)) for n in range(table + 1))
    ]
    words = b"/Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Info 2 0 R" % (table + 1)
    if predictor > 1:
        words += b"/DecodeParms<</Predictor %d/Columns 6>>" % predictor
        above, filtered = bytes(6), b""
        for row in plain:
            filtered += b"\2" + bytes((one - other) & 255 for one, other in zip(row, above, strict=True))
            above = row
    else:
        filtered = b"".join(plain)
    place = len(out)
    out += b"%d 0 obj\n" % table + stream(filtered, words, packed=True) + b"\nendobj\n"
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % place


def _write(out: bytearray, objects: Objects) -> dict[int, int]:
    places = {}
    for number, data in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    return places


CATALOGUE = b"<</Type/Catalog/Pages 3 0 R/Metadata 5 0 R/Lang(en-GB)>>"
PAGES = b"<</Type/Pages/Count 2/Kids[4 0 R]/MediaBox[0 0 612 792.5]>>"
PAGE = b"<</Type/Page/Parent 3 0 R>>"
INFORMATION = (
    b"<</Title(A \\(title\\))/Author<FEFF0141>/Producer(lib 1.0)/CreationDate(D:20240229123059+01'00')/Company(ACME)>>"
)
