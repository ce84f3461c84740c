"""Every configuration key, once. Documents and checks come from this table.

Names, defaults and meanings are those of Metadata Digger 0.2.1; its files must go on working.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from metadata_digger.config.file_types import FILE_TYPES
from metadata_digger.config.values import (
    ALLOWED,
    AMOUNT,
    BOOLEAN,
    CELL,
    COLLECTION,
    CONDITIONS,
    CORES,
    COUNT,
    DELIMITER,
    DIMENSIONS,
    EXACT_TEXT,
    GIGABYTES,
    LIMIT,
    LIST,
    MANDATORY,
    MAPPING,
    PATH,
    PATHS,
    PATTERNS,
    RULES,
    SECONDS,
    SERVERS,
    SOLR_URL,
    TEXT,
    THRESHOLD,
    TIMEZONE,
    WHOLE,
    Kind,
    choice,
    choices,
    forms,
)

WRITING = ("extract", "detect_categories", "full", "find_similar")  # the actions that have an output
READING = (*WRITING, "describe")
SOLR_INIT = "solr-init"
STANDARD_OUTPUT = "-"  # the value of output.directoryPath


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `default` is written as in a file, "" where there is none.

    `required`: the actions that cannot do without it.
    """

    name: str
    kind: Kind
    default: str
    help: str
    required: tuple[str, ...] = ()


KEYS: tuple[Key, ...] = (
    Key(
        "input.paths",
        PATHS,
        "",
        "Directories to read, with all their subdirectories; single files; globs; `@list.txt`, a file with a path in "
        "each line. With `s3`: `s3a://BUCKET/DIRECTORY`; with `hdfs`: `hdfs://HOST:PORT/DIRECTORY`, or "
        "`hdfs:///DIRECTORY` as `HADOOP_CONF_DIR` says.",
        required=READING,
    ),
    Key("input.storage.name", choice("file", "hdfs", "s3"), "file", "Where the input is."),
    Key(
        "input.storage.concurrency",
        COUNT,
        "16",
        "Files whose beginnings are fetched ahead at once, by each worker. For `s3` and `hdfs`.",
    ),
    Key(
        "input.include",
        PATTERNS,
        "",
        "Patterns of the files to read, for example `*.jpg,2019/**`; none: all. Case does not count.",
    ),
    Key(
        "input.exclude",
        PATTERNS,
        "",
        "Patterns of files and directories to leave out, for example `*.tmp,.cache/`; stronger than `input.include`.",
    ),
    Key(
        "input.links",
        choice("follow", "inside", "skip"),
        "follow",
        "Symbolic links: `follow` them, with a note where they leave the entry of `input.paths`; only those that stay "
        "`inside` it; `skip` all. What an entry itself names is always read.",
    ),
    Key(
        "input.partitions",
        AMOUNT,
        "-1",
        "Number of partitions on Spark; -1: the engine decides. On one machine it changes nothing.",
    ),
    Key("storage.s3.accessKey", TEXT, "", "Access key of Amazon S3 or DigitalOcean Spaces."),
    Key("storage.s3.secretKey", TEXT, "", "Secret key of Amazon S3 or DigitalOcean Spaces; never printed."),
    Key(
        "storage.s3.endpoint",
        TEXT,
        "",
        "Host of the service, with or without `https://`, for example `s3.eu-central-1.amazonaws.com`.",
    ),
    Key(
        "storage.s3.region",
        TEXT,
        "",
        "Region of the buckets; without it that of the endpoint or of the environment, and what the server asks for.",
    ),
    Key(
        "storage.s3.credsProvided",
        BOOLEAN,
        "true",
        "false: take the credentials from the environment, the profile or the instance role.",
    ),
    Key(
        "storage.s3.profile",
        TEXT,
        "",
        "Profile of the AWS configuration files whose credentials are taken; for `storage.s3.credsProvided=false`.",
    ),
    Key(
        "storage.patience",
        SECONDS,
        "60",
        "Seconds for which a server that does not answer is asked again, before a file is given up (`timed_out`). For "
        "`s3` and `hdfs`.",
    ),
    Key("filter.allowedMetadataDirectories", ALLOWED, "*", "Metadata directories that are kept in the output."),
    Key("filter.allowedTags", ALLOWED, "*", "Tags that are kept in the output, by name."),
    Key(
        "filter.mandatoryTags",
        MANDATORY,
        "",
        "A file without a non-empty value of each is left out. Looks only at allowed directories. `*` is none.",
    ),
    Key(
        "filter.allowedFileTypes",
        FILE_TYPES,
        "*",
        "Only files of these types, as their first bytes tell, for example `JPEG,HEIF` or `jpg,heic`.",
    ),
    Key("processing.cores", CORES, "all", "Worker processes. One machine only."),
    Key("processing.maxMemoryGB", GIGABYTES, "2", "What all processes together should stay under. One machine only."),
    Key(
        "processing.fileTimeout",
        SECONDS,
        "120",
        "A file that makes no progress for so many seconds is tried once more at the end, then given up (`timed_out`).",
    ),
    Key("processing.timezone", TIMEZONE, "UTC", "Time zone of dates that a file states as an instant."),
    Key(
        "processing.maxPixels",
        LIMIT,
        "178956970",
        "Largest picture that is decoded, in pixels; -1: no limit. A larger one keeps its metadata.",
    ),
    Key(
        "processing.hash.types",
        choices("crc32", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"),
        "",
        "Hashes of each file, one column each (`HashMd5`, `hash_md5`). `*` is none, as in the original.",
    ),
    Key(
        "processing.hash.comparator",
        BOOLEAN,
        "false",
        "Leave out files all of whose hashes are in the Solr collection already. Not with `--update`.",
    ),
    Key(
        "processing.thumbnails.enabled",
        BOOLEAN,
        "false",
        "Add thumbnails: `SmallThumb`, `MediumThumb`, as base64 text in CSV and JSON.",
    ),
    Key(
        "processing.thumbnails.smallDimensions",
        DIMENSIONS,
        "",
        "Box that the small thumbnail fits in; the ratio is kept.",
    ),
    Key(
        "processing.thumbnails.mediumDimensions",
        DIMENSIONS,
        "",
        "Box that the medium thumbnail fits in; the ratio is kept.",
    ),
    Key(
        "processing.thumbnails.format",
        choice("jpeg", "png"),
        "jpeg",
        "Picture format of the thumbnails; the original made png.",
    ),
    Key(
        "output.storage.name",
        choice("file", "hdfs", "s3", "solr"),
        "file",
        "Where the output goes.",
    ),
    Key(
        "output.format",
        forms("csv", "json", "parquet", "solr", "index"),
        "",
        "Form of the output, or several: `csv,index` makes both in one pass. `index` is what `serve` searches.",
        required=(*WRITING, SOLR_INIT),
    ),
    Key(
        "output.directoryPath",
        PATH,
        "",
        "Directory of the output, a path or `file:///path`; it must not exist yet, unless `--overwrite` or `--update` "
        "is given. `-`: JSON Lines to standard output. Required for files.",
    ),
    Key(
        "output.filesNumber",
        AMOUNT,
        "-1",
        "Number of output files; -1: one on one machine, as many as there are partitions on Spark.",
    ),
    Key(
        "output.keepRows",
        BOOLEAN,
        "true",
        "Keep the rows, compressed, in the folder `_run` of the output: what `--update` needs.",
    ),
    Key("serve.cacheMB", LIMIT, "1024", "Megabytes of previews that `serve` keeps on disk, oldest out; -1: all."),
    Key(
        "serve.allowOrigin",
        LIST,
        "",
        "Pages from elsewhere that may ask the REST interface of `serve`, for example `https://desk.example.org`.",
    ),
    Key(
        "output.columns.includeDirsInTags",
        BOOLEAN,
        "true",
        "Flat formats: name a column by directory and tag (`GPS GPS Latitude`) or by the tag alone.",
    ),
    Key("output.columns.metadataPrefix", EXACT_TEXT, "", "Flat formats: put before the name of each tag's column."),
    Key("output.columns.namingConvention", choice("camelCase", "snakeCase"), "camelCase", "How all columns are named."),
    Key(
        "output.columns.includeMetadataContent",
        BOOLEAN,
        "false",
        "Add the column `Metadata Content`: the values of all tags, joined by a space.",
    ),
    Key(
        "output.columns.includeFileInfo",
        BOOLEAN,
        "true",
        "CSV, JSON: add `FileName`, `FileExtension`, `FileSize` (bytes), `FileModified` (ISO 8601, UTC) and `Notes`, "
        "behind all other columns. JSON has `Notes` without it too.",
    ),
    Key(
        "output.columns.repeatedTags",
        choice("all", "last"),
        "all",
        "CSV, JSON, Solr: what is written of a tag that a file has several times with different values: all (in JSON "
        "and Solr a list, in CSV with ` | ` between), or the last one, as in the original.",
    ),
    Key(
        "output.csv.dialect",
        choice("rfc4180", "spark"),
        "rfc4180",
        'How a quote inside a CSV field is written: doubled, or as the original did: `\\"` with `output.csv.raw=true`, '
        "else two single quotes, because other readers would take it for the end of the field.",
    ),
    Key(
        "output.csv.raw",
        BOOLEAN,
        "false",
        "CSV: write text that a spreadsheet would take for a formula as it is, as the original did, and not behind a "
        "single quote.",
    ),
    Key(
        "output.csv.delimiter",
        DELIMITER,
        ",",
        "CSV: what stands between cells. German, French and other spreadsheets expect `;`.",
    ),
    Key(
        "output.csv.bom",
        BOOLEAN,
        "false",
        "CSV: begin with a byte order mark, without which Excel takes UTF-8 for something else.",
    ),
    Key(
        "output.csv.maxCell",
        CELL,
        "-1",
        "CSV: cut cells that have more characters, with a mark; spreadsheets hold 32767. -1: cut none. Paths, ID and "
        "hashes are never cut.",
    ),
    Key(
        "output.json.allDirectories",
        BOOLEAN,
        "false",
        "JSON: every object has every directory found in the input, `{}` where absent, as in the original.",
    ),
    Key("output.collection", COLLECTION, "", "Solr collection, or an alias of one."),
    Key("output.zk.servers", SERVERS, "", "ZooKeeper servers of SolrCloud; they tell which nodes of Solr there are."),
    Key("output.zk.znode", TEXT, "", "ZooKeeper chroot of SolrCloud, when it has one, for example `/solr`."),
    Key(
        "output.solr.url",
        SOLR_URL,
        "",
        "Solr itself, for example `http://localhost:8983/solr`, in place of `output.zk.servers`: a Solr without "
        "ZooKeeper, one node, or a proxy before them.",
    ),
    Key(
        "output.solr.conversion.integerTags",
        LIST,
        "",
        "Field names whose values are sent to Solr as integers.",
    ),
    Key(
        "output.solr.conversion.dateTimeTags",
        LIST,
        "",
        "Field names whose values are sent to Solr as dates.",
    ),
    Key(
        "output.solr.conversion.unknownInteger",
        WHOLE,
        "",
        "Integer that is sent where the value is none; empty: the field is left out. The original sent -1.",
    ),
    Key(
        "output.solr.credentialsFile",
        PATH,
        "",
        "File with the lines `user=NAME` and `password=WORD` for Solr's basic authentication; without it the "
        "environment's `METADATA_DIGGER_SOLR_USER` and `METADATA_DIGGER_SOLR_PASSWORD` count.",
    ),
    Key(
        "output.solr.caFile",
        PATH,
        "",
        "PEM file of the authority that signed the certificate of a Solr with https; empty: the well-known ones.",
    ),
    Key(
        "output.solr.security.principal",
        TEXT,
        "",
        "Kerberos principal, for example `digger@EXAMPLE.ORG`. Needs the extra `kerberos`.",
    ),
    Key("output.solr.security.keytabPath", PATH, "", "Keytab file of that principal."),
    Key("output.solr.security.debug", BOOLEAN, "false", "Say on standard error what Kerberos does."),
    Key(
        "enrichment.classifier.modelPath",
        PATH,
        "",
        "Model folder (`model.onnx` and `model.toml`), model file, or name of a bundled model; without it the default "
        "one of these.",
    ),
    Key(
        "enrichment.classifier.mapping",
        MAPPING,
        "",
        "Label of each output; default: the model's own. An output without a label gives `Unknown`.",
    ),
    Key(
        "enrichment.classifier.threshold",
        THRESHOLD,
        "",
        "A label is given when its score is greater than this. Default: the model's own, else 0.5.",
    ),
    Key(
        "enrichment.classifier.quality",
        choice("fast", "best"),
        "fast",
        "`best`: better labels at two to three times the cost, in the way that the model's card gives; of a model "
        "whose card gives none, the scores of the picture and of its mirror image are averaged.",
    ),
    Key(
        "enrichment.provenance.check",
        BOOLEAN,
        "false",
        "Whether hashes and signatures of C2PA manifests hold, as tags of the directory `C2PA Check`: a state and its "
        "reasons, without any network. Needs the extra `c2pa`.",
    ),
    Key(
        "enrichment.classifier.boxes",
        BOOLEAN,
        "false",
        "Where on the picture the labels are, in pixels; JSON and Parquet only. The model must be able to (the bundled "
        "one is).",
    ),
    Key(
        "enrichment.classifier.device",
        choice("cpu", "auto", "cuda", "tensorrt", "migraphx", "rocm", "openvino", "directml", "coreml"),
        "cpu",
        "What all models run on. `auto`: a graphics processor where the installed ONNX Runtime has one, else the CPU; "
        "another one must be there. Only the CPU is tested.",
    ),
    Key("enrichment.output.labelsDelimiter", EXACT_TEXT, ",", "Flat formats: put between labels."),
    Key(
        "analytics.similar.tags",
        RULES,
        "",
        "`find_similar`: what is compared. TYPE is STRING, INT, LONG or FLOAT; MAXDIFF is 0 when absent. Without this "
        "key the action proposes what to compare.",
    ),
    Key(
        "analytics.similar.minPassingConditions",
        CONDITIONS,
        "-1",
        "`find_similar`: how many of the comparisons must hold; -1: all.",
    ),
)

BY_NAME = {key.name: key for key in KEYS}

# Keys of further models: the same with a NAME of one's own before the last word. No model takes a value of another one.
CLASSIFIER = "enrichment.classifier."
NAMED = tuple(
    replace(BY_NAME[CLASSIFIER + word], name=f"{CLASSIFIER}NAME.{word}", help=help)
    for word, help in (
        (
            "modelPath",
            "A further model, called NAME (letters, digits, `-` and `_`) in the output; as many as you like.",
        ),
        ("mapping", "Of the model NAME; as above."),
        ("threshold", "Of the model NAME; as above."),
        ("quality", "Of the model NAME; as above."),
        ("boxes", "Of the model NAME; as above."),
    )
)
_NAMED = re.compile(rf"{re.escape(CLASSIFIER)}([A-Za-z0-9_-]+)\.(\w+)")


def named(name: str) -> str | None:
    """NAME of a key of NAMED, None when it is none of them."""
    match = _NAMED.fullmatch(name)
    return match[1] if match and any(key.name.endswith(f".NAME.{match[2]}") for key in NAMED) else None


def keys_of(name: str) -> tuple[Key, ...]:
    """The keys of the model NAME."""
    return tuple(replace(key, name=key.name.replace(".NAME.", f".{name}.")) for key in NAMED)


# Keys that versions of the original read and never used.
WITHOUT_EFFECT = ("filter.ignoredTags", "filter.ignoredDirectories")

# Values that sample configurations carry where the user has to put something: <CHANGE_ME>, <SET_BUCKET_NAME_HERE>.
PLACEHOLDER = r"<[A-Z]+(?:_[A-Z]+)+>"


def is_secret(name: str) -> bool:
    """Whether the key's value must never be printed."""
    return "secret" in name.lower() or "password" in name.lower()
