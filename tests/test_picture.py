"""Decoding: every mode and format as upright RGB, and nothing but PictureError for what cannot be decoded."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, features

from metadata_digger import picture
from metadata_digger.picture import PictureError, decode

CONFORMANCE = Path(__file__).parents[2] / "shared" / "conformance"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def scene(width: int = 60, height: int = 40) -> Image.Image:
    """Left half red, right half blue, upper left corner white."""
    image = Image.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (width // 2, 0, width, height))
    image.paste("white", (0, 0, width // 4, height // 4))
    return image


def close(found: Any, wanted: tuple[int, int, int], by: int = 16) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


AVIF = pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "PPM", "PCX", "JPEG2000", pytest.param("AVIF", marks=AVIF)]
)
def test_formats(kind: str) -> None:
    found = decode(saved(scene(), kind), 416)
    assert (found.width, found.height, found.image.mode, found.notes) == (60, 40, "RGB", ())
    assert close(found.image.getpixel((15, 30)), (220, 30, 30), 30)
    assert close(found.image.getpixel((45, 30)), (30, 30, 220), 30)


GREY16 = np.linspace(0, 65535, 60 * 40).astype(np.uint16).reshape(40, 60)


@pytest.mark.parametrize(
    ("image", "kind", "pixel"),
    [
        (Image.new("1", (9, 9), 1), "PNG", (255, 255, 255)),
        (Image.new("L", (9, 9), 77), "PNG", (77, 77, 77)),
        (Image.new("LA", (9, 9), (0, 0)), "PNG", (255, 255, 255)),  # transparent: painted on white
        (Image.new("LA", (9, 9), (0, 128)), "PNG", (127, 127, 127)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 128)), "PNG", (255, 127, 127)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 255)), "TIFF", (255, 0, 0)),
        (Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "TIFF", (255, 0, 0)),
        (Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("YCbCr", (9, 9), (128, 128, 128)), "TIFF", (128, 128, 128)),
        (Image.new("P", (9, 9), 0), "PNG", (0, 0, 0)),
        (Image.new("I;16", (9, 9), 0x8000), "PNG", (128, 128, 128)),
        (Image.new("I;16", (9, 9), 0x8000), "TIFF", (128, 128, 128)),
        (Image.new("I;16", (9, 9), 200), "PNG", (200, 200, 200)),  # 8-bit values in 16 bits
        (Image.fromarray(np.float32([[0, 0.5], [0.5, 1]])), "TIFF", (0, 0, 0)),
        (Image.fromarray(np.float32([[np.nan, 5], [5, 5]])), "TIFF", (0, 0, 0)),
        (Image.fromarray(np.int32([[-5, 5], [5, 5]])), "TIFF", (0, 0, 0)),
    ],
)
def test_modes(image: Image.Image, kind: str, pixel: tuple[int, int, int]) -> None:
    found = decode(saved(image, kind), 416).image
    assert found.mode == "RGB"
    assert close(found.getpixel((0, 0)), pixel, 2)


def test_grey_of_16_bits_keeps_its_range() -> None:
    values = np.asarray(decode(saved(Image.fromarray(GREY16), "PNG"), 416).image)
    assert (values.min(), values.max()) == (0, 255)


def test_a_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", (9, 9), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    found = decode(saved(image, "GIF", transparency=1), 416)
    assert found.image.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_frames_the_first(kind: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    found = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]), 416)
    assert close(found.image.getpixel((10, 5)), (255, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "size", "white"),
    [
        (1, (60, 40), (2, 2)),
        (2, (60, 40), (57, 2)),
        (3, (60, 40), (57, 37)),
        (4, (60, 40), (2, 37)),
        (5, (40, 60), (2, 2)),
        (6, (40, 60), (37, 2)),
        (7, (40, 60), (37, 57)),
        (8, (40, 60), (2, 57)),
    ],
)
def test_orientation(kind: str, orientation: int, size: tuple[int, int], white: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    found = decode(saved(scene(), kind, exif=exif), 416)
    assert (found.width, found.height) == size == found.image.size
    assert close(found.image.getpixel(white), (255, 255, 255), 30)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist(value: int) -> None:
    exif = Image.Exif()
    exif[0x112] = value
    assert decode(saved(scene(), "JPEG", exif=exif), 416).image.size == (60, 40)


def test_a_broken_exif_block_is_no_reason_to_fail() -> None:
    found = decode(saved(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"), 416)
    assert (found.width, found.notes) == (60, ())


@pytest.mark.parametrize(
    ("size", "pixels", "decoded"),
    [
        ((1600, 1200), 416, (800, 600)),
        ((1600, 1200), 200, (200, 150)),
        ((1600, 1200), 201, (400, 300)),
        ((1600, 1200), 10, (200, 150)),  # 1/8 is as far as it goes
        ((1600, 1200), 1600, (1600, 1200)),
        ((1600, 1200), 0, (1600, 1200)),
        ((400, 300), 416, (400, 300)),
        ((40, 1600), 416, (20, 800)),
    ],
)
def test_jpeg_is_decoded_at_the_smallest_scale_that_serves(
    size: tuple[int, int], pixels: int, decoded: tuple[int, int]
) -> None:
    found = decode(saved(scene(*size), "JPEG"), pixels)
    assert found.image.size == decoded
    assert (found.width, found.height) == size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_truncated_file_goes_as_far_as_it_does(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8))
    content = saved(noise, kind)
    found = decode(content[: len(content) // 2], 416)
    assert (found.width, found.height) == (300, 200)
    assert "decoded as far as it goes" in found.notes[0]
    assert np.asarray(found.image)[:40].std() > 20
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_wrong_checksum_is_noted() -> None:
    content = bytearray(saved(scene(), "PNG", dpi=(72, 72)))
    content[content.index(b"pHYs") + 13] ^= 1  # its CRC
    found = decode(bytes(content), 416)
    assert found.notes == ("the picture was decoded without what stands beside it, which is damaged: broken header",)


def bomb(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture format"),
        (b"hello", "no picture format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture format"),  # would start Ghostscript
        (saved(scene(), "JPEG")[:300], "Truncated"),
        (saved(scene(), "PNG")[:50], ""),
        (bomb(20_000, 20_000), "more pixels than processing.maxPixels allows"),
        (bomb(2**31 - 1, 2**31 - 1), "more pixels than processing.maxPixels allows"),
        (bomb(0, 5), ""),
        (b"BM" + b"\xff" * 60, ""),
        (b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40, ""),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, ""),
        (b"\0\0\0\x18ftypavif" + b"\0" * 40, ""),
    ],
)
def test_reasons(content: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as error:
        decode(content, 416, name="a.jpg")
    assert reason in str(error.value)
    assert str(error.value)


@pytest.mark.parametrize(("limit", "allowed"), [(10_000, True), (9_999, False), (9_998, False), (-1, True), (1, False)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "ICO"])  # Pillow opens the PNG in an ICO by itself
def test_the_limit(limit: int, allowed: bool, kind: str) -> None:
    content = saved(scene(100, 100), kind, **({"sizes": [(100, 100)]} if kind == "ICO" else {}))
    before = Image.MAX_IMAGE_PIXELS
    if allowed:
        assert decode(content, 416, max_pixels=limit).width == 100
    else:
        with pytest.raises(PictureError, match=r"it has more pixels than processing\.maxPixels allows"):
            decode(content, 416, max_pixels=limit)
    assert before == Image.MAX_IMAGE_PIXELS


def test_without_a_limit_more_than_pillow_allows_is_decoded() -> None:
    content = saved(Image.new("L", (14_000, 13_000)), "JPEG")
    with pytest.raises(PictureError, match="more pixels"):
        decode(content, 416)
    found = decode(content, 416, max_pixels=-1)
    assert (found.width, found.height) == (14_000, 13_000)


def test_what_is_stored_and_whether_it_is_the_file_itself() -> None:
    plain = decode(saved(scene(), "JPEG"), 416)
    assert (plain.stored, plain.as_is) == (None, True)
    clear = decode(saved(Image.new("RGBA", (9, 5), (10, 20, 30, 40)), "PNG"), 416)
    assert clear.stored is not None
    assert (clear.stored.getpixel((0, 0)), clear.as_is) == ((10, 20, 30, 40), True)
    exif = Image.Exif()
    exif[picture.ORIENTATION] = 6
    turned = decode(saved(Image.new("L", (9, 5)), "JPEG", exif=exif), 416)
    assert turned.stored is not None
    assert (turned.stored.mode, turned.stored.size, turned.as_is) == ("L", (5, 9), False)
    cut = saved(scene(300, 200), "PNG")
    assert not decode(cut[: len(cut) // 2], 416).as_is


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("x"), KeyError("x"), ZeroDivisionError(), struct.error("x"), AssertionError()],
)
def test_whatever_a_decoder_raises_is_a_picture_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(picture.Image, "open", fail)
    with pytest.raises(PictureError) as found:
        decode(b"", 416)
    assert str(found.value)


HEIC = Path(__file__).parents[1] / "demo" / "photos" / "office.heic"


@pytest.mark.skipif(not HEIC.exists(), reason="no HEIC among the demo photographs, and nothing here can write one")
def test_heic() -> None:
    found = decode(HEIC.read_bytes(), 416)
    assert (found.width, found.height) == found.image.size
    assert np.asarray(found.image).std() > 20


def test_heic_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(PictureError, match="pip install 'metadata-digger\\[heif\\]'"):
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, 416)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"]), st.data())
def test_broken_files_raise_nothing_else(kind: str, data: st.DataObject) -> None:
    content = bytearray(saved(scene(), kind))
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(content[: data.draw(st.integers(0, len(content)))]), 416)
    except PictureError:
        return
    assert found.image.mode == "RGB"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of samples; CONFORMANCE_SAMPLES names where they are unpacked already."""
    named = os.environ.get("CONFORMANCE_SAMPLES")
    folder = Path(named) if named else tmp_path_factory.mktemp("samples")
    subprocess.run(["sh", str(CONFORMANCE / "unpack.sh"), str(folder)], check=True)
    return folder / "dev"


@pytest.mark.skipif(not CONFORMANCE.is_dir(), reason="the conformance samples (../shared) are not here")
def test_the_whole_corpus(samples: Path) -> None:
    """Nothing but PictureError, nothing over 10 s, nothing on stdout or stderr: in a process of its own."""
    script = (
        "import sys, time, pathlib\n"
        "from metadata_digger.picture import PictureError, decode\n"
        "done = 0\n"
        "for path in sorted(p for p in pathlib.Path(sys.argv[1]).rglob('*') if p.is_file()):\n"
        "    started = time.monotonic()\n"
        "    try:\n"
        "        decode(path.read_bytes(), 416, name=str(path))\n"
        "        done += 1\n"
        "    except PictureError as error:\n"
        "        assert str(error), path\n"
        "    assert time.monotonic() - started < 10, path\n"
        "print(done)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(samples)], capture_output=True, text=True, timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert int(ran.stdout) > 400
