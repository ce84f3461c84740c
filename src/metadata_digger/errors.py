"""Errors of the tool: one root, one exit code each. The extractor has its own (`metadata.errors`)."""


class DiggerError(Exception):
    """What a user can act on: its text names the file or key and says what to do."""

    exit_code = 1


class ConfigError(DiggerError):
    """Faults of the configuration or the command line, all of them at once, one a line."""

    exit_code = 2


class StorageError(DiggerError):
    """A place cannot be listed, read or written; `status` goes into the row of an input file."""

    def __init__(self, message: str, status: str = "failed") -> None:
        super().__init__(message)
        self.status = status  # "not_found", "denied", "timed_out" or "failed"


class ModelError(DiggerError):
    """A model file or folder that cannot be used."""


class OutputError(DiggerError):
    """The output exists already, cannot be written, or the disk is full."""


class QueryError(DiggerError):
    """A fault of a query, and where: `length` characters from `at`."""

    exit_code = 2

    def __init__(self, message: str, at: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.at = at
        self.length = length
