"""Input and output in HDFS, as the configuration and this machine's Hadoop files say."""

from __future__ import annotations

import os
from dataclasses import dataclass

from metadata_digger.storage.hdfs.access import Known, access_of
from metadata_digger.storage.hdfs.client import HdfsClient
from metadata_digger.storage.model import Values


@dataclass(frozen=True, slots=True)
class NameServices:
    """remote.walk.Access: any HDFS that this machine knows, and others by their namenodes."""

    known: Known

    def locate(self, entry: str) -> tuple[HdfsClient, str]:
        access, key = access_of(entry, self.known)
        return HdfsClient(access), key


def name_services(values: Values) -> NameServices:
    """Raises ConfigError for a file of Hadoop's that cannot be read."""
    return NameServices(Known.here(os.environ, values["storage.patience"]))
