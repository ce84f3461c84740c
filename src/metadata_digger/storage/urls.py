"""URLs of files of this machine.

A URL is `file:` and the path as it is: the original escapes nothing, and the ids that people saved are MD5 sums of
that text. A path that is not UTF-8 cannot be written so (Arrow, JSON and CSV hold text only; Java replaces the bytes
and then finds no such file): it becomes a percent-escaped URL of RFC 8089, told apart by its three slashes
(`file:///a/%FFb.jpg`).
"""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes

from metadata_digger.config.places import local
from metadata_digger.errors import StorageError


def url_of(path: str) -> str:
    """The URL of an absolute path as Python has it (surrogates for bytes that are not UTF-8)."""
    if path.isascii():  # most are, and to look takes a tenth of the time of encoding
        return "file:" + path
    try:
        path.encode()
    except UnicodeEncodeError:
        return "file://" + quote_from_bytes(os.fsencode(path))
    return "file:" + path


def path_of(url: str) -> str:
    """The path of a URL made by `url_of`; raises StorageError when it is none."""
    if url.startswith("file:///"):
        return os.fsdecode(unquote_to_bytes(url[len("file://") :]))
    if url.startswith("file:/"):
        return url[len("file:") :]
    raise StorageError(f"{url} is no URL of a local file", "not_found")


def base_of(entry: str) -> str:
    """What an entry of input.paths is called in the rows of its files: as it stands there, as in the original, with its
    slash at the end and all; a relative one, which the original could not read, as an absolute path."""
    path = local(entry)
    url = url_of(path if path.startswith("/") else absolute(path))
    return url if url.startswith("file:///") else "file://" + url.removeprefix("file:")


def entry_name(entry: str) -> str:
    """What an entry of input.paths is called in the records of a run, however it is written: the base that its absolute
    path would have; of a list behind the @."""
    return f"@{base_of(absolute(entry[1:]))}" if entry.startswith("@") else base_of(absolute(entry))


def below(url: str) -> tuple[str, str]:
    """What the URLs of everything in a directory begin with, by the URL of the directory: names in it that are not
    UTF-8 give all of the path another form."""
    return f"{url.rstrip('/')}/", "file://" + quote_from_bytes(os.fsencode(path_of(url).rstrip("/"))) + "/"


def absolute(entry: str) -> str:
    """An entry of input.paths as an absolute path: `dir`, `/dir`, `file:/dir` or `file:///dir`, nothing escaped."""
    return os.path.abspath(local(entry))  # noqa: PTH100  # a Path for each of a million listed files takes too long
