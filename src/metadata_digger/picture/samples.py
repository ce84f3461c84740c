"""Samples of any depth as 8 bits: what a scanner, a telescope or a press wrote as it would look."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from PIL import Image

Values: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
NUMBERS = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")  # Pillow's modes of one number a pixel


def rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB with 8 bits; what is transparent is painted on white."""
    if image.mode in NUMBERS:
        return Image.fromarray(grey(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def grey(values: Values) -> Bytes:
    """Sensor-like numbers as 8 bits: 16-bit values by their upper byte, others stretched from lowest to highest."""
    if values.dtype.kind in "ui" and values.size and values.min() >= 0 and 255 < values.max() <= 65_535:
        return (values >> 8).astype(np.uint8)
    low, high = _range(values)
    if values.dtype.kind in "ui" and low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    return _stretched(values, low, high)


def stretched(values: Values) -> tuple[Bytes, str]:
    """Numbers of no stated range, and a note that says what they were stretched from; "" of floats from 0 to 1."""
    low, high = _range(values)
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        return _stretched(values, 0.0, 1.0), ""
    return _stretched(values, low, high), f"the picture's numbers, {low:g} to {high:g}, are shown as black to white"


def _range(values: Values) -> tuple[float, float]:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _stretched(values: Values, low: float, high: float) -> Bytes:
    numbers = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
    return np.clip((numbers - low) * (255 / (high - low) if high > low else 0), 0, 255).astype(np.uint8)
