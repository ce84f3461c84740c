"""One extractor over a list of files, in a process of its own: `python readers.py NAME LIST PASSES`.

Prints what it found in the last pass, and the seconds of each pass.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

Reader = Callable[[str], tuple[int, int, int]]  # a path to its tags, characters of their text, XMP properties


def metadata_digger() -> Reader:
    from metadata_digger import read_metadata
    from metadata_digger.metadata.errors import MetadataError

    def read(path: str) -> tuple[int, int, int]:
        tags = characters = properties = 0
        try:
            for directory in read_metadata(path):
                for _, name, description in directory.tags():
                    tags += 1
                    # Java counts in UTF-16, which differs only beyond its first plane
                    characters += len(name) + (0 if description is None else len(description))
                properties += len(directory.xmp)
        except MetadataError:
            pass
        return tags, characters, properties

    return read


def exifread(*, makernotes: bool) -> Reader:
    import exifread

    logging.disable(logging.CRITICAL)

    def read(path: str) -> tuple[int, int, int]:
        with Path(path).open("rb") as file:
            try:
                found = exifread.process_file(file, details=makernotes)
            except Exception:  # noqa: BLE001 - it raises what it meets; the file counts as read
                return 0, 0, 0
        texts = [name + str(value) for name, value in found.items() if type(value) is not bytes]  # a thumbnail
        return len(texts), sum(map(len, texts)), 0

    return read


def pillow() -> Reader:
    from PIL import Image, UnidentifiedImageError

    def read(path: str) -> tuple[int, int, int]:
        try:
            with Image.open(path) as image:
                exif = image.getexif()
                texts = [str(value) for ifd in (exif, *map(exif.get_ifd, (0x8769, 0x8825))) for value in ifd.values()]
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            return 0, 0, 0
        return len(texts), sum(map(len, texts)), 0

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "metadata_digger": metadata_digger,
    "exifread": lambda: exifread(makernotes=True),
    "exifread-plain": lambda: exifread(makernotes=False),
    "pillow": pillow,
}


def main(name: str, listing: str, passes: str) -> None:
    paths = Path(listing).read_text().splitlines()
    read = READERS[name]()
    seconds = []
    for _ in range(int(passes)):
        begin = time.perf_counter()
        found = [read(path) for path in paths]
        seconds.append(time.perf_counter() - begin)
    tags, characters, properties = map(sum, zip(*found, strict=True))
    print(json.dumps({"tags": tags, "characters": characters, "xmp": properties, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
