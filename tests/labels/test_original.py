"""Pictures as Metadata Digger 0.2.1 fed them, on files made here; test_original_conformance.py has the real ones."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from metadata_digger.labels.float_tiff import read_float_tiff
from metadata_digger.labels.original import read_picture, tensor
from metadata_digger.labels.sampled import HalvedColours, Whole
from metadata_digger.picture import PictureError

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def scene(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((8, 8, 40, 40), fill=(200, 30, 60))
    draw.rectangle((30, 20, 60, 44), fill=(20, 90, 220))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(content: bytes) -> Array:
    """The whole picture, red green blue."""
    picture = read_picture(content).picture
    width, height = picture.size
    return picture.at(np.arange(height), np.arange(width))


def far(content: bytes, wanted: Image.Image) -> float:
    """Mean distance in grey levels."""
    return float(np.abs(pixels(content).astype(int) - np.asarray(wanted.convert("RGB")).astype(int)).mean())


def test_the_networks_input() -> None:
    content = saved(Image.new("RGB", (20, 10), (10, 20, 30)), "PNG")
    values, notes = tensor(content, 8, 6)
    assert (values.shape, values.dtype, notes) == ((1, 3, 6, 8), np.dtype(np.float32), ())
    assert values[0, :, 0, 0].tolist() == [30, 20, 10]  # blue, green, red


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("BMP", "RGB"), ("BMP", "P"), ("TIFF", "RGB"), ("PPM", "RGB")]
)
def test_three_channels_are_taken_as_they_are(kind: str, mode: str) -> None:
    image = scene().quantize(16) if mode == "P" else scene()
    np.testing.assert_array_equal(pixels(saved(image, kind)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("GIF", "P"),
        ("BMP", "L"),
        ("TIFF", "L"),
        ("TIFF", "P"),
        ("JPEG", "L"),
    ],
)
def test_others_go_through_a_jpeg(kind: str, mode: str) -> None:
    image = scene().quantize(16) if mode == "P" else scene(mode)
    content = saved(image, kind)
    assert isinstance(read_picture(content).picture, HalvedColours)
    assert 0 < far(content, image) < 10


def test_transparent_is_white() -> None:
    image = scene("RGBA")
    image.putalpha(0)
    assert (pixels(saved(image, "PNG")) == 255).all()
    palette = scene().quantize(4)
    assert pixels(saved(palette, "PNG", transparency=0)).shape == (48, 64, 3)
    assert isinstance(read_picture(saved(palette, "PNG", transparency=0)).picture, HalvedColours)


def test_nothing_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    assert read_picture(saved(scene(), "JPEG", exif=exif)).picture.size == (64, 48)


@pytest.mark.parametrize(("subsampling", "kind"), [("4:4:4", Whole), ("4:2:2", Whole), ("4:2:0", HalvedColours)])
def test_jpeg(subsampling: str, kind: type) -> None:
    content = saved(scene(), "JPEG", subsampling=subsampling, quality=95)
    assert isinstance(read_picture(content).picture, kind)
    decoded = Image.open(io.BytesIO(content))
    assert far(content, decoded) < (4 if kind is HalvedColours else 0.001)


def test_jpeg_of_four_inks() -> None:
    assert far(saved(scene("CMYK"), "JPEG", quality=95), scene()) < 4


def test_deep_samples_are_not_scaled() -> None:
    content = png16(np.full((4, 5, 3), 0x1234, np.uint16))
    values, _ = tensor(content, 5, 4)
    assert np.abs(values - 0x1212).max() < 1  # the upper byte twice: 257 times it


def test_deep_grey_is_taken_by_its_upper_byte() -> None:
    values = np.full((16, 16), 0x4000, np.uint16)
    assert np.abs(pixels(saved(Image.fromarray(values), "PNG")).astype(int) - 0x40).max() <= 1


def png16(values: Array) -> bytes:
    """RGB with 16 bits a sample, which Pillow does not write."""
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def float_tiff(values: Array, order: str = "<", **changes: int) -> bytes:
    height, width = values.shape[:2]
    tags = {
        256: width,
        257: height,
        259: 1,
        262: 2,
        277: 3,
        278: height,
        284: 1,
        **{int(k[1:]): v for k, v in changes.items()},
    }
    count, start = len(tags) + 4, 8
    extra = start + 2 + 12 * count + 4
    entries = [(tag, struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0)) for tag, value in tags.items()]
    entries += [
        (258, struct.pack(f"{order}HHII", 258, 3, 3, extra)),
        (339, struct.pack(f"{order}HHII", 339, 3, 3, extra + 6)),
    ]
    entries += [(273, struct.pack(f"{order}HHII", 273, 4, 1, extra + 12))]
    entries += [(279, struct.pack(f"{order}HHII", 279, 4, 1, values.size * 4))]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", start, count)
    body = b"".join(entry for _, entry in sorted(entries)) + bytes(4)
    return head + body + struct.pack(f"{order}6H", 32, 32, 32, 3, 3, 3) + values.astype(f"{order}f4").tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_float_tiff(order: str) -> None:
    values = np.random.default_rng(1).uniform(0, 1, (6, 7, 3)).astype(np.float32)
    found = read_float_tiff(float_tiff(values, order))
    assert found is not None
    np.testing.assert_array_equal(found, values)
    fed, _ = tensor(float_tiff(values, order), 7, 6)
    np.testing.assert_allclose(fed[0].transpose(1, 2, 0)[:, :, ::-1], values, atol=1e-6)


@pytest.mark.parametrize("changes", [{"t259": 5}, {"t277": 4}, {"t256": 60000}, {"t256": 0}, {"t284": 2}])
def test_float_tiff_of_other_kinds(changes: dict[str, int]) -> None:
    assert read_float_tiff(float_tiff(np.ones((2, 2, 3), np.float32), **changes)) is None


def test_gif_without_the_canvas_around_it() -> None:
    """Logical screen 30 x 20, the frame 12 x 10 at (4, 5)."""
    frame = saved(scene("P", (12, 10)), "GIF")
    image_at = frame.index(b"\x2c")
    content = bytearray(frame)
    content[6:10] = struct.pack("<HH", 30, 20)
    content[image_at + 1 : image_at + 5] = struct.pack("<HH", 4, 5)
    assert read_picture(bytes(content)).picture.size == (12, 10)


def bmp(width: int, height: int, bits: int, compression: int, data: bytes, masks: bytes = b"") -> bytes:
    palette = b"".join(bytes((i, 255 - i, i // 2, 0)) for i in range(256)) if bits == 8 else b""
    offset = 54 + len(masks) + len(palette)
    header = struct.pack("<2sIHHI", b"BM", offset + len(data), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 256 * (bits == 8), 0)
    return header + info + masks + palette + data


def test_bmp_with_5_and_6_bits_a_colour() -> None:
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    content = bmp(2, 1, 16, 3, struct.pack("<HH", 0xFFFF, 0b00001_000001_00001), masks)
    assert pixels(content)[0].tolist() == [[0xF8, 0xFC, 0xF8], [8, 4, 8]]


@pytest.mark.parametrize("end", [b"\0\1", b""])
def test_run_lengths_that_end_early(end: bytes) -> None:
    """Two of three rows: the last, at the top, is of colour 0."""
    read = read_picture(bmp(4, 3, 8, 1, b"\4\7\0\0\4\7\0\0" + end))
    found = read.picture.at(np.arange(3), np.arange(4))
    assert found[0].tolist() == [[0, 255, 0]] * 4
    assert (found[1:] == found[2, 0]).all()
    assert len(read.notes) == 1


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
def test_a_jpeg_that_is_cut_short_repeats_its_last_row(subsampling: str) -> None:
    image = Image.effect_noise((64, 160), 60).convert("RGB")
    content = saved(image, "JPEG", subsampling=subsampling)
    read = read_picture(content[: len(content) // 2])
    found = read.picture.at(np.arange(160), np.arange(64))
    whole = pixels(content)
    assert "damaged" in read.notes[0]
    complete = int(np.flatnonzero((found[1:] == found[:-1]).all((1, 2)))[0]) + 1
    assert 48 <= complete <= 96
    assert complete % 8 == 0
    assert np.abs(found[: complete - 2].astype(int) - whole[: complete - 2]).mean() < 4
    assert (found[complete:] == found[complete - 1]).all()


def test_other_formats_come_as_they_do_for_other_models() -> None:
    assert read_picture(saved(scene(), "PCX")).picture.size == (64, 48)


@pytest.mark.parametrize(
    "content", [b"", b"nothing of the sort", b"II*\0", b"II*\0\xff\xff\xff\xff", b"BM" + bytes(30)]
)
def test_no_picture(content: bytes) -> None:
    with pytest.raises(PictureError):
        tensor(content, 8, 8)


CASES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(scene(), "JPEG"),
    "png": lambda: saved(scene("RGBA"), "PNG"),
    "gif": lambda: saved(scene("P"), "GIF"),
    "tiff": lambda: saved(scene(), "TIFF"),
    "float": lambda: float_tiff(np.ones((6, 7, 3), np.float32)),
    "bmp": lambda: bmp(4, 3, 8, 1, b"\4\7\0\0\4\7\0\0\0\1"),
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("kind", CASES)
def test_nothing_but_a_picture_error_leaves(kind: str, data: st.DataObject) -> None:
    content = bytearray(CASES[kind]())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    with contextlib.suppress(PictureError):
        tensor(bytes(content[:end]), 8, 8)
