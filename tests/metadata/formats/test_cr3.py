from __future__ import annotations

from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import cr3
from metadata_digger.metadata.source import Reader

from ..build_movie import box, file_type, movie_header, track, video
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, leaves, named

CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
BLOCKS = (
    box(b"CNCV", b"CanonCR3_001/00.09.00/00.00.00"),
    box(b"CMT1", build_tiff({0x0100: (4, 6000), 0x010F: (2, b"Canon\0")})),
    box(b"CMT2", build_tiff({0x829A: (5, (1, 60))})),
    box(b"CMT3", build_tiff({0x0006: (2, b"Canon EOS M50\0")})),
    box(b"CMT4", build_tiff({0x0001: (2, b"N\0")})),
)
WHOLE = b"".join(
    (
        file_type(b"crx ", b"crx "),
        box(b"moov", box(b"uuid", CANON, *BLOCKS), movie_header(), track(b"vide", video(b"CRAW"))),
        box(b"uuid", XMP, packet("<dc:title>T</dc:title>")),
        box(b"uuid", PREVIEW, bytes(40)),
        box(b"mdat", bytes(40)),
    )
)


def test_whole() -> None:
    directories = read_metadata(WHOLE)
    assert named(directories) == [
        "QuickTime",
        "Exif IFD0",
        "Exif SubIFD",
        "Canon Makernote",
        "GPS",
        "QuickTime Video",
        "XMP",
        "File Type",
    ]
    assert described(directories[1]) == {"Image Width": "6000 pixels", "Make": "Canon"}
    assert described(directories[2]) == {"Exposure Time": "1/60 sec"}
    assert described(directories[3]) == {"Image Type": "Canon EOS M50"}
    assert described(directories[4]) == {"GPS Latitude Ref": "N"}
    assert described(directories[5])["Width"] == "640 pixels"
    assert leaves(directories[6])["dc:title[1]"] == "T"


def test_faults() -> None:
    directory, other = cr3.read(Reader.over(box(b"uuid", XMP[:8])))
    assert (directory.errors, other.name) == ([], "UUID")
    directories = list(cr3.read(Reader.over(box(b"uuid", CANON, box(b"CMT1", b"no TIFF")))))
    assert named(directories) == ["QuickTime", "Error"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(cr3.read, data)
