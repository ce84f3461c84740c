"""Metadata Digger: what pictures say about themselves and what is on them, made searchable."""

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.model import Directory, Tag

__version__ = "1.0.0.dev0"
__all__ = ["Directory", "MetadataError", "Tag", "__version__", "read_metadata"]
