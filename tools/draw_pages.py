"""Draws pages to train a detector of documents with: letters, tables, forms, receipts; clean as from a screen, or grey,
skewed and blurred as from a telephone.

    python tools/draw_pages.py FOLDER [COUNT] [--first NUMBER]

For trying out and for tests: a detector for real work is trained with real documents. The same pages each time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SYLLABLES = ("an", "be", "con", "der", "es", "for", "ge", "ko", "la", "mi", "na", "or", "per", "qua", "re", "ta", "ver")
WIDTH, HEIGHT = 620, 877  # A4 at 75 dots an inch

Random = np.random.Generator


def words(random: Random, count: int) -> str:
    return " ".join("".join(random.choice(SYLLABLES, random.integers(1, 5))) for _ in range(count))


def letter(draw: ImageDraw.ImageDraw, random: Random) -> None:
    top, size = int(random.integers(50, 140)), int(random.integers(11, 17))
    font = ImageFont.load_default(size)
    for line in range(4):
        draw.text((60, top + line * size * 1.4), words(random, 3).title(), "black", font)
    at = top + 8 * size
    while at < HEIGHT - 80:
        for _ in range(int(random.integers(2, 8))):
            if at < HEIGHT - 80:
                draw.text((60, at), words(random, int(900 / size / 5)), "black", font)
            at += int(size * 1.45)
        at += size


def table(draw: ImageDraw.ImageDraw, random: Random) -> None:
    font = ImageFont.load_default(12)
    draw.text((60, 50), words(random, 4).upper(), "black", ImageFont.load_default(18))
    columns, step = int(random.integers(3, 7)), int(random.integers(20, 32))
    for row, at in enumerate(range(110, HEIGHT - 80, step)):
        draw.line((60, at, WIDTH - 60, at), "gray")
        for column in range(columns):
            text = words(random, 1) if column == 0 or row == 0 else f"{random.integers(0, 10_000) / 100:.2f}"
            draw.text((64 + column * (WIDTH - 120) / columns, at + 4), text, "black", font)


def form(draw: ImageDraw.ImageDraw, random: Random) -> None:
    font = ImageFont.load_default(13)
    draw.rectangle((40, 40, WIDTH - 40, 90), fill=(220, 225, 235))
    draw.text((60, 55), words(random, 3).title(), "black", ImageFont.load_default(20))
    for at in range(120, HEIGHT - 100, int(random.integers(38, 60))):
        draw.text((60, at), f"{words(random, 2).capitalize()}:", "black", font)
        draw.rectangle((250, at - 6, WIDTH - 60, at + 22), outline="black")
        if random.random() < 0.7:
            draw.text((256, at), words(random, 2), (30, 30, 120), font)


def receipt(draw: ImageDraw.ImageDraw, random: Random) -> None:
    font = ImageFont.load_default(14)
    left = int(random.integers(120, 200))
    draw.text((left + 60, 60), words(random, 2).upper(), "black", ImageFont.load_default(20))
    for at in range(120, int(random.integers(400, HEIGHT - 100)), 22):
        draw.text((left, at), words(random, 2), "black", font)
        draw.text((left + 240, at), f"{random.integers(50, 5000) / 100:7.2f}", "black", font)


KINDS: tuple[Callable[[ImageDraw.ImageDraw, Random], None], ...] = (letter, table, form, receipt)


def page(number: int) -> Image.Image:
    """The page of that number; every second one as if photographed."""
    random = np.random.default_rng(number)
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    KINDS[number % len(KINDS)](ImageDraw.Draw(image), random)
    return photographed(image, random) if number // len(KINDS) % 2 else image


def photographed(image: Image.Image, random: Random) -> Image.Image:
    """On a dark table, a little turned, in uneven light."""
    ground = Image.new("RGB", (WIDTH + 120, HEIGHT + 120), tuple(int(v) for v in random.integers(40, 110, 3)))
    ground.paste(image, (60, 60))
    ground = ground.rotate(random.uniform(-7, 7), Image.Resampling.BILINEAR, fillcolor=(70, 60, 50))
    light = np.linspace(random.uniform(0.7, 1), random.uniform(0.7, 1), ground.height)[:, None, None]
    noise = random.normal(0, 4, (ground.height, ground.width, 1))
    values = np.asarray(ground, float) * light * random.uniform(0.85, 1, 3) + noise
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def main() -> None:
    parser = argparse.ArgumentParser(description="draws pages of documents")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=24)
    parser.add_argument("--first", type=int, default=0, help="number of the first page: others give other pages")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.first, arguments.first + arguments.count):
        page(number).save(arguments.folder / f"page-{number:02}.jpg", quality=85)


if __name__ == "__main__":
    main()
