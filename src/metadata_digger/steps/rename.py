"""Names of columns: Metadata Digger 0.2.1's naming conventions.

Checked against its output: "Date/Time Original" in "Exif SubIFD" is ExifSubIFDDateTimeOriginal or
exif_subifd_datetime_original; "Quality & File Format" keeps both its spaces in snakeCase (quality__file_format).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_UNSAFE = str.maketrans("", "", "{}.(),'\"?;:<>*&%$#@!`[]/")
_BREAK = re.compile("[ -]")


def safe(name: str) -> str:
    """A directory's or tag's name less the characters that column names cannot have."""
    return name.translate(_UNSAFE)


def camel_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in _BREAK.split(name))


def snake_case(name: str) -> str:
    return _BREAK.sub("_", name).lower()


CONVENTIONS: Mapping[str, Callable[[str], str]] = {"camelCase": camel_case, "snakeCase": snake_case}


@dataclass(frozen=True, slots=True)
class Naming:
    """How columns are called: the keys output.columns.namingConvention, .metadataPrefix and .includeDirsInTags."""

    convention: str = "camelCase"
    prefix: str = ""
    include_directories: bool = True

    def title(self, words: str) -> str:
        """A column that every row has, "File Path"; and the key of a directory in JSON, whose prefix is never used."""
        return CONVENTIONS[self.convention](safe(words))

    def column(self, directory: str, tag: str) -> str:
        """A tag's column in flat formats."""
        name = f"{safe(directory)} {safe(tag)}" if self.include_directories else safe(tag)
        return CONVENTIONS[self.convention](self.prefix + name)


DEFAULT = Naming()
