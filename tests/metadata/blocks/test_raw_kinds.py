"""Raw files that begin as TIFF files do."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.extract import read_metadata

from ..conftest import Ifd, build_tiff

SUB: Ifd = {0x0100: (3, 7)}
NIKON = (2, b"NIKON CORPORATION\0")
SONY = (2, b"SONY\0")


@pytest.mark.parametrize(
    ("ifd", "name"),
    [
        ({0x010F: NIKON, 0x00FE: (4, 1), 0x014A: [SUB]}, "NEF"),
        ({0x010F: NIKON, 0x00FE: (4, 0), 0x014A: [SUB]}, "TIFF"),
        ({0x010F: NIKON, 0x00FE: (4, 1)}, "TIFF"),
        ({0x010F: NIKON, 0x00FE: (4, 1), 0x014A: [SUB], 0xC612: (1, (1, 4, 0, 0))}, "DNG"),
        ({0xC612: (1, (1, 4, 0, 0))}, "DNG"),
        ({0x010F: SONY, 0xC634: (1, (1, 2, 3, 4))}, "ARW"),
        ({0x010F: SONY}, "TIFF"),
        ({0x0103: (3, 65535), 0x010F: (2, b"PENTAX\0")}, "PEF"),
        ({0x0103: (3, 65535), 0x010F: (2, b"RICOH IMAGING\0")}, "PEF"),
        ({0x0103: (3, 1), 0x010F: (2, b"PENTAX\0")}, "TIFF"),
        ({0x010F: (2, b"SAMSUNG\0"), 0x014A: [SUB]}, "SRW"),
        ({0x010F: (2, b"me\0")}, "TIFF"),
        ({}, "TIFF"),
    ],
)
def test_kinds(ifd: Ifd, name: str) -> None:
    for order in "<>":
        data = build_tiff(ifd, order=order) + bytes(16)
        assert read_metadata(data)[-1].values[1] == name
    assert read_metadata(build_tiff({0x010F: NIKON}, big=True))[-1].values[1] == "TIFF"


def test_a_file_that_is_cut_is_tiff() -> None:
    whole = build_tiff({0x010F: NIKON, 0x00FE: (4, 1), 0x014A: [SUB]})
    for size in range(4, len(whole)):
        assert read_metadata(whole[:size])[-1].values[1] in ("TIFF", "NEF")
