"""Directories as plain data, to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from metadata_digger.metadata.model import Directory


def named(directories: Iterable[Directory]) -> list[str]:
    return [directory.name for directory in directories]


def described(directory: Directory) -> dict[str, str | None]:
    return {tag.name: tag.description for tag in directory.tags()}


def leaves(directory: Directory) -> dict[str, str]:
    """XMP properties by path."""
    return {item.path: item.value for item in directory.xmp}
