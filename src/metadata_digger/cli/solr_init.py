"""`solr-init`: the collection that a configuration names, made with the fields that documents have."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from metadata_digger.cli.terminal import printable, write
from metadata_digger.config import load
from metadata_digger.config.keys import SOLR_INIT
from metadata_digger.errors import ConfigError

LINE = "make the Solr collection that a configuration names"
MORE = """\
The collection gets a configset of its own (NAME.metadata-digger), which knows all
fields that documents have; nothing else in Solr is touched. One that exists already
stays as it is, also one made for Metadata Digger 0.2: it goes on working without this.
Solr without ZooKeeper makes no collections over the network: --print-configset writes
what `bin/solr create` needs there."""


def add_arguments(command: ArgumentParser) -> None:
    """CONFIG and --set are the parser's."""
    add = command.add_argument
    add(
        "--shards", type=_number, default=1, metavar="N", help="parts of the collection, for several nodes (default: 1)"
    )
    add("--replicas", type=_number, default=1, metavar="N", help="copies of each part, on nodes apart (default: 1)")
    add(
        "--update-configset",
        action="store_true",
        help="give a collection that solr-init made the configset of this version; its documents stay",
    )
    add("--print-configset", metavar="DIRECTORY", help="write the configset into DIRECTORY/conf and do nothing else")


def solr_init(options: Namespace) -> int:
    """Makes the collection and returns 0; raises ConfigError, OutputError."""
    from metadata_digger.solr.collection import create, update_configset, write_configset
    from metadata_digger.solr.connection import connection

    if options.print_configset is not None:
        write(printable(f"configset   {write_configset(Path(options.print_configset))}"))
        return 0
    if options.config is None:
        raise ConfigError("solr-init needs CONFIG, the configuration that names the collection")
    config = load(options.config, options.set, SOLR_INIT)
    for warning in config.warnings:
        write(f"metadata-digger: warning: {printable(warning)}", sys.stderr)
    place = connection(config, os.environ)
    if options.update_configset:
        configset = update_configset(place)
        done = "has the configset of this version; documents of before keep the fields that they were indexed with"
    else:
        configset = create(place, options.shards, options.replicas)
        done = f"made; shards: {options.shards}, replicas of each: {options.replicas}"
    write(printable(f"collection  {place.collection}: {done}"))
    write(printable(f"configset   {configset}"))
    return 0


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1000):
        raise ArgumentTypeError("must be a whole number from 1")
    return int(text)
