"""Reading and checking configurations: one table a kind of fault, one line each."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from decimal import Decimal
from pathlib import Path

import pytest

from metadata_digger.actions import ACTIONS
from metadata_digger.config import examine, file_types, load
from metadata_digger.config.keys import BY_NAME, KEYS, READING, WRITING
from metadata_digger.config.values import available_cores
from metadata_digger.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "../shared/golden"
GOOD = "input.paths=/data/in\noutput.format=csv\noutput.directoryPath=/data/out\n"  # lines 1 to 3


def written(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "c.properties"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def faults_of(tmp_path: Path, text: str | bytes, *overrides: str, action: str = "full") -> list[str]:
    path = written(tmp_path, text)
    return [fault.replace(path, "c") for fault in examine(path, overrides, action)[1]]


def test_least_configuration_has_every_key(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD), [], "full")
    assert set(config.settings) == {key.name for key in KEYS}
    assert config["input.paths"] == ("/data/in",)
    assert config["output.columns.includeDirsInTags"] is True
    assert config["filter.allowedTags"] is None
    assert config["enrichment.classifier.mapping"] is None
    assert config["processing.cores"] == available_cores()


def test_keys_stand_once_and_defaults_are_values() -> None:
    names = [key.name for key in KEYS]
    assert len(names) == len(set(names))
    assert {key.name for key in KEYS if key.required} == {"input.paths", "output.format"}
    for key in KEYS:
        if not key.required:
            key.kind.parse(key.default)


def test_further_models_have_all_their_keys(tmp_path: Path) -> None:
    first = "enrichment.classifier."
    config = load(
        written(tmp_path, GOOD + f"{first}b.modelPath=x\n{first}a.modelPath=y\n{first}b.threshold=0.3"), [], "full"
    )
    assert config.classifiers == ("b", "a")
    assert (config[f"{first}b.threshold"], config[f"{first}a.threshold"], config[f"{first}a.mapping"]) == (
        0.3,
        None,
        None,
    )
    assert f"{first}a.quality" in config.effective()
    assert config.source(f"{first}a.quality") == "default"


def test_devices_are_those_of_the_runtime() -> None:
    from metadata_digger.labels.device import PROVIDERS

    assert set(BY_NAME["enrichment.classifier.device"].kind.name.replace("`", "").split(" or ")) == {*PROVIDERS, "auto"}


def test_required_keys_follow_the_actions() -> None:
    assert set(WRITING) == {action.name for action in ACTIONS if action.writes}
    assert set(READING) == {action.name for action in ACTIONS}


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("input.paths=/a, b ,,c", "input.paths", ("/a", "b", "c")),
        ("input.paths=/a,\\\n   /b", "input.paths", ("/a", "/b")),
        ("input.paths : /a", "input.paths", ("/a",)),
        ("input.paths /a", "input.paths", ("/a",)),
        ("input.paths=/\\u017c", "input.paths", ("/ż",)),
        ("input.paths=/ż", "input.paths", ("/ż",)),
        ("output.format=JSON ", "output.format", ("json",)),
        ("output.format=csv, Index,csv", "output.format", ("csv", "index")),
        ("output.columns.namingConvention=snakecase", "output.columns.namingConvention", "snakeCase"),
        ("output.columns.includeDirsInTags=False", "output.columns.includeDirsInTags", False),
        ("output.columns.includeDirsInTags=no", "output.columns.includeDirsInTags", False),
        ("output.columns.metadataPrefix=md_ ", "output.columns.metadataPrefix", "md_ "),
        ("output.filesNumber=-1", "output.filesNumber", -1),
        ("output.filesNumber=3", "output.filesNumber", 3),
        ("processing.maxPixels=1", "processing.maxPixels", 1),
        ("processing.fileTimeout=0.5", "processing.fileTimeout", 0.5),
        ("processing.maxPixels=-1", "processing.maxPixels", -1),
        ("enrichment.output.labelsDelimiter=\\u0020", "enrichment.output.labelsDelimiter", " "),
        ("enrichment.output.labelsDelimiter=|", "enrichment.output.labelsDelimiter", "|"),
        ("enrichment.classifier.threshold=0.999", "enrichment.classifier.threshold", 0.999),
        ("enrichment.classifier.threshold=", "enrichment.classifier.threshold", None),
        ("enrichment.classifier.threshold=0", "enrichment.classifier.threshold", 0.0),
        ("enrichment.classifier.threshold=1", "enrichment.classifier.threshold", 1.0),
        (
            "enrichment.classifier.mapping=0:person, 9:traffic light",
            "enrichment.classifier.mapping",
            {0: "person", 9: "traffic light"},
        ),
        ("enrichment.classifier.mapping=3:a:b", "enrichment.classifier.mapping", {3: "a:b"}),
        ("filter.allowedTags=*", "filter.allowedTags", None),
        ("filter.allowedTags=Image Width, Make", "filter.allowedTags", ("Image Width", "Make")),
        ("filter.mandatoryTags=GPS.GPS Latitude", "filter.mandatoryTags", ("GPS.GPS Latitude",)),
        ("filter.mandatoryTags=*", "filter.mandatoryTags", ()),
        ("processing.cores=3", "processing.cores", 3),
        ("processing.cores=ALL", "processing.cores", available_cores()),
        ("processing.maxMemoryGB=0.5", "processing.maxMemoryGB", 0.5),
        ("processing.timezone=Europe/Warsaw", "processing.timezone", "Europe/Warsaw"),
        ("processing.thumbnails.enabled=false", "processing.thumbnails.enabled", False),
        ("processing.hash.types=", "processing.hash.types", ()),
        ("processing.hash.types=*", "processing.hash.types", ()),
        ("filter.allowedFileTypes=*", "filter.allowedFileTypes", None),
        (
            "filter.allowedFileTypes=jpg, *.HEIC,.tif,webp,JPEG",
            "filter.allowedFileTypes",
            ("JPEG", "HEIF", "TIFF", "WebP"),
        ),
        ("output.zk.znode=", "output.zk.znode", None),
        ("output.csv.delimiter=;", "output.csv.delimiter", ";"),
        ("output.csv.delimiter=\\t", "output.csv.delimiter", "\t"),
        ("output.csv.delimiter=\\\\t", "output.csv.delimiter", "\t"),
        ("output.csv.maxCell=32767", "output.csv.maxCell", 32_767),
        ("output.csv.maxCell=-1", "output.csv.maxCell", None),
        ("output.csv.bom=yes", "output.csv.bom", True),
        ("enrichment.classifier.quality=BEST", "enrichment.classifier.quality", "best"),
        ("enrichment.classifier.a-b_1.modelPath=m", "enrichment.classifier.a-b_1.modelPath", "m"),
        ("enrichment.classifier.x.modelPath=m", "enrichment.classifier.x.quality", "fast"),
    ],
)
def test_values(tmp_path: Path, line: str, key: str, value: object) -> None:
    config = load(written(tmp_path, GOOD + line), [], "full")
    assert config[key] == value
    assert type(config[key]) is type(value)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("output.fromat=csv", "c:4: output.fromat: unknown key; did you mean output.format?"),
        (
            "enrichment.classifier.x.threshold=0.3",
            "c: enrichment.classifier.x.modelPath is missing: the model that the",
        ),
        ("enrichment.classifier.x.colour=red", "c:4: enrichment.classifier.x.colour: unknown key"),
        ("enrichment.classifier.x.modelPth=m", "did you mean enrichment.classifier.x.modelPath?"),
        ("enrichment.classifier.modelPth=m", "did you mean enrichment.classifier.modelPath?"),
        ("enrichment.classifier.a b.modelPath=m", "unknown key"),
        ("enrichment.classifier.x.modelPath=m\nenrichment.classifier.x.quality=high", "must be fast or best"),
        (
            "enrichment.classifier.boxes=true",
            "enrichment.classifier.boxes=true needs output.format=json, parquet or index: csv has no",
        ),
        (
            "enrichment.classifier.x.modelPath=m\nenrichment.classifier.x.boxes=true",
            "enrichment.classifier.x.boxes=true needs output.format=json",
        ),
        ("enrichment.classifier.device=gpu", "must be cpu, auto, cuda"),
        ("OUTPUT.FORMAT=csv", "c:4: OUTPUT.FORMAT: unknown key; did you mean output.format?"),
        ("output.csv.delimiter=::", r"output.csv.delimiter=::: must be one of , ; | and \t"),
        ("output.csv.maxCell=99", "output.csv.maxCell=99: must be a whole number from 100, or -1 for no limit"),
        ("output.columns.repeatedTags=first", "output.columns.repeatedTags=first: must be all or last"),
        ("output.csv.delimeter=;", "c:4: output.csv.delimeter: unknown key; did you mean output.csv.delimiter?"),
        ("classifier.threshold=1", "did you mean enrichment.classifier.threshold?"),
        ("filter.allowedExtensions=jpg", "unknown key; did you mean filter.allowedFileTypes?"),
        ("xyz=1", "c:4: xyz: unknown key; docs/reference/configuration.md lists all keys"),
        ("output.format=xml", "c:4: output.format=xml: must be csv, json, parquet, solr or index"),
        ("output.format=", "c:4: output.format=: is empty"),
        ("output.csv.dialect=excel", "must be rfc4180 or spark"),
        ("output.columns.namingConvention=kebab", "must be camelCase or snakeCase"),
        ("output.columns.includeDirsInTags=maybe", "must be true or false"),
        ("processing.fileTimeout=0", "must be a number of seconds above 0, for example 120"),
        ("processing.fileTimeout=-1", "must be a number of seconds above 0, for example 120"),
        ("processing.maxPixels=0", "processing.maxPixels=0: must be a whole number from 1, or -1 for no limit"),
        ("processing.maxPixels=-2", "must be a whole number from 1, or -1 for no limit"),
        ("output.filesNumber=0", "output.filesNumber=0: must be a whole number from 1, or -1"),
        ("input.partitions=0", "input.partitions=0: must be a whole number from 1, or -1"),
        ("output.filesNumber=-2", "must be a whole number from 1, or -1"),
        ("output.filesNumber=1.5", "must be a whole number from 1, or -1"),
        ("output.filesNumber=", "must be a whole number from 1, or -1"),
        ("processing.cores=0", "must be a whole number from 1, or all"),
        ("processing.cores=٣", "must be a whole number from 1, or all"),  # int() would take this digit
        ("processing.maxMemoryGB=0", "must be a number of gigabytes above 0"),
        ("processing.maxMemoryGB=2GB", "must be a number of gigabytes above 0"),
        ("processing.maxMemoryGB=inf", "must be a number of gigabytes above 0"),
        ("processing.timezone=Mars/Olympus", "must be a time zone"),
        ("processing.timezone=../../etc/passwd", "must be a time zone"),
        ("processing.timezone=Europe", "must be a time zone"),
        ("filter.allowedFileTypes=JPEG,pngg", "'pngg' is no file type that is told apart; did you mean PNG?"),
        ("filter.allowedFileTypes=qqqqqqqqq", "it must be one of JPEG, TIFF, PNG"),
        ("filter.allowedFileTypes=3fr", "'3fr' files have the type TIFF"),
        ("filter.allowedFileTypes=,", "must name at least one"),
        ("processing.hash.types=md5,*", "'*' is none of crc32, md5, sha1"),
        ("processing.hash.types=md5,foo", "'foo' is none of crc32, md5, sha1"),
        ("processing.thumbnails.smallDimensions=100", "must be WIDTHxHEIGHT"),
        ("processing.thumbnails.smallDimensions=0x100", "must be WIDTHxHEIGHT"),
        ("filter.mandatoryTags=NoDot", "'NoDot' is not"),
        ("filter.mandatoryTags=GPS.", "'GPS.' is not"),
        ("filter.allowedTags=", "must name at least one, or be * for all"),
        ("enrichment.classifier.mapping=person,1:car", "'person' is not"),
        ("enrichment.classifier.mapping=0:", "'0:' is not"),
        ("enrichment.classifier.mapping=0:a,0:b", "index 0 has two labels: 'a' and 'b'"),
        ("enrichment.classifier.threshold=high", "must be a number"),
        ("enrichment.classifier.threshold=nan", "must be a number"),
        ("enrichment.classifier.threshold=1.01", "threshold=1.01: must be a number from 0 to 1"),
        ("enrichment.classifier.threshold=-0.1", "threshold=-0.1: must be a number from 0 to 1"),
        ("enrichment.classifier.threshold=50", "threshold=50: must be a number from 0 to 1"),
        ("analytics.similar.tags=GPS.GPS Latitude", "each entry must be Directory.Tag:TYPE"),
        ("analytics.similar.tags=GPS.GPS Latitude:DATE", "each entry must be Directory.Tag:TYPE"),
        ("analytics.similar.tags=GPS.GPS Latitude:INT:x", "must be a number from 0"),
        ("analytics.similar.tags=GPS.GPS Latitude:INT:-1", "must be a number from 0"),
        ("analytics.similar.tags=GPS:STRING", "'GPS:STRING' is not"),
        ("analytics.similar.tags=.x:STRING", "'.x:STRING' is not"),
        ("analytics.similar.minPassingConditions=-2", "must be a whole number from 0, or -1"),
        ("analytics.similar.minPassingConditions=1", "needs analytics.similar.tags"),
        (
            "analytics.similar.tags=A.B:STRING\nanalytics.similar.minPassingConditions=2",
            "c:5: analytics.similar.minPassingConditions=2 is more than the 1 of analytics.similar.tags",
        ),
        ("output.zk.servers=localhost", "each entry must be HOST:PORT"),
        ("output.collection=a b", "must be of letters, digits"),
        ("output.solr.url=localhost:8983/solr", "must be http://HOST:PORT/solr or https://HOST:PORT/solr"),
        ("output.solr.url=http://localhost:8983/", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://localhost:8983/solr/#/c", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://localhost:x/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://*foo:8983/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://so lr:8983/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://.x:8983/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://a..b:8983/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://host%41:8983/solr", "must be http://HOST:PORT/solr"),
        ("output.solr.url=http://u:p@localhost/solr", "must hold no user and no password"),
        ("input.storage.name=ftp", "must be file, hdfs or s3"),
        ("input.links=outside", "must be follow, inside or skip"),
        *(
            (f"input.{key}=*.jpg,{pattern}", f"{pattern!r} has a [ without characters and ] behind it")
            for key, pattern in (("include", "["), ("exclude", "a[]"), ("exclude", "[!]/x"), ("include", "[a]/[b/c]"))
        ),
        ("input.paths=<CHANGE_ME>", "c:4: input.paths=<CHANGE_ME>: is still the sample's placeholder"),
        ("input.paths= , ", "c:4: input.paths=,: is empty"),
        ("input.paths=\\u12", "c:4: input.paths: \\u12 is not \\u and four hexadecimal digits"),
    ],
)
def test_bad_lines(tmp_path: Path, line: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(tmp_path, GOOD + line)), faults_of(tmp_path, GOOD + line)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            GOOD.replace("output.format=csv\n", ""),
            "c: output.format is missing: form of the output, or several: `csv,index` makes both in one pass",
        ),
        (GOOD.replace("input.paths=/data/in\n", ""), "c: input.paths is missing"),
        (GOOD.replace("output.directoryPath=/data/out\n", ""), "c: output.directoryPath is missing"),
        (GOOD + "input.paths=s3a://b/x", "c:4: input.paths: s3a://b/x is no place for input.storage.name=file; set"),
        (GOOD + "input.paths=ftp://b/x", "c:4: input.paths: ftp://b/x is no place for input.storage.name=file"),
        (
            GOOD + "output.directoryPath=hdfs://n/x",
            "c:4: output.directoryPath: hdfs://n/x is no place for output.storage.name=file; set output.storage.name=",
        ),
        (
            GOOD + "output.directoryPath=s3a:/b/x",
            "c:4: output.directoryPath: s3a:/b/x is no place for output.storage.name=file; set output.storage.name=s3",
        ),
        (
            GOOD + "output.format=solr\noutput.storage.name=solr\noutput.directoryPath=hdfs://n/x",
            "c:6: output.directoryPath: hdfs://n/x is no place for output.storage.name=solr",
        ),
        (GOOD + "output.directoryPath=FILE:///data", "c:4: output.directoryPath would replace the input /data/in"),
        (GOOD + "output.directoryPath=/data", "c:4: output.directoryPath would replace the input /data/in"),
        (GOOD + "output.directoryPath=/data/x/../in", "c:4: output.directoryPath would replace the input /data/in"),
        (
            GOOD + "input.paths=file:///data/out/a",
            "c:3: output.directoryPath would replace the input file:///data/out/a",
        ),
        (GOOD + "output.directoryPath=-", "c:4: output.directoryPath=- writes JSON Lines; set output.format=json"),
        (
            GOOD + "output.directoryPath=-\noutput.format=json\noutput.json.allDirectories=true",
            "c:6: output.json.allDirectories=true needs all rows before the first is written",
        ),
        (
            GOOD + "output.directoryPath=-\noutput.format=json\noutput.filesNumber=2",
            "c:6: output.filesNumber=2 needs a directory for the files",
        ),
        (GOOD + "output.directoryPath=-\noutput.format=json,index", "c:4: output.directoryPath=- writes JSON Lines"),
        (
            GOOD + "output.directoryPath=/data/index\noutput.format=json,index",
            "c:4: output.directoryPath=/data/index: index.json would be two files",
        ),
        (
            GOOD + "output.storage.name=solr\noutput.format=csv,solr\noutput.directoryPath=/data",
            "c:6: output.directoryPath would replace the input /data/in",
        ),
        (GOOD + "output.format=csv,pdf", "c:4: output.format=csv,pdf: must be csv, json, parquet, solr or index"),
        (GOOD + "output.format=,", "c:4: output.format=,: is empty"),
        (GOOD + "output.storage.name=solr", "c:2: output.format=csv makes files"),
        (GOOD + "output.format=solr", "c: output.storage.name must be solr"),
        (GOOD + "processing.thumbnails.enabled=true", "c:4: processing.thumbnails.enabled=true needs"),
        (GOOD + "processing.hash.comparator=true", "c:4: processing.hash.comparator=true needs processing.hash.types"),
        (GOOD + "processing.hash.comparator=true", "c:4: processing.hash.comparator=true needs output.format=solr"),
        (
            GOOD + "storage.s3.credsProvided=false\nstorage.s3.accessKey=k",
            "c:4: storage.s3.credsProvided is false although",
        ),
    ],
)
def test_missing_keys_and_contradictions(tmp_path: Path, text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(tmp_path, text)), faults_of(tmp_path, text)


def test_describe_needs_no_output(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "input.paths=/data/in", action="describe") == []


def test_all_faults_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "# comment\n\ninput.paths=/a,\\\n /b\noutput.fromat=csv\n! comment\nprocessing.cores=many\n"
    faults = faults_of(tmp_path, text, "output.columns.prefix=x", "nothing", "filter.mandatoryTags=NoDot")
    assert [fault.split(":")[:2] for fault in faults[:3]] == [
        ["c", "5"],
        ["c", "7"],
        ["--set", " output.columns.prefix"],
    ]
    assert faults[3] == "--set nothing: write --set key=value"
    assert faults[4].startswith("--set: filter.mandatoryTags=NoDot: ")
    assert [fault.split(" is missing")[0] for fault in faults[5:]] == ["c: output.format", "c: output.directoryPath"]
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), ["nothing"], "full")
    assert str(caught.value).startswith("5 faults in the configuration ")
    assert caught.value.exit_code == 2


def test_a_broken_escape_does_not_hide_what_follows(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, GOOD + "storage.s3.secretKey=hush\\u00zz,\\\n more=\nfoo=1\n")
    assert faults == [
        "c:4: storage.s3.secretKey: \\u00zz is not \\u and four hexadecimal digits; a backslash itself is written "
        "twice, \\\\",
        "c:6: foo: unknown key; docs/reference/configuration.md lists all keys",
    ]


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("input.paths=C:\\photos", "p"),
        ("input.paths=C:\\temp", "t"),
        ("input.paths=/a,\\\n  C:\\photos", "p"),
        ("input.exclude=\\d+.jpg", "d"),
        ("filter.allowedTags=Model\\, Make", ","),
        ("output.columns.metadataPrefix=a\\-", "-"),
        ("input.paths=C:\\\\photos", ""),
        ("input.paths=C\\:/photos\\ of\\ me\\\\", ""),
        ("input.paths=/\\u017c\\#\\!\\=", ""),
        ("enrichment.output.labelsDelimiter=\\t", ""),
    ],
)
def test_a_backslash_that_java_drops_is_told(tmp_path: Path, line: str, lost: str) -> None:
    key, path = line.partition("=")[0], written(tmp_path, GOOD + line)
    words = f"{path}:4: {key}: the backslash before {lost!r} is not in the value, as in every Java .properties file: "
    warnings = [warning for warning in examine(path, [], "full")[0].warnings if "replaces" not in warning]
    assert warnings == ([f"{words}write two for one"] if lost else [])


def test_a_dropped_backslash_is_told_with_the_fault_that_it_makes(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, GOOD + "output.zk.servers=host\\a")
    assert "must be HOST:PORT" in fault
    assert fault.endswith(
        "; the backslash before 'a' is not in the value, as in every Java .properties file: write two for one"
    )
    (fault,) = faults_of(tmp_path, GOOD + "input.paths=C:\\users")
    assert fault.endswith("a backslash itself is written twice, \\\\")
    path = written(tmp_path, GOOD + "storage.s3.secretKey=hus\\h\noutput.format=xml")
    with pytest.raises(ConfigError) as caught:
        load(path, [], "full")
    assert "hus" not in str(caught.value)
    assert caught.value.__notes__ == [
        f"warning: {path}:4: storage.s3.secretKey: a backslash is not in the value, as in every Java .properties file: "
        "write two for one",
        f"warning: {path}:5: output.format is set again and replaces the value of {path}:2",
    ]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (
            "input.paths=~/photos, /a~,~ ,@~/list.txt,b/~/c",
            ("/home/me/photos", "/a~", "/home/me", "@/home/me/list.txt", "b/~/c"),
        ),
        ("output.directoryPath=~/result", "/home/me/result"),
        ("output.directoryPath=~", "/home/me"),
        ("output.directoryPath=~you", "~you"),
        ("enrichment.classifier.modelPath=~/model", "/home/me/model"),
        ("enrichment.classifier.x.modelPath=~/model", "/home/me/model"),
        ("output.solr.caFile=~/ca.pem", "/home/me/ca.pem"),
    ],
)
def test_a_tilde_is_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, value: object
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    key, _, _ = line.partition("=")
    for config in (
        examine(written(tmp_path, GOOD + line), [], "full")[0],
        examine(written(tmp_path, GOOD), [line], "full")[0],
    ):
        assert config[key] == value
        # What the record of the run has must not depend on who reads it.
        assert "~/p" not in config.effective()[key]


def test_sources(tmp_path: Path) -> None:
    path = written(tmp_path, "\ninput.paths=/a,\\\n/b\r\noutput.format=csv\routput.directoryPath=/o\n")
    config = load(path, ["output.format=json", "processing.cores= 1"], "full")
    assert config.source("input.paths") == f"line 2 of {path}"
    assert config.source("output.directoryPath") == f"line 5 of {path}"
    assert config.source("output.format") == "--set"
    assert config.source("processing.timezone") == "default"
    assert (config["output.format"], config["processing.cores"]) == (("json",), 1)
    assert config.warnings == ()


def test_repeated_keys_and_keys_without_effect_are_warned_of(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "output.format=json\nfilter.ignoredTags=x\n")
    config = load(path, [], "full")
    assert config["output.format"] == ("json",)
    assert config.warnings == (
        f"{path}:4: output.format is set again and replaces the value of {path}:2",
        f"{path}:5: filter.ignoredTags has no effect; it never had one",
    )


@pytest.mark.parametrize("key", ["processing.hash.types", "filter.mandatoryTags"])
def test_a_star_that_means_none_is_warned_of(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, GOOD + f"{key}=*\nfilter.allowedTags=*\n")
    words = f"{path}:4: {key}=* asks for nothing, as in the original; it does not mean all of them"
    assert load(path, [], "full").warnings == (words,)


@pytest.mark.parametrize(
    "key", ["spark.driver.memory", "spark.app.name", "spark.hadoop.fs.s3a.access.key", "log4j.rootLogger", "log.format"]
)
def test_a_key_of_another_program_is_passed_over_with_a_warning(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, GOOD + f"{key}=x\n")
    config, faults = examine(path, [], "full")
    assert faults == []
    assert config.warnings == (f"{path}:4: {key} has no effect; it is no key of Metadata Digger",)
    assert key not in config.settings


@pytest.mark.parametrize(
    "line",
    [
        "zk.servers=h:1",  # the end of one of ours
        "ouput.csv.delimiter=x",  # like one of our families
        "in.paths=/a",  # like one of our keys
        "filter.allowedExtensions=jpg",  # it would have chosen among the files
        "metadata.output.storage.name=file",
        "threads=4",
        "/data/b",  # a list that lost its backslash
        "=x",
        "spark.app.name=\\u12",
    ],
)
def test_what_may_be_a_slip_is_none_of_another_program(tmp_path: Path, line: str) -> None:
    (fault,) = faults_of(tmp_path, GOOD + line)
    assert fault.startswith("c:4: ")


def test_a_key_of_another_program_is_a_fault_on_the_command_line(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD, "spark.driver.memory=2g") == [
        "--set: spark.driver.memory: unknown key; docs/reference/configuration.md lists all keys"
    ]


def test_last_value_wins_even_when_it_is_broken(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD + "output.format=xml") == [
        "c:4: output.format=xml: must be csv, json, parquet, solr or index"
    ]


def test_override_repairs_the_file(tmp_path: Path) -> None:
    text = GOOD + "input.paths=<CHANGE_ME>\n"
    assert len(faults_of(tmp_path, text)) == 1
    assert faults_of(tmp_path, text, "input.paths=/data/in") == []
    assert len(faults_of(tmp_path, text, "input.paths=/data/in", "input.paths=<CHANGE_ME>")) == 1


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("ą".encode(), "ą"),
        ("\ufeff#\ninput.paths=ą".encode(), "ą"),
        ("é".encode("latin-1"), "é"),
        (b"\\u00e9", "é"),
        (b"a\x85b", "a\x85b"),  # a new line for Python, not for Java
    ],
)
def test_encodings(tmp_path: Path, content: bytes, value: str) -> None:
    text = content if b"=" in content else b"input.paths=" + content
    config = load(written(tmp_path, text), [], "describe")
    assert config["input.paths"] == (value,)


@pytest.mark.parametrize(
    ("name", "text"),
    [("no such", "there is no such file"), (".", "cannot be read"), ("binary", "is not a .properties file")],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    with pytest.raises(ConfigError, match=text):
        load(str(tmp_path / name), [], "full")


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "storage.s3.secretKey=hush\nstorage.s3.secretKey=hush2\n")
    config, faults = examine(path, ["storage.s3.secretKey=hush3"], "full")
    assert config.effective()["storage.s3.secretKey"] == "********"
    assert "hush" not in " ".join([*faults, *config.warnings, *config.effective().values()])


def test_config_is_immutable_and_picklable(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD + "enrichment.classifier.mapping=0:a"), [], "full")
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301  # made in the line
    with pytest.raises(FrozenInstanceError):
        config.settings = {}  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError):
        config["output.format"] = "json"  # type: ignore[index]  # the point of the test
    with pytest.raises(KeyError):
        config["output.fromat"]


def test_file_types_are_those_that_the_extractor_tells_apart() -> None:
    from metadata_digger.metadata.tags.file_types import (
        BRANDS,
        CAMERAS,
        JPEG_2000_BRANDS,
        MAGIC,
        MAGIC_BEHIND,
        MOV,
        MP3,
        NETPBM,
        RIFF,
        RIFF_FORMS,
        ROOTS,
    )

    told = {kind.name for _, kind in MAGIC} | {kind.name for kind in (MOV, MP3, RIFF, *CAMERAS)}
    told |= {kind.name for _, _, kind in MAGIC_BEHIND}
    told |= {kind.name for kinds in (RIFF_FORMS, BRANDS, JPEG_2000_BRANDS, NETPBM, ROOTS) for kind in kinds.values()}
    assert set(file_types.NAMES) == told
    assert set(file_types.EXTENSIONS.values()) <= told
    assert {name.upper() for name in told}.isdisjoint({*file_types.EXTENSIONS, *file_types.TIFFS})


SOLR = "input.paths=/in\noutput.storage.name=solr\noutput.format=solr\noutput.collection=c\n"
PLACED = SOLR + "output.zk.servers=h:2181\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (PLACED.replace("output.collection=c\n", ""), "c: output.collection is missing"),
        (SOLR, "c: output.zk.servers or output.solr.url is missing"),
        (PLACED + "output.solr.url=http://h/solr", "c:6: output.solr.url and output.zk.servers both say where Solr is"),
        (
            SOLR + "output.solr.url=http://h/solr\noutput.zk.znode=/x",
            "c:6: output.zk.znode goes with output.zk.servers",
        ),
        (SOLR + "output.solr.url=http://h/solr\noutput.solr.caFile=/x", "c:6: output.solr.caFile is for https"),
        (PLACED + "output.solr.caFile=/nowhere", "c:6: output.solr.caFile=/nowhere: there is no such file"),
        (PLACED + "output.solr.credentialsFile=/no", "c:6: output.solr.credentialsFile=/no: there is no such file"),
        (PLACED + "output.solr.security.principal=p", "c:6: output.solr.security.principal needs output.solr.security"),
        (PLACED + "output.solr.security.keytabPath=/k", "c:6: output.solr.security.keytabPath needs output.solr.secur"),
        (
            PLACED + "output.solr.security.principal=p\noutput.solr.credentialsFile=x",
            "c:7: output.solr.credentialsFile and output.solr.security.principal: delete one of them",
        ),
    ],
)
@pytest.mark.parametrize("action", ["full", "solr-init"])
def test_where_solr_is_and_who_we_are(tmp_path: Path, text: str, fault: str, action: str) -> None:
    path = written(tmp_path, text)
    _, faults = examine(path, [], action)
    assert any(found.replace(path, "c").startswith(fault) for found in faults), faults


@pytest.mark.parametrize(
    "place", ["output.zk.servers=a:1,b:2\noutput.zk.znode=/solr", "output.solr.url=http://h/solr/"]
)
def test_a_configuration_for_solr(tmp_path: Path, place: str) -> None:
    for action, text in (("full", SOLR), ("solr-init", SOLR.replace("input.paths=/in\n", ""))):
        config, faults = examine(written(tmp_path, text + place), [], action)
        assert (faults, config.warnings) == ([], ())
    assert config["output.solr.url"] in (None, "http://h/solr")


@pytest.mark.parametrize("host", ["localhost:8983", "my_host.example.org.", "[::1]:8983", "10.0.0.1", "sölr.example"])
def test_hosts_of_solr(tmp_path: Path, host: str) -> None:
    config, faults = examine(written(tmp_path, SOLR + f"output.solr.url=https://{host}/solr"), [], "full")
    assert (config["output.solr.url"], faults) == (f"https://{host}/solr", [])


def test_solr_init_is_for_solr(tmp_path: Path) -> None:
    _, faults = examine(written(tmp_path, GOOD), [], "solr-init")
    assert any("output.format must be solr for solr-init" in fault for fault in faults)


def test_a_password_that_all_can_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("user=u\npassword=p\n")
    path = written(tmp_path, PLACED + f"output.solr.credentialsFile={secret}")
    secret.chmod(0o644)
    config, faults = examine(path, [], "full")
    words = f"{path}:6: output.solr.credentialsFile: other users of this machine can read {secret}: chmod 600 it"
    assert (faults, config.warnings) == ([], (words,))
    secret.chmod(0o600)
    assert examine(path, [], "full")[0].warnings == ()


SAMPLES = sorted((ROOT / "configs").rglob("*.properties"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_sample_configurations_have_no_faults_but_placeholders(path: Path) -> None:
    config, faults = examine(str(path), [], "full")
    left = [f for f in faults if "placeholder" not in f]
    assert left == []
    assert config.warnings == ()


def test_all_sample_configurations_are_there() -> None:
    names = {str(path.relative_to(ROOT / "configs")).removesuffix(".config.properties") for path in SAMPLES}
    assert names >= {"csv", "json", "solr", "s3.csv", "s3.solr", "dospaces.csv", "analytics/csv.similartags"}


CASES = sorted(GOLDEN.glob("*/config.properties")) if GOLDEN.exists() else []


@pytest.mark.skipif(not CASES, reason="../shared is not there")
def test_configurations_of_the_original_are_understood() -> None:
    for path in CASES:
        action = (path.parent / "action").read_text().split()[0] if (path.parent / "action").exists() else "full"
        config, faults = examine(str(path), [], action)
        if not path.parent.name.startswith("err_"):
            # filesNumber=0 is -1 to the original.
            left = [fault for fault in faults if "filesNumber=0" not in fault]
            assert left == [], path.parent.name
        assert config["input.paths"] != ()


@pytest.mark.skipif(not CASES, reason="../shared is not there")
@pytest.mark.parametrize(
    ("case", "line", "key"),
    [
        ("err_format", 5, "output.format=xml"),
        ("err_hash", 9, "processing.hash.types=md5,foo"),
        ("err_mandatory", 9, "filter.mandatoryTags=NoDot"),
        ("err_naming", 9, "output.columns.namingConvention=kebab"),
        ("err_no_format", None, "output.format is missing"),
        ("err_no_input", None, "input.paths is missing"),
        ("err_storage", 2, "input.storage.name=ftp"),
        ("err_thumb", 10, "processing.thumbnails.smallDimensions=100"),
    ],
)
def test_faults_of_the_original_are_faults_with_a_line(case: str, line: int | None, key: str) -> None:
    path = GOLDEN / case / "config.properties"
    _, faults = examine(str(path), [], "extract")
    place = f"{path}: " if line is None else f"{path}:{line}: "
    assert any(fault.startswith(place + key) for fault in faults)


def test_every_key_is_one_of_the_table_only() -> None:
    assert list(BY_NAME) == [key.name for key in KEYS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Exif IFD0.Model:STRING", ("Exif IFD0", "Model", "STRING", "0")),
        ("Exif IFD0.Model:STRING:2", ("Exif IFD0", "Model", "STRING", "2")),
        ("Exif IFD0.Model:STRING:", ("Exif IFD0", "Model", "STRING", "0")),
        (" GPS . MD Location Lat F : FLOAT : 0.1 ", ("GPS", "MD Location Lat F", "FLOAT", "0.1")),
        ("GPS.MD Location Lat F:FLOAT:.1", ("GPS", "MD Location Lat F", "FLOAT", "0.1")),
        ("XMP.dc:creator[1]:STRING:3", ("XMP", "dc:creator[1]", "STRING", "3")),
        ("XMP.my:INT:INT", ("XMP", "my:INT", "INT", "0")),
        ("Exif IFD0.Date/Time:LONG", ("Exif IFD0", "Date/Time", "LONG", "0")),
    ],
)
def test_rules_of_find_similar(tmp_path: Path, text: str, expected: tuple[str, str, str, str]) -> None:
    config, faults = examine(written(tmp_path, GOOD + f"analytics.similar.tags={text}"), [], "find_similar")
    (rule,) = config["analytics.similar.tags"]
    assert faults == []
    assert (*rule[:3], rule.difference) == (*expected[:3], Decimal(expected[3]))
