"""The same picture twice."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from build_training import picture
from PIL import Image

from metadata_digger.labels.training.duplicates import SIDE, groups, thumbnail
from metadata_digger.picture import decode

PHOTOS = Path(__file__).parents[3] / "demo" / "photos"


def encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def copies() -> dict[str, bytes]:
    content = (PHOTOS / "cat.png").read_bytes()
    image = Image.open(io.BytesIO(content)).convert("RGB")
    half = image.resize((image.width // 2, image.height // 2))
    return {
        "the same": content,
        "BMP": encoded(image, "BMP"),
        "JPEG": encoded(image, "JPEG", quality=60),
        "half size": encoded(half, "JPEG", quality=60),
        "WebP": encoded(image, "WEBP", quality=50),
    }


@pytest.mark.parametrize("kind", copies())
def test_copies_are_found(kind: str) -> None:
    contents = [(PHOTOS / name).read_bytes() for name in ("dinner.jpg", "cat.png", "street.jpg")] + [copies()[kind]]
    small = np.stack([thumbnail(decode(content, 448).image) for content in contents])
    assert groups([content[:64] + content[-64:] for content in contents], small).tolist() == [0, 1, 2, 1]


def test_the_demo_photographs_differ() -> None:
    small = np.stack([thumbnail(decode(path.read_bytes(), 448).image) for path in sorted(PHOTOS.glob("*.jpg"))])
    assert groups([bytes([number]) for number in range(len(small))], small).tolist() == list(range(len(small)))


def test_blank_pictures_are_the_same_by_digest_only() -> None:
    blank = np.full((3, SIDE, SIDE), 255, np.uint8)
    assert groups([b"a", b"b", b"a"], blank).tolist() == [0, 1, 0]


def test_chains_are_one_group_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata_digger.labels.training.duplicates.BLOCK", 2)
    small = np.stack([thumbnail(picture((90, 120, 150), seed % 5)) for seed in range(15)])
    assert groups([bytes([number]) for number in range(15)], small).tolist() == [number % 5 for number in range(15)]
