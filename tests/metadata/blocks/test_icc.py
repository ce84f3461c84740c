from __future__ import annotations

from struct import pack

import pytest

from metadata_digger.metadata.blocks import icc
from metadata_digger.metadata.source import Reader

from ..build_icc import curve, description, fixed, localized, profile, xyz
from ..show import described


def test_header() -> None:
    (directory,) = icc.read(Reader.over(profile()))
    assert (directory.name, directory.errors) == ("ICC Profile", [])
    assert described(directory) == {
        "Profile Size": "132",
        "CMM Type": "test",
        "Version": "4.3.0",
        "Class": "Display Device",
        "Color space": "RGB ",
        "Profile Connection Space": "XYZ ",
        "Profile Date/Time": "2024:02:29 12:30:59",
        "Signature": "acsp",
        "Primary Platform": "Apple Computer, Inc.",
        "CMM Flags": "1",
        "Device manufacturer": "none",
        "Device model": "mod1",
        "Rendering Intent": "Media-Relative Colorimetric",
        "XYZ values": "0.964 1 0.825",
        "Tag Count": "0",
    }


MEASUREMENT = b"meas\0\0\0\0" + pack(">I", 1) + fixed(0, 0.5, 1.25) + pack(">I", 7) + fixed(0.01) + pack(">I", 2)


@pytest.mark.parametrize(
    ("tag", "data", "name", "text"),
    [
        (b"cprt", b"text\0\0\0\0Free\xe9\0", "Profile Copyright", "Freeé"),
        (b"desc", description("Süß"), "Profile Description", "Süß"),
        (b"tech", b"sig \0\0\0\0vidm", "Technology", "vidm"),
        (b"rXYZ", xyz(0.43607, 0.22249, 0.01392), "Red Colorant", "(0.4361, 0.2225, 0.0139)"),
        (b"wtpt", xyz(1, 2, 3) + fixed(4, 5, 6), "Media White Point", "(1, 2, 3), (4, 5, 6)"),
        (b"rTRC", curve(), "Red TRC", ""),
        (b"gTRC", curve(563), "Green TRC", "0.0085908"),
        (b"bTRC", curve(0, 1, 32768, 65535), "Blue TRC", "0.0, 0.0000153, 0.5000076, 1.0"),
        (b"dscm", localized(enUS="A", deDE="Ä"), "Apple Multi-language Profile Name", "2 enUS(A) deDE(Ä)"),
        (b"para", b"para\0\0\0\0\0\0", "Unknown tag (0x70617261)", "para (0x70617261): 10 bytes"),
        (
            b"meas",
            MEASUREMENT,
            "Measurement",
            "1931 2° Observer, Backing (0, 0.5, 1.25), Geometry Unknown 1, Flare 1%, Illuminant D65",
        ),
        (b"cprt", b"text\0\0\0", "Profile Copyright", "ERROR: the data of this tag ends too early"),
        (b"desc", b"desc\0\0\0\0\0\0\1\0", "Profile Description", "ERROR: the data of this tag ends too early"),
        (b"desc", b"desc\0\0\0\0\0\0\1\0sRGB\0more", "Profile Description", "sRGB"),
        (b"desc", b"desc\0\0\0\0\0\0\0\0sRGB\0", "Profile Description", "sRGB"),
        (b"rTRC", curve(1, 2)[:-1], "Red TRC", None),
        (b"rTRC", b"cur", "Red TRC", None),
        (b"\0\0\0\1", bytes(17), "Unknown tag (0x0001)", "[17 values]"),
        (b"\xff\xff\xff\xff", b"\x01\xff", "Unknown tag (0xffffffff)", "1 255"),
        # numbers of fields of the header
        (b"\0\0\0\x08", b"\1\2\3\4", "Version", None),
        (b"\0\0\0\x0c", b"\1\xff", "Class", "Unknown (1 255)"),
        (b"\0\0\0\x28", b"", "Primary Platform", "Unknown ()"),
        (b"\0\0\0\x40", b"\1", "Rendering Intent", "Media-Relative Colorimetric"),
    ],
)
def test_tag(tag: bytes, data: bytes, name: str, text: str | None) -> None:
    (directory,) = icc.read(Reader.over(profile({tag: data})))
    assert described(directory)[name] == text


def test_invalid_date() -> None:
    (directory,) = icc.read(Reader.over(profile(date=(2023, 2, 29, 0, 0, 0))))
    assert "Profile Date/Time" not in described(directory)
    assert directory.errors == [
        "ICC data describes an invalid date/time: year=2023 month=2 day=29 hour=0 minute=0 second=0"
    ]


@pytest.mark.parametrize(
    ("cut", "tags", "error"),
    [
        (0, 0, "(requested index: 0, requested count: 4, max index: -1)"),
        (30, 6, "(requested index: 30, requested count: 2, max index: 29)"),
        (130, 14, "(requested index: 128, requested count: 4, max index: 129)"),
        (140, 15, "(requested index: 140, requested count: 4, max index: 139)"),
        (150, 15, "(requested index: 144, requested count: 12, max index: 149)"),
    ],
)
def test_cut_profile(cut: int, tags: int, error: str) -> None:
    (directory,) = icc.read(Reader.over(profile({b"tech": b"sig \0\0\0\0vidm"})[:cut]))
    assert len(directory.values) == tags
    assert directory.errors == [
        f"Exception reading ICC profile: Attempt to read from beyond end of underlying data source {error}"
    ]


def test_shared_data_is_not_multiplied() -> None:
    """A profile whose tags all are the whole profile would take the square of its size."""
    count = 2000
    data = profile()[:128] + pack(">I", count)
    data += b"".join(pack(">III", 0x41000000 + number, 0, 132 + 12 * count) for number in range(count))
    (directory,) = icc.read(Reader.over(data))
    assert directory.errors
    assert len(directory.values) < 40


def test_profile_id() -> None:
    data = bytearray(profile())
    (before,) = icc.read(Reader.over(bytes(data)))
    data[84:100] = bytes(range(1, 17))
    (found,) = icc.read(Reader.over(bytes(data)))
    assert described(found)["Profile ID"] == "0102030405060708090a0b0c0d0e0f10"
    assert "Profile ID" not in described(before)
