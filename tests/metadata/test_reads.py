"""What is read of a file: as little as a range-read storage is to fetch."""

import pytest

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata

from . import build_heif, build_jpeg, build_movie
from .conftest import JUDGE

MEDIA = 64 << 20  # bytes that are not there at all
NONE = range(0)


class Counting:
    """A source that keeps nothing and notes each range; `hole` is a range that must not be read, and has no bytes."""

    def __init__(self, data, hole):
        self.data, self.hole = data, hole
        self.size = len(data) + len(hole)
        self.ranges = []

    def read_at(self, offset, length):
        self.ranges.append((offset, length))
        end = offset + length
        assert offset >= 0 <= length and end <= self.size
        if self.hole and end <= self.hole.start:
            return self.data[offset:end]
        assert not self.hole or offset >= self.hole.stop, "media was read"
        return self.data[offset - len(self.hole) : end - len(self.hole)]

    @property
    def bytes(self):
        return sum(length for _, length in self.ranges)


def counted(data, hole=NONE):
    source = Counting(data, hole)
    try:
        directories = read_metadata(source)
    except MetadataError:
        directories = []
    return source, [one.name for one in directories]


def media_box(size):
    return (1).to_bytes(4, "big") + b"mdat" + (size + 16).to_bytes(8, "big")


MOVIE = build_movie.box(b"moov", build_movie.movie_header(), build_movie.track(b"vide", build_movie.video()))
FRONT = build_movie.file_type()
PICTURE = build_heif.meta(build_heif.properties(build_heif.size(64, 48)))


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (FRONT, MOVIE, "MP4"),
        (FRONT + MOVIE, b"", "MP4"),
        (build_movie.file_type(b"qt  "), MOVIE, "QuickTime"),
        (build_heif.file_type() + PICTURE, b"", "HEIF"),
        (build_heif.file_type(), PICTURE, "HEIF"),
        (build_heif.file_type(b"avif", b"avif", b"mif1"), PICTURE, "HEIF"),
    ],
)
def test_boxes_are_found_without_reading_the_media(before, after, name):
    start = len(before) + 16
    source, names = counted(before + media_box(MEDIA) + after, range(start, start + MEDIA))
    assert name in names
    assert len(source.ranges) < 50


def test_a_jpeg_is_two_reads_however_long_its_scan(tiff):
    photo = build_jpeg.jpeg((0xE1, b"Exif\0\0" + tiff({0x010F: (2, b"Maker\0")})), (0xC0, build_jpeg.frame()))
    source, names = counted(photo + bytes(1 << 20))
    assert "Exif IFD0" in names
    assert len(source.ranges) == 2
    assert source.bytes < 70_000


def test_segments_that_nobody_reads_are_passed_over():
    heat = [(0xE1, b"FLIR\0\1" + bytes([number]) + bytes(65_000)) for number in range(20)]
    source, names = counted(build_jpeg.jpeg(*heat, (0xFE, b"a comment"), (0xC0, build_jpeg.frame())))
    assert "JpegComment" in names
    assert source.bytes < 70_000


@pytest.mark.skipif(not JUDGE.exists(), reason="the conformance samples (../shared) are not here")
def test_reads_of_the_jpeg_samples(samples):
    """At most 2 reads for nine files of ten, and less than a tenth of all bytes."""
    found = [
        counted(path.read_bytes())[0]
        for path in (samples / "jpg").rglob("*")
        if path.is_file() and path.suffix != ".txt"
    ]
    assert len(found) > 100
    reads = sorted(len(source.ranges) for source in found)
    part = sum(source.bytes for source in found) / sum(source.size for source in found)
    print(f"\n{len(found)} files: 90th percentile {reads[len(reads) * 9 // 10]} reads, {part:.2%} of the bytes")
    assert reads[len(reads) * 9 // 10] <= 2
    assert part < 0.1
