"""Which keys decide the rows: two runs with equal values of these make equal rows of equal files.

Rows are kept for a run that goes on and for one that brings an output up to date. The others decide how fast they are
made, or how rows that are made already are written: with another value of these a run goes on all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from metadata_digger.config.values import BOOLEANS

# A new key counts as decisive until it stands here.
NOT_DECISIVE = (
    "input.partitions",
    "processing.cores",
    "processing.maxMemoryGB",
    "processing.fileTimeout",
    "storage.s3.accessKey",
    "storage.s3.secretKey",
    "storage.s3.credsProvided",
    "storage.s3.profile",
    "storage.s3.region",
    "storage.patience",
    "input.storage.concurrency",
    "enrichment.classifier.device",
)
SERVING = "serve."  # what is done with an output afterwards
OUTPUT = "output."  # how rows are written, as all of these
# What decides which files are looked at, but not what comes of them.
LISTING = ("input.paths", "input.include", "input.exclude", "input.links")
# What decides which files have rows.
CHOOSING = (
    *LISTING,
    "filter.mandatoryTags",
    "filter.allowedFileTypes",
    "analytics.similar.tags",
    "analytics.similar.minPassingConditions",
)

# How rows that are made already are written.
WRITTEN = ("filter.allowedTags", "enrichment.output.labelsDelimiter")

# Of these where an output lies, and who asks a server to take it.
ASKING = (
    "output.directoryPath",
    "output.solr.caFile",
    "output.solr.credentialsFile",
    "output.solr.security.principal",
    "output.solr.security.keytabPath",
    "output.solr.security.debug",
)
# And what a server's documents know nothing of.
FILES = ("output.filesNumber", "output.keepRows")

# What is in the collection decides which files are left out.
COMPARATOR = "processing.hash.comparator"
COMPARED = ("output.collection", "output.zk.servers", "output.zk.znode", "output.solr.url")


def written(config: Mapping[str, str]) -> dict[str, str]:
    """The keys that decide how rows are written, and where."""
    return {key: text for key, text in config.items() if key in WRITTEN or key.startswith(OUTPUT)}


def made(config: Mapping[str, str]) -> dict[str, str]:
    """The keys that decide what an output is made of rows."""
    return {key: text for key, text in written(config).items() if key not in ASKING}


def sent(config: Mapping[str, str]) -> dict[str, str]:
    """The keys that decide what a server has of a row, and which server and collection it is."""
    return {key: text for key, text in made(config).items() if key not in FILES}


def decisive(config: Mapping[str, str]) -> dict[str, str]:
    """Those of a configuration, as `Config.effective` gives it."""
    others = {*NOT_DECISIVE, *written(config), *(key for key in config if key.startswith(SERVING))}
    if BOOLEANS.get(config.get(COMPARATOR, "").lower()):
        others -= {*COMPARED}
    return {key: text for key, text in config.items() if key not in others}
