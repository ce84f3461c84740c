"""The worst mistakes on one picture: a look tells whether the model is wrong or the label was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from metadata_digger.labels.training.head import Validation
from metadata_digger.picture import PictureError, decode

COLUMNS, MOST, CLOSE = 6, 48, 12
WIDTH, HEIGHT, CAPTION, MARGIN = 220, 165, 34, 8
LETTERS = 34  # of a caption's line
RED, AMBER, INK, PAPER = (190, 30, 30), (150, 110, 0), (40, 40, 40), (250, 250, 248)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A label that a picture should have and did not get, or the other way round. `wrong` False: right, but only
    just."""

    picture: int
    label: int
    score: float
    threshold: float
    expected: bool
    wrong: bool


def mistakes(truth: NDArray[np.bool_], run: Validation, most: int = MOST) -> list[Mistake]:
    """The worst first; then, as far as `most` allows, the CLOSE decisions that were right by the smallest margin."""
    scores, limits = np.clip(run.scores, 1e-9, 1 - 1e-9), np.clip(run.thresholds, 1e-9, 1 - 1e-9)
    margin = np.log(scores / (1 - scores)) - np.log(limits / (1 - limits))
    wrong = run.found != truth
    order = np.argsort(np.where(wrong, -1e6 - np.abs(margin), np.abs(margin)).ravel(), kind="stable")
    found = []
    for flat in order[: min(most, int(wrong.sum()) + CLOSE)]:
        picture, label = divmod(int(flat), truth.shape[1])
        found.append(
            Mistake(
                picture,
                label,
                float(run.scores[picture, label]),
                float(run.thresholds[picture, label]),
                bool(truth[picture, label]),
                bool(wrong[picture, label]),
            )
        )
    return found


def paint_sheet(
    found: Sequence[Mistake], paths: Sequence[Path], names: Sequence[str], labels: Sequence[str]
) -> Image.Image:
    """Small copies with what was expected and what was found, six in a row."""
    rows = -(-len(found) // COLUMNS)
    size = COLUMNS * (WIDTH + MARGIN) + MARGIN, max(rows, 1) * (HEIGHT + CAPTION + MARGIN) + MARGIN
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for number, item in enumerate(found):
        left = MARGIN + number % COLUMNS * (WIDTH + MARGIN)
        top = MARGIN + number // COLUMNS * (HEIGHT + CAPTION + MARGIN)
        try:
            image = decode(paths[item.picture].read_bytes(), max(WIDTH, HEIGHT)).image.copy()
        except (PictureError, OSError):  # gone since it was read first
            image = Image.new("RGB", (1, 1), PAPER)
        image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        sheet.paste(image, (left + (WIDTH - image.width) // 2, top + (HEIGHT - image.height) // 2))
        draw.text((left, top + HEIGHT + 2), short(f"{number + 1}. {names[item.picture]}"), INK, font)
        colour = RED if item.wrong else AMBER
        draw.text(
            (left, top + HEIGHT + 17), short(f"{verdict(item)}: {labels[item.label]} {item.score:.2f}"), colour, font
        )
    return sheet


def verdict(item: Mistake) -> str:
    if item.wrong:
        return "missed" if item.expected else "wrongly found"
    return "just found" if item.expected else "just not found"


def short(text: str) -> str:
    """The middle gives way: names differ at the end."""
    return text if len(text) <= LETTERS else f"{text[: LETTERS // 2 - 1]}…{text[-LETTERS // 2 :]}"
