"""Makes pictures of every state of the search page, to be looked at.

Usage: python tools/screenshots.py OUTPUT FOLDER [--many OUTPUT] [--only NAME ...] [--docs]

OUTPUT is an output with output.format=index of demo/photos; `--many` another of very many pictures, by
bench/search/build.py.
`--docs` also writes the four of docs/images. Needs Playwright and a Chromium; what is served is this checkout's.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class State:
    """A picture to be made: where the page is opened, what is done then, how the browser is set up."""

    name: str
    query: str = ""
    act: Callable[[Page], None] = lambda page: None
    options: dict[str, Any] = field(default_factory=dict)
    many: bool = False
    image: str = ""  # its name in docs/images


def first(page: Page, number: int = 0) -> None:
    page.locator(f'[data-place="{number}"]').click()


def fault(page: Page) -> None:
    page.locator(".search input").fill("labels:(person AND car")
    page.locator("#search-fault").wait_for()


def completion(page: Page) -> None:
    page.locator(".search input").press_sequentially("labels:p")
    page.get_by_role("option").first.wait_for()


def selected(page: Page) -> None:
    page.locator('[data-place="1"]').focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")


def compared(page: Page) -> None:
    page.locator('[data-place="5"]').focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("c")


def last(page: Page) -> None:
    page.locator('[data-place="0"]').focus()
    page.keyboard.press("End")


def dragged(page: Page) -> None:
    box = page.locator(".timeline").first.bounding_box()
    if box is None:
        return
    page.mouse.move(box["x"] + box["width"] * 0.35, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=6)


def drawer(page: Page) -> None:
    page.get_by_role("button", name="Facets").click()


def pressed(*keys: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return act


DARK = {"color_scheme": "dark"}
STATES = (
    State("pictures", image="search"),
    State("pictures-dark", options=DARK, image="search-dark"),
    State("pictures-forced-colours", options={"forced_colors": "active"}),
    State("pictures-phone", options={"viewport": PHONE}),
    State("pictures-200-percent", options={"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}),
    State("small-without-map", "?tile=s&map=0"),
    State("large-without-map", "?tile=l&map=0"),
    State("filtered", "?is.labels=person&not.labels=car"),
    State("selected", act=selected),
    State("table", "?view=table"),
    State("table-dark", "?view=table&sort=-date&column=name&column=date&column=md_exif_ifd0_software", options=DARK),
    State("completion", act=completion),
    State("fault", act=fault),
    State("fault-in-address", "?q=labels:(person"),
    State("no-hit", "?is.labels=cat&is.file_type=HEIF"),
    State("no-hit-dark", "?is.labels=cat&is.file_type=HEIF", options=DARK),
    State("detail", "?q=labels:person", act=lambda page: first(page, 2), image="search-detail"),
    State("detail-dark", "?q=labels:person", act=lambda page: first(page, 2), options=DARK),
    State("detail-phone", "?q=labels:person", act=lambda page: first(page, 2), options={"viewport": PHONE}),
    State("compare", act=compared),
    State("compare-dark", act=compared, options=DARK),
    State("map", "?map=1&has=location"),
    State("timeline-drag", act=dragged),
    State("keys", act=pressed("?")),
    State("facets-phone", act=drawer, options={"viewport": PHONE}),
    State("table-phone", "?view=table", options={"viewport": PHONE}),
    State("many", many=True, image="search-million"),
    State("many-last", act=last, many=True),
    State("many-dark", "?q=labels%3A(person%20AND%20car)", options=DARK, many=True),
)


@contextmanager
def serving(output: Path) -> Iterator[str]:
    command = [sys.executable, "-P", "-m", "metadata_digger", "serve", str(output), "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as program:  # noqa: S603 - our own
        try:
            line = program.stdout.readline() if program.stdout else ""
            if (found := re.search(r"http://\S+", line)) is None:
                raise SystemExit(f"serve did not begin: {line}")
            yield found[0]
        finally:
            program.send_signal(signal.SIGINT)
            program.wait(20)


def picture(browser: Browser, address: str, state: State, target: Path) -> None:
    context = browser.new_context(**{"viewport": WIDE, **state.options})
    page = context.new_page()
    page.on("console", lambda line: print(f"{state.name}: {line.text}"))
    page.on("pageerror", lambda error: print(f"{state.name}: {error}"))
    page.goto(address + state.query)
    page.locator(".tile, .sentence, .table-row").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    state.act(page)
    page.wait_for_timeout(1_200)
    page.screenshot(path=target)
    context.close()


def main(arguments: Sequence[str] | None = None) -> int:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--many", type=Path, metavar="OUTPUT", help="an output of very many pictures")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[])
    parser.add_argument("--docs", action="store_true", help="also write those of docs/images")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for many, output in ((False, given.output), (True, given.many)):
            states = [one for one in STATES if one.many == many and (not given.only or one.name in given.only)]
            if output is None or not states:
                continue
            with serving(output) as address:
                for state in states:
                    target = given.folder / f"{state.name}.png"
                    picture(browser, address, state, target)
                    if given.docs and state.image:
                        shutil.copyfile(target, IMAGES / f"{state.image}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
