"""Java .properties files with line numbers (java.util.Properties.load; UTF-8 as well as its own ISO 8859-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from metadata_digger.errors import ConfigError

# The longest configurations known have 2 kB, for a mapping of 80 labels; what is longer than this is something else.
LARGEST = 16 << 20
_ESCAPE = re.compile(r"\\(\r\n|.)", re.DOTALL)
BLANKS = "tnrf"  # what these stand for behind a backslash
NEEDED = "\\u:=#! \r\n"  # java.util.Properties.store writes a backslash before these, and at the end of a line


class Entry(NamedTuple):
    """A key with its value, or, where `fault` is set, a line that cannot be read. `line` counts from 1.

    `swallowed`: of each backslash that is not in the value, the character behind it, which escapes nothing that needs
    it: `C:\\photos` is `C:photos`. `blanks`: the same of those that made a tab or a line's end: `C:\\temp`.
    """

    line: int
    key: str
    value: str
    fault: str | None = None
    swallowed: str = ""
    blanks: str = ""


def read(path: Path) -> Iterator[Entry]:
    """The entries of a file in order, repeated keys too; raises ConfigError when it cannot be read at all."""
    return _entries(_decode(path, _content(path)))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > LARGEST or b"\0" in content:
        raise ConfigError(f"{path}: is not a .properties file (text, one key=value a line)")
    return content


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")


def _entries(text: str) -> Iterator[Entry]:
    import javaproperties

    lines = _lines(text)
    done = 0  # lines read so far
    while done < len(lines):
        try:
            for element in javaproperties.parse("".join(lines[done:])):
                start = done + 1
                done += max(len(_lines(element.source)), 1)
                if isinstance(element, javaproperties.KeyValue):
                    after = "".join(_ESCAPE.findall(element.source))
                    swallowed = "".join(one for one in after if one not in NEEDED + BLANKS)
                    blanks = "".join(one for one in after if one in BLANKS)
                    yield Entry(start, element.key, element.value, None, swallowed, blanks)
        except javaproperties.InvalidUEscapeError as error:
            done += 1
            key = re.split(r"[=:\s]", lines[done - 1].strip(), maxsplit=1)[0]
            words = "is not \\u and four hexadecimal digits; a backslash itself is written twice, \\\\"
            yield Entry(done, key, "", f"{error.escape} {words}")
            while lines[done - 1].rstrip("\r\n").endswith("\\") and done < len(lines):
                done += 1  # the rest of the broken entry is none of its own


def _lines(text: str) -> list[str]:
    """Lines with their ends; only LF, CR and CRLF end one (str.splitlines knows eight more)."""
    import io

    return list(io.StringIO(text, newline=""))
