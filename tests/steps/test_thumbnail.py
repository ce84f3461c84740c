from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import FILE
from metadata_digger.steps import thumbnail
from metadata_digger.steps.thumbnail import ThumbnailStep, fitted

Make = Callable[..., Batch]

PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
ORIENTATION, GPS = 0x112, 0x8825


class Source:
    def __init__(self, data: bytes) -> None:
        self.data, self.size, self.stored = data, len(data), len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def grew(self) -> bool:
        return False

    def close(self) -> None: ...


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Upper half red, lower half blue."""
    image = Image.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (0, height // 2, width, height))
    return image.convert(mode)


def thumbnails(
    files: Make,
    content: bytes | StorageError,
    small: tuple[int, int] | None = None,
    medium: tuple[int, int] | None = (100, 100),
    form: str = "jpeg",
) -> dict[str, Any]:
    step = ThumbnailStep(small, medium, form)
    source = content if isinstance(content, StorageError) else Source(content)
    (done,) = step.run(iter([files(OpenFile("file:/a", source, step.pixels))]))
    assert done.rows.schema == step.output(FILE)
    row: dict[str, Any] = done.rows.to_pylist()[0]
    return row


def medium(files: Make, content: bytes, box: tuple[int, int] = (100, 100), form: str = "jpeg") -> Image.Image:
    made = thumbnails(files, content, None, box, form)["medium_thumb"]
    image = Image.open(io.BytesIO(made))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((640, 427), (100, 100), (100, 67)),  # the sizes of the original's own thumbnails
        ((960, 639), (300, 300), (300, 200)),
        ((427, 640), (100, 100), (67, 100)),
        ((400, 300), (100, 30), (40, 30)),
        ((100, 100), (100, 100), (100, 100)),
        ((99, 10), (100, 100), (99, 10)),
        ((20_000, 1), (100, 100), (100, 1)),
        ((1, 20_000), (100, 100), (1, 100)),
    ],
)
def test_fitted(size: tuple[int, int], box: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fitted(size, box) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_larger_picture_is_reduced(files: Make, kind: str, form: str) -> None:
    image = medium(files, saved(scene(400, 300), kind), form=form)
    assert (image.format, image.size) == (form.upper(), (100, 75))
    above, below = image.convert("RGB").getpixel((50, 10)), image.convert("RGB").getpixel((50, 65))
    assert np.abs(np.array(above) - (220, 30, 30)).max() < 30
    assert np.abs(np.array(below) - (30, 30, 220)).max() < 30


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_picture_that_fits_is_passed_through(files: Make, kind: str, form: str) -> None:
    content = saved(scene(100, 80), kind)
    row = thumbnails(files, content, (50, 50), (100, 80), form)
    assert row["medium_thumb"] == content
    assert Image.open(io.BytesIO(row["small_thumb"])).size == (50, 40)
    assert row["notes"] == []


def turned(size: tuple[int, int] = (60, 40)) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return saved(scene(*size), "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (saved(scene(60, 40), "BMP"), (60, 40)),  # no browser is sure to show it
        (saved(scene(60, 40), "TIFF"), (60, 40)),
        (turned(), (40, 60)),
        (saved(scene(60, 40), "JPEG") + bytes(thumbnail.OWN_BYTES), (60, 40)),
    ],
)
def test_what_fits_and_is_not_passed_through_is_written_anew(
    files: Make, content: bytes, size: tuple[int, int]
) -> None:
    image = medium(files, content)
    assert (image.format, image.size, image.getexif()) == ("JPEG", size, {})


@pytest.mark.parametrize("size", [(60, 40), (600, 400)])
def test_it_is_upright(files: Make, size: tuple[int, int]) -> None:
    image = medium(files, turned(size))
    assert image.width < image.height
    left, right = image.getpixel((3, 20)), image.getpixel((image.width - 4, 20))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert (left[2] > 150, right[0] > 150) == (True, True)  # what was below is left


@pytest.mark.parametrize("name", ["office.heic", "street.jpg"])
def test_demo_photographs(files: Make, name: str) -> None:
    content = (PHOTOS / name).read_bytes()
    row = thumbnails(files, content, (100, 100), (300, 300))
    sizes = [Image.open(io.BytesIO(row[field])).size for field in ("small_thumb", "medium_thumb")]
    assert [max(size) for size in sizes] == [100, 300]
    assert (row["status"], row["notes"]) == ("ok", [])


def tiff_with_preview(preview: bytes, orientation: int) -> bytes:
    """The least of a raw file: a sensor's data of no size, an orientation, and a JPEG."""
    rows = [(0x106, 3, 32803), (0x112, 3, orientation), (0x201, 4, 8 + 2 + 4 * 12 + 4), (0x202, 4, len(preview))]
    head = b"II*\0\x08\0\0\0" + len(rows).to_bytes(2, "little")
    for tag, kind, value in rows:
        head += b"".join(number.to_bytes(size, "little") for number, size in ((tag, 2), (kind, 2), (1, 4), (value, 4)))
    return head + bytes(4) + preview


def test_of_a_raw_file_its_preview_as_the_raw_file_says_that_it_lies(files: Make) -> None:
    image = medium(files, tiff_with_preview(saved(scene(600, 400), "JPEG"), 6))
    assert image.size == (67, 100)
    small = medium(files, tiff_with_preview(saved(scene(60, 40), "JPEG"), 1))
    assert (small.format, small.size) == ("JPEG", (60, 40))


@pytest.mark.parametrize(
    ("mode", "form", "expected"),
    [("L", "png", "L"), ("RGBA", "png", "RGBA"), ("LA", "png", "RGBA"), ("1", "png", "RGB"), ("RGBA", "jpeg", "RGB")],
)
@pytest.mark.parametrize("size", [(400, 300), (60, 40)])
def test_modes(files: Make, mode: str, form: str, expected: str, size: tuple[int, int]) -> None:
    content = saved(scene(*size, mode), "TIFF")  # never passed through
    assert medium(files, content, form=form).mode == expected


def test_transparency(files: Make) -> None:
    content = saved(Image.new("RGBA", (400, 300), (10, 20, 30, 0)), "PNG")
    assert medium(files, content, form="png").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert medium(files, content).getpixel((5, 5)) == (255, 255, 255)
    palette = scene(400, 300).quantize(4, dither=Image.Dither.NONE)
    content = saved(palette, "PNG", transparency=palette.getpixel((5, 5)))
    assert medium(files, content, form="png").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_no_metadata_is_copied(files: Make) -> None:
    secret = b"51.4778, -0.0015"
    exif = Image.Exif()
    exif[0x10E] = secret.decode()
    exif[GPS] = {1: "N", 2: (51.0, 28.0, 40.0)}
    image = scene(400, 300)
    texts = PngInfo()
    texts.add_text("Comment", secret.decode())
    jpeg = saved(image, "JPEG", exif=exif, comment=secret, icc_profile=secret, xmp=secret)
    png = saved(image, "PNG", exif=exif, pnginfo=texts, icc_profile=secret)
    webp = saved(image, "WEBP", exif=exif, icc_profile=secret, xmp=secret)
    for content in (jpeg, png, webp):
        assert content.count(secret) or b"iCCP" in content
        for form in ("jpeg", "png"):
            for box in ((100, 100), (399, 399)):
                made = thumbnails(files, content, box, None, form)["small_thumb"]
                for name in (secret, b"Exif", b"ICC", b"iCCP", b"eXIf", b"tEXt", b"http"):
                    assert name not in made


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"no picture", "no thumbnails: picture cannot be decoded: no picture format"),
        (StorageError("too large to be read whole"), "no thumbnails: too large to be read whole"),
    ],
)
def test_without_a_picture_the_row_stays(files: Make, content: bytes | StorageError, note: str) -> None:
    row = thumbnails(files, content, (10, 10))
    assert (row["status"], row["small_thumb"], row["medium_thumb"]) == ("ok", None, None)
    assert [text.startswith(note) for text in row["notes"]] == [True]


def test_a_damaged_picture_is_noted_once(files: Make) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8))
    content = saved(noise, "JPEG")[:2_000]
    step = ThumbnailStep(None, (100, 100))
    batch = files(OpenFile("file:/a", Source(content), step.pixels))
    (first,) = step.run(iter([batch]))
    (note,) = first.rows.to_pylist()[0]["notes"]
    assert "decoded as far as it goes" in note
    assert first.rows.to_pylist()[0]["medium_thumb"] != content  # it fits, and would be shown as cut as it is
    other = ThumbnailStep(None, (100, 100))
    again = Batch(first.rows.drop_columns(["medium_thumb"]), batch.files)
    (second,) = other.run(iter([again]))
    assert second.rows.to_pylist()[0]["notes"] == [note]


def test_rows_that_are_out_are_not_decoded(files: Make) -> None:
    step = ThumbnailStep((10, 10), None)
    (done,) = step.run(iter([files(object(), statuses=["failed"])]))
    assert done.rows.to_pylist()[0]["small_thumb"] is None


@pytest.mark.parametrize(
    ("boxes", "pixels", "fields"),
    [
        (((100, 50), (300, 200)), 600, ["small_thumb", "medium_thumb"]),
        (((100, 150), None), 300, ["small_thumb"]),
        ((None, (10, 10)), 20, ["medium_thumb"]),
    ],
)
def test_fields_and_pixels(boxes: Sequence[tuple[int, int] | None], pixels: int, fields: list[str]) -> None:
    step = ThumbnailStep(*boxes)
    assert step.pixels == pixels
    schema = step.output(FILE)
    assert schema.names[len(FILE) :] == fields
    with pytest.raises(ConfigError, match="made only once"):
        step.output(schema)
    assert pickle.loads(pickle.dumps(step)) == step  # noqa: S301  # what the line before made
