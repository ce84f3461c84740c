"""The extractor beside the reference's own output on the public samples, where they are at hand (`../shared`).

The samples are unpacked once a session (220 MB, some 10 s) unless CONFORMANCE_SAMPLES names the folder that has `dev`.
"""

import json
import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata

from .conftest import JUDGE

Differences = runpy.run_path(str(Path(__file__).parents[2] / "tools/differences.py"))["Differences"]

pytestmark = [
    pytest.mark.skipif(not JUDGE.exists(), reason="the conformance samples (../shared) are not here"),
]


@pytest.fixture(scope="session")
def judge():
    return SimpleNamespace(**runpy.run_path(str(JUDGE / "score.py")))


@pytest.fixture(autouse=True)
def sydney(monkeypatch):
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def result(path):
    """What `extract_single --json` prints for one sample."""
    try:
        directories = read_metadata(path)
    except MetadataError as error:
        return {"error": str(error)}
    return {
        "directories": [
            {
                "name": one.name,
                "tags": [{"id": tag.id, "name": tag.name, "description": tag.description} for tag in one.tags()],
                "errors": one.errors,
                "xmp": [found._asdict() for found in one.xmp],
            }
            for one in directories
        ]
    }


def paths(samples, folder):
    found = [text.parents[2] / text.name[:-4] for text in (samples / folder).rglob("metadata/java/*.txt")]
    assert found
    return sorted(found)


def test_every_sample_is_as_the_reference_has_it(samples, judge):
    """Every directory, tag, description and text of an error, but for what differences.toml names."""
    differences = Differences()
    total = judge.Tally()
    other, lost = set(), []
    for folder in sorted(path.name for path in samples.iterdir()):
        for path in paths(samples, folder):
            name = str(path.relative_to(samples))
            expected = judge.read_expected(samples, name)
            found = json.loads(json.dumps(result(path)))
            differences.put_values(found.get("directories", ()))
            actual = judge.parse_actual(found)
            if not total.add(expected, actual):
                other.add(name)
            if name not in differences.files:
                theirs, ours = differences.without_errors(name, expected.errors, actual.errors)
                lost += [(name, *text) for text in theirs - ours]
    common, wanted, given = total.triples
    print(f"\nrecall {common / wanted:.4f}, precision {common / given:.4f}, {total.whole} of {total.files} whole")
    assert other == differences.files
    assert not lost
    assert not differences.idle, "what no sample has any more"


def test_no_sample_takes_long_or_raises_anything_else(samples):
    for path in (path for path in samples.rglob("*") if path.is_file() and "metadata" not in path.parts[-3:-1]):
        start = time.process_time()
        result(path)
        assert time.process_time() - start < 1, path
