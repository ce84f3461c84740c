"""Ricoh's makernotes that are text."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...show import described


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Rv0103;Rg1C;Bg18;Ll0;\0", {"Firmware Version": "1.03", "Red Gain": "1C", "Blue Gain": "18"}),
        (b"Rev0113;\0", {"Firmware Version": "1.13"}),
        (b"Rvx.1;Gg2", {"Firmware Version": "x.1", "Green Gain": "2"}),
        (b"Rv\xff\xff", {}),
    ],
)
def test_text(text, expected):
    found = list(exif.read(Reader.over(build_photo(b"RICOH", text.ljust(40, b"\0"), relative=False))))
    assert described(found[-1]) == expected
    assert "Makernote" in described(found[-2])
