"""Values that are right alone and wrong together."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from metadata_digger.config.keys import CLASSIFIER, SOLR_INIT, STANDARD_OUTPUT, WRITING, named
from metadata_digger.config.places import local

# input.storage.name -> the schemes of its URLs
SCHEMES = {"file": ("file",), "hdfs": ("hdfs",), "s3": ("s3", "s3a", "s3n")}
BOXED = {"json", "parquet", "index"}  # forms with a place for boxes
SECRET_FILES = ("output.solr.credentialsFile", "output.solr.security.keytabPath")


def contradictions(values: Mapping[str, Any], action: str) -> Iterator[tuple[str, str]]:
    """(key, a sentence that says what is wrong and what to do) of each contradiction."""
    yield from _places(values)
    yield from _classifiers(values)
    if action in WRITING:
        yield from _output(values)
    forms = values["output.format"] or ("solr",)
    if action == SOLR_INIT and "solr" not in forms:
        yield "output.format", f"output.format must be solr for {SOLR_INIT}"
    if values["output.format"] and "solr" in forms and (action in WRITING or action == SOLR_INIT):
        yield from _solr(values)
    thumbnails = "processing.thumbnails"
    if values[f"{thumbnails}.enabled"] and not (
        values[f"{thumbnails}.smallDimensions"] or values[f"{thumbnails}.mediumDimensions"]
    ):
        key = f"{thumbnails}.enabled"
        yield key, f"{key}=true needs {thumbnails}.smallDimensions or {thumbnails}.mediumDimensions"
    key = "processing.hash.comparator"
    if values[key] and not values["processing.hash.types"]:
        yield key, f"{key}=true needs processing.hash.types: it compares hashes"
    if values[key] and "solr" not in forms:
        yield key, f"{key}=true needs output.format=solr: it compares with what is in the Solr collection"
    yield from _similar(values)
    key = "storage.s3.credsProvided"
    if not values[key] and (values["storage.s3.accessKey"] or values["storage.s3.secretKey"]):
        yield (
            key,
            f"{key} is false although storage.s3.accessKey or storage.s3.secretKey is given: delete one or the other",
        )


def _places(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in values["input.paths"] or ():
        yield from _place(values, "input.paths", path, "input.storage.name")


def _place(values: Mapping[str, Any], key: str, path: str, storage: str) -> Iterator[tuple[str, str]]:
    """Whether a path is one of the storage that another key names. The records of a run into Solr are files."""
    name = values[storage]
    scheme, colon, rest = path.partition(":/")
    fitting = next((one for one, schemes in SCHEMES.items() if scheme.lower() in schemes), None)
    if colon and (fitting or rest.startswith("/")) and fitting != (name if name in SCHEMES else "file"):
        advice = f"; set {storage}={fitting}" if fitting and name in SCHEMES else ""
        yield key, f"{key}: {path} is no place for {storage}={name}{advice}"


def _classifiers(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Models of a name of their own; boxes, which only some forms of output can hold."""
    for name in dict.fromkeys(map(named, values)):
        key = f"{CLASSIFIER}{name}.modelPath"
        if name is not None and values[key] is None:
            yield key, f"{key} is missing: the model that the other keys of {name} are about"
    forms = values["output.format"]
    for key, value in values.items():
        if key.startswith(CLASSIFIER) and key.endswith(".boxes") and value and forms and not {*forms} & BOXED:
            words = f"{' and '.join(forms)} {'has' if len(forms) == 1 else 'have'} no place for boxes"
            yield key, f"{key}=true needs output.format=json, parquet or index: {words}"


def _similar(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    key, rules = "analytics.similar.minPassingConditions", len(values["analytics.similar.tags"])
    if values[key] >= 0 and not rules:
        yield key, f"{key} needs analytics.similar.tags: without conditions there is nothing to count"
    elif values[key] > rules:
        yield key, f"{key}={values[key]} is more than the {rules} of analytics.similar.tags: nothing could be similar"


def _output(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    forms, storage, directory = (values[f"output.{name}"] for name in ("format", "storage.name", "directoryPath"))
    forms = forms or ()
    files = [form for form in forms if form != "solr"]
    if storage == "solr" and forms and "solr" not in forms:
        sentence = f"output.format={','.join(forms)} makes files; for output.storage.name=solr it must be solr"
        yield "output.format", sentence
    if forms == ("solr",) and storage != "solr":
        yield "output.storage.name", "output.storage.name must be solr when output.format=solr"
    if "solr" in (*forms, storage) and not files:
        if directory == STANDARD_OUTPUT:
            yield "output.directoryPath", "output.directoryPath=- is for JSON Lines; a run into Solr keeps its records"
        elif directory is not None:
            yield from _place(values, "output.directoryPath", directory, "output.storage.name")
        return
    if directory is None:
        yield "output.directoryPath", "output.directoryPath is missing: name the directory for the output"
    elif directory == STANDARD_OUTPUT:
        yield from _streamed(values)
    elif faults := list(_place(values, "output.directoryPath", directory, "output.storage.name")):
        yield from faults
    elif {"json", "index"} <= {*forms} and Path(local(directory)).name == "index" and values["output.filesNumber"] < 2:
        sentence = f"output.directoryPath={directory}: index.json would be two files; name the directory otherwise"
        yield "output.directoryPath", sentence
    elif storage in ("file", "solr") and values["input.storage.name"] == "file":
        output = Path(local(directory)).resolve()
        for path in values["input.paths"] or ():
            if Path(local(path)).resolve().is_relative_to(output):
                sentence = f"output.directoryPath would replace the input {path}; choose a directory that holds none"
                yield "output.directoryPath", sentence


def _solr(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where Solr is, and who we are there."""
    servers, znode, url, ca_file, login = (
        values[f"output.{name}"]
        for name in ("zk.servers", "zk.znode", "solr.url", "solr.caFile", "solr.credentialsFile")
    )
    if values["output.collection"] is None:
        yield "output.collection", "output.collection is missing: name the Solr collection"
    if not servers and url is None:
        yield "output.zk.servers", "output.zk.servers or output.solr.url is missing: one of them says where Solr is"
    if servers and url is not None:
        yield "output.solr.url", "output.solr.url and output.zk.servers both say where Solr is: delete one of them"
    if znode is not None and url is not None and not servers:
        yield "output.zk.znode", "output.zk.znode goes with output.zk.servers: delete it, or output.solr.url"
    if ca_file is not None and url is not None and url.startswith("http:"):
        yield "output.solr.caFile", "output.solr.caFile is for https, and output.solr.url begins with http:"
    security = "output.solr.security"
    principal, keytab = values[f"{security}.principal"], values[f"{security}.keytabPath"]
    if (principal is None) != (keytab is None):
        there, absent = ("principal", "keytabPath") if keytab is None else ("keytabPath", "principal")
        yield f"{security}.{there}", f"{security}.{there} needs {security}.{absent}: Kerberos takes both"
    if login is not None and principal is not None:
        yield "output.solr.credentialsFile", f"output.solr.credentialsFile and {security}.principal: delete one of them"
    for key in SECRET_FILES:
        if values[key] is not None and not Path(values[key]).is_file():
            yield key, f"{key}={values[key]}: there is no such file"
    if ca_file is not None and not Path(ca_file).is_file():
        yield "output.solr.caFile", f"output.solr.caFile={ca_file}: there is no such file"


def cautions(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, a sentence) of what is allowed and should be otherwise."""
    for key in SECRET_FILES:
        try:
            open_to_all = values[key] is not None and Path(values[key]).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
        except OSError:
            continue  # a contradiction where it matters
        if open_to_all:
            yield key, f"{key}: other users of this machine can read {values[key]}: chmod 600 it"


def _streamed(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    forms = values["output.format"]
    if forms not in (None, ("json",)):
        form = " and ".join(forms)
        sentence = f"output.directoryPath=- writes JSON Lines; set output.format=json, or name a directory for {form}"
        yield "output.directoryPath", sentence
    key = "output.json.allDirectories"
    if values[key]:
        yield key, f"{key}=true needs all rows before the first is written; name a directory, output.directoryPath is -"
    key = "output.filesNumber"
    if values[key] > 1:
        yield key, f"{key}={values[key]} needs a directory for the files, and output.directoryPath is -"
