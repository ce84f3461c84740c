"""Metadata Digger 0.2.1's own outputs, where they lie beside the checkout: the command line gives the same.

Each folder of ../shared/golden is a case of one of five kinds. What differs must be in differences.toml, and all of
that must differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from golden.cases import GOLDEN, SHARED, Case, Ran, cases, run
from golden.compare import compare
from golden.known import Difference, Known
from golden.rows import table
from metadata_digger.steps.rename import Naming

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared")

# Both give rows.
ROWS = [
    "dup_config_labels",
    "empty_result",
    "empty_result_json",
    "mixed2_detect_csv",
    "mixed2_detect_json",
    "mixed2_full_json",
    "mixed_csv",
    "mixed_json",
    "own_csv",
    "own_csv_alloweddirs",
    "own_csv_allowedtags",
    "own_csv_content",
    "own_csv_files3",
    "own_csv_hashes",
    "own_csv_nodirs",
    "own_csv_partitions",
    "own_csv_prefix",
    "own_csv_snake",
    "own_csv_thumbs",
    "own_detect_csv",
    "own_detect_json",
    "own_detect_lenet_csv",
    "own_detect_lenet_json",
    "own_full_all_csv",
    "own_full_all_json",
    "own_full_csv",
    "own_full_json",
    "own_json",
    "own_json_alloweddirs",
    "own_json_allowedtags",
    "own_json_content",
    "own_json_files3",
    "own_json_hashes",
    "own_json_nodirs",
    "own_json_prefix",
    "own_json_snake",
    "own_json_thumbs",
    "two_inputs_csv",
]
DESCRIBED = ["own_describe", "mixed_describe"]
SINGLE = ["single_own", "single_png"]
# The original failed, or should have: what our one sentence names, and the exit code.
REFUSED = {
    "err_format": (2, "output.format=xml: must be csv, json"),
    "err_hash": (2, "processing.hash.types=md5,foo: 'foo' is none of crc32, md5"),
    "err_input_missing": (2, "input.paths: /no/such/dir does not exist"),
    "err_mandatory": (2, "filter.mandatoryTags=NoDot: each entry must be Directory.Tag"),
    "err_model_missing": (2, "enrichment.classifier.modelPath (line 9 of "),
    "err_naming": (2, "output.columns.namingConvention=kebab: must be camelCase or snakeCase"),
    "err_no_format": (2, "output.format is missing"),
    "err_no_input": (2, "input.paths is missing"),
    "err_output_exists": (1, "output.directoryPath: "),
    "err_storage": (2, "input.storage.name=ftp: must be file, hdfs or s3"),
    "err_thumb": (2, "processing.thumbnails.smallDimensions=100: must be WIDTHxHEIGHT"),
    "similar_missing_tag": (2, "GPS.GPS Latitude"),
    "single_text": (3, "text.txt: "),
}
# The original failed and we do not: the rows that it should have given are those of another case of its.
MENDED = {
    "err_not_keras_model": "own_detect_csv",
    "mixed_detect_csv": "mixed2_detect_csv",
    "mixed_detect_json": "mixed2_detect_json",
    "mixed_full_csv": "mixed_csv",
}
# Held against the original's own documents elsewhere.
ELSEWHERE = {"data", "solr"}

Do = Callable[[str], Ran]


@pytest.fixture(scope="session")
def known() -> Known:
    return Known.read()


@pytest.fixture(scope="session")
def do(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Do]:
    """A case, run once a session."""
    done: dict[str, Ran] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))  # where imported models are kept

        def once(name: str) -> Ran:
            if name not in done:
                done[name] = run(cases()[name], tmp_path_factory.mktemp(name))
            return done[name]

        yield once


def differences(case: Case, ran: Ran, known: Known) -> list[Difference]:
    """What no entry of differences.toml has."""
    if case.name in DESCRIBED:
        found = described(case, ran, known)
    elif case.name in MENDED:
        found = iter([Difference(case.name, "", "(exit code)", case.code, ran.code)])
    else:
        found = compare(case, ran, known)
    return [one for one in found if not known.excuses(one)]


def test_every_folder_has_a_case() -> None:
    named = [*ROWS, *DESCRIBED, *SINGLE, *REFUSED, *MENDED]
    assert len(named) == len(set(named))
    assert set(named) == set(cases())
    assert set(cases()) | ELSEWHERE == {path.name for path in GOLDEN.iterdir() if path.is_dir()}


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str, do: Do, known: Known) -> None:
    """Files, exit code, rows, columns in the original's order, and every cell in the text that stands in the file."""
    ran = do(name)
    assert ran.code in (0, 3), ran.said
    assert differences(cases()[name], ran, known) == []


@pytest.mark.parametrize("name", DESCRIBED)
def test_describe(name: str, do: Do, known: Known) -> None:
    assert differences(cases()[name], do(name), known) == []


def described(case: Case, ran: Ran, known: Known) -> Iterator[Difference]:
    theirs, ours = _tags(case.printed), _tags(ran.printed)
    assert (theirs[0], ours[1:]) == (ours[0], sorted(ours[1:]))
    if ran.code != case.code:
        yield Difference(case.name, "", "(exit code)", case.code, ran.code)
    columns = {Naming().column(*tag.split(".", 1)): tag for tag in ours[1:]}
    for tag in theirs[1:]:
        column = Naming().column(*tag.split(".", 1))
        found = columns.pop(column, None) or columns.pop(known.new_name(column), None)
        if found != tag and column == known.new_name(column):
            yield Difference(case.name, "", column, tag, found)
    for column, tag in columns.items():
        yield Difference(case.name, "", column, None, tag)


def _tags(printed: str) -> list[str]:
    """What stands in the frame, the header first. The frame is as wide as its longest row."""
    top, header, *rows = printed.splitlines()
    assert {len(line) for line in (header, *rows)} == {len(top)}
    assert {line for line in (top, *rows) if line.startswith("+")} == {f"+{'-' * (len(top) - 2)}+"}
    return [line[1:-1].rstrip(" ") for line in (header, *rows) if line.startswith("|")]


@pytest.mark.parametrize("name", SINGLE)
def test_extract_single(name: str, do: Do) -> None:
    """The counts, and of each directory every line; the original has both in the order of a hash table."""
    case, ran = cases()[name], do(name)
    assert ran.code == case.code
    (their_counts, theirs), (our_counts, ours) = map(_directories, (case.printed, ran.printed))
    assert our_counts == their_counts
    assert sorted(ours) == sorted(theirs)


def _directories(printed: str) -> tuple[list[str], list[list[str]]]:
    lines = printed.split("\n")
    parts = re.split(f"\n{'-' * 48}\n", "\n".join(lines[4:]))
    return lines[:4], [[name, *sorted(tags)] for name, *tags in (part.split("\n") for part in parts)]


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, do: Do) -> None:
    """One sentence that names what is wrong; nothing is written."""
    code, words = REFUSED[name]
    ran = do(name)
    assert (ran.code, words in ran.said, ran.said.count("\n")) == (code, True, 1), ran.said
    assert "Traceback" not in ran.said
    assert (ran.files, ran.printed) == ({}, "")


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str, do: Do, known: Known) -> None:
    """No odd picture ends the job, and plain BigDL files are models: every row is there."""
    case, ran = cases()[name], do(name)
    assert ran.code in (0, 3), ran.said
    assert differences(case, ran, known) == []
    assert {Path(path).name for path in table(cases()[MENDED[name]].files).rows} <= {
        Path(path).name for path in table(ran.files).rows
    }


def test_every_difference_is_needed(do: Do, known: Known) -> None:
    """The list only shrinks."""
    for name in (*ROWS, *DESCRIBED, *MENDED):
        differences(cases()[name], do(name), known)
    assert known.unneeded() == []
