"""A file's picture, upright, decoded once at the smallest scale that serves everyone."""

from __future__ import annotations

import io
import logging
import os
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from PIL import Image, ImageFile, UnidentifiedImageError

from metadata_digger import preview
from metadata_digger.picture import bare, tiff
from metadata_digger.picture.samples import rgb as rgb

# Everything Pillow may be asked to read. Left out on purpose: EPS (starts Ghostscript), WMF (Windows only), formats
# without a signature (TGA, GBR), stubs without a decoder (HDF5, BUFR, GRIB).
FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP", "AVIF", "PSD", "JPEG2000", "ICO", "PCX", "PPM")
# ISO base media brands whose pictures are coded in HEVC: ISO/IEC 23008-12, Annex B.
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")
# What Pillow's decoders raise on broken input (its readers unpack, index and divide what the file states);
# MemoryError for stated sizes that are not to be had, RuntimeError from libheif and libavif.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    BufferError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
# Of those, what can be the fault of missing or damaged bytes: worth a second try that takes what there is.
SALVAGEABLE = (OSError, SyntaxError, ValueError, LookupError, EOFError, struct.error, zlib.error)
MAX_PIXELS = 178_956_970  # Pillow's own ceiling: 512 MiB as RGB
ORIENTATION = 0x112
# Exif orientation to what turns the picture upright: Exif 3.0, 4.6.4.1.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
NO_HEIF = "HEIC pictures need the package pi-heif: pip install 'metadata-digger[heif]'"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # otherwise Python prints Pillow's log on stderr


class PictureError(Exception):
    """The file's picture cannot be decoded; the text is the reason."""


@dataclass(slots=True)
class Picture:
    """One picture. `image` is RGB, 8 bits, upright, possibly reduced; `width` and `height` are those of the whole
    picture, upright (of a raw file: of its preview); `notes` tell what was lost on the way. `stored` is `image` before
    it was made RGB (grey, or with its transparency), None where it was RGB already. `as_is`: the file is this very
    picture; nothing was turned, lost or taken out of another."""

    image: Image.Image
    width: int
    height: int
    notes: tuple[str, ...] = ()
    stored: Image.Image | None = None
    as_is: bool = False


def decode(content: bytes, pixels: int, *, name: str = "", max_pixels: int = MAX_PIXELS) -> Picture:
    """The picture of a file's bytes, its long edge at least `pixels` long (0: all there are) or whole.

    Raises PictureError and nothing else, whatever the bytes are. `name` is the file's, for decoders that go by it: none
    does yet. `max_pixels`: a larger picture is refused; -1: none is.
    """
    with quiet(max_pixels):
        try:
            return upright(content, pixels)
        except PictureError:
            raise
        except DECODER_ERRORS as error:
            raise PictureError(reason_of(error)) from error


def upright(content: bytes, pixels: int) -> Picture:
    """The same within `quiet`; raises DECODER_ERRORS too."""
    return of_preview(content, pixels) if preview.is_raw(content) else of_file(content, pixels)


def reason_of(error: BaseException) -> str:
    """A sentence of the decoder where it wrote one; the kind of the error where it merely stumbled."""
    if isinstance(error, UnidentifiedImageError):
        return "no picture format that can be decoded here, or its header is broken"
    if isinstance(error, MemoryError):
        return "not enough memory to decode it"
    if isinstance(error, Image.DecompressionBombError):
        return "it has more pixels than processing.maxPixels allows"
    if isinstance(error, OSError | SyntaxError | ValueError) and str(error):
        return str(error)
    return f"the decoder failed: {type(error).__name__} {error}".rstrip()


@contextmanager
def quiet(max_pixels: int = MAX_PIXELS) -> Iterator[None]:
    """Pillow warns of bombs and of broken metadata; what matters comes as an error or a note.

    Pillow holds every picture that it opens to the limit, also those inside others (a PNG in an ICO). It warns above
    its limit and raises above twice that.
    """
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None if max_pixels < 0 else max_pixels / 2  # type: ignore[assignment]  # 2 x n.5
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def of_preview(content: bytes, pixels: int) -> Picture:
    found = preview.find_preview(content)
    if found is None:
        raise PictureError("a raw file without an embedded preview")
    data, orientation = found
    return replace(of_file(data, pixels, orientation), as_is=False)


def of_file(content: bytes, pixels: int, turned: int = 1) -> Picture:
    image, size, notes, told = first_that_loads(content, pixels)
    turn = orientation_of(image) or told or turned
    width, height = size if turn < 5 else (size[1], size[0])
    if turn in UPRIGHT:
        image = image.transpose(UPRIGHT[turn])
    stored = None if image.mode == "RGB" and not image.has_transparency_data else image
    return Picture(rgb(image), width, height, notes, stored, as_is=turn not in UPRIGHT and not notes)


def first_that_loads(content: bytes, pixels: int) -> tuple[Image.Image, tuple[int, int], tuple[str, ...], int]:
    """The picture as the decoder gives it, or without the metadata beside it, or as far as it goes; what was lost, and
    the Exif orientation where the image does not have it any more."""
    try:
        image, size, note = loaded(content, pixels)
        return image, size, (note,) if note else (), 0
    except SALVAGEABLE as error:
        cause = "broken header" if isinstance(error, UnidentifiedImageError) else reason_of(error)
        alone = bare.bare(content)
        if alone is not None:
            note = f"the picture was decoded without what stands beside it, which is damaged: {cause}"
            with suppress(PictureError, *SALVAGEABLE):
                return *loaded(alone, pixels)[:2], (note,), told_orientation(content)
        for data in filter(None, (content, alone)):
            if (salvage := salvaged(data, pixels)) is not None:
                note = f"the picture is damaged and was decoded as far as it goes: {cause}"
                return *salvage, (note,), told_orientation(content) if data is alone else 0
        raise


def told_orientation(content: bytes) -> int:
    try:
        value = bare.orientation(content)
    except DECODER_ERRORS:
        return 0
    return value if value in UPRIGHT else 0


def loaded(content: bytes, pixels: int) -> tuple[Image.Image, tuple[int, int], str]:
    """The first frame decoded, perhaps reduced, the size of the whole as stored, and a note or "".

    A JPEG is decoded at the scale of 1/8, 1/4 or 1/2 that still has `pixels`. Measured on 12 megapixels: 11 ms at
    1/8, 46 ms whole, and labels come out as good.
    """
    if content[:4] in tiff.MAGIC:
        with suppress(struct.error, MemoryError):
            content = tiff.classic(content)
        if (odd := odd_tiff(content)) is not None:
            return odd[0], odd[0].size, odd[1]
    image = opened(content)
    size = image.size
    if pixels and image.format in ("JPEG", "MPO"):
        image.draft(None, (-(-size[0] * pixels // max(size)), -(-size[1] * pixels // max(size))))
    if image.format == "TIFF":
        with silent_libtiff():
            image.load()
        size = image.size  # Pillow turns it upright while loading and takes the tag away
    else:
        image.load()
    return image, size, ""


def odd_tiff(content: bytes) -> tuple[Image.Image, str] | None:
    """A TIFF that Pillow would misread, where it can be read otherwise."""
    try:
        with silent_libtiff():
            return tiff.decoded(content)
    except Image.DecompressionBombError:
        raise
    except DECODER_ERRORS:
        return None


def salvaged(content: bytes, pixels: int) -> tuple[Image.Image, tuple[int, int]] | None:
    """The same without insisting on checksums and on the end of the data; None when nothing can be decoded even so."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image, size, _ = loaded(content, pixels)
    except (PictureError, *SALVAGEABLE):
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return None if all(low == high for low, high in bands(image)) else (image, size)


@contextmanager
def silent_libtiff() -> Iterator[None]:
    """libtiff and its JPEG codec write complaints to file descriptor 2 themselves, past Python."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # closed: nothing to silence
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def opened(content: bytes) -> Image.Image:
    """The image, its header read; raises PictureError when it needs a decoder that is not installed, Pillow's
    DecompressionBombError when it is larger than `quiet` allows."""
    formats: tuple[str, ...] = FORMATS
    if content[4:8] == b"ftyp":
        brands = bare.brands(content)
        if not brands.isdisjoint(AVIF_BRANDS):  # of a general brand (mif1, miaf), AVIF inside
            formats, content = ("AVIF",), bare.branded(content, AVIF_BRANDS)
        elif not brands.isdisjoint(HEIC_BRANDS):
            formats, content = heif(), bare.branded(content, HEIC_BRANDS)
    return Image.open(io.BytesIO(content), formats=formats)


def heif() -> tuple[str, ...]:
    """The format of HEIC, which Pillow learns at the first such file (20 ms)."""
    try:
        import pi_heif  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        raise PictureError(NO_HEIF) from None
    if "HEIF" not in Image.OPEN:
        pi_heif.options.DECODE_THREADS = 1  # one process a core already
        pi_heif.register_heif_opener()
    return ("HEIF",)


def bands(image: Image.Image) -> list[tuple[float, float]]:
    """Lowest and highest value of each band."""
    extremes = image.getextrema()
    return [extremes] if isinstance(extremes[0], int | float) else list(extremes)


def orientation_of(image: Image.Image) -> int:
    """Exif orientation, 2 to 8; 0 when there is none, it is 1, or the Exif block is broken.

    Asked after loading: Pillow and pi-heif turn some pictures (TIFF, HEIC) themselves and then take the tag away.
    """
    try:
        value = image.getexif().get(ORIENTATION)
    except DECODER_ERRORS:
        return 0
    return value if isinstance(value, int) and value in UPRIGHT else 0
