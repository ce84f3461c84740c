"""Whole runs into a Solr of the tests."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from checkout import ROOT
from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.run.engines import local
from metadata_digger.run.report import Report
from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import Document, pages
from servers.solr import Cloud

CONFIG = ROOT / "configs" / "solr.config.properties"
# Of the sample what these tests do not want: pictures of small files that are none.
PLAIN = (
    "processing.thumbnails.enabled=false",
    "processing.thumbnails.smallDimensions=",
    "processing.thumbnails.mediumDimensions=",
)


def made(cloud: Cloud, collection: str, shards: int = 2, replicas: int = 1) -> Connection:
    """A collection as solr-init makes it."""
    connection = Connection(collection, zookeepers=(cloud.servers,))
    create(connection, shards, replicas)
    return connection


def settings(cloud: Cloud, collection: str, inputs: Path, folder: Path, *more: str) -> list[str]:
    """What goes over the sample configuration; the records of the run go to `folder`/out."""
    return [
        f"input.paths={inputs}",
        f"output.zk.servers={cloud.servers}",
        f"output.collection={collection}",
        f"output.directoryPath={folder}/out",
        "processing.cores=2",
        *more,
    ]


def run(action: str, given: Sequence[str]) -> Report:
    config = load(str(CONFIG), given, action)
    return local.run(replace(actions.job(config, actions.BY_NAME[action]), overwrite=True))


def left_out(folder: Path) -> dict[str, dict[str, str]]:
    """What the records of a run into `folder`/out tell of each file that is not in the collection."""
    lists = (folder / "out" / "_run").glob("*.jsonl")
    lines = [json.loads(line) for path in lists for line in path.read_text("utf-8").splitlines()]
    return {Path(line["file"]).name: line for line in lines}


def everything(connection: Connection) -> dict[str, Document]:
    """Every document that can be found, by the name of its file."""
    with Solr(connection) as solr:
        found = [document for page in pages(solr) for document in page]
    names = [str(document["file_path"]).rsplit("/", 1)[1] for document in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def jpegs(folder: Path, comments: Sequence[str]) -> None:
    """Small JPEGs, each with a comment, named by their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(map(jpeg, comments)):
        (folder / f"{number:06d}.jpg").write_bytes(content)


def jpeg(comment: str) -> bytes:
    return b"\xff\xd8" + b"".join(_segments(comment)) + b"\xff\xd9"


def _segments(comment: str) -> Iterator[bytes]:
    frame = struct.pack(">BHHB", 8, 2, 3, 1) + bytes([1, 0x11, 0])
    for marker, data in ((0xFE, comment.encode()), (0xC0, frame), (0xDA, bytes([1, 1, 0, 0, 63, 0]))):
        yield struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
    yield b"\0"
