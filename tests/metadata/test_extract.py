"""From a file to its directories: detection, the File directories, what is raised."""

import os
import time
from importlib import import_module

import pytest

from metadata_digger.metadata.blocks.dates import java_date
from metadata_digger.metadata.errors import Malformed, Truncated, UnknownFormat
from metadata_digger.metadata.extract import detect, directories, head_of, read_metadata, read_partly
from metadata_digger.metadata.formats import FORMATS
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import MemorySource
from metadata_digger.metadata.tags.file_types import MAGIC

from .build_files import FILES
from .build_jpeg import jpeg
from .build_png import png
from .show import named


@pytest.fixture
def sydney(monkeypatch):
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"II\x2a\0\x08\0\0\0", "TIFF"),
        (b"MM\0\x2a\0\0\0\x08", "TIFF"),
        (b"II\x2a\0\x10\0\0\0CR\2\0", "CR2"),
        (b"II\x55\0\x18\0\0\0", "RW2"),
        (b"IIRO\x08\0\0\0", "ORF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rOTHR", None),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV"),
        (b"RIFF\0\0\0\0XXXX", "RIFF"),
        (b"\0\0\0\x18ftypheic", "HEIF"),
        (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"\0\0\0\x18ftypcrx ", "CRX"),
        (b"\0\0\0\x18ftypmp42", "MP4"),
        (b"\0\0\0\x18ftypnew!", "MOV"),
        (b"\0\0\0\x18ftypmif2\0\0\0\0mif2heic", "HEIF"),
        (b"\0\0\0\x14ftypmif2\0\0\0\0mif2avif", "HEIF"),  # the brand behind the box is none of its own
        (b"\0\0\0\x1cftypmiaf\0\0\0\0mif1miafavif", "AVIF"),
        (b"\0\0\0\x18ftypnew!\0\0\0\0mif1avis", "AVIF"),
        (b"\0\0\0\x18ftypnew!\0\0\0\0isomheic", "HEIF"),
        (b"\0\0\0\x18ftypnew!\0\0\0\0isommp42", "MOV"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "HEIF"),  # as the reference has it
        *((b"\0\0\0\x18ftyp" + brand, "HEIF") for brand in (b"heim", b"heis", b"hevm", b"hevs", b"avci", b"MiHB")),
        *((b"\0\0\0\x18ftyp" + brand, "MP4") for brand in (b"M4A ", b"M4B ", b"M4V ")),
        *((b"\0\0\1\0" + atom, "MOV") for atom in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
        (b"\xf0\0\0\0mdat", "MOV"),
        (b"The free software", None),
        (b"\0\0\2\0none", None),
        (b"\xff\xfb\x90\x44", "MP3"),
        (b"\xff\xfb\xf0\x44", None),  # a bit rate and a frequency that are reserved
        (b"\xff\xfb\x9c\x44", None),
        (b"\xff\xfea\0 \0t\0", None),  # text
        (b"\xff" * 32, None),  # PhotoCD
        (b"ID3\4\0\0\0\0\0\x0a", "MP3"),
        (b"ID3\4\0\0\0\0\0\x8a", None),
        (b"ID3", None),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"%PDF-1.4", "PDF"),
        (b"GIF87a", "GIF"),
        (b"GIF", None),
        (b"hello", None),
        (b"%!PS-AdobeFont-1.0: Utopia", None),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"\0\0\1\0\0\0\2\0\0\0\1\0\0\0\0\x32" + bytes(16), None),  # .dfont
        (b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x40\0\0\0\x16\0\0\0" + bytes(10), "ICO"),
        (b"", None),
    ],
)
def test_detect(head, name):
    kind = detect(head)
    assert (kind.name if kind else None) == name


def test_many_brands_are_looked_through():
    for size, brands in ((0x54, [b"none"] * 16 + [b"avif"]), (0x400, [b"none"] * 252)):
        file = size.to_bytes(4, "big") + b"ftypnew!" + bytes(4) + b"".join(brands)
        assert head_of(MemorySource(file + bytes(2000))) == file
        assert detect(file).name == ("AVIF" if b"avif" in brands else "MOV")
    assert len(head_of(MemorySource(b"\xff\xff\0\0ftyp" + bytes(2000)))) == 1024


def test_sound_is_no_video():
    kind = detect(b"\0\0\0\x18ftypM4A ")
    assert (kind.mime, kind.extension) == ("audio/mp4", "m4a")


@pytest.mark.parametrize(("magic", "kind"), MAGIC)
def test_every_signature_is_found(magic, kind):
    assert detect(magic + b"\0" * 16) == kind


def test_every_format_is_there_and_none_twice():
    kinds = [kind for form in FORMATS for kind in form.types]
    assert len(kinds) == len(set(kinds))
    for form in FORMATS:
        assert callable(import_module(f"metadata_digger.metadata.formats.{form.module}").read)


def test_bytes_source_and_path_give_the_same(tiff, tmp_path, sydney):
    data = tiff({0x0100: (3, 7)})
    path = tmp_path / "a b.tif"
    path.write_bytes(data)
    os.utime(path, (0, 1_563_956_757))
    from_bytes, from_source = read_metadata(data), read_metadata(MemorySource(data))
    from_path = read_metadata(path)
    assert from_bytes == from_source == from_path[:-1] == read_metadata(str(path))[:-1]
    assert [one.name for one in from_path] == ["Exif IFD0", "File Type", "File"]
    assert [tuple(tag) for tag in from_path[1].tags()] == [
        (1, "Detected File Type Name", "TIFF"),
        (2, "Detected File Type Long Name", "Tagged Image File Format"),
        (3, "Detected MIME Type", "image/tiff"),
        (4, "Expected File Name Extension", "tiff"),
    ]
    assert [tuple(tag) for tag in from_path[2].tags()] == [
        (1, "File Name", "a b.tif"),
        (2, "File Size", f"{len(data)} bytes"),
        (3, "File Modified Date", "Wed Jul 24 18:25:57 +10:00 2019"),
    ]


def test_a_format_that_is_not_read_gives_its_type():
    assert [(one.name, one.values[1]) for one in read_metadata(b"{\\rtf1\n")] == [("File Type", "RTF")]


def test_java_date_west_of_greenwich(monkeypatch):
    monkeypatch.setenv("TZ", "America/St_Johns")
    time.tzset()
    assert java_date(0) == "Wed Dec 31 20:30:00 -03:30 1969"
    monkeypatch.undo()
    time.tzset()


def test_empty():
    with pytest.raises(Truncated, match="The file is empty"):
        read_metadata(b"")


@pytest.mark.parametrize("data", [b"x", b"no picture at all"])
def test_unknown(data):
    with pytest.raises(UnknownFormat, match="File format could not be determined"):
        read_metadata(data)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_metadata(tmp_path / "missing.jpg")


CUT = [
    (b"II\x2a\0", "TIFF"),
    (b"\xff\xd8\xff\xe0\0\x10JF", "JPEG"),
    (b"GIF89a\1", "GIF"),
    (b"BM\1\2", "BMP"),
]


@pytest.mark.parametrize(("data", "kind"), CUT)
def test_a_file_that_is_cut_short_has_its_type_and_says_so(data, kind):
    found = read_metadata(data)
    assert found[-1].values[1] == kind
    assert [error for one in found for error in one.errors]


def test_the_fault_is_told_beside_the_directories(tiff):
    whole, cut = read_partly(tiff({0x0100: (3, 7)})), read_partly(b"II\x2a\0")
    assert (named(whole.directories), whole.fault) == (["Exif IFD0", "File Type"], None)
    assert named(cut.directories) == ["File Type"]
    assert cut.directories[0].errors == [str(cut.fault)]
    assert read_partly(b"")[0] == read_partly(b"no picture at all")[0] == []


def test_directories_come_before_the_fault(monkeypatch):
    def read(_):
        yield Directory("One", TagTable({}))
        raise Malformed("here it ends")

    monkeypatch.setattr("metadata_digger.metadata.formats.tiff.read", read)
    found = directories(MemorySource(b"II\x2a\0"))
    assert [next(found).name, next(found).name] == ["File Type", "One"]
    with pytest.raises(Malformed, match="here it ends"):
        next(found)


LEAD = [
    b"\n",
    b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n",
    bytes(512),
    b"x\xff\xd8\xff no JPEG",
]


@pytest.mark.parametrize("lead", LEAD)
@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_picture_behind_other_bytes(lead, form):
    whole = {"jpeg": jpeg((0xFE, b"a comment")), "png": png()}[form]
    found = read_metadata(lead + whole)
    assert found[:-1] == read_metadata(whole)[:-1] != []
    assert found[-1].values == read_metadata(whole)[-1].values
    kind = form.upper()
    assert found[-1].errors == [f"The {kind} begins at byte {len(lead)}, behind bytes that are none of it"]


def test_a_document_behind_other_bytes():
    found = read_metadata(b"junk\r\n" + FILES["pdf"])
    assert found[:-1] == read_metadata(FILES["pdf"])[:-1]
    assert found[-1].errors == ["The PDF begins at byte 6, behind bytes that are none of it"]


@pytest.mark.parametrize(
    "data",
    [
        b"text, then \xff\xd8\xff and more",
        b"\n\xff\xd8\xff\xe0\0\x04ab no marker",
        b"\n\xff\xd8\xff",
        b"\n" * 8_192 + jpeg((0xFE, b"too far")),
        b"fLaC" + jpeg((0xFE, b"of a song")),
    ],
)
def test_what_only_looks_like_a_jpeg_is_none(data):
    with pytest.raises(UnknownFormat):
        read_metadata(data)


def test_what_was_read_before_a_fault_stands(tiff):
    data = tiff({0x0100: (3, 7), 0x014A: [{0x0100: (3, 1)}] * 300})
    found = read_metadata(data)
    assert found[0].values[0x0100] == 7
    assert found[-2].errors == ["More than 256 directories"]


def test_reads_stay_in_the_source():
    with pytest.raises(Truncated):
        MemorySource(b"abc").read_at(1, 3)


class Counting(MemorySource):
    """How many bytes were asked for beyond the first block."""

    __slots__ = ("far",)

    def __init__(self, data):
        super().__init__(data)
        self.far = []

    def read_at(self, offset, length):
        if offset + length > 65_536:
            self.far.append(length)
        return super().read_at(offset, length)


def test_a_directory_at_the_end_of_a_large_file_is_one_read(tiff):
    data = bytearray(tiff({0x0100: (3, 7)}) + bytes(5_000_000))
    data[4:8] = len(data).to_bytes(4, "little")
    data += b"\2\0" + b"\x0e\1\2\0\7\0\0\0" + (len(data) + 30).to_bytes(4, "little")
    data += (
        b"\x1a\1\5\0\1\0\0\0"
        + (len(data) + 24).to_bytes(4, "little")
        + bytes(4)
        + b"a tiff\0\0"
        + b"\x48\0\0\0\1\0\0\0"
    )
    source = Counting(bytes(data))
    assert [tag.description for tag in read_metadata(source)[0].tags()] == ["a tiff", "72 dots per unit"]
    assert len(source.far) == 1
    assert sum(source.far) <= 4096


def test_a_named_pipe_is_refused_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        read_metadata(tmp_path / "pipe")
    with pytest.raises(IsADirectoryError):
        read_metadata(tmp_path)


def test_reading_leaves_access_times_alone(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a" + bytes(20))
    os.utime(path, (1, 2))  # older than the change: Linux would set it anew at the next reading
    read_metadata(path)
    assert path.stat().st_atime == 1


def test_a_fill_byte_before_a_jpeg_makes_no_mp3_of_it() -> None:
    assert detect(b"\xff\xff\xd8\xff\xe0") is None
    assert detect(b"\xff\xff\xd8\x04\xe0") is not None
