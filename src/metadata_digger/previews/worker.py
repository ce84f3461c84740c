"""The process that decodes: it may run out of memory, crash or hang, and is then replaced."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection

from metadata_digger.errors import StorageError
from metadata_digger.previews.files import opened

SIZES = {"small": 320, "large": 1600}  # pixels of the box
MEMORY = 3 << 30  # bytes that a worker may have
LARGEST = 1 << 30  # bytes of a file
_QUALITY = 85


def work(connection: Connection) -> None:
    """Answers (bytes, media type) or the reason as text, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            url, base, own, size = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(_made(url, base, own, size))


def _made(url: str, base: str, own: bytes | None, size: str) -> tuple[bytes, str] | str:
    """From the file; where that cannot be read or has no picture, from the thumbnail that the row has."""
    reasons = []
    for source in ("file", "row"):
        try:
            content = _content(url, base) if source == "file" else own
            if content:
                return _encoded(content, SIZES[size])
        except (StorageError, MemoryError, _Undecodable) as error:
            reasons.append(str(error) or "not enough memory to decode it")
    return reasons[0] if reasons else "there is no picture in the file"


class _Undecodable(Exception):
    """Why there is no picture."""


def _content(url: str, base: str) -> bytes:
    descriptor = opened(url, base)
    with open(descriptor, "rb", closefd=True) as file:  # noqa: PTH123
        if os.fstat(descriptor).st_size > LARGEST:
            raise StorageError(f"the file is larger than {LARGEST:,} bytes")
        return file.read(LARGEST)


def _encoded(content: bytes, pixels: int) -> tuple[bytes, str]:
    from PIL import Image

    from metadata_digger.picture import PictureError, decode

    try:
        picture = decode(content, pixels)
    except PictureError as error:
        raise _Undecodable(str(error)) from error
    stored = picture.stored
    clear = stored is not None and stored.has_transparency_data
    image = stored.convert("RGBA") if clear and stored is not None else picture.image
    ratio = min(pixels / max(image.size), 1.0)
    size = tuple(max(round(side * ratio), 1) for side in image.size)
    image = image.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.info = {}
    out = BytesIO()
    if clear:
        image.save(out, "PNG")
        return out.getvalue(), "image/png"
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "image/jpeg"
