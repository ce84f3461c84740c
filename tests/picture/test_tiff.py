"""Samples of any depth and order as they are meant."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest

from metadata_digger.picture import PictureError, decode

WIDTH, HEIGHT = 24, 16
RAMP = np.linspace(0, 1, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
TYPES = {1: "u", 2: "i", 3: "f"}  # SampleFormat


def tiff(
    order: str, planes: list[Any], bits: int, photometric: int, form: int = 1, rows: int = 5, **more: int
) -> bytes:
    """An uncompressed TIFF; `planes` are arrays, one for all samples or one for each."""
    kind = f"{order}{TYPES[form]}{bits // 8}"
    strips = [plane[at : at + rows].astype(kind).tobytes() for plane in planes for at in range(0, HEIGHT, rows)]
    offsets = [8 + sum(map(len, strips[:number])) for number in range(len(strips))]
    samples = len(planes) if len(planes) > 1 else planes[0].shape[2] if planes[0].ndim == 3 else 1
    tags = {
        256: (WIDTH,),
        257: (HEIGHT,),
        258: (bits,) * samples,
        259: (1,),
        262: (photometric,),
        273: tuple(offsets),
        277: (samples,),
        278: (rows,),
        279: tuple(map(len, strips)),
        284: (2 if len(planes) > 1 else 1,),
        339: (form,) * samples,
    } | {int(tag[1:]): (value,) for tag, value in more.items()}
    data = b"".join(strips)
    start = 8 + len(data)
    entries, values = b"", b""
    for tag, numbers in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        place = struct.pack(f"{order}I", start + 6 + 12 * len(tags) + len(values)) if len(numbers) > 1 else packed
        entries += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + place
        values += packed if len(numbers) > 1 else b""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, start)
    return head + data + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + values


def like(content: bytes, wanted: Any, by: int = 2) -> bool:
    found = np.asarray(decode(content, 0).image).astype(int)
    return bool(np.abs(found - np.round(wanted * 255).astype(int)).max() <= by)


GREY = np.dstack([RAMP] * 3)
COLOURS = np.dstack([RAMP, 1 - RAMP, RAMP.T.reshape(HEIGHT, WIDTH)])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_white_may_be_0(order: str, bits: int) -> None:
    most = 2**bits - 1
    assert like(tiff(order, [RAMP * most], bits, 1), GREY)
    assert like(tiff(order, [RAMP * most], bits, 0), 1 - GREY)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
def test_colours_in_planes(order: str, bits: int) -> None:
    planes = [COLOURS[..., band] * (2**bits - 1) for band in range(3)]
    assert like(tiff(order, planes, bits, 2), COLOURS)
    assert like(tiff(order, planes, bits, 2, rows=HEIGHT), COLOURS)


@pytest.mark.parametrize("order", ["<", ">"])
def test_four_planes(order: str) -> None:
    """Of a press: cyan alone is neither red nor its opposite."""
    full, none = np.full((HEIGHT, WIDTH), 65535), np.zeros((HEIGHT, WIDTH))
    found = decode(tiff(order, [full, none, none, none], 16, 5), 0).image.getpixel((3, 3))
    assert isinstance(found, tuple)
    assert found[0] < 90 < found[1]


@pytest.mark.parametrize("order", ["<", ">"])
def test_floats(order: str) -> None:
    assert like(tiff(order, [RAMP / 2], 32, 1, 3), GREY / 2)
    assert decode(tiff(order, [RAMP / 2], 32, 1, 3), 0).notes == ()
    content = tiff(order, [RAMP * 7 - 3], 32, 1, 3)
    assert like(content, GREY)
    assert decode(content, 0).notes == ("the picture's numbers, -3 to 4, are shown as black to white",)


@pytest.mark.parametrize(("bits", "form"), [(16, 2), (32, 2)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_signed_numbers(order: str, bits: int, form: int) -> None:
    assert like(tiff(order, [RAMP * 200 - 100], bits, 1, form), GREY, 3)


def test_a_turned_picture() -> None:
    planes = [COLOURS[..., band] * 65535 for band in range(3)]
    found = decode(tiff("<", planes, 16, 2, t274=6), 0)
    assert (found.width, found.height) == (HEIGHT, WIDTH)


@pytest.mark.parametrize("samples", [4, 5])
def test_what_cannot_be_shown_says_so(samples: int) -> None:
    with pytest.raises(PictureError):
        decode(tiff("<", [RAMP * 65535] * samples, 16, 1), 0)


def test_the_bound_of_pixels_holds() -> None:
    with pytest.raises(PictureError, match=r"more pixels than processing\.maxPixels allows"):
        decode(tiff("<", [RAMP * 65535] * 3, 16, 2), 0, max_pixels=100)


@pytest.mark.parametrize("cut", range(9, 2400, 97))
def test_a_cut_file_raises_nothing_else(cut: int) -> None:
    content = tiff(">", [RAMP * 65535] * 3, 16, 2)
    for broken in (content[:cut], content[: len(content) - cut]):
        try:
            decode(broken, 0)
        except PictureError:
            continue


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("bits", "form", "most"), [(32, 1, 2**32 - 1), (16, 3, 1), (32, 3, 1), (64, 3, 1)])
def test_colours_of_many_bits(order: str, bits: int, form: int, most: int) -> None:
    assert like(tiff(order, [COLOURS * most], bits, 2, form), COLOURS)
    assert like(tiff(order, [COLOURS[..., band] * most for band in range(3)], bits, 2, form), COLOURS)


@pytest.mark.parametrize("order", ["<", ">"])
def test_doubles_and_grey_with_transparency(order: str) -> None:
    assert like(tiff(order, [RAMP], 64, 1, 3), GREY)
    half = np.full((HEIGHT, WIDTH), 32767)
    assert like(tiff(order, [np.dstack([RAMP * 65535, half])], 16, 1, t338=2), 0.5 + GREY / 2)
    assert like(tiff(order, [np.dstack([RAMP * 32767, half])], 16, 1, t338=1), 0.5 + GREY / 2)


def packed(bits: int) -> bytes:
    """The ramp in numbers of so many bits, from the highest bit on, behind the tags of an 8-bit picture."""
    rows = ["".join(f"{round(value * (2**bits - 1)):0{bits}b}" for value in row) for row in RAMP]
    return b"".join(int(row, 2).to_bytes(WIDTH * bits // 8, "big") for row in rows)


def rewritten(content: bytes, order: str, data: bytes, **tags: int) -> bytes:
    """The file with other strips (one), put behind it, and other values of LONG tags that it has."""
    (start,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, start)
    found = bytearray(content)
    new = {273: len(content), 279: len(data), 278: HEIGHT} | {int(tag[1:]): value for tag, value in tags.items()}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from(f"{order}H", found, at)
        if tag in new:
            struct.pack_into(f"{order}II", found, at + 4, 1, new[tag])
    return bytes(found) + data


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_bits_that_are_no_bytes(order: str, bits: int) -> None:
    content = tiff(order, [RAMP * 255], 8, 1, rows=HEIGHT)
    assert like(rewritten(content, order, packed(bits), t258=bits), GREY)
    assert like(rewritten(content, order, packed(bits), t258=bits, t262=0), 1 - GREY)


@pytest.mark.parametrize("order", ["<", ">"])
def test_predictors_are_undone(order: str) -> None:
    values = np.round(RAMP * (2**32 - 1)).astype(np.uint32)
    steps = np.diff(values, axis=1, prepend=np.uint32(0)).astype(f"{order}u4")
    content = tiff(order, [RAMP], 32, 1, rows=HEIGHT, t317=2)
    assert like(rewritten(content, order, zlib.compress(steps.tobytes()), t259=8), GREY)
    highest_first = RAMP.astype(">f4").view(np.uint8).reshape(HEIGHT, WIDTH, 4).transpose(0, 2, 1).reshape(HEIGHT, -1)
    steps = np.diff(highest_first, axis=1, prepend=np.uint8(0))
    content = tiff(order, [RAMP], 32, 1, 3, rows=HEIGHT, t317=3)
    assert like(rewritten(content, order, zlib.compress(steps.tobytes()), t259=8), GREY)


def big(order: str, planes: list[Any], bits: int, photometric: int) -> bytes:
    """The same as a BigTIFF of one strip, its place and length as LONG8."""
    plain = tiff(order, planes, bits, photometric, rows=HEIGHT)
    (start,) = struct.unpack_from(f"{order}I", plain, 4)
    (count,) = struct.unpack_from(f"{order}H", plain, start)
    entries = b""
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, _, number, place = struct.unpack_from(f"{order}HHII", plain, at)
        numbers = struct.unpack_from(f"{order}{number}I", plain, place if number > 1 else at + 8)
        own = 16 if tag in (273, 279) else 3
        data = struct.pack(
            f"{order}{number}{'Q' if own == 16 else 'H'}", *(16 if tag == 273 else one for one in numbers)
        )
        assert len(data) <= 8
        entries += struct.pack(f"{order}HHQ8s", tag, own, number, data)
    end = len(plain)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HHHQ", 43, 8, 0, end + 8)
    moved = struct.pack(f"{order}Q", count) + entries + bytes(8)
    return head + plain[8:] + moved


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
def test_bigtiff_in_both_orders(order: str, bits: int) -> None:
    content = big(order, [COLOURS * (2**bits - 1)], bits, 2)
    assert like(content, COLOURS)
    for cut in range(0, 80, 7):
        try:
            decode(content[: len(content) - cut], 0)
        except PictureError:
            continue
