"""Headers of rarer pictures, each 64 by 48."""

from __future__ import annotations

from struct import pack

from .build_xmp import packet
from .conftest import build_tiff

TIFF = build_tiff({0x010F: (2, b"Cam\0")})


def _at(size: int, *parts: tuple[int, bytes]) -> bytes:
    out = bytearray(size)
    for place, data in parts:
        out[place : place + len(data)] = data
    return bytes(out)


def _attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
    return name + b"\0" + kind + b"\0" + pack("<I", len(value)) + value


def _parasite(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(name) + 1) + name + b"\0" + pack(">II", 1, len(data)) + data


def _property(kind: int, data: bytes) -> bytes:
    return pack(">II", kind, len(data)) + data


def _x3f() -> bytes:
    pairs = ("CAMSERIAL", "A123"), ("CAMMODEL", "SD"), ("TIME", "1709209859")
    text, entries = "", b""
    for pair in pairs:
        for word in pair:
            entries += pack("<I", len(text))
            text += word + "\0"
    properties = b"SECp" + pack("<5I", 0x20000, len(pairs), 0, 0, len(text)) + entries + text.encode("utf-16-le")
    head = b"FOVb" + pack("<I16sIIII", 0x20002, b"", 0, 64, 48, 0)
    place = len(head)
    directory = b"SECd" + pack("<II", 0x20000, 1) + pack("<II", place, len(properties)) + b"PROP"
    return head + properties + directory + pack("<I", place + len(properties))


_BLOCKS = (
    b"\1"
    + bytes((len(TIFF),))
    + TIFF
    + b"\3"
    + bytes((0x80 | len(packet("")) >> 7, len(packet("")) & 0x7F))
    + packet("")
)
_BPG_SIZE = bytes((0x80 | len(_BLOCKS) >> 7, len(_BLOCKS) & 0x7F))
_PAGE = b"FORM" + pack(">I", 22) + b"DJVUINFO" + pack(">IHHBBHBB", 10, 64, 48, 24, 0, 300, 22, 1)
_PRD = b"\0PRD" + pack(">I8sHHHHBBBBHH", 24, b"27820001", 50, 66, 48, 64, 12, 12, 89, 1, 1, 0)
_TTW = b"\0TTW" + pack(">I", len(TIFF)) + TIFF
FILES: dict[str, bytes] = {
    "dpx": _at(
        2048,
        (0, b"SDPX"),
        (772, pack(">II", 64, 48)),
        (803, b"\x0a"),
        (36, b"a.dpx"),
        (136, b"2024:02:29"),
        (160, b"prog"),
    ),
    "dpx-little": _at(2048, (0, b"XPDS"), (772, pack("<II", 64, 48)), (803, b"\x0a"), (460, b"\xff" * 200)),
    "exr": b"\x76\x2f\x31\x01\2\0\0\0"
    + _attribute(b"dataWindow", b"box2i", pack("<4i", -2, 1, 61, 48))
    + _attribute(b"owner", b"string", b"Me")
    + _attribute(b"camera", b"string", b"C1")
    + _attribute(b"aperture", b"float", pack("<f", 2.5))
    + b"\0",
    "hdr": b"#?RADIANCE\nrpict -t 30\nSOFTWARE=prog\nEXPOSURE=0.5\n\n-Y 48 +X 64\n\2\2",
    "flif": b"FLIF31\x3f\x2f",
    "bpg": b"BPG\xfb\x20\x08\x40\x30\0" + _BPG_SIZE + _BLOCKS,
    "xcf": b"gimp xcf file\0"
    + pack(">III", 64, 48, 0)
    + _property(21, _parasite(b"gimp-comment", b"by GIMP\0") + _parasite(b"exif-data", b"Exif\0\0" + TIFF))
    + _property(0, b""),
    "xcf-11": b"gimp xcf v011\0" + pack(">IIII", 64, 48, 0, 150) + _property(17, b"\1") + _property(0, b""),
    "miff": b"id=ImageMagick  version=1.0\ncolumns=64  rows=48  depth=8\n{a comment}\ntitle={A title}\n\x0c\n:\x1a\0\0",
    "djvu": b"AT&TFORM" + pack(">I", 26) + b"DJVU" + _PAGE[12:],
    "djvu-pages": b"AT&TFORM" + pack(">I", 60) + b"DJVMDIRM" + pack(">I", 3) + b"\1\2\3\0" + _PAGE,
    "pict": pack(">H4h", 0, 0, 0, 48, 64) + b"\0\x11\2\xff\x0c\0" + bytes(20),
    "pict-file": bytes(512) + pack(">H4h", 0, 0, 0, 48, 64) + b"\0\x11\2\xff\x0c\0" + bytes(20),
    "pcd": _at(
        4096, (0, b"\xff" * 32), (2048, b"PCD_IPI"), (2061, pack(">II", 1709209859, 0xFFFFFFFF)), (2070, b"SCAN 1")
    ),
    "mrc": _at(
        1024, (0, pack("<II", 64, 48)), (208, b"MAP DD\0\0"), (220, pack("<I", 1)), (224, b"by a program".ljust(80))
    ),
    "fpf": _at(
        892, (0, b"FPF Public Image Format\0"), (0x2C, pack("<HH", 64, 48)), (0x78, b"ThermaCAM"), (0xB8, b"S1")
    ),
    "x3f": _x3f(),
    "mrw": b"\0MRM" + pack(">I", len(_PRD + _TTW)) + _PRD + _TTW,
    "dv": b"\x1f\7\0\xbf" + bytes(80),
    "r3d": _at(256, (0, b"\0\0\4\x88RED2"), (0x4C, pack(">II", 64, 48))),
}
