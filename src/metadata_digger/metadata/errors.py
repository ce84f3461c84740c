"""Errors of the extractor. Nothing else leaves a format reader."""


class MetadataError(Exception):
    """The file, or the block being read, cannot be read."""


class Truncated(MetadataError):
    """Bytes were asked for that are not there."""


class Malformed(MetadataError):
    """The bytes are there and break the rules of their format."""


class UnknownFormat(MetadataError):
    """No container that this library knows."""
