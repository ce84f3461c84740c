"""From a picture to a network's input: fit it in, order colours and axes, scale the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Input:
    """What the network wants to be given: section [input] of model.toml, whose comments explain each word."""

    name: str
    width: int
    height: int
    layout: str = "NHWC"
    colour: str = "RGB"
    dtype: str = "uint8"
    fit: str = "letterbox"
    resample: str = "bilinear"
    padding: tuple[int, int, int] = (0, 0, 0)  # red, green, blue
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)  # in the order of `colour`, on values 0 to 255
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)  # divided by, after the mean is taken off
    pictures: str = "upright"  # or "original": labels/original.py does it all
    batch: int | None = None  # pictures that one run takes: any number, or exactly so many; 0: there is no such axis

    @property
    def pixels(self) -> int:
        """Long edge of the picture that serves this input. Stretched, the short edge must serve too: twice is enough
        for all ratios up to 2:1. None for those that are fed as the original did: it decodes for itself."""
        if self.pictures == "original":
            return 0
        return max(self.width, self.height) * (2 if self.fit == "stretch" else 1)


# reducing_gap 1: whole pixels are averaged first, bilinear does the rest. On the 123 labelled photographs as good as
# bilinear over everything (micro-AP .844, .842) and quicker on large pictures; bicubic .840, box .838, Lanczos .839,
# nearest .824.
RESAMPLE = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "box": Image.Resampling.BOX}
REDUCING_GAP = 1.0


Place = tuple[int, int, int, int]  # left, top, width, height of the picture in the network's input


def letterbox(size: tuple[int, int], wanted: Input) -> Place:
    """The whole picture, its ratio kept, in the middle."""
    scale = min(wanted.width / size[0], wanted.height / size[1])
    width = min(wanted.width, max(1, round(size[0] * scale)))
    height = min(wanted.height, max(1, round(size[1] * scale)))
    return (wanted.width - width) // 2, (wanted.height - height) // 2, width, height


def stretch(size: tuple[int, int], wanted: Input) -> Place:
    """The whole picture, its ratio lost."""
    return 0, 0, wanted.width, wanted.height


FITS: dict[str, Callable[[tuple[int, int], Input], Place]] = {"letterbox": letterbox, "stretch": stretch}


def paint(image: Image.Image, wanted: Input, canvas: Array) -> None:
    """The picture in its place, the rest of the canvas in the colour of the padding."""
    left, top, width, height = FITS[wanted.fit](image.size, wanted)
    red, green, blue = wanted.padding
    padding = red if red == green == blue else wanted.padding  # one number is 50 times quicker to paint with
    canvas[:top] = canvas[top + height :] = padding
    canvas[:, :left] = canvas[:, left + width :] = padding
    if image.size != (width, height):
        image = image.resize((width, height), RESAMPLE[wanted.resample], reducing_gap=REDUCING_GAP)
    canvas[top : top + height, left : left + width] = np.asarray(image)


def grey(canvas: Array) -> Array:
    """Luma of ITU-R BT.601, as Pillow's mode L; (height, width, 1)."""
    luma = canvas @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(np.rint(luma), np.uint8)[:, :, None]


COLOURS: dict[str, Callable[[Array], Array]] = {
    "RGB": lambda canvas: canvas,
    "BGR": lambda canvas: canvas[:, :, ::-1],
    "grey": grey,
}


def canvas_for(wanted: Input) -> Array:
    """Memory for one picture: (height, width, 3), uint8."""
    return np.empty((wanted.height, wanted.width, 3), np.uint8)


def tensor(image: Image.Image, wanted: Input, canvas: Array) -> Array:
    """The network's input for one RGB picture, batch axis in front.

    `canvas` is painted over, and is the result itself where nothing more is to be done (uint8, NHWC, RGB).
    """
    paint(image, wanted, canvas)
    values = COLOURS[wanted.colour](canvas)
    if wanted.dtype != "uint8":
        channels = values.shape[2]
        values = values.astype(np.float32)
        if any(wanted.mean):
            values -= np.asarray(wanted.mean[:channels], np.float32)
        if any(number != 1 for number in wanted.scale):
            values /= np.asarray(wanted.scale[:channels], np.float32)
    if wanted.layout == "NCHW":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values, wanted.dtype)[None]
