"""The search page in a real browser over a real index: what people do with it, by mouse and by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from web.photographs import HOSTILE, index, serving
from web.visits import SETTLED, Visit, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

ROWS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    with serving(index(folder / "out", ROWS, folder / "pictures")) as found:
        yield found


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    with visiting(chromium, address) as found:
        yield found
        assert found.lines == []
        assert found.elsewhere == []


def test_search_by_words_and_fields(visit: Visit) -> None:
    visit.open().total(f"{ROWS} pictures")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("labels:(person AND car)")
    visit.page.keyboard.press("Enter")
    visit.total(f"10 of {ROWS} pictures")
    assert "q=labels" in visit.page.url
    visit.page.go_back()
    visit.total(f"{ROWS} pictures")
    assert visit.page.locator(".search input").input_value() == ""
    visit.page.go_forward()
    visit.total(f"10 of {ROWS} pictures")


def test_fault_is_marked_under_its_place_and_the_pictures_stay(visit: Visit) -> None:
    visit.open()
    visit.page.locator(".search input").fill("person AND labels:(car")
    marked = visit.page.locator(".mirror mark")
    marked.wait_for(timeout=SETTLED)
    assert marked.inner_text().startswith("(")
    assert visit.page.locator("#search-fault").is_visible()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_timeout(300)
    assert visit.page.locator(".tile").count() > 0
    assert "q=" not in visit.page.url


def test_completes_fields_and_values(visit: Visit) -> None:
    visit.open()
    box = visit.page.locator(".search input")
    box.press_sequentially("lab")
    visit.page.get_by_role("option", name=re.compile("^labels")).wait_for(timeout=SETTLED)
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_role("option", name=re.compile("^person")).wait_for(timeout=SETTLED)
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    assert box.input_value().strip() in ("labels:person", "labels:car")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(re.compile("q=labels"))


def test_facets_include_and_exclude(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("checkbox", name=re.compile("^person")).check()
    visit.total(f"30 of {ROWS} pictures")
    visit.page.get_by_role("button", name="Exclude Labels car").click()
    visit.total(f"20 of {ROWS} pictures")
    assert visit.page.locator(".chip").count() == 2
    # A chip turns into its opposite, and goes.
    visit.page.locator(".chip", has_text="car").locator(".chip-turn").click()
    visit.total(f"40 of {ROWS} pictures")  # values of one facet: any of them
    visit.page.get_by_role("button", name="Clear all").click()
    visit.total(f"{ROWS} pictures")


def test_a_facet_counts_what_could_be_chosen_beside(visit: Visit) -> None:
    visit.open("?is.labels=person").total(f"30 of {ROWS} pictures")
    row = visit.page.locator(".facet").first.locator(".value", has_text="car")
    assert row.locator(".count").inner_text() == "20"


def test_any_tag_can_be_a_facet(visit: Visit) -> None:
    visit.open()
    box = visit.page.get_by_role("combobox", name=re.compile("^Add a facet"))
    box.press_sequentially("make")
    visit.page.get_by_role("option", name=re.compile("Make")).first.click()
    visit.page.get_by_role("checkbox", name=re.compile("^Canon")).wait_for(timeout=SETTLED)
    assert "facet=md_exif_ifd0_make" in visit.page.url


def test_tags_and_directories_are_counted_when_they_are_opened(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("checkbox", name=re.compile("^person")).wait_for()
    section = visit.page.get_by_role("button", name=re.compile("^Tag"))
    assert section.get_attribute("aria-expanded") == "false"
    section.click()
    visit.page.get_by_role("checkbox", name=re.compile("Image Width")).wait_for(timeout=SETTLED)


def test_reload_keeps_all(visit: Visit) -> None:
    visit.open("?is.labels=person&not.labels=car&sort=-date&view=table&column=name&column=md_exif_ifd0_software")
    visit.total(f"20 of {ROWS} pictures")
    before = visit.page.locator(".table-body .table-row").first.inner_text()
    assert "GIMP" in before
    visit.page.reload()
    visit.total(f"20 of {ROWS} pictures")
    assert visit.page.locator(".table-body .table-row").first.inner_text() == before
    assert visit.page.locator(".chip").count() == 2


def test_table_is_sorted_by_its_heads(visit: Visit) -> None:
    visit.open("?view=table")
    visit.page.get_by_role("button", name="Size").click()
    visit.page.wait_for_url(re.compile("sort=size"))
    visit.page.locator('[aria-sort="ascending"]', has_text="Size").wait_for()
    visit.page.get_by_role("button", name="Size").click()
    visit.page.wait_for_url(re.compile("sort=-size"))
    visit.page.locator(".table-body .table-row", has_text=f"picture-{ROWS - 1:05d}.jpg").wait_for()


def test_the_last_row_of_the_table_is_whole(visit: Visit) -> None:
    visit.open("?view=table")
    visit.page.locator('[data-place="0"]').focus()
    visit.page.keyboard.press("End")
    row = visit.page.locator(".table-body .table-row", has_text=f"picture-{ROWS - 1:05d}.jpg")
    row.wait_for(timeout=SETTLED)
    visit.page.wait_for_timeout(200)
    box, port = row.bounding_box(), visit.page.locator(".port").bounding_box()
    assert box is not None and port is not None
    assert box["y"] + box["height"] <= port["y"] + port["height"] + 1


def test_keys_move_and_select(visit: Visit) -> None:
    visit.open()
    first = visit.page.locator('[data-place="0"]')
    first.focus()
    columns = int(visit.page.locator(".gallery").get_attribute("aria-colcount") or "0")
    for key, place in (
        ("ArrowRight", 1),
        ("ArrowDown", columns + 1),
        ("ArrowLeft", columns),
        ("ArrowUp", 0),
        ("End", ROWS - 1),
        ("Home", 0),
    ):
        visit.page.keyboard.press(key)
        visit.page.wait_for_function(f"() => document.activeElement.dataset.place === '{place}'", timeout=SETTLED)
    # One tab stop, whatever is drawn.
    assert visit.page.locator('[data-place][tabindex="0"]').count() == 1
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Shift+ArrowRight")
    visit.page.keyboard.press("Shift+ArrowRight")
    visit.page.wait_for_function("() => document.querySelectorAll('.tile.is-selected').length === 3", timeout=SETTLED)
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_function("() => document.querySelectorAll('.tile.is-selected').length === 0", timeout=SETTLED)


def test_no_hit_says_which_filter_excludes_most(visit: Visit) -> None:
    visit.open("?q=labels%3Aperson&is.md_exif_ifd0_model=EOS+5D&is.file_type=PDF")
    tries = visit.page.locator(".tries")
    tries.wait_for(timeout=SETTLED)
    lines = tries.locator("button").all_inner_texts()
    assert "PDF" in lines[0]
    tries.locator("button").first.click()
    visit.page.locator(".tile").first.wait_for()


def test_markup_in_metadata_is_text(visit: Visit) -> None:
    visit.open(
        "?is.md_exif_ifd0_software=" + "%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D1%22%3E%E2%80%AEgpj.exe"
    )
    visit.total(f"1 of {ROWS} pictures")
    assert HOSTILE.replace("\u202e", "U+202E") in visit.page.locator(".chip").inner_text()
    assert visit.page.locator("img[src=x]").count() == 0
    assert visit.page.title() != "1"


def test_what_is_no_picture_has_a_sign(visit: Visit) -> None:
    visit.open("?is.file_type=PDF")
    sign = visit.page.locator(".no-picture")
    sign.wait_for()
    assert "PDF" in sign.inner_text()


def test_count_is_said_aloud(visit: Visit) -> None:
    visit.open("?is.labels=person")
    live = visit.page.locator('[aria-live="polite"]', has_text=f"30 of {ROWS} pictures")
    live.wait_for(state="attached", timeout=SETTLED)


def test_an_old_answer_is_shown_as_old(visit: Visit) -> None:
    visit.open()
    held: list[Route] = []
    visit.page.route("**/api/v2/search", lambda route: held.append(route))
    visit.page.get_by_role("checkbox", name=re.compile("^person")).check()
    visit.page.locator(".port.old").wait_for(timeout=SETTLED)
    assert visit.page.locator(".tile").count() > 0
    for one in held:
        one.continue_()
    visit.total(f"30 of {ROWS} pictures")
    assert visit.page.locator(".port.old").count() == 0


def test_index_replaced(chromium: Browser, tmp_path: Path) -> None:
    output = index(tmp_path / "out", 12)
    other = index(tmp_path / "other", 18)
    with serving(output) as address, visiting(chromium, address) as visit:
        visit.open().total("12 pictures")
        output.rename(tmp_path / "old")
        other.rename(output)
        visit.page.get_by_role("checkbox", name=re.compile("^person")).check()
        visit.page.locator(".notice", has_text="replaced").wait_for(timeout=SETTLED)
        visit.total("9 of 18 pictures")


def test_server_gone_and_back(chromium: Browser, tmp_path: Path) -> None:
    output = index(tmp_path / "out", 12, tmp_path / "pictures")
    with visiting(chromium, "") as visit:
        with serving(output) as address:
            visit.address = address
            visit.open().total("12 pictures")
            visit.page.get_by_role("checkbox", name=re.compile("^person")).wait_for()
        visit.page.get_by_role("checkbox", name=re.compile("^person")).check()
        notice = visit.page.locator(".notice.is-gone")
        notice.wait_for(timeout=SETTLED)
        assert "does not answer" in notice.inner_text()
        port = address.rstrip("/").rsplit(":", 1)[1]
        with serving(output, "--port", port):
            notice.wait_for(state="detached", timeout=6 * SETTLED)
            visit.total("6 of 12 pictures")


def test_empty_index(chromium: Browser, tmp_path: Path) -> None:
    output = index(tmp_path / "out", 0)
    with serving(output) as address, visiting(chromium, address) as visit:
        visit.open()
        assert "Nothing has been dug out" in visit.page.locator(".sentence").inner_text()
        assert visit.lines == []


STATES = {
    "gallery": "",
    "filtered": "?is.labels=person&not.labels=car&from=2010-01-01&to=2010-02-28&has=location",
    "table": "?view=table",
    "no hit": "?q=labels%3Aperson&is.file_type=PDF",
    "no picture": "?is.file_type=PDF&map=0",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_keeps_people_out(chromium: Browser, address: str, axe: str, state: str, scheme: str) -> None:
    with visiting(chromium, address, color_scheme=scheme) as visit:
        visit.open(STATES[state])
        visit.page.wait_for_timeout(600)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("axe.run(document)")
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found["violations"]] == [], (
            f"{state}, {scheme}"
        )


def test_a_key_before_what_the_last_one_did_is_drawn_is_not_lost(visit: Visit) -> None:
    visit.open().total(f"{ROWS} pictures")
    visit.page.locator('[data-place="0"]').focus()
    visit.page.evaluate(
        """async () => {
          const event = (key) => new KeyboardEvent("keydown", { key, bubbles: true });
          const press = (key) => document.activeElement.dispatchEvent(event(key));
          press("ArrowRight");
          for (let turn = 0; turn < 9; turn += 1) await null; // drawn, but its effects are still to come
          press("End");
        }"""
    )
    visit.page.wait_for_function(f"document.activeElement.dataset.place === '{ROWS - 1}'", timeout=SETTLED)


@pytest.mark.slow
def test_the_last_of_many(chromium: Browser, tmp_path: Path) -> None:
    """More rows than a box can be high: the bar and a key reach the last one, the wheel moves by true pixels."""
    rows = 45_000
    with (
        serving(index(tmp_path / "out", rows)) as address,
        visiting(chromium, address, viewport={"width": 700, "height": 800}) as visit,
    ):
        visit.open("?tile=l&map=0").total("45,000 pictures")
        high = visit.page.evaluate("document.querySelector('.gallery').offsetHeight")
        assert high == 6_000_000
        visit.page.locator('[data-place="0"]').focus()
        visit.page.keyboard.press("End")
        last = visit.page.locator(f'[data-place="{rows - 1}"]')
        visit.page.wait_for_function(f"() => document.activeElement.dataset.place === '{rows - 1}'", timeout=SETTLED)
        visit.page.wait_for_function(
            "() => document.activeElement.innerText.includes('picture-44999')", timeout=SETTLED
        )
        box = last.bounding_box()
        assert box is not None and 0 < box["y"] < 800
        visit.page.evaluate("document.querySelector('.port').scrollTop = 3000000")
        visit.page.wait_for_url(re.compile(r"at=22\d\d\d"), timeout=SETTLED)
        tile = visit.page.locator(".tile", has_text="picture-").first
        tile.wait_for(timeout=SETTLED)
        place = tile.get_attribute("data-place")
        before = tile.bounding_box()
        visit.page.mouse.move(300, 500)
        visit.page.mouse.wheel(0, 50)
        visit.page.wait_for_timeout(200)
        after = visit.page.locator(f'[data-place="{place}"]').bounding_box()
        assert before is not None and after is not None
        assert before["y"] - after["y"] == pytest.approx(50, abs=2)
