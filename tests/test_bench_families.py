"""What the comparison with ExifTool takes for the same."""

import importlib.util
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture(scope="module")
def families():
    spec = importlib.util.spec_from_file_location("bench_families", BENCH / "families.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(BENCH))
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCH))
    del sys.modules[spec.name]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("InternalSerialNumber", "serial numbers"),
        ("SerialNumberFormat", None),
        ("CameraTemperature", "camera temperature"),
        ("ColorTemperature", None),
        ("HistorySoftwareAgent", "history"),
        ("ShutterCount", "shutter and file numbers"),
        ("SubSecTimeOriginal", "sub-seconds and offsets"),
        ("DateTimeOriginal", "dates"),
        ("PreviewImage", "thumbnails and previews"),
        ("OwnerName", "owner"),
    ],
)
def test_a_tag_is_of_a_family(families, name, family):
    index = families.family(name)
    assert (None if index is None else families.FAMILIES[index][0]) == family


@pytest.mark.parametrize(
    ("name", "theirs", "ours", "same"),
    [
        ("FileNumber", "101-0163", ("Canon Makernote Image Number", "1010163"), True),
        ("FileNumber", "0076", ("Nikon Makernote File Number", "76"), True),
        ("FileNumber", "0076", ("Exif IFD0 Rating", "76"), False),
        ("CameraTemperature", "19 C", ("Pentax Makernote Camera Temperature", "19 °C"), True),
        ("CameraTemperature", "19 C", ("Pentax Makernote Camera Temperature", "20 °C"), False),
        ("CreateDate", "2012:05:22 15:51:47+01:00", ("x", "Tue May 22 15:51:47 +01:00 2012"), True),
        ("CreateDate", "2012:05:22 15:51:47", ("x", "2012-05-23T15:51:47"), False),
        ("IPTCDigest", "ca307734ffd880d6", ("Photoshop Caption Digest", "CA307734FFD880D6"), True),
        ("LensInfo", "18-55mm f/3.5-5.6", ("aux:LensInfo", "180/10 550/10 35/10 56/10"), True),
        (
            "ThumbnailImage",
            "(Binary data 6892 bytes, use -b option to extract)",
            ("Thumbnail Length", "6892 bytes"),
            True,
        ),
        ("SerialNumber", "1705368944", ("Canon Makernote Camera Serial Number", "0123"), False),
    ],
)
def test_values_are_compared_leniently(families, name, theirs, ours, same):
    found = families.Ours()
    found.add(*ours)
    assert families.has(found, families.family(name), [theirs]) is same
