"""A visit to the search page by a real browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SETTLED = 5_000  # ms, at most


@dataclass
class Visit:
    """A page, what it wrote to the console, and where it asked."""

    page: Page
    address: str
    lines: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, query: str = "") -> Visit:
        self.page.goto(self.address + query)
        self.page.locator(".tile, .sentence, .table-body .table-row").first.wait_for()
        return self

    def total(self, words: str) -> None:
        self.page.locator(".total", has_text=re.compile(rf"^{re.escape(words)}$")).wait_for(timeout=SETTLED)

    def names(self) -> list[str]:
        return self.page.locator(".caption-name").all_inner_texts()

    def current(self) -> str:
        found = self.page.evaluate("document.activeElement.dataset.place")
        return "" if found is None else str(found)


class visiting:
    """A visit in a context of its own."""

    def __init__(self, chromium: Browser, address: str, **options: object) -> None:
        self.context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        self.visit = Visit(self.context.new_page(), address)
        self.visit.page.on("console", lambda line: self.visit.lines.append(line.text))
        self.visit.page.on("pageerror", lambda fault: self.visit.lines.append(str(fault)))
        self.visit.page.on("request", lambda request: self._noted(request.url))

    def _noted(self, url: str) -> None:
        if not url.startswith((self.visit.address, "data:")):
            self.visit.elsewhere.append(url)
        self.visit.asked.append(url.removeprefix(self.visit.address))

    def __enter__(self) -> Visit:
        return self.visit

    def __exit__(self, *fault: object) -> None:
        self.context.close()
