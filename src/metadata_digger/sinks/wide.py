"""Columns of flat output: the ones that every row has, and one a tag."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Sequence

from metadata_digger.errors import ConfigError
from metadata_digger.schema import HASHES, THUMBNAILS, Column, hashed
from metadata_digger.sinks.columns import Columns
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

SIMILAR = (("similar_score", "Similar Score"), ("similar_reasons", "Similar Reasons"))  # of find_similar
# Field of the row, and its title in the original; in the original's order, hashes in that of the configuration.
_BEFORE = (("id", "ID"), ("base_path", "Base Path"), ("file_path", "File Path"), ("labels", "Labels"))
_HASHES = tuple((field.name, f"Hash {kind}") for field, kind in zip(hashed(HASHES), HASHES, strict=True))
_BEHIND = (
    ("small_thumb", "Small Thumb"),
    ("medium_thumb", "Medium Thumb"),
    ("file_type", "File Type"),
    ("directories", "Directory Names"),
    ("tags", "Tag Names"),
    *SIMILAR,  # behind all that the original has
)
FIXED = (*_BEFORE, *_HASHES, *_BEHIND)
ADDED = (*dict(_HASHES), *THUMBNAILS)  # fields that steps add where the configuration asks for them
CONTENT = "Metadata Content"
_FREE = "XMP"  # the directory whose tags have any name
_SHOWN = 10  # clashes that are named; a hundred would bury the advice


def fixed(fields: Sequence[str]) -> list[tuple[str, str]]:
    """Field and title of each column that every row with these fields has, in order."""
    titles = dict(FIXED)
    hashes = [name for name in fields if name in dict(_HASHES)]
    names = [*dict(_BEFORE), *hashes, *dict(_BEHIND)]
    return [(name, titles[name]) for name in names if name in fields]


def base64_texts(column: Column) -> list[str | None]:
    """Bytes as forms of text have them."""
    return [None if value is None else b2a_base64(value, newline=False).decode() for value in column.to_pylist()]


def content_title(naming: Naming) -> str:
    return naming.title(CONTENT)


def layout(
    columns: Columns, naming: Naming, selection: Selection, every: bool = True, titles: Sequence[str] = ()
) -> tuple[list[str], dict[tuple[str, str], int]]:
    """Names of the tags' columns, by directory and then tag, and the place of each (directory, tag) pair among them.

    Tags whose names become equal share a column: those of one directory ("Date/Time" and "DateTime"), and with `every`,
    where a column has all values, those of different ones. Letters' case does not count: most databases take ExifISO
    and ExifIso for one column. A tag that is called as a column that every row has (those of the original, and
    `titles`) gives way by its directory's name. So does, to the tags of others, a property of XMP, which is called by
    the file itself.
    Without `every` a shared column would lose values: where tags of two directories would have one, or a tag and a
    column that the original has in every row, ConfigError is raised. A property of XMP must not end a run even so.
    """
    old = {naming.title(title).lower() for title in (*dict(FIXED).values(), CONTENT)}
    taken = old.union(naming.title(title).lower() for title in titles)
    names: list[str] = []
    places: dict[tuple[str, str], int] = {}
    holders: dict[str, tuple[str, str]] = {}
    clashes: list[str] = []
    tags = columns.tags(selection)
    others = {naming.column(*pair).lower() for pair in tags if pair[0] != _FREE}
    for directory, tag in tags:
        name = naming.column(directory, tag)
        if not every and directory != _FREE and name.lower() in old:
            clashes.append(f"tag {tag!r} of {directory} would be a second column {name}")
        words = tag
        while name.lower() in taken or (directory == _FREE and name.lower() in others):
            words = f"{directory} {words}"
            name = naming.column(directory, words)
        first = holders.setdefault(name.lower(), (directory, tag))
        if first == (directory, tag):
            places[directory, tag] = len(names)
            names.append(name)
        elif every or first[0] == directory:
            places[directory, tag] = places[first]
        else:
            clashes.append(f"tag {tag!r} is in {first[0]} and in {directory}, and both would be the column {name}")
    if clashes:
        raise ConfigError(_advice(clashes, naming))
    return names, places


def _advice(clashes: list[str], naming: Naming) -> str:
    more = len(clashes) - _SHOWN
    listed = [*clashes[:_SHOWN], f"and {more} more"] if more > 0 else clashes
    advice = (
        "name columns differently with output.columns.metadataPrefix"
        if naming.include_directories
        else "set output.columns.includeDirsInTags=true"
    )
    choice = "or choose among them with filter.allowedMetadataDirectories or filter.allowedTags"
    return "\n".join([*listed, f"{advice}, {choice}"])
