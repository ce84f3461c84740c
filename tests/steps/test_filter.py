from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILE
from metadata_digger.steps.filter import FilterStep, Selection

Make = Callable[..., Batch]

GPS = ("GPS", "GPS Latitude", "1° 2' 3\"")
DATE = ("Exif IFD0", "Date/Time", "2020:01:01 00:00:00")


def reasons(batch: Batch, *mandatory: str, selection: Selection | None = None) -> list[str | None]:
    step = FilterStep(mandatory, selection or Selection())
    (done,) = step.run(iter([batch]))
    assert done.rows.schema == step.output(batch.rows.schema)
    assert [column for column in done.rows.schema.names if column not in ("status", "reason")] == [
        name for name in batch.rows.schema.names if name not in ("status", "reason")
    ]
    assert done.rows.column("tags").equals(batch.rows.column("tags"))
    statuses = done.rows.column("status").to_pylist()
    texts = done.rows.column("reason").to_pylist()
    assert all((status == "ok") == (text is None) for status, text in zip(statuses, texts, strict=True))
    return [text and f"{status}: {text}" for status, text in zip(statuses, texts, strict=True)]


LACKS_GPS = "filtered: missing mandatory tag GPS.GPS Latitude"


@pytest.mark.parametrize(
    ("tags", "mandatory", "expected"),
    [
        ([GPS], ["GPS.GPS Latitude"], None),
        ([DATE], ["GPS.GPS Latitude"], LACKS_GPS),
        ([], ["GPS.GPS Latitude"], LACKS_GPS),
        ([("GPS", "GPS Latitude", "")], ["GPS.GPS Latitude"], LACKS_GPS),
        ([("GPS", "GPS Latitude", None)], ["GPS.GPS Latitude"], LACKS_GPS),
        ([("GPS", "GPS Latitude", ""), GPS], ["GPS.GPS Latitude"], None),
        ([("XMP", "GPS Latitude", "1")], ["GPS.GPS Latitude"], LACKS_GPS),
        ([DATE], ["Exif IFD0.Date/Time"], None),
        ([DATE], ["Exif IFD0.DateTime"], None),  # as the column is called
        ([GPS], ["GPS.GPS Latitude", "Exif IFD0.DateTime"], "filtered: missing mandatory tag Exif IFD0.DateTime"),
        ([GPS, DATE], ["GPS.GPS Latitude", "Exif IFD0.DateTime"], None),
        ([], [], None),
    ],
)
def test_mandatory(tagged: Make, tags: list[tuple[str, str, str]], mandatory: list[str], expected: str | None) -> None:
    assert reasons(tagged(tags), *mandatory) == [expected]


def test_only_allowed_directories_count(tagged: Make) -> None:
    batch = tagged([GPS, DATE])
    assert reasons(batch, "GPS.GPS Latitude", selection=Selection(("Exif IFD0",))) == [LACKS_GPS]
    assert reasons(batch, "GPS.GPS Latitude", selection=Selection(tags=("Date/Time",))) == [None]


def test_rows_that_are_out_already_keep_their_reason(tagged: Make) -> None:
    done = list(FilterStep(("GPS.GPS Latitude",)).run(iter([tagged([], [], [GPS], statuses=["denied"])])))
    assert done[0].rows.column("status").to_pylist() == ["denied", "filtered", "ok"]
    assert done[0].rows.column("reason").to_pylist() == [None, "missing mandatory tag GPS.GPS Latitude", None]


def test_empty_batch(tagged: Make) -> None:
    assert reasons(tagged(), "GPS.GPS Latitude") == []


def test_bad_configuration_is_found_before_the_first_file(tagged: Make) -> None:
    with pytest.raises(ConfigError, match=r"'NoDot' is not Directory\.Tag"):
        FilterStep(("NoDot",)).output(tagged().rows.schema)
    with pytest.raises(ConfigError, match="extracts none"):
        FilterStep(("GPS.GPS Latitude",)).output(pa.schema(list(FILE)))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), {"GPS", "DATE"}),
        (Selection(directories=("GPS", "Nope")), {"GPS"}),
        (Selection(directories=()), set()),
        (Selection(tags=("GPS Latitude",)), {"GPS"}),
        (Selection(tags=("GPS GPS Latitude",)), {"GPS"}),
        (Selection(tags=("GPS.GPS Latitude",)), {"GPS"}),
        (Selection(tags=("DateTime", "GPS.GPS Latitude")), {"GPS", "DATE"}),
        (Selection(tags=("Exif IFD0.Date/Time",)), {"DATE"}),
        (Selection(tags=("Exif SubIFD.Date/Time", "gps latitude")), set()),
        (Selection(("GPS",), ("DateTime",)), set()),
    ],
)
def test_selection(selection: Selection, expected: set[str]) -> None:
    assert {name for name, tag in (("GPS", GPS), ("DATE", DATE)) if selection.has(*tag[:2])} == expected
