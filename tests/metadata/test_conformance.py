"""The extractor beside the reference's own output on the public samples, where they are at hand (`../shared`).

The samples are unpacked once a session (220 MB, some 10 s) unless CONFORMANCE_SAMPLES names the folder that has `dev`.
"""

import json
import os
import re
import runpy
import subprocess
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata

JUDGE = Path(__file__).parents[2] / "../shared/conformance"
NOT_YET = re.compile("Makernote|PrintIM|Olympus|Panasonic|Reconyx")  # issue 5 reads the makernotes
# folder: least recall, least precision
BARS = {
    "jpg": (0.85, 0.97),
    "png": (0.85, 0.97),
    "tif": (0.97, 0.97),
    "heic": (0.95, 0.99),
    "avif": (0.99, 0.99),
    "webp": (0.93, 0.99),
    **dict.fromkeys(("gif", "bmp", "ico", "pcx", "psd", "eps", "ai", "rw2"), (0.995, 0.995)),
    **dict.fromkeys(("mp4", "mov", "m4v", "m4a", "3gp", "3g2", "avi", "mp3", "m2v"), (0.99, 0.99)),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not JUDGE.exists(), reason="the conformance samples (../shared) are not here"),
]


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    named = os.environ.get("CONFORMANCE_SAMPLES")
    if named:
        return Path(named) / "dev"
    folder = tmp_path_factory.mktemp("conformance")
    subprocess.run(["sh", JUDGE / "unpack.sh", folder], check=True)
    return folder / "dev"


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


@pytest.mark.parametrize("folder", BARS)
def test_folder(samples, judge, folder):
    tally = judge.Tally()
    for path in paths(samples, folder):
        expected = judge.read_expected(samples, str(path.relative_to(samples)))
        actual = judge.parse_actual(json.loads(json.dumps(result(path))))
        for record in (expected, actual):
            record.triples = Counter({key: n for key, n in record.triples.items() if not NOT_YET.search(key[0])})
        tally.add(expected, actual)
    common, wanted, given = tally.triples
    recall, precision = BARS[folder]
    shares = f"recall {common / wanted:.4f}, precision {common / given:.4f}"
    print(f"\n{folder}: {shares}, {tally.whole} of {tally.files} whole")
    assert common >= recall * wanted
    assert common >= precision * given


def test_no_sample_takes_long_or_raises_anything_else(samples):
    for path in (path for path in samples.rglob("*") if path.is_file() and "metadata" not in path.parts[-3:-1]):
        start = time.process_time()
        result(path)
        assert time.process_time() - start < 1, path
