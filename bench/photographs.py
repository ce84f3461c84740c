"""JPEGs as cameras make them: the metadata of demo photographs byte for byte, and scan data of a camera's size."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from pictures import DATA, PHOTOS, numbered

# Those that came from a camera as they are, makernotes of six makers among them: 110 to 176 tags each.
CAMERAS = (
    *("ambulance", "beach", "bicycle-square", "car-licence-plate", "church-and-cars", "church-dresden", "go-kart"),
    *("kilimanjaro", "picture-frame", "reading", "rider-statue", "station-platform", "street"),
)
SMALLEST, LARGEST = 400_000, 1_200_000  # bytes: 0.8 MB on average


def photographs(count: int) -> Path:
    """A directory of `count` different JPEGs, made once."""
    folder = DATA / f"photographs-{count}"
    if folder.is_dir():
        return folder
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    noise = random.Random(1)  # noqa: S311 - no secret
    scan = bytes(noise.randrange(255) for _ in range(LARGEST))  # 0xFF would be a marker
    for number in range(count):
        content = (PHOTOS / f"{CAMERAS[number % len(CAMERAS)]}.jpg").read_bytes()
        size = SMALLEST + (LARGEST - SMALLEST) * number // max(count - 1, 1)
        more = max(size - len(content), 0)
        # In front of the last two bytes, the end of the image: the picture goes on with noise.
        (making / f"IMG_{number:04d}.JPG").write_bytes(numbered(content[:-2] + scan[:more] + content[-2:], number))
    making.rename(folder)
    return folder
