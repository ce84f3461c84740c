"""Pictures as networks want them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PIL import Image

from metadata_digger.labels.preprocess import Input, canvas_for, tensor

SQUARE = Input("image", 8, 8)


def picture(width: int, height: int, colour: tuple[int, int, int] = (200, 100, 50)) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def painted(image: Image.Image, wanted: Input) -> list[tuple[int, int]]:
    """Width and height of what is not padding, as (rows, columns)."""
    values = tensor(image, wanted, canvas_for(wanted))[0]
    inside = (values != wanted.padding).any(axis=2)
    return [(int(inside.any(axis=1).sum()), int(inside.any(axis=0).sum()))]


@pytest.mark.parametrize(
    ("size", "rows", "columns"),
    [
        ((80, 40), 4, 8),
        ((40, 80), 8, 4),
        ((8, 8), 8, 8),
        ((4, 2), 4, 8),
        ((1, 1), 8, 8),
        ((1000, 1), 1, 8),
        ((1, 999), 8, 1),
    ],
)
def test_letterbox_keeps_the_ratio(size: tuple[int, int], rows: int, columns: int) -> None:
    assert painted(picture(*size), SQUARE) == [(rows, columns)]


def test_letterbox_is_centred_and_padded() -> None:
    wanted = dataclasses.replace(SQUARE, padding=(1, 2, 3))
    values = tensor(picture(8, 4), wanted, canvas_for(wanted))[0]
    assert (values[2:6] == (200, 100, 50)).all()
    assert (values[:2] == (1, 2, 3)).all()
    assert (values[6:] == (1, 2, 3)).all()


def test_the_canvas_keeps_nothing_of_the_picture_before() -> None:
    canvas = canvas_for(SQUARE)
    tensor(picture(8, 8), SQUARE, canvas)
    again = tensor(picture(8, 2, (9, 9, 9)), SQUARE, canvas)[0]
    assert again.max() == 9


def test_stretch_fills() -> None:
    assert painted(picture(80, 40), dataclasses.replace(SQUARE, fit="stretch")) == [(8, 8)]


@pytest.mark.parametrize(
    ("change", "shape", "first"),
    [
        ({}, (1, 8, 8, 3), (200, 100, 50)),
        ({"colour": "BGR"}, (1, 8, 8, 3), (50, 100, 200)),
        ({"layout": "NCHW"}, (1, 3, 8, 8), (200, 100, 50)),
        ({"layout": "NCHW", "colour": "BGR"}, (1, 3, 8, 8), (50, 100, 200)),
        ({"dtype": "float32"}, (1, 8, 8, 3), (200.0, 100.0, 50.0)),
        ({"dtype": "float32", "mean": (100, 100, 50), "scale": (2, 1, 1)}, (1, 8, 8, 3), (50.0, 0.0, 0.0)),
        ({"dtype": "float32", "colour": "BGR", "mean": (50, 0, 0), "scale": (1, 1, 2)}, (1, 8, 8, 3), (0, 100, 100)),
    ],
)
def test_order_and_scale(change: dict[str, object], shape: tuple[int, ...], first: tuple[float, ...]) -> None:
    wanted = dataclasses.replace(SQUARE, **change)  # type: ignore[arg-type]
    values = tensor(picture(8, 8), wanted, canvas_for(wanted))
    assert values.shape == shape
    assert values.dtype == wanted.dtype
    assert values.flags.c_contiguous
    channels = values[0, 0, 0] if wanted.layout == "NHWC" else values[0, :, 0, 0]
    assert tuple(channels) == first


def test_pixels() -> None:
    assert Input("x", 416, 320).pixels == 416
    assert Input("x", 224, 224, fit="stretch").pixels == 448


def test_a_plain_picture_is_not_copied() -> None:
    canvas = canvas_for(SQUARE)
    assert np.shares_memory(tensor(picture(8, 8), SQUARE, canvas), canvas)
