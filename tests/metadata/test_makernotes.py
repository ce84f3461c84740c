"""Which makernote is whose."""

import pytest

from metadata_digger.metadata.blocks import exif, makernotes
from metadata_digger.metadata.blocks.makernotes import Match, match
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader

CASES = [
    ("OLYMPUS OPTICAL", b"OLYMP\0\1\0", "Olympus Makernote"),
    ("OLYMPUS", b"OLYMPUS\0II\3\0", "Olympus Makernote"),
    ("SEIKO EPSON CORP.", b"EPSON\0\1\0", "Olympus Makernote"),
    ("Minolta Co., Ltd.", b"\x0b\0", "Olympus Makernote"),
    ("NIKON", b"Nikon\0\1\0", "Nikon Makernote"),
    ("NIKON CORPORATION", b"Nikon\0\2\0", "Nikon Makernote"),
    ("NIKON", b"\x12\0\1\0", "Nikon Makernote"),
    ("NIKON", b"Nikon\0\3\0", "Nikon Makernote"),
    ("SONY", b"SONY DSC \0\0\0", "Sony Makernote"),
    ("SONY", b"\1\0\0\0", None),
    ("Canon", b"\x12\0", "Canon Makernote"),
    ("CASIO COMPUTER", b"QVC\0\0\0", "Casio Makernote"),
    ("FUJIFILM", b"FUJIFILM\x0c\0\0\0", "Fujifilm Makernote"),
    ("Panasonic", b"Panasonic\0\0\0", "Panasonic Makernote"),
    ("LEICA", b"LEICA\0\0\0", "Panasonic Makernote"),
    ("Leica Camera AG", b"LEICA\0\0\0", "Leica Makernote"),
    ("PENTAX Corporation", b"AOC\0", "Pentax Makernote"),
    ("SAMSUNG TECHWIN", b"AOC\0MM", "Pentax Makernote"),
    ("Asahi Optical Co.,Ltd.", b"AOC\0", "Casio Makernote"),
    ("PENTAX", b"PENTAX \0II", "Pentax Makernote"),
    ("RICOH IMAGING COMPANY, LTD.", b"RICOH\0MM", "Pentax Makernote"),
    ("PENTAX", b"\0\x1b", "Pentax Makernote"),
    ("RICOH", b"Rv0103;", "Ricoh Makernote"),
    ("RICOH", b"Ricoh\0\0\0", "Ricoh Makernote"),
    ("Apple", b"Apple iOS\0", "Apple Makernote"),
    ("EASTMAN KODAK COMPANY", b"KDK INFO", "Kodak Makernote"),
    ("Nobody", b"\0\0", None),
    ("", b"", None),
]


@pytest.mark.parametrize(("make", "head", "name"), CASES)
def test_match(make, head, name):
    row = match(make, head)
    assert (row.name if row else None) == name


@pytest.mark.parametrize("base", [None, 0, 2])
def test_a_note_is_one_row(tiff, monkeypatch, base):
    """What a new maker needs: where the directory starts, where its offsets count from, its table."""
    table = TagTable({1: "Mood"})
    row = Match("Own Makernote", lambda make, head: make == "Own", 8, base, table=lambda: table)
    monkeypatch.setattr(makernotes, "MATCHES", (row,))
    data = tiff({0x010F: (2, b"Own\0"), 0x8769: {0x927C: (7, b"OWNNOTE\0" + bytes(40))}})
    start = data.index(b"OWNNOTE")
    counted_from = 0 if base is None else start + base
    note = b"\1\0\1\0\2\0\6\0\0\0" + (start + 26 - counted_from).to_bytes(4, "little") + bytes(4) + b"sunny\0"
    data = data[: start + 8] + note + data[start + 8 + len(note) :]
    found = list(exif.read(Reader.over(data)))
    assert [one.name for one in found] == ["Exif IFD0", "Exif SubIFD", "Own Makernote"]
    assert [tuple(tag) for tag in found[2].tags()] == [(1, "Mood", "sunny")]
    assert not found[1].values


def test_a_note_that_is_no_directory(tiff, monkeypatch):
    def read(reader):
        yield Directory("Own Makernote", TagTable({1: "All"}), {1: reader.bytes(0, reader.size)})

    monkeypatch.setattr(makernotes, "MATCHES", (Match("Own Makernote", lambda make, head: True, read=read),))
    *_, last = exif.read(Reader.over(tiff({0x8769: {0x927C: (7, b"\1\2\3\4\5")}})))
    assert [tuple(tag) for tag in last.tags()] == [(1, "All", "1 2 3 4 5")]


def test_an_unknown_note_stays(tiff):
    *_, last = exif.read(Reader.over(tiff({0x8769: {0x927C: (7, b"\1\2\3\4\5")}})))
    assert [tuple(tag) for tag in last.tags()] == [(0x927C, "Makernote", "1 2 3 4 5")]
