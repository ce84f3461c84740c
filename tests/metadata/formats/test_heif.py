from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import heif
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import MemorySource, Reader

from ..build_heif import (
    NONE,
    box,
    colour,
    depth,
    exif_item,
    file_type,
    item,
    items,
    locations,
    meta,
    picture,
    properties,
    rotation,
    size,
)
from ..build_icc import curve, profile
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, named

TIFF = build_tiff({0x010F: (2, b"Cam\0"), 0x8825: {1: (2, b"N\0")}}, order=">")
EXIF = (b"Exif", exif_item(TIFF))
IMAGE = (b"hvc1", b"\0\0\0\5coded")
ICC = profile({b"rTRC": curve(1, 2, 3)})
SHOWN = properties(colour(b"prof", ICC), size(512, 384), size(64, 48), rotation(3), depth(8, 8, 8))
WHOLE = picture([IMAGE, EXIF, (b"mime", b"<x/>")], SHOWN, before=box(b"free", bytes(9)))
FOUND = ["HEIF", "HEIF", "ICC Profile", "Exif IFD0", "GPS"]


def read(data: bytes) -> list[Directory]:
    return list(heif.read(Reader.over(data)))


def test_file_type() -> None:
    (directory,) = read(file_type(b"avif", b"avif", b"mif1", b"\xff1  "))
    assert described(directory) == {
        "Major Brand": "avif",
        "Minor Version": "0",
        "Compatible Brands": "avif mif1 \ufffd1  ",
    }
    assert directory.errors == []


def test_file_type_without_mif1() -> None:
    (directory,) = read(file_type(b"heic", *[b"heic"] * 17))
    assert described(directory)["Compatible Brands"] == "[17 values]"
    assert directory.errors == ["File Type Box does not contain required brand, mif1"]


@pytest.mark.parametrize(
    ("boxes", "shown"),
    [
        ((size(4032, 3024), size(320, 240)), {"Width": "4032 pixels", "Height": "3024 pixels"}),
        ((size(0xFFFFFFFF, 0),), {"Width": "4294967295 pixels", "Height": "0 pixels"}),
        ((rotation(0),), {"Rotation": "0 degrees"}),
        ((rotation(0xFF), rotation(1)), {"Rotation": "270 degrees"}),
        ((depth(10, 10, 10), depth(8)), {"Bits Per Channel": "10 10 10"}),
        ((depth(),), {"Bits Per Channel": ""}),
        ((colour(b"nclx", bytes(7)), box(b"auxC", NONE, b"urn:a\0"), box(b"hvcC", bytes(30))), {}),
        ((box(b"ispe", NONE, b"\0\0"), size(1, 2)), {"Width": "1 pixels", "Height": "2 pixels"}),
        ((box(b"pixi", NONE, b"\3\x08"), rotation(1)), {"Rotation": "90 degrees"}),
        ((box(b"irot"),), {}),
    ],
)
def test_properties(boxes: tuple[bytes, ...], shown: dict[str, str]) -> None:
    first, second = read(file_type() + meta(properties(*boxes)))
    assert (first.name, second.name) == ("HEIF", "HEIF")
    assert described(second) == shown


@pytest.mark.parametrize("kind", [b"prof", b"rICC"])
def test_profile(kind: bytes) -> None:
    directories = read(file_type() + meta(properties(colour(kind, ICC), colour(kind, ICC))))
    assert named(directories) == ["HEIF", "HEIF", "ICC Profile", "ICC Profile"]
    assert described(directories[2])["Tag Count"] == "1"


def test_a_handler_of_something_else() -> None:
    directories = read(file_type() + meta(SHOWN, kind=b"vide"))
    assert named(directories) == ["HEIF"]
    assert "Width" not in described(directories[0])


@pytest.mark.parametrize(
    "data",
    [
        picture([IMAGE, EXIF], SHOWN),
        picture([EXIF, IMAGE], SHOWN),
        picture([IMAGE, EXIF], SHOWN, wide=True),
        picture([IMAGE, EXIF], SHOWN, version=0),
        picture([IMAGE, EXIF], SHOWN, version=2),
        picture([IMAGE, EXIF], SHOWN, base=16),
        picture([IMAGE, EXIF], SHOWN, first=True),
        picture([IMAGE, EXIF], SHOWN, first=True, wide=True),
        picture([IMAGE, EXIF], SHOWN, before=box(b"uuid", bytes(20)), first=True),
        picture([IMAGE, (b"Exif", exif_item(TIFF, b"Exif\0\0"))], SHOWN),
        picture([IMAGE, (b"mime", b"<x:xmpmeta/>"), EXIF], SHOWN) + box(b"mdat", bytes(99)),
    ],
)
def test_exif(data: bytes) -> None:
    directories = read(data)
    assert named(directories) == FOUND
    assert described(directories[3])["Make"] == "Cam"
    assert not any(one.errors for one in directories)


def test_exif_twice_when_something_else_came_before_meta() -> None:
    """The reference then begins anew to find the picture data, and does not know that it has read it already."""
    assert named(read(picture([IMAGE, EXIF], SHOWN, before=box(b"free")))) == [*FOUND, "Exif IFD0", "GPS"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0\0\0",
        exif_item(TIFF)[:3] + b"\xff" + TIFF,  # an offset beyond the item
    ],
)
def test_exif_item_that_is_none(payload: bytes) -> None:
    assert named(read(picture([IMAGE, (b"Exif", payload)], SHOWN))) == FOUND[:3]


def test_exif_beyond_the_end() -> None:
    assert named(read(picture([IMAGE, EXIF], SHOWN)[:-1])) == FOUND[:3]


def test_items_of_all_versions() -> None:
    start = len(file_type())
    for version, kind in ((0, b""), (1, b""), (2, b"Exif"), (3, b"Exif")):
        head = meta(items(item(7, b"Exif", version), version=version & 1), locations((7, 0, 0)))
        place = start + len(head) + 8
        head = meta(items(item(7, b"Exif", version), version=version & 1), locations((7, place, len(EXIF[1]))))
        found = named(read(file_type() + head + box(b"mdat", EXIF[1])))
        assert ("Exif IFD0" in found) == bool(kind)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file_type() + pack(">I4s", 7, b"free"), "Box 'free' is stated to be shorter than its header"),
        (
            file_type() + meta(items(pack(">I4s", 7, b"infe"))),
            "Entry of box 'iinf' is stated to have 7 bytes",
        ),
        (file_type() + pack(">I4s", 0x80000000, b"hdlr"), "Box 'hdlr' is stated to have 2147483648 bytes"),
        (file_type(b"heic", *[b"heic"] * 10_000), "More than 10000 brands"),
        (file_type() + meta(*[colour(b"prof", b"")] * 300), "More than 256 directories"),
        (file_type() + meta(box(b"pitm", bytes(9 << 20))), "More than 8 MiB of metadata"),
    ],
)
def test_sizes_that_cannot_be(data: bytes, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", ["HEIF"]),
        (file_type()[:-1], ["HEIF"]),
        (box(b"ftyp", b"heic"), ["HEIF"]),
        (box(b"ftyp", b"heic", NONE, b"mif1h"), ["HEIF"]),
        (file_type() + meta()[:-3], ["HEIF"]),
        (file_type() + meta(box(b"iinf", b"\0\0")) + box(b"mdat", bytes(20)), ["HEIF", "HEIF"]),
        (file_type() + meta(box(b"iloc", bytes((0, 0, 0, 0, 0x33, 0, 0, 9)))), ["HEIF", "HEIF"]),
        (file_type() + box(b"mdat", bytes(99))[:-9], ["HEIF"]),
        (file_type() + b"\0\0\0\0mdat" + bytes(99), ["HEIF"]),
    ],
)
def test_what_ends_early(data: bytes, names: list[str]) -> None:
    assert named(read(data)) == names


def test_boxes_in_boxes_have_a_limit() -> None:
    data = size(1, 2)
    for _ in range(2000):
        data = box(b"iprp", data)
    assert named(read(file_type() + meta(data))) == ["HEIF", "HEIF"]


def test_many_boxes_and_extents_end() -> None:
    assert named(read(file_type() + box(b"free") * 50_000)) == ["HEIF"]
    empty = box(b"iloc", NONE, b"\0\0", pack(">H", 5000), pack(">HHH", 1, 0, 0xFFFF) * 5000)
    assert named(read(file_type() + meta(empty))) == ["HEIF", "HEIF"]


def test_picture_data_is_not_read() -> None:
    asked = []

    class Counting(MemorySource):
        def read_at(self, offset: int, length: int) -> bytes:
            asked.append(length)
            return super().read_at(offset, length)

    for first in (False, True):
        source = Counting(picture([(b"hvc1", bytes(5_000_000)), EXIF], SHOWN, first=first))
        assert named(heif.read(Reader(source, 0, source.size))) == FOUND
    assert sum(asked) < 5000


def test_files() -> None:
    directories = read_metadata(WHOLE)
    assert named(directories[:5]) == FOUND
    assert described(directories[-1])["Detected File Type Name"] == "HEIF"
    assert named(read_metadata(file_type(b"avif", b"mif1") + meta())) == ["HEIF", "HEIF", "File Type"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(heif.read, data)


@given(st.lists(st.tuples(st.sampled_from(sorted({*heif._FILE, *heif._PICTURE})), st.binary(max_size=40)), max_size=6))
def test_any_boxes(boxes: list[tuple[bytes, bytes]]) -> None:
    made = [box(kind, data) for kind, data in boxes]
    consume(heif.read, file_type() + meta(*made))
    consume(heif.read, b"".join(made))
