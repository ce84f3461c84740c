from __future__ import annotations

import zlib
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import heif
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import MemorySource, Reader

from .. import build_movie
from ..build_heif import (
    NONE,
    RDF,
    box,
    colour,
    depth,
    exif_item,
    file_type,
    item,
    items,
    locations,
    meta,
    mirroring,
    picture,
    places,
    primary,
    properties,
    rotation,
    size,
)
from ..build_icc import curve, profile
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, leaves, named

TIFF = build_tiff({0x010F: (2, b"Cam\0"), 0x8825: {1: (2, b"N\0")}}, order=">")
EXIF = (b"Exif", exif_item(TIFF))
XMP = packet("<dc:title>T</dc:title>")
IMAGE = (b"hvc1", b"\0\0\0\5coded")
ICC = profile({b"rTRC": curve(1, 2, 3)})
SHOWN = properties(colour(b"prof", ICC), size(512, 384), size(64, 48), rotation(3), depth(8, 8, 8))
WHOLE = picture([IMAGE, EXIF, (b"mime", XMP)], SHOWN, before=box(b"free", bytes(9)))
FOUND = ["HEIF", "HEIF", "ICC Profile", "Exif IFD0", "GPS"]


def read(data: bytes) -> list[Directory]:
    return list(heif.read(Reader.over(data)))


def test_file_type() -> None:
    (directory,) = read(file_type(b"avif", b"avif", b"mif1", b"\xff1  "))
    assert described(directory) == {
        "Major Brand": "avif",
        "Minor Version": "0",
        "Compatible Brands": "avif mif1 ÿ1  ",
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
        ((mirroring(0),), {"Mirroring": "Top and bottom exchanged"}),
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
        picture([IMAGE, EXIF], SHOWN, before=box(b"free", bytes(20)), first=True),
        picture([IMAGE, EXIF], SHOWN, before=box(b"free")),
        picture([IMAGE, (b"Exif", exif_item(TIFF, b"Exif\0\0"))], SHOWN),
        picture([IMAGE, EXIF], SHOWN) + box(b"mdat", bytes(99)),
    ],
)
def test_exif(data: bytes) -> None:
    directories = read(data)
    assert named(directories) == FOUND
    assert described(directories[3])["Make"] == "Cam"
    assert not any(one.errors for one in directories)


@pytest.mark.parametrize(
    ("payload", "stated", "start"),
    [
        (TIFF, 0x4D4D002E, 0),  # without the four bytes
        (b"\0\0\0\xff" + TIFF, 259, 4),
        (bytes(4) + b"Exif\0\0" + TIFF, 4, 10),
        (exif_item(b"\xff\xe1" + pack(">H", len(TIFF) + 8) + b"Exif\0\0" + TIFF), 4, 14),
        (b"\xff\xe1" + pack(">H", len(TIFF) + 8) + b"Exif\0\0" + TIFF, 0xFFE10000 + len(TIFF) + 12, 10),
        (b"Exif\0\0" + TIFF, 0x4578696A, 6),
    ],
)
def test_exif_whose_header_is_elsewhere(payload: bytes, stated: int, start: int) -> None:
    directories = read(picture([IMAGE, (b"Exif", payload)], SHOWN))
    assert named(directories) == FOUND
    assert described(directories[3])["Make"] == "Cam"
    assert directories[1].errors == [f"The Exif item says that its TIFF header is at {stated}, and it is at {start}"]


@pytest.mark.parametrize("payload", [b"\0\0\0", b"\0\0\0\0nothing of the kind", exif_item(b"II*")])
def test_exif_item_that_is_none(payload: bytes) -> None:
    directories = read(picture([IMAGE, (b"Exif", payload), EXIF], SHOWN))
    assert named(directories) == FOUND
    assert directories[1].errors == ["The Exif item has no TIFF header"]


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        (item(1, b"mime", 2, RDF), XMP),
        (item(1, b"mime", 3, RDF), XMP),
        (item(1, b"", 1, RDF), XMP),
        (item(1, b"mime", 2, b"Application/RDF+xml "), XMP),
        (item(1, b"mime", 2, RDF, b"deflate"), zlib.compress(XMP)),
    ],
)
def test_xmp(entry: bytes, data: bytes) -> None:
    start = len(file_type() + meta(items(entry), places((1, 0, [(0, 0)])))) + 8
    head = file_type() + meta(items(entry), places((1, 0, [(start, len(data))])))
    directories = read(head + box(b"mdat", data))
    assert named(directories) == ["HEIF", "HEIF", "XMP"]
    assert leaves(directories[2])["dc:title[1]"] == "T"
    assert directories[1].errors == []


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (item(1, b"mime", 2, RDF, b"br"), "The encoding of an XMP item is unknown: br"),
        (item(2, b"mime", 2, RDF), "Item 2 has no place"),
        (item(1, b"mime", 2, b"text/plain"), None),
    ],
)
def test_xmp_that_is_not_read(entry: bytes, error: str | None) -> None:
    directories = read(file_type() + meta(items(entry), places((1, 0, [(0, 4)]))))
    assert named(directories) == ["HEIF", "HEIF"]
    assert directories[1].errors == [error] * (error is not None)


def joined(*parts: tuple[int, int], version: int = 1, sizes: bytes = b"\x44\x00", method: int = 1) -> bytes:
    """A file whose Exif item is these parts (offset, length) of the box "idat"."""
    data = box(b"idat", b"ab", EXIF[1][:30], b"cd", EXIF[1][30:])
    return file_type() + meta(
        items(item(7, b"Exif")), places((7, method, list(parts)), version=version, sizes=sizes), data
    )


REST = len(EXIF[1]) - 30


@pytest.mark.parametrize(
    "data",
    [
        joined((2, 30), (34, REST)),
        joined((2, 30), (34, REST), version=2),
        joined((2, 30), (34, REST), sizes=b"\x48\x00"),
        joined((2, 30), (34, REST), sizes=b"\x84\x40"),
        joined((2, 30), (34, 0)),  # all that follows
        joined((0, 2, 30), (0, 34, REST), sizes=b"\x44\x04"),
    ],
)
def test_extents_in_the_box_of_data(data: bytes) -> None:
    directories = read(data)
    assert named(directories) == ["HEIF", "HEIF", "Exif IFD0", "GPS"]
    assert directories[1].errors == []


def test_an_item_in_an_item() -> None:
    """Construction method 2: the extents count in other items, which the references "iloc" name."""
    data = box(b"idat", b"abc", EXIF[1])
    references = box(b"iref", NONE, box(b"dimg", pack(">HHH", 9, 1, 5)), box(b"iloc", pack(">HHHH", 7, 2, 4, 5)))
    where = places(
        (7, 2, [(2, 0, len(EXIF[1]))]), (4, 1, [(0, 0, 1)]), (5, 1, [(0, 3, len(EXIF[1]))]), sizes=b"\x44\x04"
    )
    found = read(file_type() + meta(items(item(7, b"Exif")), where, references, data))
    assert named(found) == ["HEIF", "HEIF", "Exif IFD0", "GPS"]
    for sources in (pack(">HHH", 7, 1, 4), pack(">HHHH", 7, 2, 4, 7)):  # too few, and itself
        references = box(b"iref", NONE, box(b"iloc", sources))
        found = read(file_type() + meta(items(item(7, b"Exif")), where, references, data))
        assert found[1].errors == ["An item of metadata lies in an item that is not there"]


@pytest.mark.parametrize(
    ("where", "data", "error"),
    [
        (places((7, 3, [(0, 9)])), b"", "An item of metadata has the construction method 3, and nothing to it"),
        (places((7, 1, [(0, 9)])), b"", "An item of metadata has the construction method 1, and nothing to it"),
        (places((7, 1, [(9, 1)])), box(b"idat", b"a"), "An item of metadata lies beyond the end of the file"),
        (places((7, 1, [])), b"", "An item of metadata has the construction method 1, and nothing to it"),
        (
            box(b"iloc", b"\1\0\0\0\x44\0" + pack(">HHHHHII", 1, 7, 0, 1, 1, 0, 9)),
            b"",
            "An item of metadata lies in another file",
        ),
    ],
)
def test_an_item_that_is_nowhere(where: bytes, data: bytes, error: str) -> None:
    directories = read(file_type() + meta(items(item(7, b"Exif")), where, data))
    assert named(directories) == ["HEIF", "HEIF"]
    assert directories[1].errors == [error]


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("wide", [False, True])
def test_the_primary_item_counts(version: int, wide: bool) -> None:
    """A photograph of an iPhone: tiles of 512 by 512 pixels come first, and then what they make together."""
    shown = properties(
        size(512, 512), rotation(1), depth(8), size(4032, 3024), depth(10), mirroring(1),
        owned={1: [1, 2, 3], 2: [4, 5, 6, 99, 0]}, wide=wide,
    )  # fmt: skip
    directory = read(file_type() + meta(primary(2, version), shown))[1]
    assert described(directory) == {
        "Width": "4032 pixels",
        "Height": "3024 pixels",
        "Bits Per Channel": "10",
        "Mirroring": "Left and right exchanged",
    }
    assert directory.errors == []


def test_a_file_that_is_cut_short_says_so() -> None:
    whole = picture([EXIF, (b"hvc1", bytes(90)), (b"hvc1", bytes(90))], SHOWN)
    assert not read(whole)[1].errors
    for missing, items_ in ((1, 1), (91, 2), (181 + len(EXIF[1]) - 8, 3)):
        directories = read(whole[:-missing])
        assert directories[1].errors[:2] == [
            f"Box 'mdat' is stated to reach {missing} bytes beyond the end",
            f"The file is cut short: {items_} of 3 items are not whole",
        ]
        assert ("Exif IFD0" in named(directories)) == (items_ < 3)
    assert named(read(picture([IMAGE, EXIF], SHOWN)[:-1])) == FOUND  # as much of the Exif item as there is


@pytest.mark.parametrize("kind", [b"moov", b"mpvd"])
def test_movies(kind: bytes) -> None:
    """The movie of an image sequence, and that of a motion photo, which is a whole MP4."""
    film = build_movie.movie_header()
    inner = film if kind == b"moov" else build_movie.file_type() + build_movie.box(b"moov", film)
    directories = read(picture([IMAGE], SHOWN) + box(kind, inner))
    assert "MP4" in named(directories)
    assert described(directories[named(directories).index("MP4")])["Duration"] == "90000"


def test_boxes_of_somebody_else() -> None:
    directories = read(file_type() + meta(SHOWN) + box(b"uuid", bytes(range(16)), b"data"))
    assert named(directories) == [*FOUND[:3], "UUID"]
    assert described(directories[3])["UUID"] == "00010203-0405-0607-0809-0a0b0c0d0e0f"


def test_what_was_found_stands_when_there_is_too_much() -> None:
    """256 directories: the profiles take all of them, and the Exif item none."""
    shown = properties(*[colour(b"prof", b"12345")] * 253, size(64, 48))
    with pytest.raises(Malformed, match="More than 256 directories"):
        read(picture([EXIF], shown))
    found = named(read_metadata(picture([EXIF], shown)))
    assert (len(found), found[255]) == (257, "Exif IFD0")


def test_items_of_all_versions() -> None:
    start = len(file_type())
    for version, kind in ((0, b""), (1, b""), (2, b"Exif"), (3, b"Exif")):
        head = meta(items(item(7, b"Exif", version), version=version & 1), locations((7, 0, 0)))
        place = start + len(head) + 8
        head = meta(items(item(7, b"Exif", version), version=version & 1), locations((7, place, len(EXIF[1]))))
        found = named(read(file_type() + head + box(b"mdat", EXIF[1])))
        assert ("Exif IFD0" in found) == bool(kind)


BOUND = "Box 'free' is stated to reach 64 bytes beyond the end"


@pytest.mark.parametrize(
    ("data", "names", "message"),
    [
        (file_type() + pack(">I4s", 7, b"free"), 1, "Box 'free' is stated to be shorter than its header"),
        (file_type() + pack(">I4s", 72, b"free"), 1, BOUND),
        (file_type() + pack(">I4sQ", 1, b"free", 80), 1, BOUND),
        (file_type() + meta(items(pack(">I4s", 7, b"infe")), size(1, 1)), 2, "Entry of box 'iinf' is stated to have 7"),
        (file_type(b"heic", *[b"heic"] * 10_001), 1, "Box 'ftyp': More than 10000 brands"),
        (file_type() + meta(properties(*[colour(b"prof", b"12345")] * 300)), 256, "More than 256 directories"),
        (file_type() + meta(box(b"pitm", bytes(9 << 20)), SHOWN), 3, "Box 'pitm': left out, more than 8 MiB of"),
        (file_type() + meta(box(b"iinf", b"\0\0"), SHOWN), 3, "Box 'iinf': 2 bytes at 4 asked for"),
        (file_type() + meta(box(b"iloc", bytes((0, 0, 0, 0, 0x33, 0, 0, 9)))), 2, "Sizes in box 'iloc' have to be 0"),
        (file_type() + meta(box(b"iloc", bytes((3, 0, 0, 0, 0x44, 0, 0, 9)))), 2, "Box 'iloc' has the unknown version"),
        (file_type()[:-1], 1, "Box 'ftyp' is stated to reach 1 bytes beyond the end"),
        (box(b"ftyp", b"heic"), 1, "End of data reached."),
        (file_type() + b"\0\0\0\1free", 1, "Box 'free' is stated to be shorter than its header"),
        (file_type() + b"abc", 1, "End of data reached."),
    ],
)
def test_a_fault_costs_the_box_that_has_it(data: bytes, names: int, message: str) -> None:
    directories = read(data)
    assert len(directories) == names
    assert message in "\n".join(error for one in directories for error in one.errors)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", ["HEIF"]),
        (box(b"ftyp", b"heic", NONE, b"mif1h"), ["HEIF"]),
        (file_type() + meta()[:-3], ["HEIF", "HEIF"]),
        (file_type() + box(b"mdat", bytes(99))[:-9], ["HEIF"]),
        (file_type() + b"\0\0\0\0mdat" + bytes(99), ["HEIF"]),
        (file_type() + bytes(5), ["HEIF"]),
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


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted({*heif._FILE, *heif._METADATA, *heif._PROPERTY_BOXES, *heif._SAID})),
            st.binary(max_size=40),
        ),
        max_size=6,
    )
)
def test_any_boxes(boxes: list[tuple[bytes, bytes]]) -> None:
    made = [box(kind, data) for kind, data in boxes]
    consume(heif.read, file_type() + meta(*made, properties(*made)))
    consume(heif.read, b"".join(made))
