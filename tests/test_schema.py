from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Step
from metadata_digger.schema import BOXED, EXTRACTED, FILE, HASHES, LABELLED, THUMBNAILS, hashed, thumbnailed
from metadata_digger.steps.extract import ExtractStep
from metadata_digger.steps.filter import FilterStep
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.label import LabelStep
from metadata_digger.steps.thumbnail import ThumbnailStep

# Step, fields that it appends.
STEPS: list[tuple[Step, list[pa.Field[Any]]]] = [
    (ExtractStep(), EXTRACTED),
    (LabelStep(SimpleNamespace(boxes=None)), LABELLED),  # type: ignore[arg-type]  # as much of a model as is asked
    (HashStep(HASHES), hashed(HASHES)),
    (HashStep(("sha1", "crc32")), hashed(("sha1", "crc32"))),
    (ThumbnailStep((10, 10), (30, 20)), thumbnailed(THUMBNAILS)),
    (LabelStep(SimpleNamespace(boxes="maps")), [*LABELLED, *BOXED]),  # type: ignore[arg-type]
]


def test_names_are_distinct() -> None:
    added = [*hashed(HASHES), *thumbnailed(THUMBNAILS)]
    names = [field.name for field in (*FILE, *EXTRACTED, *added, *LABELLED, *BOXED)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("step", "fields"), STEPS)
def test_a_step_appends_and_says_so(step: Step, fields: list[pa.Field[Any]]) -> None:
    schema = step.output(FILE)
    assert list(schema) == [*FILE, *fields]
    with pytest.raises(ConfigError):
        step.output(schema)


def test_filters_change_no_columns() -> None:
    schema = pa.schema([*FILE, *EXTRACTED])
    assert FilterStep(("GPS.GPS Latitude",)).output(schema) == schema
