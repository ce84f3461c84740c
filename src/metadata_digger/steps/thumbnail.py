"""Small pictures of every picture: the columns of schema.thumbnailed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import THUMBNAILS, thumbnailed
from metadata_digger.steps.mark import appended, note, standing

if TYPE_CHECKING:
    from PIL import Image

    from metadata_digger.picture import Picture

Size = tuple[int, int]

QUALITY = 85  # of JPEG; Pillow's 75 shows blocks around letters
# A JPEG is decoded at a scale that leaves at least so many times the thumbnail's pixels along each edge. On the demo
# photographs, boxes of 100 to 600 pixels: with 1 the worst one is 27 dB away from a reduction of the whole picture,
# with 1.5 it is 30, with 2 it is 38, for 5.0 ms in place of 4.6; Pillow's own Image.thumbnail has 2.
ROOM = 2
# A picture that fits its box is passed through as the file's own bytes if any browser shows them.
WEB = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
# Unless the file is larger than this: an animation, or a film behind a picture of 100 pixels, is no thumbnail.
OWN_BYTES = 1 << 20
MODES = ("L", "RGB", "RGBA")  # that a PNG takes as they are; "P" and others cannot be reduced well


@dataclass(frozen=True, slots=True)
class ThumbnailStep:
    """The picture reduced to fit in a box (width, height), ratio kept, upright; never enlarged. No metadata is copied.

    `form` "jpeg": what is transparent is painted on white. `form` "png": grey stays grey and transparency stays. A file
    whose picture cannot be had stays, with a note and without thumbnails.
    """

    small: Size | None
    medium: Size | None
    form: str = "jpeg"

    @property
    def pixels(self) -> int:
        return ROOM * max(max(box) for box in self._boxes())

    def _boxes(self) -> list[Size]:
        return [box for box in (self.small, self.medium) if box is not None]

    def _fields(self) -> list[pa.Field[pa.DataType]]:
        boxes = zip(THUMBNAILS, (self.small, self.medium), strict=True)
        return thumbnailed([name for name, box in boxes if box is not None])

    def output(self, schema: pa.Schema) -> pa.Schema:
        if not set(THUMBNAILS).isdisjoint(schema.names):
            raise ConfigError("thumbnails can be made only once")
        return pa.schema([*schema, *self._fields()])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        from metadata_digger.picture import PictureError

        boxes, fields = self._boxes(), self._fields()
        for batch in batches:
            columns: list[list[bytes | None]] = [[None] * len(batch.rows) for _ in boxes]
            notes: dict[int, list[str]] = {}
            for row in standing(batch.rows):
                file = batch.files[row]
                try:
                    picture = file.picture()
                except PictureError as error:
                    notes[row] = [f"no thumbnails: picture cannot be decoded: {error}"]
                    continue
                except StorageError as error:
                    notes[row] = [f"no thumbnails: {error}"]
                    continue
                if picture.notes:
                    notes[row] = list(picture.notes)
                for column, box in zip(columns, boxes, strict=True):
                    column[row] = self._thumbnail(file, picture, box)
            arrays = [pa.array(column, pa.binary()) for column in columns]
            yield Batch(appended(note(batch.rows, notes), fields, arrays), batch.files)

    def _thumbnail(self, file: OpenFile, picture: Picture, box: Size) -> bytes:
        size = fitted((picture.width, picture.height), box)
        if size == (picture.width, picture.height) and picture.as_is and file.size <= OWN_BYTES:
            content = file.content()
            if content.startswith(WEB) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
                return content
        return encoded(picture, size, self.form)


def fitted(size: Size, box: Size) -> Size:
    """The size in the box, in whole pixels, at least 1; a picture that fits keeps its own."""
    ratio = min(box[0] / size[0], box[1] / size[1], 1.0)
    return max(int(size[0] * ratio + 0.5), 1), max(int(size[1] * ratio + 0.5), 1)


def encoded(picture: Picture, size: Size, form: str) -> bytes:
    from PIL import Image

    image = picture.image if form == "jpeg" else _whole(picture)
    # Always a picture of its own: resizing to the same size copies.
    image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=ROOM)
    image.info = {}  # Pillow writes what it finds there: a comment, a colour profile
    out = BytesIO()
    if form == "jpeg":
        image.save(out, "JPEG", quality=QUALITY)
    else:
        image.save(out, "PNG")
    return out.getvalue()


def _whole(picture: Picture) -> Image.Image:
    """With its transparency, and grey where it is grey."""
    stored = picture.stored
    if stored is None:
        return picture.image
    if stored.has_transparency_data:
        return stored if stored.mode == "RGBA" else stored.convert("RGBA")
    return stored if stored.mode in MODES else picture.image
