"""find_similar with rules: which values are near each other, and which files pass."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from metadata_digger.config.values import RULES, SimilarTag
from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILE
from metadata_digger.steps.similar.base import Base, read_base, read_bases
from metadata_digger.steps.similar.near import near, parsed
from metadata_digger.steps.similar.step import NearStep, sought

Make = Callable[..., Batch]
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("INT", "4032 pixels", 4032),
        ("INT", "12.5", 12),  # cut at the point, towards zero
        ("INT", "-12.9 C", -12),
        ("INT", "-.9", 0),
        ("INT", "5.", 5),
        ("INT", "", None),
        ("INT", "-", None),
        ("INT", ".", None),
        ("INT", "none", None),
        ("INT", "12-5", None),
        ("INT", "1.2.3", None),
        ("INT", "--5", None),
        ("INT", "1/200 sec", 1200),
        ("INT", "2020:01:02 03:04:05", 20200102030405),  # does not fit into 32 bits
        ("INT", "٣٤", None),  # digits to Python, not to Java
        ("INT", "9" * 400, int("9" * 400)),
        ("INT", "9" * 401, None),
        ("INT", "x" * 65_537 + "1", None),
        ("LONG", "9223372036854775808", 9223372036854775808),
        ("FLOAT", "f/2.8", np.float32(2.8)),
        ("FLOAT", "-.5 EV", np.float32(-0.5)),
        ("FLOAT", "52° 13' 47.1\"", np.float32(521347.1)),
        ("FLOAT", "1e5", np.float32(15)),
        ("FLOAT", "", None),
        ("STRING", "", ""),
        ("STRING", "a\nb", "a\nb"),
    ],
)
def test_what_a_value_is_compared_as(kind: str, text: str, expected: object) -> None:
    assert parsed(kind, text) == expected
    assert type(parsed(kind, text)) is type(expected)


@pytest.mark.parametrize(
    ("kind", "difference", "base", "other", "expected"),
    [
        ("STRING", "0", "NIKON D500", "NIKON D500", True),
        ("STRING", "0", "NIKON D500", "NIKON D500 ", False),
        ("STRING", "1", "NIKON D500", "NIKON D500 ", True),
        ("STRING", "2", "NIKON D500", "NIKON D610", True),  # the original's own example
        ("STRING", "2", "NIKON D500", "RIKON D500", True),
        ("STRING", "1", "NIKON D500", "NIKON D610", False),
        ("STRING", "1.9", "ab", "cd", False),  # MAXDIFF loses its fraction
        ("STRING", "3", "abc", "", True),
        ("STRING", "2", "abc", "", False),
        ("STRING", "0", "", "", True),
        ("STRING", "2", "kitten", "sitting", False),
        ("STRING", "3", "kitten", "sitting", True),
        ("INT", "0", "3504 pixels", "3504", True),
        ("INT", "10", "3504 pixels", "3514.9 pixels", True),
        ("INT", "10", "3504 pixels", "3515 pixels", False),
        ("INT", "10.9", "10", "21", False),
        ("INT", "5", "10", "unknown", False),
        ("INT", "5", "10", "", False),
        ("INT", "3", "2020:01:02 03:04:05", "2020:01:02 03:04:08", True),
        ("INT", "0", "1", "4294967297", False),  # the original's 32 bits took these for equal
        ("LONG", "3", "9223372036854775795", "9223372036854775797", True),
        ("FLOAT", "2.5", "45.2", "47.6", True),
        ("FLOAT", "0.1", "52.2297", "52.3", True),
        ("FLOAT", "0.1", "52.2297", "52.34", False),
        ("FLOAT", "0.1", "1.0", "1.1", False),  # 32-bit floats: 1.1 - 1.0 is a little more than 0.1
        ("FLOAT", "0", "16777217", "16777216", True),  # and hold 24 bits
        ("FLOAT", "1", "1", "9" * 60, False),
        ("FLOAT", "1", "9" * 60, "9" * 60, False),  # both infinite: no difference to speak of
    ],
)
def test_what_is_near(kind: str, difference: str, base: str, other: str, expected: bool) -> None:
    value = parsed(kind, base)
    assert value is not None
    assert near(SimilarTag("A", "B", kind, Decimal(difference)), value, other) is expected


@pytest.mark.parametrize("difference", ["0", "5", "60000"])
def test_hostile_texts_take_no_time(difference: str) -> None:
    rule = SimilarTag("A", "B", "STRING", Decimal(difference))
    long = "a" * 40_000 + "b" * 25_536
    start = time.process_time()
    assert not near(rule, long, "c" * 65_536)
    assert not near(rule, "a" * 20_000_000, "a" * 19_999_999)
    assert near(rule, "a" * 20_000_000, "a" * 20_000_000)
    assert time.process_time() - start < 1


MODEL = ("Exif IFD0", "Model", "Canon EOS 20D")
WIDTH = ("Exif SubIFD", "Exif Image Width", "3504 pixels")
TIME = ("Exif IFD0", "Date/Time", "2020:01:02 03:04:05")


def step(rules: str, *images: Sequence[tuple[str, str, str]], least: int = -1, own: Sequence[str] = ()) -> NearStep:
    read: tuple[SimilarTag, ...] = RULES.parse(rules)
    bases = [Base(f"image{number}.jpg", (), tuple(tags)) for number, tags in enumerate(images)]
    made = NearStep(read, sought(read, bases), least, frozenset(own))
    return pickle.loads(pickle.dumps(made))  # noqa: S301  # as on its way to a worker


def verdicts(batch: Batch, near_step: NearStep) -> list[str | int]:
    """The score of each row that is ok, the reason of others."""
    (done,) = near_step.run(iter([batch]))
    assert done.rows.schema == near_step.output(batch.rows.schema)
    rows = done.rows.to_pylist()
    return [row["similar_score"] if row["status"] == "ok" else row["reason"] for row in rows]


MODEL_AND_WIDTH = "Exif IFD0.Model:STRING,Exif SubIFD.Exif Image Width:INT:10"


@pytest.mark.parametrize(
    ("tags", "least", "expected"),
    [
        ([MODEL, WIDTH], -1, 2),
        ([MODEL, ("Exif SubIFD", "Exif Image Width", "3510 pixels")], -1, 2),
        ([MODEL], -1, "not similar: 1 of 2 conditions hold"),
        ([MODEL], 1, 1),
        ([], 1, "not similar: 0 of 2 conditions hold"),
        ([], 0, 0),
        ([("Exif IFD0", "Model", None), WIDTH], 1, 1),
        ([("XMP", "Model", "Canon EOS 20D")], 1, "not similar: 0 of 2 conditions hold"),
        ([("Exif IFD0", "Model", "Canon EOS 30D"), MODEL], 1, 1),  # of a tag that repeats the last value
        ([MODEL, ("Exif IFD0", "Model", "Canon EOS 30D")], 1, "not similar: 0 of 2 conditions hold"),
        ([MODEL, ("Exif IFD0", "Model", None)], 1, 1),
    ],
)
def test_conditions(tagged: Make, tags: list[tuple[str, str, str | None]], least: int, expected: str | int) -> None:
    assert verdicts(tagged(tags), step(MODEL_AND_WIDTH, [MODEL, WIDTH], least=least)) == [expected]


def test_names_with_and_without_what_columns_leave_out(tagged: Make) -> None:
    for name in ("Date/Time", "DateTime"):
        assert verdicts(tagged([TIME], []), step(f"Exif IFD0.{name}:STRING", [TIME])) == [
            1,
            "not similar: 0 of 1 conditions hold",
        ]
    creator = ("XMP", "dc:creator[1]", "Ada")
    for name in ("dc:creator[1]", "dccreator1"):
        assert verdicts(tagged([creator]), step(f"XMP.{name}:STRING", [creator])) == [1]


def test_of_several_images_one_is_enough_and_not_a_bit_of_each(tagged: Make) -> None:
    other = [("Exif IFD0", "Model", "NIKON D50"), ("Exif SubIFD", "Exif Image Width", "3008 pixels")]
    batch = tagged([MODEL, WIDTH], other, [MODEL, other[1]])
    assert verdicts(batch, step(MODEL_AND_WIDTH, [MODEL, WIDTH], other)) == [
        2,
        2,
        "not similar: 1 of 2 conditions hold",
    ]


def test_reasons_and_rows_that_are_out_already(tagged: Make) -> None:
    wide = ("Exif SubIFD", "Exif Image Width", "3505\npixels")
    batch = tagged([MODEL, wide], [MODEL], [MODEL, WIDTH], statuses=["ok", "ok", "denied"])
    (done,) = step(MODEL_AND_WIDTH, [MODEL, WIDTH], least=1, own=["file:/in/1"]).run(iter([batch]))
    assert done.rows.column("similar_reasons").to_pylist() == [
        ["Exif IFD0.Model: Canon EOS 20D", "Exif SubIFD.Exif Image Width: 3505 pixels (near 3504)"],
        ["the image itself", "Exif IFD0.Model: Canon EOS 20D"],
        None,
    ]
    assert done.rows.column("similar_score").to_pylist() == [2, 1, None]
    assert done.rows.column("status").to_pylist() == ["ok", "ok", "denied"]


def test_no_rows(tagged: Make) -> None:
    assert verdicts(tagged(), step(MODEL_AND_WIDTH, [MODEL, WIDTH])) == []


def test_what_an_image_lacks_is_named_before_any_work() -> None:
    with pytest.raises(ConfigError) as caught:
        step("GPS.GPS Latitude:STRING,Exif IFD0.Model:INT,Exif IFD0.Make:INT", [MODEL, ("Exif IFD0", "Make", "Canon")])
    assert str(caught.value).split("\n") == [
        "analytics.similar.tags: image0.jpg has no tag GPS.GPS Latitude",
        "analytics.similar.tags: Exif IFD0.Make of image0.jpg is no number ('Canon'), and INT needs one",
    ]


def test_it_needs_metadata() -> None:
    with pytest.raises(ConfigError, match="needs metadata"):
        step(MODEL_AND_WIDTH, [MODEL, WIDTH]).output(pa.schema(list(FILE)))


def test_images_are_read_as_rows_are(tmp_path: Path) -> None:
    base = read_base(str(PHOTOS / "car-garage.jpg"), "UTC")
    values = base.values()
    assert values["Exif IFD0", "Model"] == "iPhone 4S"
    assert values["Exif IFD0", "DateTime"] == values["Exif IFD0", "Date/Time"]
    assert values["GPS", "MD Location Lat F"].startswith("37.77")
    assert base.urls == (f"file:{PHOTOS / 'car-garage.jpg'}",)
    link = tmp_path / "link.jpg"
    link.symlink_to(PHOTOS / "car-garage.jpg")
    assert read_base(str(link), "UTC").urls == (f"file:{link}", f"file:{PHOTOS / 'car-garage.jpg'}")


def test_images_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("no picture")
    paths = [str(tmp_path / name) for name in ("none.jpg", "text.txt")]
    with pytest.raises(ConfigError) as caught:
        read_bases([*paths, str(PHOTOS / "cat.png"), str(tmp_path)], "UTC")
    lines = str(caught.value).split("\n")
    assert lines[0] == f"IMAGE {paths[0]}: No such file or directory"
    assert lines[1] == f"IMAGE {paths[1]}: unknown file type"
    assert lines[2].startswith(f"IMAGE {tmp_path}: not a file")
