"""Detail, comparison, map, timeline, marks, saved searches and exports in a real browser over a real index."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from web.photographs import index, row, serving
from web.visits import SETTLED, Visit, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

ROWS = 60
RTL = "\u202e"  # turns the direction of writing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    index(folder / "out", ROWS, folder / "pictures")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder / "out") as found:
        yield found


@pytest.fixture
def visit(chromium: Browser, address: str, folder: Path) -> Iterator[Visit]:
    for file in folder.glob("out-marks.sqlite*"):
        with sqlite3.connect(file) as database:
            for table in ("marks", "titles", "searches"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608
    with visiting(chromium, address) as found:
        yield found
        assert found.lines == []
        assert found.elsewhere == []


def id_of(number: int, folder: Path) -> str:
    return str(row(number, folder / "pictures")["id"])


def drag(page: Page, place: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one share of an element's width and height to another."""
    box = place.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move((points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2)
    page.mouse.move(*points[1])
    page.mouse.up()


def until(visit: Visit, condition: str) -> None:
    """Waits for it; wait_for_function would need eval, which the page's policy denies."""
    for _ in range(SETTLED // 50):
        if visit.page.evaluate(condition):
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError(condition)


def count(words: str) -> int:
    found = re.search(r"[\d,]+", words)
    assert found is not None, words
    return int(found[0].replace(",", ""))


# Detail


def test_detail_shows_all_of_a_picture(visit: Visit, folder: Path) -> None:
    visit.open(f"?photo={id_of(6, folder)}")
    dialog = visit.page.get_by_role("dialog")
    dialog.locator(".preview img").wait_for()
    dialog.locator(".seen-box").first.wait_for(timeout=SETTLED)
    assert dialog.locator(".seen-box").all_inner_texts() == ["person", "car"]
    assert dialog.get_by_role("term").filter(has_text="Body Serial Number").count() == 1
    assert dialog.locator("h2").inner_text() == "picture-00006.jpg"
    dialog.locator(".sketch canvas").first.wait_for(timeout=SETTLED)
    assert "56.00000° N, 10.00000° E" in dialog.locator(".place-line").inner_text()


def test_boxes_lie_where_the_labels_are(visit: Visit, folder: Path) -> None:
    visit.open(f"?photo={id_of(6, folder)}")
    box = visit.page.locator(".seen-box").first
    box.wait_for(timeout=SETTLED)
    inner, outer = box.bounding_box(), visit.page.locator(".preview").bounding_box()
    assert inner is not None and outer is not None
    shares = [(inner["x"] - outer["x"]) / outer["width"], (inner["y"] - outer["y"]) / outer["height"]]
    assert shares == pytest.approx([400 / 4000, 300 / 3000], abs=0.01)
    assert inner["width"] / outer["width"] == pytest.approx(0.25, abs=0.01)
    visit.page.locator(".seen li", has_text="car").hover()
    assert "is-pointed" in (visit.page.locator(".seen-box", has_text="car").get_attribute("class") or "")
    assert "is-dim" in (visit.page.locator(".seen-box", has_text="person").get_attribute("class") or "")
    visit.page.keyboard.press("b")
    box.wait_for(state="detached", timeout=SETTLED)


def test_detail_goes_on_by_keys_and_gives_the_focus_back(visit: Visit) -> None:
    visit.open()
    visit.page.locator('[data-place="2"]').click()
    title = visit.page.locator(".detail-title")
    title.get_by_text(f"3 of {ROWS}", exact=True).wait_for(timeout=SETTLED)
    visit.page.keyboard.press("ArrowRight")
    title.get_by_text(f"4 of {ROWS}", exact=True).wait_for(timeout=SETTLED)
    visit.page.get_by_role("dialog").locator("h2").get_by_text("picture-00006.jpg").wait_for(timeout=SETTLED)
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("dialog").wait_for(state="detached")
    until(visit, "document.activeElement.dataset.place === '3'")
    assert "photo=" not in visit.page.url
    visit.page.go_back()
    visit.page.get_by_role("dialog").wait_for(timeout=SETTLED)


def test_tags_are_filtered_searched_and_made_facets(visit: Visit, folder: Path) -> None:
    visit.open(f"?photo={id_of(6, folder)}")
    visit.page.locator(".tag").first.wait_for()
    visit.page.keyboard.press("t")
    visit.page.keyboard.type("serial")
    assert visit.page.locator(".tag dt").all_inner_texts() == ["Body Serial Number"]
    visit.page.locator(".tag").hover()
    visit.page.get_by_role("button", name="Add Body Serial Number as a facet").click()
    assert "facet=md_exif_subifd_body_serial_number" in visit.page.url
    visit.page.get_by_role("button", name="Search for this value of Body Serial Number").click()
    visit.page.get_by_role("dialog").wait_for(state="detached")
    visit.total(f"6 of {ROWS} pictures")


def test_hostile_values_are_text(visit: Visit, folder: Path) -> None:
    visit.open(f"?photo={id_of(7, folder)}")
    tag = visit.page.locator(".tag", has_text="Software")
    tag.wait_for()
    assert '<img src=x onerror="document.title=1">' in tag.inner_text()
    assert tag.locator(".unseen").inner_text() == "U+202E"
    assert RTL not in tag.inner_text()
    assert visit.page.title() != "1"


def test_no_preview_says_why(visit: Visit, folder: Path) -> None:
    (folder / "pictures" / "card-0" / "picture-00012.jpg").write_bytes(b"\xff\xd8 no picture")
    for number, kind in ((11, "PDF"), (12, "JPEG")):
        visit.open(f"?photo={id_of(number, folder)}")
        sign = visit.page.locator(".no-preview")
        sign.wait_for(timeout=2 * SETTLED)
        assert sign.locator("strong").inner_text() == kind
        assert len(sign.locator("span").last.inner_text()) > 8


def test_a_picture_that_is_not_there(chromium: Browser, address: str) -> None:
    with visiting(chromium, address) as visit:
        visit.open("?photo=NOBODY")
        visit.page.get_by_role("dialog").get_by_text("no such picture").first.wait_for(timeout=SETTLED)


def test_pictures_like_this_say_why(visit: Visit, folder: Path) -> None:
    visit.open(f"?photo={id_of(6, folder)}")
    like = visit.page.locator(".alike li")
    like.first.wait_for(timeout=SETTLED)
    assert like.count() > 3
    assert "Serial" in like.first.locator(".alike-why").inner_text()
    like.first.get_by_role("button", name=re.compile("^Compare")).click()
    visit.page.locator(".compare-rows").wait_for(timeout=SETTLED)


# Compare


def test_compare_two(visit: Visit) -> None:
    visit.open()
    visit.page.locator('[data-place="1"]').focus()
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("c")
    rows = visit.page.locator(".compare-rows tbody tr")
    rows.first.wait_for(timeout=SETTLED)
    classes = [one.get_attribute("class") for one in rows.all()]
    differing = classes.count("differs")
    assert 0 < differing < len(classes)
    assert classes[:differing] == ["differs"] * differing
    visit.page.keyboard.press("n")
    visit.page.keyboard.press("n")
    assert visit.page.evaluate("document.activeElement.rowIndex") == 2
    visit.page.keyboard.press("d")
    assert rows.count() == differing
    visit.page.reload()
    rows.first.wait_for(timeout=SETTLED)


def test_compare_marks_what_one_lacks(visit: Visit, folder: Path) -> None:
    visit.open(f"?compare={id_of(5, folder)},{id_of(6, folder)}")
    lacking = visit.page.locator(".compare-rows .lacks")
    lacking.first.wait_for(timeout=SETTLED)
    assert {*lacking.all_inner_texts()} == {"lacks it"}
    assert lacking.count() >= 5


# Map


def test_map_counts_and_filters_by_a_rectangle(visit: Visit) -> None:
    visit.open("?map=1")
    foot = visit.page.locator(".map-foot")
    foot.get_by_text("48 pictures on the map").wait_for(timeout=SETTLED)
    visit.page.get_by_role("button", name="Draw a rectangle").click()
    drag(visit.page, visit.page.locator(".place-canvas"), (0.2, 0.2), (0.8, 0.55))
    visit.page.wait_for_url(re.compile("box="))
    found = visit.page.locator(".chip", has_text="Place")
    found.wait_for()
    body = json.dumps({"box": [float(one) for one in re.findall(r"-?[\d.]+", query(visit, "box"))]})
    total = api(visit, "search", body)["total"]
    visit.total(f"{total} of {ROWS} pictures")
    visit.page.get_by_role("button", name="Everywhere").click()
    visit.total(f"{ROWS} pictures")


def query(visit: Visit, name: str) -> str:
    return str(visit.page.evaluate(f"new URLSearchParams(location.search).get('{name}')"))


def api(visit: Visit, path: str, body: str) -> Any:
    answer = visit.page.request.post(
        f"{visit.address.partition('?')[0]}api/v2/{path}", data=body, headers={"Content-Type": "application/json"}
    )
    assert answer.ok, answer.text()
    return answer.json()


def test_map_asks_anew_when_it_moves_and_keeps_its_place(visit: Visit) -> None:
    visit.open("?map=1")
    visit.page.locator(".map-foot").get_by_text("48 pictures on the map").wait_for(timeout=SETTLED)
    canvas = visit.page.locator(".place-canvas")
    canvas.focus()
    before = query(visit, "around")
    visit.page.keyboard.press("+")
    visit.page.keyboard.press("ArrowRight")
    until(visit, f"new URLSearchParams(location.search).get('around') !== '{before}'")
    visit.page.wait_for_timeout(600)
    kept = query(visit, "around")
    visit.page.reload()
    visit.page.locator(".map-foot").get_by_text(re.compile("in view|on the map")).wait_for(timeout=SETTLED)
    assert query(visit, "around") == kept


def test_map_goes_on_across_the_antimeridian(visit: Visit) -> None:
    visit.open("?map=1&around=52,185,3")
    visit.page.get_by_role("button", name="Search here").click()
    visit.page.wait_for_url(re.compile("box="))
    _, west, _, east = (float(one) for one in query(visit, "box").split(","))
    assert west > east
    visit.total(f"0 of {ROWS} pictures")


def test_map_has_a_table_in_its_place_and_a_filter_of_no_place(visit: Visit) -> None:
    visit.open("?map=1")
    visit.page.locator(".map-foot").get_by_text("12 without a place").click()
    visit.total(f"12 of {ROWS} pictures")
    visit.page.locator(".map-foot").get_by_text("Only without a place").click()
    visit.total(f"{ROWS} pictures")
    visit.page.locator(".map-tools").get_by_role("button", name="Table").click()
    rows = visit.page.locator(".map-table tbody tr")
    rows.first.wait_for(timeout=SETTLED)
    assert sum(count(one) for one in visit.page.locator(".map-table td.right").all_inner_texts()) == 48
    rows.first.get_by_role("button").click()
    visit.page.wait_for_url(re.compile("box="))


def test_street_tiles_come_from_a_file_alone(chromium: Browser, folder: Path, tmp_path: Path) -> None:
    """A map that has one tile in one zoom: nothing else is there, and nothing is written to the console."""
    file = tmp_path / "streets.mbtiles"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        about = {
            "format": "png",
            "minzoom": "2",
            "maxzoom": "4",
            "attribution": '&copy; <a href="//x">Some Streets</a>',
        }
        database.executemany("INSERT INTO metadata VALUES (?, ?)", about.items())
        picture = io.BytesIO()
        Image.new("RGB", (256, 256), "green").save(picture, "PNG")
        database.execute("INSERT INTO tiles VALUES (4, 8, 10, ?)", (picture.getvalue(),))
    database.close()
    with serving(folder / "out", "--map", str(file)) as address, visiting(chromium, address) as visit:
        visit.open("?map=1&around=53,11,4")
        visit.page.locator(".map-credits").get_by_text("© Some Streets", exact=True).wait_for(timeout=SETTLED)
        visit.page.locator("img.leaflet-tile-loaded").first.wait_for(timeout=SETTLED)
        assert any(one.startswith("api/v2/tiles/4/8/5") for one in visit.asked)
        assert visit.lines == []
        assert visit.elsewhere == []


# Timeline


def test_timeline_drag_and_reload(visit: Visit) -> None:
    visit.open()
    bars = visit.page.locator(".bars")
    bars.locator(".bar").first.wait_for(timeout=SETTLED)
    drag(visit.page, bars, (0.05, 0.5), (0.5, 0.5))
    visit.page.wait_for_url(re.compile("from="))
    days = [query(visit, name) for name in ("from", "to")]
    body = json.dumps(dict(zip(("from", "to"), days, strict=True)))
    total = api(visit, "search", body)["total"]
    assert 0 < total < ROWS
    visit.total(f"{total} of {ROWS} pictures")
    visit.page.reload()
    visit.total(f"{total} of {ROWS} pictures")
    assert visit.page.get_by_label("From", exact=True).input_value() == days[0]
    bars.locator(".bar.is-out").first.wait_for(timeout=SETTLED)


def test_timeline_by_keys(visit: Visit) -> None:
    visit.open("?span=2010-01-01,2010-03-31")
    visit.page.locator(".bar").first.wait_for(timeout=SETTLED)
    first = visit.page.get_by_role("slider", name="First day")
    first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_url(re.compile("from=2010-01-02"))
    visit.page.keyboard.press("PageUp")
    visit.page.wait_for_url(re.compile("from=2010-01-12"))
    last = visit.page.get_by_role("slider", name="Last day")
    last.focus()
    for _ in range(3):
        visit.page.keyboard.press("ArrowLeft")
    visit.page.wait_for_url(re.compile("to=2010-03-28"))
    assert last.get_attribute("aria-valuetext") == "28 Mar 2010"
    visit.page.keyboard.press("Home")
    assert query(visit, "to") == "2010-01-01"
    visit.page.get_by_role("button", name="All days").click()
    visit.total(f"{ROWS} pictures")


def test_timeline_goes_from_years_to_days(visit: Visit) -> None:
    visit.open("?from=2010-01-11&to=2010-01-20")
    visit.page.locator(".timeline-tools").get_by_role("button", name="Closer").click()
    visit.page.wait_for_url(re.compile("span=2010-01-11%2C2010-01-20"))
    visit.page.locator(".timeline").get_by_text(re.compile("earlier")).wait_for(timeout=SETTLED)
    assert visit.page.locator(".bar").count() == 8
    visit.page.locator(".timeline-tools").get_by_role("button", name="Wider").click()
    until(visit, "document.querySelectorAll('.bar').length > 8")
    visit.page.get_by_role("button", name="All of the time").click()
    assert query(visit, "span") == "None"


def test_timeline_has_a_table_and_a_filter_of_no_day(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("button", name="Timeline as a table").click()
    cells = visit.page.locator(".bar-table td.right")
    cells.first.wait_for(timeout=SETTLED)
    assert sum(count(one) for one in cells.all_inner_texts()) == 48
    visit.page.locator(".timeline").get_by_text("12 without a date").click()
    visit.total(f"12 of {ROWS} pictures")


# Marks


def test_marks_by_keys_outlive_a_reload(visit: Visit) -> None:
    visit.open()
    visit.page.locator('[data-place="0"]').focus()
    visit.page.keyboard.press("3")
    visit.page.locator('[data-place="0"] .mark-3').wait_for(timeout=SETTLED)
    visit.page.keyboard.press("n")
    until(visit, "document.activeElement.dataset.place === '1'")
    visit.page.reload()
    visit.page.locator('[data-place="0"] .mark-3').wait_for(timeout=SETTLED)
    visit.page.locator('[data-place="0"]').focus()
    visit.page.keyboard.press("0")
    visit.page.locator('[data-place="0"] .mark').wait_for(state="detached", timeout=SETTLED)
    visit.page.locator(".toast").get_by_role("button", name="Undo").last.click()
    visit.page.locator('[data-place="0"] .mark-3').wait_for(timeout=SETTLED)


def test_marks_for_a_selection_with_a_title(visit: Visit) -> None:
    visit.open()
    visit.page.locator('[data-place="0"]').focus()
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Shift+ArrowRight")
    visit.page.keyboard.press("Shift+ArrowRight")
    visit.page.locator(".selection").get_by_text("3 pictures selected").wait_for(timeout=SETTLED)
    visit.page.locator(".selection").get_by_role("button", name="Mark 5").click()
    visit.page.locator(".toast").get_by_text("Marked 3 pictures").wait_for(timeout=SETTLED)
    visit.page.get_by_role("button", name="Marks", exact=True).click()
    title = visit.page.get_by_label("Title of mark 5")
    title.fill("suspect")
    title.press("Enter")
    visit.page.locator(".toast").get_by_text("suspect").wait_for(timeout=SETTLED)
    visit.page.get_by_role("button", name="Show only pictures with mark 5").click()
    visit.page.keyboard.press("Escape")
    visit.total(f"3 of {ROWS} pictures")
    visit.open("?q=mark:suspect").total(f"3 of {ROWS} pictures")


def test_mark_all_that_is_found_after_its_count(visit: Visit) -> None:
    visit.open("?is.labels=car")
    visit.page.get_by_role("button", name="Marks", exact=True).click()
    visit.page.get_by_role("button", name="Mark all pictures found").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Mark 2", exact=True).click()
    dialog.get_by_role("button", name="Mark 20 pictures").click()
    visit.page.locator(".toast").get_by_text("20 pictures marked").wait_for(timeout=SETTLED)
    visit.open("?is.mark=2").total(f"20 of {ROWS} pictures")


def test_another_count_than_was_seen_is_told(chromium: Browser, address: str) -> None:
    with visiting(chromium, address) as visit:
        visit.open("?is.labels=car")
        visit.page.get_by_role("button", name="Marks", exact=True).click()
        visit.page.get_by_role("button", name="Mark all pictures found").click()
        button = visit.page.get_by_role("dialog").get_by_role("button", name="Mark 20 pictures")
        button.wait_for()
        visit.page.route(
            "**/api/v2/marks",
            lambda route: route.continue_(post_data=(route.request.post_data or "").replace(":20", ":19")),
        )
        button.click()
        visit.page.get_by_role("dialog").get_by_role("alert").get_by_text("20 pictures by now").wait_for(
            timeout=SETTLED
        )


# Saved searches, export, keys


def test_saved_searches(visit: Visit) -> None:
    visit.open("?is.labels=car&from=2010-01-01&to=2010-01-31&view=table")
    visit.page.get_by_role("button", name="Saved searches").click()
    visit.page.get_by_label("Name of the search").fill("Cars <b>in</b> January")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".searches").get_by_text("Cars <b>in</b> January").wait_for(timeout=SETTLED)
    visit.open()
    visit.page.get_by_role("button", name="Saved searches").click()
    visit.page.locator(".search-name").click()
    visit.page.locator(".table-body .table-row").first.wait_for(timeout=SETTLED)
    assert "is.labels=car" in visit.page.url
    visit.page.get_by_role("button", name="Saved searches").click()
    visit.page.get_by_role("button", name=re.compile("^Delete Cars")).click()
    visit.page.get_by_text("None yet").wait_for(timeout=SETTLED)


@pytest.mark.parametrize("form", ["csv", "jsonl", "kml", "geojson"])
def test_export(visit: Visit, tmp_path: Path, form: str) -> None:
    visit.open("?is.labels=car")
    visit.page.get_by_role("button", name="Export").click()
    visit.page.locator(f'input[value="{form}"]').check()
    wanted = 16 if form in ("kml", "geojson") else 20
    link = visit.page.get_by_role("link", name=f"Export {wanted} pictures")
    link.wait_for(timeout=SETTLED)
    with visit.page.expect_download() as download:
        link.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == f".{form}"
    text = file.read_text("utf-8")
    counts = {
        "csv": text.count("\n") - 1,
        "jsonl": text.count("\n"),
        "kml": text.count("<Placemark"),
        "geojson": text.count('"Feature"'),
    }
    assert counts[form] == wanted


def test_list_of_keys(visit: Visit) -> None:
    visit.open()
    visit.page.keyboard.press("?")
    dialog = visit.page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    assert "Next picture without a mark" in dialog.inner_text()
    visit.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")


# Nothing keeps people out

STATES = {
    "detail": ("?photo={6}", ".seen-box"),
    "hostile": ("?photo={7}", ".tag"),
    "no preview": ("?photo={11}", ".no-preview"),
    "compare": ("?compare={5},{6}", ".compare-rows"),
    "map": ("?map=1&box=40,0,60,20", ".map-foot span"),
    "map as a table": ("?map=1", "click .map-tools [aria-label=Table]"),
    "timeline": ("?from=2010-01-05&to=2010-01-20", ".bar"),
    "timeline as a table": ("", "click [aria-label='Timeline as a table']"),
    "keys": ("", "press ?"),
    "export": ("", "click button[aria-label=Export]"),
    "marks": ("", "click button[aria-label=Marks]"),
    "searches": ("", "click [aria-label='Saved searches']"),
}


@pytest.mark.parametrize("scheme", ["light", "dark", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_keeps_people_out(
    chromium: Browser, address: str, axe: str, folder: Path, state: str, scheme: str
) -> None:
    query, act = STATES[state]
    query = re.sub(r"{(\d+)}", lambda number: id_of(int(number[1]), folder), query)
    options: dict[str, Any] = {"color_scheme": "dark" if scheme == "dark" else "light", "reduced_motion": "reduce"}
    if scheme == "phone":
        options |= {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with visiting(chromium, address, **options) as visit:
        visit.open(query)
        what, _, where = act.partition(" ")
        if what == "click":
            visit.page.locator(where).click()
        elif what == "press":
            visit.page.keyboard.press(where)
        else:
            visit.page.locator(act).first.wait_for(timeout=SETTLED)
        visit.page.wait_for_timeout(300)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("axe.run(document)")
        faults = [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert faults == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visit.lines == []
