from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import raw_profile
from metadata_digger.metadata.formats import png as reader
from metadata_digger.metadata.source import Reader

from ..build_files import ICC, IPTC, RESOURCES, TIFF, XMP
from ..build_png import compressed, international, png
from ..show import named

PREAMBLE = b"http://ns.adobe.com/xap/1.0/\0"


def profile(name: str, data: bytes, length: int | None = None) -> bytes:
    digits = data.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return f"\n{name}\n{len(data) if length is None else length:8}\n{chr(10).join(lines)}\n".encode()


BLOCKS = [
    ("exif", b"Exif\0\0" + TIFF, "Exif IFD0"),
    ("exif", TIFF, "Exif IFD0"),
    ("APP1", b"Exif\0\0" + TIFF, "Exif IFD0"),
    ("APP1", PREAMBLE + XMP, "XMP"),
    ("exif", PREAMBLE + XMP, "XMP"),
    ("xmp", XMP, "XMP"),
    ("iptc", IPTC, "IPTC"),
    ("iptc", RESOURCES, "Photoshop"),
    ("8bim", b"Photoshop 3.0\0" + RESOURCES, "Photoshop"),
    ("icc", ICC, "ICC Profile"),
    ("icm", ICC, "ICC Profile"),
]


@pytest.mark.parametrize(("name", "data", "directory"), BLOCKS)
def test_profile(name: str, data: bytes, directory: str) -> None:
    content = profile(name, data)
    keyword = f"Raw profile type {name}"
    for kind, chunk in (
        ("tEXt", keyword.encode() + b"\0" + content),
        ("zTXt", compressed(keyword, content)),
        ("iTXt", international(keyword, content.decode(), packed=True)),
    ):
        found = list(reader.read(Reader.over(png((kind.encode(), chunk)))))
        assert named(found)[1:3] == [f"PNG-{kind}", directory]
        assert not [error for one in found for error in one.errors if one.name != "GPS"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (profile("xmp", XMP, len(XMP) + 5), f"Raw profile 'xmp': {len(XMP):,} of {len(XMP) + 5:,} bytes are there"),
        (profile("xmp", XMP)[:-9] + b"zz", f"Raw profile 'xmp': {len(XMP) - 4:,} of {len(XMP):,} bytes are there"),
        (b"", "Raw profile without a name and a length"),
        (b"no profile", "Raw profile without a name and a length"),
    ],
)
def test_what_is_wrong_is_told(content: bytes, error: str) -> None:
    assert raw_profile.read("xmp", content)[-1].errors[-1] == error


def test_unknown_profiles_stay_text() -> None:
    (directory,) = raw_profile.read("else", profile("else", b"abc"))
    assert directory.errors == ["Raw profile of an unknown kind, 'else', 3 bytes"]
    assert raw_profile.name_of("Raw profile type Exif") == "exif"
    assert raw_profile.name_of("Raw profile") is None


@given(st.sampled_from(BLOCKS), st.integers(0, 200), st.integers(0, 2000))
def test_cut(block: tuple[str, bytes, str], start: int, end: int) -> None:
    name, data, _ = block
    for directory in raw_profile.read(name, profile(name, data[start:])[: -end or None]):
        list(directory.tags())
