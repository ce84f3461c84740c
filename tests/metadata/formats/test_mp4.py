from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks import stream
from metadata_digger.metadata.formats import mp4
from metadata_digger.metadata.model import Directory, Rational
from metadata_digger.metadata.source import MemorySource, Reader

from ..build_movie import (
    CREATED,
    MATRIX,
    QUARTER,
    box,
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
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
EXIF = bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e")
IPTC = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
PHOTOSHOP = bytes.fromhex("2c4c0100850440b9a03e562148d6dfeb")


def loci(latitude: float, longitude: float) -> bytes:
    numbers = (round(number * 65536) for number in (longitude, latitude, 0))
    return box(b"loci", bytes(6), b"\0", pack(">B3i", 0, *numbers), b"\0\0")


PLACE = box(b"\xa9xyz", pack(">HH", 18, 0), b"+51.4170-000.0810/")
TIFF = build_tiff({0x010F: (2, b"Cam\0")})
WHOLE = b"".join(
    (
        file_type(b"mp42", b"mp42", b"none"),
        large(b"mdat", bytes(64)),
        box(
            b"moov",
            movie_header(),
            track(b"vide", box(b"vmhd", pack(">I4H", 1, 0x40, 1, 2, 3)), video(), times((300, 20))),
            track(b"soun", box(b"smhd", pack(">Ih2x", 0, -128)), sound(), times((9, 1), (1, 2))),
            track(b"hint", box(b"hmhd", pack(">IHHII", 0, 1, 2, 3, 4))),
            track(b"text"),
            track(b"meta"),
            box(b"udta", PLACE),
        ),
        box(b"uuid", XMP, packet("<dc:title>T</dc:title>")),
        box(b"uuid", EXIF, TIFF),
        box(b"uuid", bytes(range(16)), b"data"),
    )
)


@pytest.fixture(autouse=True)
def _sydney(sydney: None) -> None: ...


def read(data: bytes) -> list[Directory]:
    return list(mp4.read(Reader.over(data)))


def movie(*boxes: bytes) -> dict[str, str | None]:
    return described(read(b"".join(boxes))[0])


def test_whole() -> None:
    directories = read(WHOLE)
    assert named(directories) == [
        "MP4",
        "MP4 Video",
        "MP4 Sound",
        "MP4 Hint",
        "MP4 Text",
        "MP4 Metadata",
        "UUID",
        "XMP",
        "UUID",
        "Exif IFD0",
        "UUID",
    ]
    assert [directory.errors for directory in directories] == [[]] * 11
    assert described(directories[0]) == {
        "Major Brand": "MP4 v2 [ISO 14496-14]",
        "Minor Version": "512",
        "Compatible Brands": "[MP4 v2 [ISO 14496-14], Unknown]",
        "Creation Time": "Fri May 31 21:33:20 AEST 2024",
        "Modification Time": "Fri May 31 21:34:20 AEST 2024",
        "Duration": "90000",
        "Media Time Scale": "600",
        "Duration in Seconds": "00:02:30",
        "Transformation Matrix": "65536 0 0 0 65536 0 0 0 1073741824",
        "Preferred Rate": "1.5",
        "Preferred Volume": "1.25",
        "Next Track ID": "3",
        "Rotation": "0",
        "Latitude": "51.417",
        "Longitude": "-0.081",
    }
    assert leaves(directories[7])["dc:title[1]"] == "T"


def test_tracks() -> None:
    times = {
        "Creation Time": "Fri May 31 21:33:20 +10:00 2024",
        "Modification Time": "Fri May 31 21:34:20 +10:00 2024",
        "ISO 639-2 Language Code": "eng",
    }
    _, video, sound, hint, text, *_ = read(WHOLE)
    assert described(video) == {
        **times,
        "Opcolor": "1 2 3",
        "Graphics Mode": "Dither copy",
        "Compression Type": "H.264",
        "Width": "640 pixels",
        "Height": "480 pixels",
        "Compressor Name": "Coder",
        "Depth": "24-bit color",
        "Horizontal Resolution": "72",
        "Vertical Resolution": "72.5",
        "Frame Rate": "30",
    }
    assert described(sound) == {
        **times,
        "Balance": "-0.5",
        "Format": "MPEG-4, Advanced Audio Coding (AAC)",
        "Number of Channels": "2",
        "Sample Size": "16",
        "Sample Rate": "600",
    }
    assert described(hint) == {
        **times,
        "Max PDU Size": "1",
        "Average PDU Size": "2",
        "Max Bitrate": "3",
        "Average Bitrate": "4",
    }
    assert described(text) == times


@pytest.mark.parametrize(
    ("tag", "value", "shown"),
    [
        (0x0001, "qt  ", "Apple QuickTime (.MOV/QT)"),
        (0x0001, "qt", "Unknown"),
        (0x0003, (), "[]"),
        (0x0003, ("isom", "mqt "), "[MP4\xa0 Base Media v1 [IS0 14496-12:2003], "
                                   "Sony / Mobile QuickTime (.MQV)\xa0 US Patent 7,477,830 (Sony Corp)]"),
        (0x0104, Rational(0, 0), "00:00:00"),
        (0x0104, Rational(1, 3), "00:00:01"),
        (0x0104, Rational(3601, 1), "01:00:01"),
        (0x0104, Rational(119, 2), "00:01:00"),
        (0x0104, Rational(-90, 1), None),
        (0x0104, Rational(1, 0), None),
        (0x2001, 51.41704321, "51.41704321"),
        (0x2002, -0.5, "-0.5"),
        (0x2003, 12.3456, "12.346 metres"),
        (0x0200, -1e-14, "-0"),
    ],
)  # fmt: skip
def test_words(tag: int, value: object, shown: str | None) -> None:
    assert next(Directory("MP4", mp4.TABLE, {tag: value}).tags()).description == shown


@pytest.mark.parametrize(
    ("tag", "value", "shown"),
    [
        (204, 7, "7 pixels"),
        (209, 34, "2-bit grayscale"),
        (209, 40, "8-bit grayscale"),
        (209, 5, "Unknown (5)"),
        (211, 0x103, "Composition (dither copy)"),
        (211, 1, "Unknown (1)"),
        (213, -1, "None"),
        (213, 0, "Color table within file"),
        (213, 5, "Unknown (5)"),
    ],
)
def test_video_words(tag: int, value: int, shown: str) -> None:
    assert next(Directory("MP4 Video", mp4.VIDEO_TABLE, {tag: value}).tags()).description == shown


def test_color_table_of_few_colors() -> None:
    directory = Directory("MP4 Video", mp4.VIDEO_TABLE, {213: -1, 209: 8})
    assert described(directory) == {"Color Table": "Default", "Depth": "8-bit color"}


def test_long_headers() -> None:
    header = box(b"trak", track_header(1, QUARTER))
    shown = movie(movie_header(1, -CREATED, 2**40, 2**20), header)
    assert shown["Duration in Seconds"] == "291:16:16"
    assert shown["Creation Time"] == "Thu Jul 31 22:26:40 AEST 1783"  # Java's zones begin in 1900, with this one
    assert shown["Rotation"] == "-90"


@pytest.mark.parametrize(
    ("boxes", "rotation"),
    [
        ((track_header(width=0),), None),
        ((track_header(matrix=QUARTER), track_header()), "-90"),
        ((track_header(matrix=(0, -0x10000, 0, 0x10000, 0, 0, 0, 0, 1)),), "90"),
        ((track_header(matrix=(-1, 0, 0, 0, -1, 0, 0, 0, 1)),), "-180"),
        ((track_header(matrix=(2**31 - 1, 0, 0, 1, *MATRIX[4:])),), "-134.998"),
    ],
)
def test_rotation(boxes: tuple[bytes, ...], rotation: str | None) -> None:
    assert movie(*boxes).get("Rotation") == rotation


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (PLACE, {"Latitude": "51.417", "Longitude": "-0.081"}),
        (box(b"free", b"1234") + PLACE, {"Latitude": "51.417", "Longitude": "-0.081"}),
        (PLACE + pack(">I", 4), {"Latitude": "51.417", "Longitude": "-0.081"}),
        (PLACE + pack(">I4s", 7, b"free"), {"Latitude": "51.417", "Longitude": "-0.081"}),
        (box(b"\xa9xyz", pack(">HH", 5, 0), b"+5-10"), {"Latitude": "5", "Longitude": "-10"}),
        (
            box(b"\xa9xyz", pack(">HH", 30, 0x15C7), b"+51.65630001+166.4962-0012.50/"),
            {"Latitude": "51.65630001", "Longitude": "166.4962", "Altitude": "-12.5 metres"},
        ),
        (box(b"\xa9xyz", pack(">HH", 13, 0), b"+91.00-010.0/"), {"ISO 6709": "+91.00-010.0/"}),
        (box(b"\xa9xyz", pack(">HH", 4, 0), b"none"), {"ISO 6709": "none"}),
        (loci(12.5, -70.25), {"Latitude": "12.5", "Longitude": "-70.25", "Altitude": "0 metres"}),
        (loci(91, 0), {"Latitude": "91", "Longitude": "0", "Altitude": "0 metres"}),
        (PLACE + loci(12.5, -70.25), {"Latitude": "51.417", "Longitude": "-0.081"}),
        (box(b"meta", bytes(30)), {}),
    ],
)
def test_user_data(data: bytes, shown: dict[str, str]) -> None:
    assert movie(box(b"udta", data)) == shown


def test_two_places() -> None:
    other = box(b"\xa9xyz", pack(">HH", 9, 0), b"+1.0-1.0/")
    main, further = read(box(b"udta", PLACE, PLACE, other))
    assert (main.errors, described(main)["Latitude"]) == ([], "51.417")
    assert (further.name, described(further)) == ("QuickTime Metadata", {"ISO 6709": "+1.0-1.0/"})


def test_places_that_are_none_are_noted() -> None:
    for data in (loci(91, 0), box(b"\xa9xyz", pack(">HH", 4, 0), b"none")):
        assert read(box(b"udta", data))[0].errors == ["The place is none on Earth"]


def test_metadata() -> None:
    """In MP4 the box "meta" begins with a version."""
    entry = box(b"\xa9nam", box(b"data", pack(">II", 1, 0), b"A title"))
    meta = box(b"meta", bytes(4), handler(b"mdir"), box(b"ilst", entry))
    for data in (box(b"udta", meta), meta, box(b"moov", meta)):
        _, directory = read(data)
        assert (directory.name, described(directory)) == ("QuickTime Metadata", {"Title": "A title"})
    assert named(read(box(b"meta", bytes(4), handler(b"pict"), box(b"ilst", entry)))) == ["MP4"]


@pytest.mark.parametrize(
    ("version", "created", "shown", "errors"),
    [
        (0, 0, "0", ["The file has no time of when it was made: it is 0"]),
        (1, 0, "0", ["The file has no time of when it was made: it is 0"]),
        (
            0,
            1_700_000_000,
            "Thu Nov 14 08:13:20 AEST 1957",
            ["A time is before 1970; counted from 1970 it is Wed Nov 15 09:13:20 +11:00 2023"],
        ),
        (1, CREATED, "Fri May 31 21:33:20 AEST 2024", []),
    ],
)
def test_times(version: int, created: int, shown: str, errors: list[str]) -> None:
    directory = read(movie_header(version, created))[0]
    assert (described(directory)["Creation Time"], directory.errors) == (shown, errors)


def test_a_duration_that_nobody_knows() -> None:
    for header in (movie_header(0, CREATED, 0xFFFFFFFF), movie_header(1, CREATED, -1)):
        assert "Duration in Seconds" not in movie(header)


@pytest.mark.parametrize(
    ("uuid", "content", "names"),
    [
        (XMP, packet(""), ["UUID", "XMP"]),
        (EXIF, TIFF, ["UUID", "Exif IFD0"]),
        (IPTC, b"\x1c\x02\x69\0\x01a", ["UUID", "IPTC"]),
        (PHOTOSHOP, b"", ["UUID", "Photoshop"]),
        (b"short", b"", ["UUID"]),
    ],
)
def test_blocks(uuid: bytes, content: bytes, names: list[str]) -> None:
    assert named(read(box(b"uuid", uuid, content)))[1:] == names


@pytest.mark.parametrize(("length", "shown"), [(2, "0 0"), (17, "[17 values]")])
def test_unknown_uuid(length: int, shown: str) -> None:
    directory = read(box(b"uuid", bytes(range(16)), bytes(length)))[1]
    assert described(directory) == {"UUID": "00010203-0405-0607-0809-0a0b0c0d0e0f", "Data": shown}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (b"", []),
        (box(b"free"), []),
        (box(b"free") + bytes(7), []),
        (box(b"free") + b"abc", [END]),
        (b"\0\0\0\1free" + bytes(7), [END]),
        (b"\0\0\0\7free", ["Box size too small."]),
        (b"\0\0\0\1free" + pack(">Q", 15), ["Box size too small."]),
        (b"\0\0\0\1free" + pack(">Q", 16), []),
        (b"\0\0\0\0mdat" + bytes(99), []),  # to the end
        (b"\x80\0\0\0free" + bytes(8185), [END]),
        (b"\0\0\0\1free" + pack(">q", -1), ["Box size too small."]),
        (pack(">I4s", 20, b"free") + bytes(4), ["Unable to skip. Requested 12 bytes but only 4 remained."]),
        (pack(">I4s", 20000, b"free") + bytes(9000), [END]),
        (pack(">I4s", 30, b"mvhd") + bytes(4), [END]),
        (
            pack(">I4sI4s", 40, b"moov", 20, b"trak") + pack(">I4s", 100, b"mvhd"),
            [END, "Box 'trak' is longer than what it is in.", "Box 'mvhd' is longer than what it is in."],
        ),
        (box(b"moov", box(b"mvhd", bytes(7)), box(b"mvhd", bytes(7))), [END]),
        (box(b"cmov"), []),
        (box(b"moov", pack(">I4s", 99, b"\0\1\2\3")), ["Box '00010203' is longer than what it is in."]),
    ],
)
def test_faults(data: bytes, errors: list[str]) -> None:
    assert read(data)[0].errors == errors


@pytest.mark.parametrize(
    "fault",
    [
        box(b"mvhd", bytes(7)),
        box(b"trak", b"\0\0\0\3free" + bytes(40)),
        box(b"trak", pack(">I4s", 5000, b"free"), bytes(40)),
        box(b"udta", pack(">I4s", 5000, b"name"), bytes(40)),
        box(b"meta", bytes(4), handler(b"mdir"), pack(">I4s", 3, b"ilst")),
        box(b"uuid", XMP, b"no XML"),
    ],
)
def test_a_fault_costs_the_box_that_has_it(fault: bytes) -> None:
    directories = read(box(b"moov", fault, movie_header(), track(b"vide", video())))
    assert described(directories[0])["Duration"] == "90000"
    assert named(directories)[-1] == "MP4 Video"
    assert any(one.errors for one in directories)


def test_a_file_that_is_cut_is_read_as_far_as_it_goes() -> None:
    whole = box(b"moov", box(b"udta", PLACE, box(b"auth", bytes(4), pack(">H", 0), b"Name\0")))
    assert named(read(whole)) == ["MP4", "QuickTime Metadata"]
    directory = read(whole[:-20])[0]
    assert described(directory)["Latitude"] == "51.417"
    assert directory.errors[:2] == [END, "Box 'udta' is longer than what it is in."]


@pytest.mark.parametrize(
    "spoilt",
    [
        # A size that was spoilt: the box that it is in tells where the next one begins.
        box(b"moov", box(b"trak", pack(">I4s", 5000, b"tkhd"), bytes(84)), movie_header(), track(b"vide", video())),
        box(b"moov", box(b"trak", pack(">I4s", 90, b"tkhd"), bytes(20)), movie_header(), track(b"vide", video())),
        # Bytes that were put in, or lost: what a box says is right, and all around it say too little or too much.
        pack(">I4s", 200, b"moov") + box(b"free", bytes(150)) + movie_header() + track(b"vide", video()),
        pack(">I4s", 9000, b"moov") + movie_header() + track(b"vide", video()),
    ],
)
def test_boxes_that_disagree_about_their_ends(spoilt: bytes) -> None:
    directories = read(file_type() + spoilt + box(b"free", bytes(50)))
    assert described(directories[0])["Duration"] == "90000"
    assert named(directories) == ["MP4", "MP4 Video"]
    assert directories[0].errors


def test_padding() -> None:
    assert read(box(b"moov", movie_header(), bytes(64)) + bytes(3000))[0].errors == []
    assert read(movie_header() + bytes(3000) + b"a")[0].errors == ["Box size too small."]


def test_movies_of_gigabytes() -> None:
    """Picture data of more than 2 GiB before the movie, which the reference does not pass."""
    size = 3 << 30

    class Hole:
        def __init__(self, front: bytes, back: bytes) -> None:
            self.front, self.back, self.size = front, back, len(front) + size + len(back)

        def read_at(self, offset: int, length: int) -> bytes:
            start = len(self.front) + size
            if offset + length <= len(self.front):
                return self.front[offset : offset + length]
            assert offset >= start
            return self.back[offset - start : offset - start + length]

    for front in (pack(">I4s", size + 8, b"mdat"), pack(">I4sQ", 1, b"mdat", size + 16)):
        source = Hole(file_type() + front, box(b"moov", movie_header()))
        assert described(next(mp4.read(Reader(source, 0, source.size))))["Duration"] == "90000"


def test_media_header_that_is_cut_counts_as_far_as_it_goes() -> None:
    header = media_header()[8:20]
    data = box(b"moov", box(b"mdia", box(b"mdhd", header)), box(b"mdia", handler(b"soun")))
    (_, directory) = read(data)
    assert list(described(directory)) == ["Creation Time", "Modification Time"]


@pytest.mark.parametrize(
    ("entries", "scale", "duration", "rate"),
    [
        (((1, 0), (2, 0)), 30, 3, "30"),
        (((2**24, 1), (1, 1), (1, 1)), 1, 2**24, "1"),
        ((), 600, 600, "0"),
        ((), 600, 0, "NaN"),
        (((5, 1),), 600, 0, "∞"),
    ],
)
def test_frame_rate(entries: tuple[tuple[int, int], ...], scale: int, duration: int, rate: str) -> None:
    data = track(b"vide", times(*entries), header=media_header(0, scale, duration))
    assert described(read(data)[1])["Frame Rate"] == rate


def test_a_table_of_times_has_to_be_there() -> None:
    data = track(b"vide", box(b"stts", pack(">III", 0, 2, 1), bytes(8)))
    assert read(data)[1].errors == [END]


class Counting:
    """A source that tells how much was read."""

    def __init__(self, data: bytes) -> None:
        self.inner, self.size, self.read = MemorySource(data), len(data), 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.read += length
        return self.inner.read_at(offset, length)


def test_media_is_not_read() -> None:
    data = file_type() + box(b"mdat", bytes(4 << 20)) + WHOLE
    source = Counting(data)
    names = named(mp4.read(Reader(source, 0, source.size)))
    assert len(names) == 11
    assert source.read < 2 * len(WHOLE)


def test_payload_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "COLLECTED", 1)
    directories = read(box(b"uuid", bytes(16), bytes(600_000)) * 2)
    assert named(directories) == ["MP4", "UUID"]
    assert directories[0].errors == ["Box 'uuid' of 600016 bytes is left out: more than 32 MiB of them"]


def test_boxes_have_a_ceiling() -> None:
    directory = read(box(b"free") * 70_000)[0]
    assert directory.errors == ["More than 65536 boxes"]


@given(damaged(WHOLE))
def test_damaged(data: bytes) -> None:
    consume(mp4.read, data)


@pytest.mark.parametrize(("seconds", "told"), [(100, True), (0, False)])
def test_the_time_of_a_tracks_own_header_is_told_where_it_is_another(seconds: int, told: bool) -> None:
    header = bytearray(track_header())
    header[12:16] = pack(">I", CREATED - seconds if seconds else 0)
    whole = track(b"vide", video()).replace(track_header(), bytes(header))
    *_, found = read(file_type() + box(b"moov", movie_header(), whole))
    assert ("Track Creation Time" in described(found)) is told
