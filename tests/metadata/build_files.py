"""One file for every format and every kind of makernote, as rich as the builders make it: what is damaged and fuzzed.

Sound files of a format's own test are richer; these are what all of them have in common.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from struct import pack

from metadata_digger.metadata.blocks import exif_tables
from metadata_digger.metadata.blocks.makernotes import match
from metadata_digger.metadata.tags.iptc import IPTC as IPTC_TAGS

from . import build_header, build_heif, build_jpeg_2000, build_movie, build_webp
from .build_crw import CRW
from .build_icc import curve, description, localized, profile, xyz
from .build_iptc import UTF8, dataset, datasets
from .build_jpeg import ADOBE, DUCKY, JFIF, TABLE, frame, jpeg
from .build_jpeg_xl import SIGNATURE, box, codestream
from .build_note import build_photo
from .build_pdf import CATALOGUE, INFORMATION, PAGE, PAGES, pdf, pdf_of_streams, stream
from .build_photoshop import knot, resource
from .build_png import compressed, international, png, text
from .build_riff import chunk, chunks, riff
from .build_xmp import PREAMBLE, extended, packet
from .conftest import Ifd, build_tiff

# Values of every TIFF type that has a meaning to some tag: type, value.
SHAPES: tuple[tuple[int, object], ...] = (
    (1, 2),
    (1, (0, 255, 3, 4)),
    (2, b"2024:02:29 12:30:59\0"),
    (2, b"\xff\xfe\0"),
    (3, 1),
    (3, (0, 65535, 3)),
    (3, tuple(range(40))),
    (4, 0xFFFFFFFF),
    (4, (8, 70000)),
    (5, (1, 3)),
    (5, ((0, 0), (1, 0), (0xFFFFFFFF, 1))),
    (6, -1),
    (7, b"0230"),
    (7, bytes(range(64))),
    (8, (-32768, 1)),
    (9, -(2**31)),
    (10, (-1, 0)),
    (10, ((-(2**31), -1), (1, 3), (5, 2))),
    (11, float("nan")),
    (12, (float("inf"), -0.0, 1e308)),
)
MAKERS: tuple[tuple[bytes, bytes, bool, str], ...] = (
    # make, first bytes of the note, whether its offsets count from its own start, its byte order
    (b"OLYMPUS", b"OLYMP\0\1\0", False, "<"),
    (b"OLYMPUS", b"OLYMPUS\0II\3\0", True, "<"),
    (b"OM Digital", b"OM SYSTEM\0\0\0II", True, "<"),
    (b"Minolta", b"", False, "<"),
    (b"NIKON", b"Nikon\0\1\0", False, "<"),
    (b"NIKON", b"Nikon\0\2\x10\0\0II*\0\x08\0\0\0", True, "<"),
    (b"NIKON", b"", False, ">"),
    (b"SONY", b"SONY DSC \0\0\0", False, "<"),
    (b"Sony Ericsson", b"SEMC MS\0\0\0\0\0".ljust(20, b"\0"), False, ">"),
    (b"SIGMA", b"SIGMA\0\0\0\1\0", False, "<"),
    (b"Canon", b"", False, "<"),
    (b"CASIO", b"QVC\0\0\0", False, ">"),
    (b"CASIO", b"", False, ">"),
    (b"FUJIFILM", b"FUJIFILM\x0c\0\0\0", True, "<"),
    (b"KYOCERA", b"KYOCERA".ljust(22), False, "<"),
    (b"Leica", b"LEICA\0\1\0", True, "<"),
    (b"Leica Camera AG", b"LEICA\0\0\0", False, "<"),
    (b"Panasonic", b"Panasonic\0\0\0", False, "<"),
    (b"PENTAX", b"AOC\0MM", True, ">"),
    (b"PENTAX", b"", True, "<"),
    (b"SANYO", b"SANYO\0\1\0", True, "<"),
    (b"RICOH", b"Ricoh\0\0\0", True, ">"),
    (b"Apple", b"Apple iOS\0\0\1MM", True, ">"),
    (b"SAMSUNG", b"", False, "<"),
    (b"DJI", b"", False, "<"),
    (b"FLIR Systems", b"", False, "<"),
)
WORDS = (b"KDK INFO", b"\x01\xf1\x02\x03\x04", b"RECONYXUF\0", b"RECONYXH2\0", b"Nikon\0\3\0", b"Rv0103;")
MAKES = (b"KODAK", b"RECONYX", b"RECONYX", b"RECONYX", b"NIKON", b"RICOH")  # of those notes that are no IFD


def shaped(tags: Iterable[int], turn: int) -> Ifd:
    """Every tag with a value; with the `turn`s 0 to 19 every tag has every shape."""
    return dict(zip((tag for tag in tags if tag < 0xFFFF), islice(cycle(SHAPES), turn, None), strict=False))


def _all(tags: Iterable[int], turn: int, **pointers: Ifd) -> dict[int, object]:
    kept = {0x8769: "exif", 0x8825: "gps", 0xA005: "interop", 0x927C: "note", 0x014A: "sub"}
    return {**shaped((tag for tag in tags if tag not in kept), turn)} | {
        tag: pointers[name] for tag, name in kept.items() if name in pointers
    }


def tiff_of_shapes(turn: int, order: str = "<") -> bytes:
    """A TIFF whose five directories have every tag that has a name."""
    names = sorted(exif_tables.EXIF.names)
    gps = shaped(range(0x20), turn)
    exif = _all(names, turn, interop=shaped(range(1, 4), turn))
    return build_tiff(_all(names, turn, exif=exif, gps=gps), shaped(names, turn + 1), order=order)


def note_tags(make: bytes, head: bytes) -> tuple[list[int], dict[int, list[int]]]:
    """Tags of a maker's note, and those of the directories within it by the tag that points there."""
    row = match(make.decode(), head[:16] if head else b"\x12\0")
    if row is None or not (row.table or row.note):
        return [], {}
    if row.table:
        return sorted(row.table().names), {}
    note = row.note()  # type: ignore[misc]  # one of both is there
    split = {*note.parts, *note.arrays, *note.octets, *note.blocks}
    return sorted({tag for tag in (*note.table.names, *split) if 0 <= tag < 0x10000}), {
        tag: sorted(sub.table.names) for tag, (_, sub) in note.subs.items()
    }


def photo_of_shapes(maker: tuple[bytes, bytes, bool, str], turn: int) -> bytes:
    """A photograph whose note has every tag that its maker's table names."""
    make, head, relative, order = maker
    tags, subs = note_tags(make, head)
    ifd = {**shaped((tag for tag in tags if tag not in subs), turn)}
    ifd |= {tag: shaped(names, turn) for tag, names in subs.items()}
    return build_photo(make, ifd, head, relative=relative, order=order)


def notes(turn: int = 0) -> Iterator[tuple[str, bytes]]:
    for number, maker in enumerate(MAKERS):
        yield f"note-{number}-{maker[0].decode().split()[0].lower()}", photo_of_shapes(maker, turn)
    for number, (make, head) in enumerate(zip(MAKES, WORDS, strict=True)):
        content = head + bytes(range(1, 250)) * 3
        yield f"note-words-{number}", build_photo(make, content, relative=True)


TIFF = build_tiff(
    {
        0x010F: (2, b"Cam\0"),
        0x011A: (5, (72, 1)),
        0x0112: (3, 6),
        0x8769: {0x9003: (2, b"2024:02:29 12:30:59\0"), 0x9286: (7, b"UNICODE\0h\0i\0"), 0x829A: (5, (1, 100))},
        0x8825: {1: (2, b"N\0"), 2: (5, ((51, 1), (25, 1), (1, 2))), 7: (5, ((1, 1), (2, 1), (3, 1)))},
        0xC4A5: (7, b"PrintIM\x000300\0\0\2\0\1\0\0\0\0\0\2\1\0\0\0\0"),
    },
    {0x0201: (4, 8), 0x0202: (4, 100), 0x0103: (3, 6)},
)
ICC = profile(
    {
        b"rXYZ": xyz(0.4, 0.2, 0.1),
        b"rTRC": curve(1, 2, 3),
        b"desc": description("sRGB"),
        b"dmdd": localized(enUS="Screen", deDE="Schirm"),
        b"view": b"view\0\0\0\0" + bytes(28),
        b"meas": b"meas\0\0\0\0" + bytes(28),
        b"cprt": b"text\0\0\0\0mine\0",
        b"tech": b"sig \0\0\0\0CRT ",
    }
)
XMP = packet(
    "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>T</rdf:li></rdf:Alt></dc:title>"
    "<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"
    "<exif:Flash rdf:parseType='Resource'><exif:Fired>True</exif:Fired></exif:Flash>"
    "<my:a rdf:resource='urn:x' my:q='1'/><exif:ExposureTime>1/3</exif:ExposureTime>",
    'xmp:Rating="5" xmp:CreateDate="2024-02-29T12:30:59Z"',
)
IPTC = dataset(*UTF8) + datasets(
    *((tag, b"20240229" if tag % 2 else b"120000+0100") for tag in sorted(IPTC_TAGS) if tag != UTF8[0])
)
RESOURCES = b"".join(
    (
        resource(0x03ED, pack(">iHHiHH", 72 << 16, 1, 1, 72 << 16, 1, 1)),
        resource(0x0404, IPTC),
        resource(0x0406, pack(">hhh", 3, 1, 1) + b"\0"),
        resource(0x040C, pack(">6I2H", 1, 8, 4, 24, 96, 80, 24, 1) + jpeg((0xE0, JFIF), (0xC0, frame()))),
        resource(0x040F, ICC),
        resource(0x0422, TIFF),
        resource(0x0424, XMP),
        resource(0x07D0, pack(">hH22x", 0, 1) + knot(1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), b"Path"),
        *(resource(tag, pack(">IIII", 1, 2, 3, 4)) for tag in (0x0408, 0x040A, 0x0415, 0x041A, 0x0421, 0x0426, 0x0428)),
    )
)
_NAME, _PARTS = extended(packet("<my:long>" + "x" * 300 + "</my:long>"), 200)
JPEG = jpeg(
    (0xE0, JFIF),
    (0xE0, b"JFXX\0\x13\4\3" + bytes(36)),
    (0xE1, b"Exif\0\0" + TIFF),
    (0xE1, PREAMBLE + packet("", f'xmpNote:HasExtendedXMP="{_NAME}"')),
    *((0xE1, part) for part in _PARTS),
    (0xE2, b"ICC_PROFILE\0\1\1" + ICC),
    (0xED, b"Photoshop 3.0\0" + RESOURCES),
    (0xEC, DUCKY),
    (0xEE, ADOBE),
    (0xFE, b"comment"),
    (0xC4, TABLE),
    (0xC0, frame()),
)
PNG = png(
    (b"iCCP", compressed("sRGB", ICC)),
    (b"cHRM", pack(">8I", *range(1, 9))),
    (b"gAMA", pack(">I", 45455)),
    (b"sRGB", b"\2"),
    (b"PLTE", bytes(30)),
    (b"tRNS", b"\0"),
    (b"bKGD", bytes(6)),
    (b"pHYs", pack(">IIB", 2835, 2835, 1)),
    (b"sBIT", b"\x08\x08\x08\x08"),
    (b"tIME", pack(">HBBBBB", 2024, 2, 29, 12, 30, 59)),
    (b"tEXt", text("Title", "A title")),
    (b"tEXt", text("Raw profile type iptc", "\niptc\n 8\n1c015a00031b2547\n")),
    (b"zTXt", compressed("Comment", b"text")),
    (b"iTXt", international("Author", "Someone", packed=True)),
    (b"iTXt", international("XML:com.adobe.xmp", XMP.decode())),
    (b"eXIf", TIFF),
)
_BITMAP = pack("<iihhIIiiII", 64, 48, 1, 24, 0, 0, 2835, 2835, 0, 0)
BMP = b"BM" + pack("<IHHI", 200 + len(ICC), 0, 0, 138) + pack("<I", 124) + _BITMAP
BMP += pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF << 24) + b"DEBM" + bytes(48) + pack("<IIII", 4, 124, len(ICC), 0) + ICC


def _sub_blocks(data: bytes) -> bytes:
    parts = (data[start : start + 255] for start in range(0, len(data), 255))
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


GIF = b"GIF89a" + pack("<HHBBB", 64, 48, 0xF0, 1, 49) + bytes(6) + b"".join(
    (
        b"!\xff\x0bNETSCAPE2.0" + _sub_blocks(b"\1\3\0"),
        b"!\xff\x0bXMP DataXMP" + XMP + b"\1" + bytes(range(255, -1, -1)) + b"\0",
        b"!\xff\x0bICCRGBG1012" + _sub_blocks(ICC),
        b"!\xff\x0bMGK8BIM0000" + _sub_blocks(IPTC),
        b"!\xfe" + _sub_blocks(b"comment"),
        b"!\xf9\x04\x05\x0a\0\1\0",
        b"," + pack("<HHHHB", 0, 0, 64, 48, 0x81) + bytes(12) + b"\2" + _sub_blocks(bytes(20)),
        b";",
    )
)  # fmt: skip
ICO = pack("<3H", 0, 1, 2) + 2 * (
    pack("<4BHHII", 16, 16, 0, 0, 1, 32, 64, 38) + pack("<4BHHII", 0, 0, 2, 0, 3, 4, 9, 8)
)
PCX = pack("<4B6H", 10, 5, 1, 8, 0, 0, 639, 479, 300, 300) + bytes(49) + pack("<B4H", 3, 640, 1, 640, 480) + bytes(54)
PSD = b"8BPS" + pack(">H6xHIIHH", 1, 3, 48, 64, 8, 3) + pack(">I", 0) + pack(">I", len(RESOURCES)) + RESOURCES


def _hexadecimal(data: bytes, end: bytes) -> bytes:
    text = data.hex().upper().encode()
    return b"".join(b"%% %s\n" % text[start : start + 64] for start in range(0, len(text), 64)) + end + b"\n"


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"".join(
    (
        b"%%Title: (a title)\r\n%%+ goes on\n%%BoundingBox: 0 0 10 20\n%%CreationDate: today\n",
        b'%ImageData: 10 20 8 3 1 10 7 "beginimage"\n',
        b"%BeginPhotoshop: 99\n" + _hexadecimal(RESOURCES[:400], b"%EndPhotoshop"),
        b"%%BeginICCProfile: (p) 1\n" + _hexadecimal(ICC, b"%%EndICCProfile"),
        b'%begin_xml_packet: 9\n<?xpacket begin=""?>' + XMP + b'<?xpacket end="w"?>\n%end_xml_packet\n',
        b"%%EndComments\n/a {} def\n",
    )
)
EPS_DOS = b"\xc5\xd0\xd3\xc6" + pack("<6IH", 30 + len(TIFF), len(EPS), 0, 0, 30, len(TIFF), 0xFFFF) + TIFF + EPS
RAF = b"FUJIFILMCCD-RAW 0201FF389501".ljust(84, b"\0") + pack(">II", 108, len(JPEG)) + bytes(16) + JPEG
HEIF = build_heif.picture(
    [(b"hvc1", bytes(9)), (b"Exif", build_heif.exif_item(TIFF)), (b"mime", XMP)],
    build_heif.properties(
        build_heif.colour(b"prof", ICC), build_heif.size(64, 48), build_heif.rotation(3), build_heif.depth(8, 8, 8)
    ),
)
JPEG_2000 = build_jpeg_2000.jp2(
    build_jpeg_2000.header(64, 48, build_jpeg_2000.enumerated(16), build_jpeg_2000.box(b"colr", b"\2\0\0" + ICC)),
    build_jpeg_2000.uuid(build_jpeg_2000.PART_2, TIFF),
    build_jpeg_2000.box(b"xml ", XMP),
    build_jpeg_2000.box(b"jp2c", build_jpeg_2000.codestream((1, b"Writer 1.0"), (0, b"\1\2"))),
)
SVG = (
    b'<?xml version="1.0"?>\n<!-- Generator: a program 1.0 -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><title>A title</title><metadata>'
    + XMP
    + b"</metadata><g><path d='M0 0'/><title>of a part</title></g></svg>"
)
WEBP = build_webp.webp(
    (b"VP8X", build_webp.extended(64, 48, 0x2C)),
    (b"ICCP", ICC),
    (b"VP8 ", build_webp.lossy(64, 48)),
    (b"VP8L", build_webp.lossless(64, 48)),
    (b"EXIF", TIFF),
    (b"XMP ", XMP),
)


def _movie(brand: bytes, *more: bytes) -> bytes:
    box, track = build_movie.box, build_movie.track
    return build_movie.file_type(brand, brand) + box(
        b"moov",
        build_movie.movie_header(),
        track(b"vide", box(b"vmhd", bytes(12)), build_movie.video(), build_movie.times((300, 20))),
        track(b"soun", box(b"smhd", bytes(8)), build_movie.sound(), build_movie.times((9, 1), (1, 2))),
        track(b"hint", box(b"hmhd", bytes(20))),
        track(b"text", build_movie.description(b"text", bytes(52))),
        track(b"sbtl", build_movie.description(b"tx3g", bytes(40))),
        track(b"tmcd", build_movie.description(b"tmcd", bytes(22))),
        track(b"musi", build_movie.description(b"musi", bytes(4))),
        box(b"udta", box(b"\xa9xyz", pack(">HH", 18, 0), b"+51.4170-000.0810/"), box(b"XMP_", XMP)),
        box(
            b"meta",
            build_movie.handler(b"mdta"),
            box(b"keys", pack(">II", 0, 1), pack(">I4s", 32, b"mdta") + b"com.apple.quicktime.make"),
            box(b"ilst", box(pack(">I", 1), box(b"data", pack(">II", 1, 0), b"Apple"))),
        ),
        box(
            b"udta", box(b"meta", build_movie.handler(b"mdir"), box(b"ilst", box(b"\xa9nam", box(b"data", bytes(12)))))
        ),
        *more,
    )


MP4 = _movie(b"mp42") + b"".join(
    build_movie.box(b"uuid", bytes.fromhex(uuid), content)
    for uuid, content in (
        ("be7acfcb97a942e89c71999491e3afac", XMP),
        ("0537cdab9d0c4431a72afa561f2a113e", TIFF),
        ("33c7a4d2b81d4723a0baf1a3e097ad38", IPTC),
        ("2c4c0100850440b9a03e562148d6dfeb", RESOURCES),
    )
)
CR3 = _movie(
    b"crx ",
    build_movie.box(
        b"uuid",
        bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"),
        *(build_movie.box(b"CMT%d" % number, TIFF) for number in (1, 2, 3, 4)),
    ),
)
AVI = riff(
    b"AVI ",
    chunks(
        b"hdrl",
        chunk(b"avih", pack("<14I", 40_000, 0, 0, 0, 100, 0, 2, 0, 640, 480, 0, 0, 0, 0)),
        chunks(b"strl", chunk(b"strh", b"vidsMJPG" + pack("<10I", 0, 0, 0, 1, 25, 0, 100, 0, 0, 0))),
        chunks(b"strl", chunk(b"strh", b"auds\0\0\0\0" + pack("<10I", 0, 0, 0, 1, 44_100, 0, 100, 0, 0, 0))),
    ),
    chunk(b"IDIT", b"Thu Feb 29 12:30:59 2024\n\0"),
)
WAV = riff(
    b"WAVE",
    chunk(b"fmt ", pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)),
    chunks(b"INFO", chunk(b"INAM", b"Title\0"), chunk(b"IART", b"Artist\0")),
    chunk(b"data", bytes(64)),
)
MP3 = b"\xff\xfb\x90\x44" + bytes(60)
RW2 = build_tiff(
    {
        0x0001: (7, b"0310"),
        0x0013: (7, pack("<7h", 2, 1, 300, 301, 3, 302, 303)),
        0x0119: (7, bytes(32)),
        0x002E: (7, JPEG),
    }
)

# By file name; the part before the first "-" is the module of `formats`.
FILES: dict[str, bytes] = {
    "jpeg": JPEG,
    "jpeg-short": jpeg((0xE1, b"Exif\0\0" + TIFF), (0xC0, frame())),
    "png": PNG,
    "png-apng": png(
        (b"acTL", bytes(8)), (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 4\n45786966\n"))
    ),
    "tiff": build_tiff({0x010F: (2, b"Cam\0"), 0x02BC: (1, tuple(XMP)), 0x83BB: (7, IPTC), 0x8649: (7, RESOURCES)})
    + bytes(4),
    "tiff-exif": TIFF,
    "tiff-big": build_tiff({0x010F: (2, b"Cam\0"), 0x8769: {0x829A: (5, (1, 100))}}, order=">"),
    "tiff-icc": build_tiff({0x8773: (7, ICC), 0x014A: [{0x0100: (3, 1)}, {0x0101: (4, 2)}]}),
    "tiff-orf": b"IIRO" + TIFF[4:],
    "tiff-cr2": b"II\x2a\0\x10\0\0\0CR\2\0" + bytes(4) + build_tiff({0x0100: (3, 64), 0x0112: (3, 6)})[8:],
    "tiff-rw2": b"II\x55\0" + RW2[4:],
    "tiff-shapes": tiff_of_shapes(0),
    "gif": GIF,
    "bmp": BMP,
    "bmp-array": b"BA" + pack("<IIHH", 40, 0, 8, 8) + BMP,
    "ico": ICO,
    "pcx": PCX,
    "psd": PSD,
    "eps": EPS,
    "eps-dos": EPS_DOS,
    "raf": RAF,
    "crw": CRW,
    "jpeg_xl": codestream((1, 1), (5, 24), (3, 3), (1, 1)) + bytes(8),
    "jpeg_xl-boxes": SIGNATURE
    + box(b"jxlc", codestream((1, 1), (5, 24), (3, 3), (1, 1)) + bytes(8))
    + box(b"Exif", bytes(4) + TIFF)
    + box(b"xml ", packet("")),
    "jpeg_2000": JPEG_2000,
    "jpeg_2000-stream": build_jpeg_2000.codestream((1, b"Writer 1.0")),
    "netpbm": b"P6\n# a comment\n4 2\n255\n" + bytes(24),
    "netpbm-pam": b"P7\nWIDTH 4\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" + bytes(24),
    "svg": SVG,
    "svg-other": b"<svg viewBox='0 0 4 2'><metadata><a b='c'>d</a></metadata></svg>",
    "pdf": pdf({1: CATALOGUE, 2: INFORMATION, 3: PAGES, 4: PAGE, 5: stream(XMP, packed=True)}),
    "pdf-streams": pdf_of_streams({5: stream(XMP)}, {1: CATALOGUE, 2: INFORMATION, 3: PAGES, 4: PAGE}),
    "sidecar": XMP,
    "sidecar-xml": b"<?xml version='1.0'?><NonRealTimeMeta><Device serialNo='12'/></NonRealTimeMeta>",
    **{f"header-{name}": data for name, data in build_header.FILES.items()},
    "heif": HEIF,
    "webp": WEBP,
    "mp4": MP4,
    "quicktime": _movie(b"qt  "),
    "cr3": CR3,
    "avi": AVI,
    "wav": WAV,
    "mp3": MP3,
    **{f"tiff-{name}": data for name, data in notes()},
}
