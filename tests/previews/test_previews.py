"""Pictures for pages: made anew of whatever a file is, and nothing of what it should not be."""

from __future__ import annotations

import io
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from metadata_digger.errors import StorageError
from metadata_digger.previews import pictures
from metadata_digger.previews.cache import Cache
from metadata_digger.previews.files import opened
from metadata_digger.previews.pictures import Preview, Previews, original
from metadata_digger.storage.urls import base_of, url_of

SECRET = b"nobody may read this"


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    made = Previews("test", workers=1, folder=tmp_path_factory.mktemp("cache"))
    yield made
    made.close()


def nothing() -> None:
    return None


def picture(
    colour: str = "red", size: tuple[int, int] = (2_000, 1_000), form: str = "JPEG", **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if form == "PNG" else "RGB", size, colour).save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def ask(
    previews: Previews, file: Path, size: str = "small", own: Callable[[], bytes | None] = nothing
) -> Preview | str:
    return previews.get(url_of(str(file)), base_of(str(file.parent)), own, size)


def seen(made: Preview | str) -> Image.Image:
    assert isinstance(made, Preview), made
    return Image.open(io.BytesIO(made.data))


def test_sizes_and_forms(previews: Previews, tmp_path: Path) -> None:
    for form, suffix in (("JPEG", "jpg"), ("TIFF", "tif"), ("WEBP", "webp"), ("GIF", "gif"), ("BMP", "bmp")):
        file = tmp_path / f"a.{suffix}"
        file.write_bytes(picture(form=form))
        assert (seen(ask(previews, file)).size, seen(ask(previews, file, "large")).size) == ((320, 160), (1600, 800))
    small = tmp_path / "small.jpg"
    small.write_bytes(picture(size=(30, 20)))
    assert seen(ask(previews, small)).size == (30, 20)


def test_upright_and_without_metadata(previews: Previews, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a secret of the file"
    file = tmp_path / "turned.jpg"
    file.write_bytes(picture(exif=exif))
    made = ask(previews, file)
    assert seen(made).size == (160, 320) and isinstance(made, Preview) and b"secret" not in made.data


def test_transparency_stays(previews: Previews, tmp_path: Path) -> None:
    file = tmp_path / "clear.png"
    file.write_bytes(picture((0, 0, 0, 0), (40, 40), "PNG"))
    made = ask(previews, file)
    assert isinstance(made, Preview) and made.media_type == "image/png" and seen(made).mode == "RGBA"


def test_a_polyglot_is_no_longer_one(previews: Previews, tmp_path: Path) -> None:
    file = tmp_path / "page.jpg"
    file.write_bytes(picture(comment=b"<html><script>alert(1)</script>") + b"<script>alert(2)</script>PK\3\4")
    made = ask(previews, file)
    assert isinstance(made, Preview) and b"script" not in made.data and b"PK" not in made.data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"%PDF-1.7\n",
        b"#!/bin/sh\nrm -rf /\n",
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\1\0\0" * 2 + b"\x08\2\0\0\0" + b"\0" * 4,
        zlib.compress(b"\0" * 1_000_000),
    ],
)
def test_what_has_no_picture_has_a_reason(previews: Previews, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.jpg"
    file.write_bytes(content)
    assert isinstance(ask(previews, file), str)
    # The row's own thumbnail is as hostile as its file: made anew too.
    made = ask(previews, file, own=lambda: picture("green", comment=b"<script>"))
    assert isinstance(made, Preview) and b"script" not in made.data
    assert isinstance(ask(previews, file, "large", own=lambda: content or b"x"), str)


def test_a_file_that_is_gone_shows_its_thumbnail(previews: Previews, tmp_path: Path) -> None:
    assert "cannot be found" in str(ask(previews, tmp_path / "gone.jpg"))
    assert seen(ask(previews, tmp_path / "gone.jpg", own=lambda: picture(size=(64, 64)))).size == (64, 64)


def outside(folder: Path) -> Path:
    secret = folder / "secret.txt"
    secret.write_bytes(SECRET)
    return secret


@pytest.mark.parametrize(
    "name",
    [
        "in/../secret.txt",
        "in/link.jpg",
        "in/linked/secret.txt",
        "in/far.jpg",
        "secret.txt",
        "in/",
        "in/pipe",
        "in/none",
    ],
)
def test_nothing_out_of_the_input_is_opened(tmp_path: Path, name: str) -> None:
    secret = outside(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.jpg").symlink_to(secret)
    (folder / "far.jpg").symlink_to("/etc/passwd")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    url, base = f"file:{tmp_path}/{name}", base_of(str(folder))
    with pytest.raises(StorageError):
        os.close(opened(url, base))
    assert isinstance(original(url, base), str)


@pytest.mark.parametrize("base", ["in", "in/a", "in/*.jpg", "in/**", "in/a/b.jpg"])
def test_what_is_in_the_input_is(tmp_path: Path, base: str) -> None:
    (tmp_path / "in" / "a").mkdir(parents=True)
    file = tmp_path / "in" / "a" / "b.jpg"
    file.write_bytes(b"content")
    (tmp_path / "in" / "inside.jpg").symlink_to(file)
    for path in (file, *([tmp_path / "in" / "inside.jpg"] if base != "in/a/b.jpg" else [])):
        found = original(url_of(str(path)), base_of(str(tmp_path / base)))
        assert not isinstance(found, str) and (b"".join(found[0]), found[1]) == (b"content", 7)


def test_a_directory_that_becomes_a_link_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at where a path leads and its opening."""
    secret = outside(tmp_path)
    folder = tmp_path / "in" / "a"
    folder.mkdir(parents=True)
    (folder / "secret.txt").write_bytes(b"mine")
    real = os.path.realpath

    def swapped(path: str, **options: object) -> str:
        found = real(path, **options)  # type: ignore[arg-type]
        if path.endswith("secret.txt") and not folder.is_symlink():
            folder.rename(tmp_path / "moved")
            folder.symlink_to(secret.parent)
        return found

    monkeypatch.setattr(os.path, "realpath", swapped)
    with pytest.raises(StorageError):
        os.close(opened(url_of(str(folder / "secret.txt")), base_of(str(tmp_path / "in"))))


def test_a_worker_that_dies_or_hangs_is_replaced(
    previews: Previews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(picture())
    monkeypatch.setattr(pictures, "SECONDS", 0.0001)
    assert "seconds" in str(ask(previews, file, "large"))
    monkeypatch.undo()
    assert isinstance(ask(previews, file, "large"), Preview)
    worker = previews._free.get()
    assert worker is not None
    worker.process.kill()
    worker.process.join()
    previews._free.put(worker)
    file.write_bytes(picture("blue"))
    assert isinstance(ask(previews, file, "large"), Preview)


def test_equal_questions_are_one(tmp_path: Path) -> None:
    previews = Previews("one", workers=1, folder=tmp_path / "cache")
    file = tmp_path / "a.jpg"
    file.write_bytes(picture())
    asked: list[int] = []
    found: list[Preview | str] = []

    def own() -> bytes | None:
        asked.append(1)
        return None

    threads = [threading.Thread(target=lambda: found.append(ask(previews, file, own=own))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    previews.close()
    assert len({one.tag for one in found if isinstance(one, Preview)}) == 1 and len(found) == 8
    assert len(asked) < 8


def test_a_changed_file_has_another_picture(previews: Previews, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(picture("red"))
    first = ask(previews, file)
    assert ask(previews, file) == first
    file.write_bytes(picture("blue", (300, 300)))
    assert seen(ask(previews, file)).size == (300, 300)


def test_the_cache_has_an_end(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 10_000)
    for number in range(450):
        cache.put(f"{number}", b"x" * 100, "image/jpeg")
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 10_000 + 200 * 100
    assert cache.get("449") == (b"x" * 100, "image/jpeg") and cache.get("none") is None


def test_a_disk_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    previews = Previews("none", workers=1, folder=tmp_path / "file")
    file = tmp_path / "a.jpg"
    file.write_bytes(picture())
    assert isinstance(ask(previews, file), Preview)
    previews.close()


def test_a_cache_that_can_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path, 10_000)
    cache.put("a", b"x", "image/jpeg")

    def refused(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", refused)
    assert cache.get("a") == (b"x", "image/jpeg")
