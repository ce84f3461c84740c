"""A report of a folder of pictures, some of them hostile."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from metadata_digger.cli import main
from metadata_digger.report.pages import file_name

HOSTILE = '<script>document.title="no"</script><img src=http://example.org/x onerror=alert(1)>&"\u202egpj.'


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "in").mkdir()
    for number, colour in enumerate(("red", "green", "blue")):
        exif = Image.Exif()
        exif[0x010E] = HOSTILE
        exif[0x0110] = f"Model {number % 2}"
        exif[0x9003] = f"2020:0{number + 1}:03 10:11:12"
        Image.new("RGB", (60, 40), colour).save(folder / "in" / f"{number} {colour}&<b>.jpg", exif=exif)
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(folder / "in" / "clear.png")
    config = folder / "c.properties"
    config.write_text(
        f"input.paths={folder}/in\noutput.directoryPath={folder}/out\noutput.format=index\n"
        "processing.hash.types=sha256\nprocessing.cores=1\n"
    )
    assert main(["extract", str(config)]) == 0
    return folder / "out"


def test_it_is_whole_and_proven(output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report"
    changed = output.parent / "in" / "0 red&<b>.jpg"
    before = changed.read_bytes()
    changed.write_bytes(before + b"x")
    try:
        assert main(["report", str(output), "-o", str(target), "--title", "Case <1>", "--note", HOSTILE]) == 0
    finally:
        changed.write_bytes(before)
    manifest = json.loads((target / "manifest.json").read_text())
    assert manifest["pictures"] == 4 and manifest["states"] == {"changed": 1, "equal": 3}
    assert len(manifest["inputs"]) == 4
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == sha256, name
    files = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert files == {*manifest["files"], "manifest.json"}
    assert len([*target.glob("pictures/*-small.*")]) == len([*target.glob("pictures/*-large.*")]) == 4
    for page in target.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text and "<img src=http" not in text and "\u202e" not in text
    assert [path for path in tmp_path.iterdir() if path != target] == []


def test_missing_is_said_of_what_is_missing_alone(output: Path, tmp_path: Path) -> None:
    folder, away = output.parent / "in", tmp_path / "away"
    away.mkdir()
    gone, outside = folder / "clear.png", folder / "0 red&<b>.jpg"
    gone.rename(away / "clear.png")
    outside.rename(away / "red.jpg")
    outside.symlink_to(away / "red.jpg")
    try:
        assert main(["report", str(output), "-o", str(tmp_path / "report")]) == 0
    finally:
        outside.unlink()
        (away / "red.jpg").rename(outside)
        (away / "clear.png").rename(gone)
    inputs = json.loads((tmp_path / "report" / "manifest.json").read_text())["inputs"]
    states = {one["file"].rpartition("/")[2]: (one["state"], one["reason"]) for one in inputs}
    assert states["clear.png"][0] == "missing" and "No such file" in states["clear.png"][1]
    assert states["0 red&<b>.jpg"] == ("unread", "the file lies outside of the input that it was found in")
    assert sorted(state for state, _ in states.values()) == ["equal", "equal", "missing", "unread"]


@pytest.mark.parametrize("id", ["../../outside", "a/b", "", ".", "x" * 300, "\ud800", "a\0b", "a\n"])
def test_no_id_is_a_path(id: str) -> None:
    name = file_name(id)
    assert len(name) == 64 and set(name) <= set("0123456789abcdef")
    assert file_name("0a" * 32) == "0a" * 32


def test_a_query_narrows_it(output: Path, tmp_path: Path) -> None:
    target = tmp_path / "report"
    assert main(["report", str(output), "-o", str(target), "--query", 'md_exif_ifd0_model:"model 0"']) == 0
    assert json.loads((target / "manifest.json").read_text())["pictures"] == 2
    assert len([*(target / "photos").iterdir()]) == 2


def test_what_is_wrong_is_said(output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    assert main(["report", str(output), "-o", str(tmp_path / "mine")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["report", str(output), "-o", str(tmp_path / "mine"), "--overwrite"]) == 2
    assert "no report of this program" in capsys.readouterr().err
    assert main(["report", str(output), "-o", str(tmp_path / "r"), "--query", "labels:("]) == 2
    assert "^" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.browser
def test_nothing_leaves_the_pages(output: Path, tmp_path: Path, chromium: Browser, axe: str) -> None:
    target = tmp_path / "report"
    assert main(["report", str(output), "-o", str(target), "--note", HOSTILE]) == 0
    page = chromium.new_page()
    asked: list[str] = []
    words: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: words.append(message.text))
    page.goto((target / "index.html").as_uri())
    for link in page.locator(".sheet a").all():
        assert (target / (link.get_attribute("href") or "")).is_file()
    page.locator(".sheet a").first.click()
    page.wait_for_selector("table.tags")
    assert "onerror" in page.content() and page.title() != "no"
    assert [url for url in asked if not url.startswith(target.as_uri())] == []
    assert words == []
    page.close()
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    for place in ("index.html", f"photos/{next(iter((target / 'photos').iterdir())).name}"):
        page.goto((target / place).as_uri())
        page.evaluate(axe)
        assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
    context.close()
