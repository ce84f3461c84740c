"""From the command line to the engine and back: what is asked of it, and what is said at the end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import cast

import pytest

from metadata_digger.cli import main, runs
from metadata_digger.cli.progress import Progress
from metadata_digger.cli.runs import table
from metadata_digger.cli.summary import serving, summary
from metadata_digger.config import Config
from metadata_digger.run.job import Job
from metadata_digger.run.report import Report
from metadata_digger.sinks import SINKS, Sink


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "in").mkdir()
    file = tmp_path / "c.properties"
    file.write_text(f"input.paths={tmp_path}/in\noutput.format=csv\noutput.directoryPath={tmp_path}/out\n")
    return str(file)


class Engine:
    """Stands in for engines.local and engines.spark: keeps the job, returns the report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.jobs: list[tuple[Job, str]] = []

    def __call__(self, work: Job, engine: str, progress: Progress, config: Config) -> Report:
        self.jobs.append((work, engine))
        progress(1, None)
        progress(2, 2)
        return self.report


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(Report(statuses=Counter(ok=2), seconds=1.0, workers=1))
    monkeypatch.setattr(runs, "_run", made)
    return made


def test_exit_code_0_when_all_is_well(path: str, engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    engine.report.statuses["filtered"] = 1
    assert main(["extract", path, "--overwrite", "--set", "output.filesNumber=3"]) == 0
    (job, name), *more = engine.jobs
    assert not more
    assert (name, job.overwrite, job.files_number) == ("local", True, 3)
    assert capfd.readouterr().out.startswith("files seen")


@pytest.mark.parametrize(
    ("options", "sentences"),
    [
        (["--resume", "--overwrite"], ["--resume goes on with what --overwrite throws away: drop --overwrite to go"]),
        (
            ["--update", "--overwrite"],
            ["--update keeps rows of the output that --overwrite replaces: drop"],
        ),
        (
            ["--update-by", "hash"],
            ["--update-by says how --update compares, and --update is not given: add it"],
        ),
        (["--update-by", "time"], ["--update-by says how --update compares"]),
        (["--accept-gone"], ["--accept-gone says what --update may take out, and --update is not given: add it"]),
        (["--update", "--resume", "--overwrite"], ["--resume goes on with", "--update keeps rows"]),
    ],
)
def test_options_that_ask_for_opposite_things_are_refused(
    path: str, engine: Engine, capfd: pytest.CaptureFixture[str], options: list[str], sentences: list[str]
) -> None:
    assert main(["extract", path, *options]) == 2
    said = capfd.readouterr().err.removeprefix("metadata-digger: ").splitlines()
    assert len(said) == len(sentences)
    assert all(line.startswith(sentence) for line, sentence in zip(said, sentences, strict=True))
    assert engine.jobs == []


@pytest.mark.parametrize(
    ("options", "update"),
    [
        ([], None),
        (["--update"], "time"),
        (["--update", "--resume"], "time"),
        (["--update", "--update-by", "hash"], "hash"),
    ],
)
def test_how_an_update_compares(path: str, engine: Engine, options: list[str], update: str | None) -> None:
    assert main(["extract", path, *options]) == 0
    assert engine.jobs[0][0].update == update
    assert not engine.jobs[0][0].accept_gone


@pytest.mark.parametrize("options", [["--update", "--accept-gone"], ["--resume", "--accept-gone"]])
def test_what_is_gone_is_accepted(path: str, engine: Engine, options: list[str]) -> None:
    assert main(["extract", path, *options]) == 0
    assert engine.jobs[0][0].accept_gone


@pytest.mark.parametrize("status", ["failed", "denied", "not_found", "timed_out"])
def test_exit_code_3_when_files_failed(path: str, engine: Engine, status: str) -> None:
    engine.report.statuses[status] = 1
    assert main(["extract", path]) == 3


def test_engine_is_passed_on(path: str, engine: Engine) -> None:
    assert main(["--engine", "spark", "extract", path]) == 0
    assert engine.jobs[0][1] == "spark"


def test_configuration_faults_stop_before_the_engine(path: str, engine: Engine) -> None:
    assert main(["extract", path, "--set", "output.format=xml"]) == 2
    assert engine.jobs == []


def test_warnings_are_shown(path: str, engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    with Path(path).open("a") as file:
        file.write("filter.ignoredTags=x\n")
    assert main(["extract", path]) == 0
    assert f"metadata-digger: warning: {path}:4: filter.ignoredTags has no effect" in capfd.readouterr().err


def test_images_to_compare_with_are_checked_before_the_engine(
    path: str, engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["find_similar", path, "nowhere.jpg"]) == 2
    assert capfd.readouterr().err == "metadata-digger: IMAGE nowhere.jpg: No such file or directory\n"
    assert engine.jobs == []


@pytest.mark.parametrize(
    ("action", "settings", "notes"),
    [
        ("extract", ["filter.allowedTags=Model,GPS.GPS Latitude,Date/Time,ColorSpace"], []),
        (
            "extract",
            ["filter.allowedTags=Modell,Model,GPS.Model"],
            ["no file that is written has these tags of filter.allowedTags: Modell, GPS.Model"],
        ),
        (
            "full",
            ["filter.allowedMetadataDirectories=Exif IFD0,GSP", "filter.allowedTags=Model,GPS Latitude"],
            [
                "no file that is written has these directories of filter.allowedMetadataDirectories: GSP",
                "no file that is written has these tags of filter.allowedTags: GPS Latitude",
            ],
        ),
        (
            "extract",
            ["filter.allowedTags=" + ",".join(f"t{number}" for number in range(12))],
            [
                "no file that is written has these tags of filter.allowedTags: "
                "t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more"
            ],
        ),
        ("describe", ["filter.allowedTags=Modell"], []),
        ("detect_categories", ["filter.allowedTags=Modell"], []),
    ],
)
def test_filters_that_name_what_no_file_has_are_told(
    path: str,
    engine: Engine,
    capfd: pytest.CaptureFixture[str],
    action: str,
    settings: list[str],
    notes: list[str],
) -> None:
    engine.report.tags = {
        ("GPS", "GPS Latitude"),
        ("Exif IFD0", "Model"),
        ("Exif IFD0", "Date/Time"),
        ("JPEG", ""),
        ("ICC Profile", "Color Space"),
        ("PNG", "ColorSpace"),
    }
    assert main([action, path, *(word for setting in settings for word in ("--set", setting))]) == 0
    told = [line.removeprefix("note        ") for line in capfd.readouterr().out.splitlines() if line[:4] == "note"]
    assert told == notes


def test_filters_that_no_file_could_have_met_are_not_told(
    path: str, engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["extract", path, "--set", "filter.allowedTags=Modell"]) == 0
    assert "note" not in capfd.readouterr().out


def test_describe_prints_the_table_alone_to_standard_output(
    path: str, engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    engine.report.tags = {("GPS", "GPS Latitude"), ("Exif IFD0", "Make"), ("JPEG", "")}
    assert main(["describe", path]) == 0
    out, err = capfd.readouterr()
    assert out == (
        "+-------------------------------+\n"
        "|Metadata Directory and Tag Name|\n"
        "+-------------------------------+\n"
        "|Exif IFD0.Make                 |\n"
        "|GPS.GPS Latitude               |\n"
        "+-------------------------------+\n"
    )
    assert err.startswith("files seen")


def test_table_is_as_wide_as_its_widest_row() -> None:
    assert list(table(["A." + "b" * 40]))[1:4:2] == [f"|{'Metadata Directory and Tag Name':<42}|", f"|A.{'b' * 40}|"]
    assert len(list(table([]))) == 4


def test_summary_adds_up_and_names_reasons() -> None:
    report = Report(
        reasons=Counter(
            {
                ("filtered", "unknown file type"): 28,
                ("filtered", "missing mandatory tag GPS.GPS Latitude"): 2,
                ("failed", "it is broken"): 3,
                ("denied", "Permission denied"): 1,
            }
        ),
        statuses=Counter(ok=1200, filtered=30, failed=3, denied=1),
        labels=Counter(person=512, car=210),
        seconds=12.34,
        workers=2,
        output=Path("/out/result"),
        files=("result.csv",),
        notes=["two workers instead of eight: memory"],
    )
    assert list(summary(report)) == [
        "files seen        1,234   12.3 s, 100.0 files a second, 2 workers",
        "  written         1,200",
        "  filtered           30",
        "             28  unknown file type",
        "              2  missing mandatory tag GPS.GPS Latitude",
        "  failed              4",
        "              3  it is broken",
        "              1  denied: Permission denied",
        "labels      person 512, car 210",
        "output      /out/result/result.csv",
        "record      /out/result/_run (run.json, failed.jsonl, filtered.jsonl, notes.jsonl)",
        "note        two workers instead of eight: memory",
    ]


def test_summary_tells_equal_counts_in_one_order() -> None:
    names = ["b", "no a", "c", "a", "no b"]
    told = []
    for order in (names, names[::-1]):
        report = Report(
            reasons=Counter({(status, name): 2 for name in order for status in ("filtered", "failed")}),
            statuses=Counter(ok=2, filtered=10, failed=10),
            kinds=Counter(dict.fromkeys(order, 1)),
            noted=1,
        )
        told.append(list(summary(report)))
    assert told[0] == told[1]


def test_summary_is_short_whatever_happened() -> None:
    report = Report(
        reasons=Counter({("failed", f"reason {i}"): 1 for i in range(50)}),
        statuses=Counter(failed=50),
        labels=Counter({f"label {i}": 1 for i in range(80)}),
        output=Path("/out/result"),
        files=("result_0.csv", "result_1.csv"),
    )
    lines = list(summary(report))
    assert "             42  for 42 other reasons" in lines
    assert any(line.endswith(", ... (80 labels)") for line in lines)
    assert "output      /out/result (2 files)" in lines
    assert len(lines) < 20


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (("index.json",), "output      /out/result/index.json"),
        (("result.csv", "index.json"), "output      /out/result (result.csv, index.json)"),
        ((*(f"result_{number}.csv" for number in range(9)), "index.json"), "output      /out/result (10 files)"),
    ],
)
def test_summary_names_the_files_of_several_forms(files: tuple[str, ...], told: str) -> None:
    assert told in summary(Report(output=Path("/out/result"), files=files))


@pytest.mark.parametrize(
    ("forms", "configuration", "told"),
    [
        ("index", None, ["serve       metadata-digger serve '/out/my result'"]),
        ("csv,parquet", "a.properties", ["serve       metadata-digger serve '/out/my result'"]),
        ("solr,index", "a.properties", ["serve       metadata-digger serve '/out/my result'"]),
        ("solr", "a.properties", ["serve       metadata-digger serve a.properties"]),
        ("csv,solr", None, []),
        ("csv,json", "a.properties", []),
    ],
)
def test_what_can_be_served_says_how(forms: str, configuration: str | None, told: list[str]) -> None:
    kinds = {kind.name: cast("Sink", kind) for kind in SINKS}
    sinks = [kinds[form] for form in forms.split(",")]
    assert list(serving(sinks, Report(output=Path("/out/my result")), configuration)) == told


def test_summary_says_so_when_there_was_nothing_to_do() -> None:
    assert list(summary(Report()))[-1] == "note        there are no files in input.paths"


def test_progress_off_a_terminal_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress() as progress:
        progress(1, None)
        assert capsys.readouterr().err == ""
        monkeypatch.setattr("metadata_digger.cli.progress.SECONDS_PER_LINE", 0.0)
        progress(1500, None)
        progress(3000, 4000)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("1,500 files done, ")
    assert second.startswith("3,000 of 4,000 files done, ")
