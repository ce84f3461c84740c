from __future__ import annotations

import zlib
from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks import quicktime_media, quicktime_metadata
from metadata_digger.metadata.formats import quicktime
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.quicktime import ITEMS, KEYS

from ..build_jpeg import jpeg
from ..build_movie import (
    QUARTER,
    box,
    description,
    file_type,
    handler,
    large,
    media_header,
    movie_header,
    sound,
    times,
    track,
    track_header,
    video,
)
from ..build_xmp import packet
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, leaves, named

END = "End of data reached."
TIMECODE = description(b"tmcd", pack(">IIIIBB", 0, 0b0101, 600, 20, 30, 0))
TIMECODE_HEADER = box(b"tcmi", pack(">I3h2x6HB", 0, 1, 2, 12, *range(1, 7), 4), b"Mono")
SUBTITLE = description(b"tx3g", pack(">I6xq4xhbb3H", 0xE0000000, -1, 5, 2, 12, 1, 2, 3))
TEXT = description(b"text", pack(">Ii3Hq8xHH3x3HB", 0x50AA, -1, 1, 2, 3, 1 << 40, 7, 0x40, 4, 5, 6, 4) + b"Sans")


def keys(*names: str) -> bytes:
    entries = (pack(">I4s", len(name) + 8, b"mdta") + name.encode() for name in names)
    return box(b"keys", pack(">II", 0, len(names)), *entries)


def value(index: int, kind: int, content: bytes) -> bytes:
    return box(pack(">I", index), box(b"data", pack(">II", kind, 0), content))


def item(kind: bytes, content: bytes) -> bytes:
    return box(kind, box(b"data", pack(">II", 1, 0), content))


def metadata(kind: bytes, *boxes: bytes) -> bytes:
    return box(b"meta", handler(kind), *boxes)


DATED = jpeg((0xE1, b"Exif\0\0" + build_tiff({0x0132: (2, b"2024:02:29 12:30:59\0")})))
THUMBNAIL = box(b"CNTH", box(b"CNDA", DATED), bytes(8))
WHOLE = b"".join(
    (
        file_type(b"qt  ", b"qt  "),
        box(
            b"moov",
            movie_header(),
            track(b"vide", video(), times((300, 20))),
            track(b"soun", sound(), times((9, 1))),
            track(b"tmcd", box(b"gmhd", box(b"tmcd", TIMECODE_HEADER)), TIMECODE),
            track(b"text", TEXT),
            track(b"sbtl", SUBTITLE),
            track(b"musi", description(b"musi", bytes(4))),
            box(b"udta", THUMBNAIL, box(b"XMP_", packet("<dc:title>T</dc:title>")), bytes(4)),
            metadata(
                b"mdta",
                keys("com.apple.quicktime.make", "com.apple.quicktime.artwork"),
                box(b"ilst", value(1, 1, b"Apple"), value(2, 13, b"JPEG")),
            ),
            box(b"udta", metadata(b"mdir", box(b"ilst", item(b"\xa9nam", b"Title")))),
        ),
    )
)


@pytest.fixture(autouse=True)
def _sydney(sydney: None) -> None: ...


def read(data: bytes) -> list[Directory]:
    return list(quicktime.read(Reader.over(data)))


def test_whole() -> None:
    directories = read(WHOLE)
    assert named(directories) == [
        "QuickTime",
        "QuickTime Video",
        "QuickTime Sound",
        "QuickTime Timecode",
        "QuickTime Text",
        "QuickTime Subtitle",
        "QuickTime Music",
        "Exif IFD0",
        "XMP",
        "QuickTime Metadata",
        "QuickTime Metadata",
    ]
    assert [directory.errors for directory in directories] == [[]] * 11
    assert described(directories[0]) == {
        "Major Brand": "Apple QuickTime (.MOV/QT)",
        "Minor Version": "512",
        "Compatible Brands": "[Apple QuickTime (.MOV/QT)]",
        "Creation Time": "Fri May 31 21:33:20 +10:00 2024",
        "Modification Time": "Fri May 31 21:34:20 +10:00 2024",
        "Duration": "90000",
        "Media Time Scale": "600",
        "Duration in Seconds": "00:02:30",
        "Preferred Rate": "1.5",
        "Preferred Volume": "1.25",
        "Preview Time": str(0x01020304),
        "Preview Duration": str(0x05060708),
        "Poster Time": str(0x090A0B0C),
        "Selection Time": str(0x0D0E0F10),
        "Selection Duration": str(0x11121314),
        "Current Time": str(0x15161718),
        "Next Track ID": "3",
        "Rotation": "0",
        "Canon Thumbnail DateTime": "2024:02:29 12:30:59",
    }
    assert described(directories[7]) == {"Date/Time": "2024:02:29 12:30:59"}
    assert leaves(directories[8])["dc:title[1]"] == "T"
    assert described(directories[9]) == {"Make": "Apple", "Artwork": "(4 bytes)"}
    assert described(directories[10]) == {"Title": "Title"}


def test_tracks() -> None:
    found = {directory.name.removeprefix("QuickTime "): described(directory) for directory in read(WHOLE)[1:7]}
    for shown in found.values():
        assert shown.pop("Creation Time") == "Fri May 31 21:33:20 +10:00 2024"
        assert shown.pop("Modification Time") == "Fri May 31 21:34:20 +10:00 2024"
    assert found == {
        "Video": {
            "Vendor": "Apple",
            "Compression Type": "H.264",
            "Temporal Quality": "512",
            "Spatial Quality": "1023",
            "Width": "640 pixels",
            "Height": "480 pixels",
            "Compressor Name": "Coder",
            "Depth": "24-bit color",
            "Color Table": "None",
            "Horizontal Resolution": "72",
            "Vertical Resolution": "72.5",
            "Frame Rate": "30",
        },
        "Sound": {
            "Format": "MPEG-4, Advanced Audio Coding (AAC)",
            "Number of Channels": "2",
            "Sample Size": "16",
            "Sample Rate": "600",
        },
        "Timecode": {
            "Text Font": "1",
            "Text Face": "Italic",
            "Text Size": "12",
            "Text Color": "1 2 3",
            "Background Color": "4 5 6",
            "Font Name": "Mono",
            "Drop Frame": "true",
            "24 Hour Max": "false",
            "Negative Times OK": "true",
            "Counter": "false",
        },
        "Text": {
            "Auto Scale": "true",
            "Use Background Color": "true",
            "Scroll In": "true",
            "Scroll Out": "false",
            "Scroll Orientation": "Horizontal",
            "Scroll Direction": "Normal",
            "Continuous Scroll": "false",
            "Drop Shadow": "true",
            "Anti-aliasing": "false",
            "Display Text Background Color": "true",
            "Alignment": "Right",
            "Background Color": "1 2 3",
            "Default Text Box": "1099511627776",
            "Font Number": "7",
            "Font Face": "Extend",
            "Foreground Color": "4 5 6",
            "Font Name": "Sans",
        },
        "Subtitle": {
            "Vertical Placement": "true",
            "Some Samples Forced": "true",
            "All Samples Forced": "true",
            "Default Text Box": "-1",
            "Font Identifier": "5",
            "Font Face": "Italic",
            "Font Size": "12",
            "Foreground Color": "1 2 3",
        },
        "Music": {},
    }


def test_headers_of_media() -> None:
    data = track(b"vide", box(b"vmhd", pack(">I4H", 0, 0x100, 1, 2, 3)))
    assert described(read(data)[1])["Graphics Mode"] == "Straight alpha"
    data = track(b"soun", box(b"smhd", pack(">Ih2x", 0, -128)))
    assert described(read(data)[1])["Balance"] == "-0.5"


@pytest.mark.parametrize(
    ("table", "tag", "value", "shown"),
    [
        (quicktime_media.VIDEO_TABLE, 13, -1, "None"),
        (quicktime_media.VIDEO_TABLE, 9, 24, "24-bit color"),
        (quicktime_media.VIDEO_TABLE, 11, 9, "Unknown (9)"),
        (quicktime_media.TEXT_TABLE, 1, False, "false"),
        (quicktime_metadata.TABLE, 0x0502, b"a", "(1 byte)"),
        (quicktime_metadata.TABLE, 0x0502, "ab", "(2 bytes)"),
        (quicktime_metadata.TABLE, 0x0502, 1.5, None),
        (quicktime_metadata.TABLE, 0x0517, 1, "Real location"),
        (quicktime_metadata.TABLE, 0x0517, "2", "Fictional location"),
        (quicktime_metadata.TABLE, 0x0517, 3, "Unknown (3)"),
        (quicktime_metadata.TABLE, 0x0412, bytes(17), "(17 bytes)"),
    ],
)
def test_words(table: object, tag: int, value: object, shown: str | None) -> None:
    assert next(Directory("", table, {tag: value}).tags()).description == shown  # type: ignore[arg-type]  # a TagTable


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        (1, "Zürich".encode(), "Zürich"),
        (1, "Zürich".encode("latin-1"), "Zürich"),
        (2, "Zürich".encode("utf-16-be"), "Zürich"),
        (14, b"\1\2", "1 2"),
        (21, b"\xff\xff", "-1"),
        (22, b"\xff\xff\xff\xff", "4294967295"),
        (22, b"\xff", "255"),
        (22, bytes(9), "00 00 00 00 00 00 00 00 00"),
        (23, pack(">f", 1.5), "1.5"),
        (23, b"\1", "01"),
        (24, pack(">d", -2.25), "-2.25"),
        (24, b"\1", "01"),
        (30, pack(">2i", -1, 7) + b"\0", "-1 7"),
        (67, b"\xff\xff\xff\xfe", "-2"),
        (78, b"\xff" * 8, str(2**64 - 1)),
        (99, b"a", "61"),
        (99, bytes(65), "(65 bytes)"),
        (0, b"\0\x11", "17"),
        (0, b"", ""),
    ],
)
def test_values(kind: int, content: bytes, shown: str) -> None:
    data = metadata(b"mdta", keys("unknown", "com.apple.quicktime.genre"), box(b"ilst", value(2, kind, content)))
    assert described(read(data)[1]) == {"Genre": shown}


@pytest.mark.parametrize(
    ("boxes", "shown", "errors"),
    [
        ((keys("unknown"), box(b"ilst", value(1, 1, b"a"))), {"unknown": "a"}, []),
        ((keys("a", "com.android.version"), box(b"ilst", value(1, 1, b"1"), value(2, 1, b"14"))),
         {"a": "1", "Android Version": "14"}, []),
        ((box(b"ilst", box(b"data", bytes(8))),), {}, []),
        ((keys("com.apple.quicktime.year"), box(b"ilst", value(2, 1, b"a"))), {"\0\0\0\2": "a"}, []),
        ((keys("com.apple.quicktime.year"), box(b"ilst", value(1, 22, bytes(9)))), {"Year": "00" + " 00" * 8}, []),
        ((keys("a" * 200), box(b"ilst", value(1, 1, b"a"))), {},
         ["A key of 200 characters, or more than 200 unknown ones"]),
        ((box(b"keys", pack(">III", 0, 1, 7)),), {}, ["Key size too small: 7"]),
        ((box(b"keys", pack(">III", 0, 1, 9)),), {}, ["Keys are stated to be longer than their box"]),
        ((keys("com.apple.quicktime.location.ISO6709"), box(b"ilst", value(1, 1, b"+33.2126+120.3935/"))),
         {"ISO 6709": "+33.2126+120.3935/"}, []),
        ((keys("com.apple.quicktime.location.ISO6709"), box(b"ilst", value(1, 1, b"+93.2126+120.3935/"))),
         {"ISO 6709": "+93.2126+120.3935/"}, ["The place is none on Earth"]),
        ((box(b"xml ", bytes(4), b"<a/>\0"),), {"XML": "<a/>"}, []),
    ],
)  # fmt: skip
def test_keys(boxes: tuple[bytes, ...], shown: dict[str, str], errors: list[str]) -> None:
    directory = read(metadata(b"mdta", *boxes))[1]
    assert (described(directory), directory.errors) == (shown, errors)


@pytest.mark.parametrize(
    ("boxes", "shown", "errors"),
    [
        ((item(b"\xa9too", "Zürich".encode("cp1252")),), {"Encoder": "Zürich"}, []),
        ((item(b"some", b"a"),), {"some": "a"}, []),
        ((box(b"----", box(b"mean", bytes(4), b"com.apple.iTunes"), box(b"name", bytes(4), b"ISRC"),
                       box(b"data", pack(">II", 1, 0), b"X1")),), {"com.apple.iTunes:ISRC": "X1"}, []),
        ((item(b"----", b"a"),), {"iTunes Info": "a"}, []),
        ((box(b"trkn", box(b"data", bytes(8), pack(">4H", 0, 3, 12, 0))),), {"Track Number": "3 of 12"}, []),
        ((box(b"disk", box(b"data", bytes(8), pack(">3H", 0, 3, 0))),), {"Disk Number": "3"}, []),
        ((box(b"covr", box(b"data", pack(">II", 13, 0), b"\xff\xd8\xff")),), {"Cover Art": "(3 bytes)"}, []),
        ((box(b"covr", box(b"data", bytes(8), b"\x89PNG")),), {"Cover Art": "(4 bytes)"}, []),
        ((box(b"albm", box(b"data", bytes(7))),), {}, []),
        ((item(b"albm", b"a"), pack(">I4s", 99, b"albm") + b"abcdefgh"), {"Album": "a"},
         ["Box 'abcd' is stated to have 1633837924 bytes, and 8 are left"]),
    ],
)  # fmt: skip
def test_items(boxes: tuple[bytes, ...], shown: dict[str, str], errors: list[str]) -> None:
    directory = read(metadata(b"mdir", box(b"ilst", *boxes)))[1]
    assert described(directory) == shown
    assert len(directory.errors) == len(errors)


def test_a_tag_that_comes_again_has_a_directory_of_its_own() -> None:
    artists = box(b"\xa9ART", *(box(b"data", pack(">II", 1, 0), name) for name in (b"A", b"B", b"A", b"C")))
    found = read(metadata(b"mdir", box(b"ilst", artists, item(b"\xa9nam", b"T"))))[1:]
    assert [described(one) for one in found] == [{"Artist": "A", "Title": "T"}, {"Artist": "B"}, {"Artist": "C"}]
    many = box(b"ilst", *(item(b"\xa9ART", b"%d" % number) for number in range(50)))
    found = read(metadata(b"mdir", many))[1:]
    assert (len(found), found[-1].errors) == (16, ["A tag comes more than 16 times"])


def test_a_box_of_metadata_about_something_else() -> None:
    assert named(read(metadata(b"pict", box(b"ilst", item(b"\xa9nam", b"T"))))) == ["QuickTime"]


def test_every_key_and_item_has_a_tag_of_its_own() -> None:
    tags = [tag for tag, _ in (KEYS | ITEMS).values()]
    assert len(set(tags)) == len(tags)


def test_rotation_is_that_of_the_last_track() -> None:
    data = track_header() + track_header(1, QUARTER)
    assert described(read(data)[0]) == {"Rotation": "-90"}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (THUMBNAIL[8:], {"Canon Thumbnail DateTime": "2024:02:29 12:30:59"}),
        (bytes(4) + THUMBNAIL[8:], {"Canon Thumbnail DateTime": "2024:02:29 12:30:59"}),
        (box(b"CNDX", DATED), {}),
        (box(b"CNDA", b"no JPEG") + bytes(8), {}),
        (box(b"CNDA", jpeg()) + bytes(8), {}),
        (pack(">I4sq", 1, b"CNDA", 2**40), {}),
    ],
)
def test_canon_thumbnail(content: bytes, shown: dict[str, str]) -> None:
    directory = read(box(b"CNTH", content))[0]
    assert (described(directory), directory.errors) == (shown, [])


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (bytes(12), []),
        (bytes(4) + box(b"free"), []),  # zeros between boxes
        (b"\0\0\0\0mdat" + bytes(9), []),
        (b"\0\0\0\7free", ["Atom size too small."]),
        (b"\0\0\0\1free" + pack(">Q", 16) + bytes(8), []),
        (box(b"moov", box(b"mvhd")), [END]),
        # The name of MP4's handler box is a string that a zero ends, and not one whose length comes first.
        (box(b"mdia", handler(b"vide", b"Video\0")), []),
        (box(b"mdia", handler(b"meta", b"\0")), []),
        (box(b"udta", box(b"CNTH", box(b"CNDA", DATED[:20]) + bytes(8))) + track_header(), []),
        (box(b"udta", b"\0\0\0\0"), []),
    ],
)
def test_faults(data: bytes, errors: list[str]) -> None:
    assert read(data)[0].errors == errors


def test_tracks_of_other_brands() -> None:
    """MP4 files whose brand the reference takes for QuickTime: it loses their tracks."""
    data = file_type(b"iso5", b"dash") + box(
        b"moov",
        movie_header(1),
        box(b"trak", track_header(), box(b"mdia", media_header(1), handler(b"soun", b"Sound\0"))),
    )
    main, sound_track = read(data)
    assert described(main)["Creation Time"] == "Fri May 31 21:33:20 +10:00 2024"
    assert described(main)["Next Track ID"] == "3"
    assert described(sound_track)["Creation Time"] == "Fri May 31 21:33:20 +10:00 2024"


def test_picture_data_in_a_large_box() -> None:
    """The reference takes 8 bytes too many of a box whose size has 64 bits, and misses what follows."""
    data = file_type(b"qt  ") + large(b"mdat", bytes(99)) + box(b"moov", movie_header())
    assert described(read(data)[0])["Duration"] == "90000"


def test_boxes_of_somebody_else() -> None:
    assert named(read(box(b"uuid", bytes(16), b"data"))) == ["QuickTime", "UUID"]


@pytest.mark.parametrize(
    ("content", "shown", "errors"),
    [
        (box(b"dcom", b"zlib") + box(b"cmvd", bytes(4), zlib.compress(box(b"moov", movie_header()))), "90000", []),
        (
            box(b"dcom", b"zlib") + box(b"cmvd", bytes(4), zlib.compress(box(b"moov", movie_header()))[:-4]),
            "90000",
            ["The compressed movie: Unexpected end of ZLIB input stream"],
        ),
        (box(b"dcom", b"lzw ") + box(b"cmvd", bytes(9)), None, ["A compressed movie of an unknown form"]),
        (b"", None, ["A compressed movie of an unknown form"]),
    ],
)
def test_compressed_movies(content: bytes, shown: str | None, errors: list[str]) -> None:
    (directory,) = read(box(b"moov", box(b"cmov", content)))
    assert (described(directory).get("Duration"), directory.errors) == (shown, errors)


def test_a_compressed_movie_in_another_is_left() -> None:
    data = box(b"moov", movie_header())
    for _ in range(3):
        data = box(b"moov", box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", bytes(4), zlib.compress(data))))
    assert described(read(data)[0]) == {}


def test_items_have_a_ceiling() -> None:
    item_ = box(b"\xa9nam", pack(">HH", 1, 0), b"a")
    found = list(quicktime.read(Reader.over(b"".join([box(b"udta", item_ * 9000)] * 10))))
    assert described(found[1]) == {"Title": "a"}
    assert "More than 50000 items of metadata" in [error for one in found for error in one.errors]
    (_, directory) = read(metadata(b"mdta", keys(*["a"] * 10_001)))
    assert directory.errors == ["More than 10000 keys"]


def test_report_of_a_camera() -> None:
    (_, directory) = read(box(b"meta", bytes(4), handler(b"nrtm"), box(b"xml ", bytes(4), b"<NonRealTimeMeta/>")))
    assert described(directory) == {"XML": "<NonRealTimeMeta/>"}


def test_place() -> None:
    text = box(b"\xa9xyz", pack(">HH", 18, 0), b"-42.3739-039.7433/")
    found = read(
        box(b"moov", box(b"udta", text, box(b"loci", bytes(7), pack(">B3i", 1, 3 << 15, -(1 << 16), 65536), b"\0\0")))
    )
    assert described(found[1]) == {
        "ISO 6709": "-42.3739-039.7433/",
        "Latitude": "-1",
        "Longitude": "1.5",
        "Altitude": "1 metres",
        "Location Role": "Real location",
    }


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (b"vide", description(b"avc1", bytes(69))),
        (b"vide", video()[:12] + pack(">I", 2) + video()[16:]),
        (b"soun", description(b"mp4a", bytes(19))),
        (b"tmcd", description(b"tmcd", bytes(17))),
        (b"text", description(b"text", bytes(43))),
        (b"text", TEXT[:12] + pack(">I", 2) + TEXT[16:]),
        (b"sbtl", description(b"tx3g", bytes(31))),
        (b"musi", description(b"musi", bytes(3))),
        (b"vide", box(b"stts", pack(">III", 0, 1, 1))),
    ],
)
def test_short_table(kind: bytes, table: bytes) -> None:
    directory = read(track(kind, table))[1]
    assert (len(directory.values), directory.errors) == (2, [END])


@pytest.mark.parametrize("count", [0, 0x80000000])
@pytest.mark.parametrize("kind", [b"vide", b"soun", b"tmcd", b"text", b"sbtl", b"musi"])
def test_no_descriptions(kind: bytes, count: int) -> None:
    directory = read(track(kind, box(b"stsd", pack(">II", 0, count)), box(b"stts", pack(">II", 0, 0))))[1]
    values = 3 if kind == b"soun" else 2
    assert (len(directory.values), directory.errors) == (values, [])


def test_times_need_both_dates() -> None:
    cut = box(b"mdia", box(b"mdhd", media_header()[8:16]))
    directories = read(box(b"moov", cut, box(b"mdia", handler(b"soun"))))
    assert described(directories[1]) == {}


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(quicktime.read, data)
