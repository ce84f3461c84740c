"""JPEGs as cameras make them: the metadata of demo photographs byte for byte, and scan data of a camera's size."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from pictures import DATA, PHOTOS, numbered

# Those with a makernote (Canon twice, Apple, Casio twice, Nikon, Olympus, Sony) and one that went through Photoshop and
# has XMP: 110 to 193 tags each.
CAMERAS = (
    *("beach", "bicycle-square", "church-and-cars", "church-dresden", "picture-frame", "reading", "station-platform"),
    *("street", "go-kart"),
)
SMALL = "car-and-people"
SMALLEST, LARGEST = 400_000, 1_200_000  # bytes: 0.8 MB on average


def photographs(count: int) -> Path:
    """A directory of `count` different JPEGs, made once."""
    noise = random.Random(1)  # noqa: S311 - no secret
    scan = bytes(noise.randrange(255) for _ in range(LARGEST))  # 0xFF would be a marker

    def content(number: int) -> bytes:
        photo = (PHOTOS / f"{CAMERAS[number % len(CAMERAS)]}.jpg").read_bytes()
        size = SMALLEST + (LARGEST - SMALLEST) * number // max(count - 1, 1)
        # In front of the last two bytes, the end of the image: the picture goes on with noise.
        return photo[:-2] + scan[: max(size - len(photo), 0)] + photo[-2:]

    return _made(f"photographs-{count}", count, content)


def small(count: int) -> Path:
    """A directory of `count` different small JPEGs, made once."""
    return _made(f"small-{count}", count, lambda number: (PHOTOS / f"{SMALL}.jpg").read_bytes())


def _made(name: str, count: int, content: Callable[[int], bytes]) -> Path:
    folder = DATA / name
    if folder.is_dir():
        return folder
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for number in range(count):
        (making / f"IMG_{number:04d}.JPG").write_bytes(numbered(content(number), number))
    making.rename(folder)
    return folder
