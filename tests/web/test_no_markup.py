"""What a picture says of itself is text on the page: nothing there makes markup or code of text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import metadata_digger.web

PAGES = Path(metadata_digger.web.__file__).parent / "pages"
WAYS = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|eval|new Function|srcdoc"
    r"|createContextualFragment|DOMParser"
)


@pytest.mark.parametrize("file", sorted(PAGES.rglob("*.js")), ids=lambda path: path.name)
def test_no_way_from_text_to_markup(file: Path) -> None:
    assert re.findall(WAYS, file.read_text("utf-8")) == []


@pytest.mark.parametrize("file", sorted(PAGES.rglob("*.*")), ids=lambda path: path.name)
def test_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://[^\s'\"`)]+", text) == []
    if file.suffix == ".html":
        assert re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\bstyle=", text) == []
