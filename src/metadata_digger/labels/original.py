"""Pictures as Metadata Digger 0.2.1 fed them to a network: for models that were made for it.

OpenCV 3.2 decoded a file as it is (IMREAD_UNCHANGED: no Exif rotation, no scaling of deep samples). What did not come
out of that with three channels (grey, transparent, GIF) Java's ImageIO read: painted on white, written as JPEG and
decoded by OpenCV again. Observed on the original's own tensors (docs/decisions/0007-old-models.md). Files that it could
not read at all come as they do for every other model: upright.
"""

from __future__ import annotations

import io
import struct
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from metadata_digger import preview
from metadata_digger.labels.float_tiff import read_float_tiff
from metadata_digger.labels.sampled import Array, HalvedColours, Sampled, Whole, resized, rgb_of
from metadata_digger.picture import (
    DECODER_ERRORS,
    MAX_PIXELS,
    SALVAGEABLE,
    PictureError,
    bands,
    opened,
    quiet,
    reason_of,
    rgb,
    silent_libtiff,
    upright,
)

# What OpenCV 3.2 and ImageIO read between them; the rest is a matter of this program alone.
KNOWN = ("PNG", "TIFF", "GIF", "WEBP", "BMP", "PPM", "JPEG2000")
HALVED = [(2, 2), (1, 1), (1, 1)]  # sampling factors of a JPEG whose colours have half the resolution
RGB_LETTERS = (82, 71, 66)  # component identifiers of a JPEG without colour transform
DAMAGED = "the picture is damaged and was decoded as far as it goes: {}"


@dataclass(frozen=True, slots=True)
class Read:
    """The picture as the original saw it, and notes on what was lost."""

    picture: Sampled
    notes: tuple[str, ...] = ()


def tensor(content: bytes, width: int, height: int, max_pixels: int = MAX_PIXELS) -> tuple[Array, tuple[str, ...]]:
    """The network's input (1, 3, height, width), float32, blue green red, 0 to 255, and notes; raises PictureError."""
    read = read_picture(content, max_pixels)
    values = resized(read.picture, width, height)
    return np.ascontiguousarray(values[:, :, ::-1].transpose(2, 0, 1), np.float32)[None], read.notes


def read_picture(content: bytes, max_pixels: int = MAX_PIXELS) -> Read:
    """Raises PictureError and nothing else, whatever the bytes are."""
    with quiet(max_pixels):
        try:
            return known(content)
        except PictureError:
            raise
        except DECODER_ERRORS as error:
            raise PictureError(reason_of(error)) from error


def known(content: bytes) -> Read:
    try:
        image = opened(content)
    except UnidentifiedImageError:
        floats = read_float_tiff(content)
        return modern(content) if floats is None else Read(Whole(floats))
    if image.format in ("JPEG", "MPO"):
        return jpeg(content)
    # The first directory of a raw file is a small picture in colour, which OpenCV took, or nothing of use.
    if image.format not in KNOWN or (preview.is_raw(content) and image.mode != "RGB"):
        return modern(content)
    tiles = list(getattr(image, "tile", ()))  # gone once it is loaded
    notes: tuple[str, ...] = ()
    try:
        load(image)
    except SALVAGEABLE as error:
        image = opened(continued(content))
        load(image, partly=True)
        if all(low == high for low, high in bands(image)):
            raise
        notes = (DAMAGED.format(reason_of(error)),)
    if image.format == "GIF" and tiles:
        image = image.crop(tiles[0][1])  # ImageIO gives the frame without the canvas around it
    return Read(three_channels(image, str(tiles)), notes)


def modern(content: bytes) -> Read:
    picture = upright(content, 0)
    return Read(Whole(np.asarray(picture.image)), picture.notes)


def load(image: Image.Image, *, partly: bool = False) -> None:
    """Decodes; `partly`: what there is of a file that is cut short."""
    ImageFile.LOAD_TRUNCATED_IMAGES = partly
    try:
        with silent_libtiff() if image.format == "TIFF" else nullcontext():
            image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def continued(content: bytes) -> bytes:
    """A run-length coded BMP may end before its picture does, which Pillow refuses: rows of colour 0 behind it, as
    OpenCV leaves them."""
    if content[:2] != b"BM" or len(content) < 26:
        return content
    width, height = struct.unpack_from("<ii", content, 18)
    if width * abs(height) > MAX_PIXELS or width <= 0:
        return content
    row = b"\xff\0" * -(-width // 255) + b"\0\0"  # runs, end of line
    return bytes(content.removesuffix(b"\0\1") + b"\0\0" + row * abs(height))


def three_channels(image: Image.Image, coding: str) -> Sampled:
    """What OpenCV gave with three channels as it is, everything else by way of ImageIO. `coding`: how Pillow calls the
    samples of the file."""
    if image.format == "BMP" and image.mode in ("RGB", "RGBA"):
        pixels = np.asarray(image.convert("RGB"))
        if "BGR;15" in coding:  # fewer bits a colour: OpenCV leaves the others empty
            pixels = pixels & np.uint8(0xF8)
        elif "BGR;16" in coding:
            pixels = pixels & np.array([0xF8, 0xFC, 0xF8], np.uint8)
        return Whole(pixels)
    if image.has_transparency_data:
        return repainted(image)
    if image.mode == "RGB":
        pixels = np.asarray(image)
        # 16 bits a sample: 0 to 65535, which nobody scaled. Pillow keeps the upper byte.
        return Whole(pixels.astype(np.float32) * 257 if "RGB;16" in coding else pixels)
    if image.mode == "P" and (image.format == "PNG" or (image.format == "BMP" and not grey_palette(image))):
        return Whole(np.asarray(image.convert("RGB")))
    return repainted(image)


def grey_palette(image: Image.Image) -> bool:
    colours = np.asarray(image.getpalette("RGB") or []).reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


def repainted(image: Image.Image) -> Sampled:
    """On white, as a JPEG, and back; its quality and its halved colours are those of ImageIO's writer."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    file = io.BytesIO()
    rgb(image).save(file, "JPEG", quality=75, subsampling="4:2:0")
    return jpeg(file.getvalue()).picture


def jpeg(content: bytes) -> Read:
    image = opened(content)
    layers = [tuple(layer) for layer in getattr(image, "layer", ())]  # (identifier, horizontal, vertical, table)
    plain_rgb = tuple(layer[0] for layer in layers) == RGB_LETTERS or image.info.get("adobe_transform") == 0
    half = [layer[1:3] for layer in layers] == HALVED and min(image.size) > 1 and not plain_rgb
    try:
        if half:
            return Read(halved(content))
        load(image)
        return Read(other_jpeg(image) if plain_rgb or len(layers) != 3 else Whole(np.asarray(image)))
    except SALVAGEABLE as error:
        note = DAMAGED.format(reason_of(error))
    # OpenCV stopped where the file does, and went on repeating the row before.
    if half and (colours := halved(content, partly=True)).rows:
        return Read(colours, (note,))
    if len(layers) == 3 and not plain_rgb and not half:
        planes = decoded(content, "YCbCr", 1, partly=True)
        if rows := filled(planes):
            pixels = rgb_of(planes[:rows].astype(np.int32))
            return Read(Whole(np.concatenate([pixels, pixels[-1:].repeat(len(planes) - rows, 0)])), (note,))
    image = opened(content)
    load(image, partly=True)
    if all(low == high for low, high in bands(image)):
        raise PictureError(note)
    return Read(other_jpeg(image), (note,))


def other_jpeg(image: Image.Image) -> Sampled:
    """Of one component, of four, or with colours that were never transformed."""
    if image.mode == "CMYK":  # OpenCV's icvCvt_CMYK2BGR; Pillow has inverted what the file has inverted
        inks = 255 - np.asarray(image).astype(np.int32)
        black = inks[..., 3:]
        return Whole((black - ((255 - inks[..., :3]) * black >> 8)).astype(np.uint8))
    return Whole(np.asarray(image)) if image.mode == "RGB" else repainted(image)


def halved(content: bytes, *, partly: bool = False) -> HalvedColours:
    luma = decoded(content, "L", 1, partly=partly)
    chroma = decoded(content, "YCbCr", 2, partly=partly)[..., 1:]
    return HalvedColours(luma, chroma, min(2 * filled(chroma), len(luma)) if partly else len(luma))


def decoded(content: bytes, mode: str, reduced: int, *, partly: bool = False) -> Array:
    """The planes of a JPEG before colours are made of them: decoded at half the size, halved colours are untouched."""
    image = opened(content)
    image.draft(mode, (image.width // reduced, image.height // reduced))
    if partly:  # without the end that Pillow adds, so that missing rows stay empty
        setattr(image, "load_read", getattr(image, "fp").read)  # noqa: B009, B010 - not in Pillow's types
    load(image, partly=partly)
    return np.asarray(image)


def filled(colours: Array) -> int:
    """Rows until the first that was never written: differences that are all zero are of no real picture."""
    empty = ~colours.any((1, 2))
    return int(empty.argmax()) if empty.any() else len(colours)
