"""The pages of a report."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from metadata_digger.query.asking import Bar, Cell, Detail, Photo, Values
from metadata_digger.query.fields import field as field_of
from metadata_digger.report.land import drawn
from metadata_digger.report.markup import Markup, alone, element, joined, page, table
from metadata_digger.search.answers import moment, shown

DATA = ("photos.csv", "photos.jsonl", "photos.kml", "manifest.json")
STATES = {
    "equal": "the file is what it was when it was indexed",
    "changed": "the file has changed since it was indexed",
    "missing": "the file is not there any more",
    "unread": "the file could not be read here",
    "unknown": "the index has no hash to compare with",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """Of an input file: sha256 now, "" where it cannot be read; `state`: one of STATES."""

    sha256: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is about. `query`: in the query language, "" for everything."""

    title: str
    source: str
    query: str
    note: str
    made: datetime
    version: str


def file_name(id: str) -> str:
    """What the files of a picture are called: the id of a collection of another hand may be a path."""
    return (
        id if re.fullmatch(r"[0-9A-Za-z_-]{1,128}", id) else hashlib.sha256(id.encode("utf-8", "replace")).hexdigest()
    )


def overview(
    heading: Heading,
    total: int,
    photos: Sequence[tuple[Photo, str]],
    pages: int,
    facets: Sequence[Values],
    bars: Sequence[Bar],
    cells: Sequence[Cell],
    states: Mapping[str, int],
) -> str:
    """`photos`: those of the contact sheet, each with the file of its picture or ""; `pages`: how many have a page."""
    placed = sum(cell.count for cell in cells)
    facts: list[tuple[str, object]] = [
        ("Source", heading.source),
        ("Query", heading.query or "everything"),
        ("Pictures", f"{total:,}" + (f", of which {len(photos):,} are shown" if len(photos) < total else "")),
        ("Made", f"{heading.made:%Y-%m-%d %H:%M:%S} UTC by Metadata Digger {heading.version}"),
        *(("Files", f"{count:,}: {STATES[state]}") for state, count in states.items() if count),
        ("Data", joined(joined([element("a", name, href=name), " "]) for name in DATA)),
    ]
    tiles = [_tile(photo, file, number < pages) for number, (photo, file) in enumerate(photos)]
    parts = [
        element("h1", heading.title),
        element("p", heading.note, class_="note") if heading.note else "",
        element("dl", *(joined([element("dt", name), element("dd", value)]) for name, value in facts)),
        element("h2", "Contact sheet"),
        element("div", *tiles, class_="sheet"),
        element("h2", "Counts"),
        element("div", *map(_facet, facets), class_="facets"),
        element("h2", "Days"),
        table(("From", "To", "Pictures"), ((bar.first, bar.last, f"{bar.count:,}") for bar in bars), class_="days"),
        element("h2", "Places"),
        element("p", f"{placed:,} of {total:,} pictures have a place."),
        drawn(cells) if cells else "",
    ]
    return page(heading.title, element("main", *parts))


def _tile(photo: Photo, file: str, has_page: bool) -> Markup:
    name = shown(photo.path).rpartition("/")[2]
    if file:
        seen = alone("img", src=file, alt="", loading="lazy")
    else:
        seen = element("span", photo.file_type or "no picture", class_="none")
    figure = element("figure", seen, element("figcaption", name, element("small", _day(photo))))
    return element("a", figure, href=f"photos/{file_name(photo.id)}.html") if has_page else figure


def _day(photo: Photo) -> str:
    return (moment(photo.date) or "no date").replace("T", " ")


def _facet(values: Values) -> Markup:
    known = field_of(values.field)
    rows: list[tuple[object, str]] = [(value, f"{count:,}") for value, count in values.counts]
    if values.without:
        rows.append((element("em", "without"), f"{values.without:,}"))
    return element("section", element("h3", known.title if known else values.field), table(("Value", "Pictures"), rows))


def picture(heading: Heading, detail: Detail, file: str, proof: Proof, mark: str | None) -> str:
    """The page of one picture."""
    photo = detail.photo
    name = shown(photo.path).rpartition("/")[2]
    facts: list[tuple[str, object]] = [
        ("File", shown(photo.path)),
        ("Type", photo.file_type or "unknown"),
        ("Size", f"{photo.size:,} bytes"),
        ("SHA-256 now", proof.sha256 or proof.reason),
        ("State", STATES[proof.state]),
        *((f"{kind.upper()} in the index", value) for kind, value in detail.hashes.items()),
        ("Date", _day(photo)),
        ("Place", "none" if photo.latitude is None else f"{photo.latitude:.6f}, {photo.longitude:.6f}"),
        ("Labels", ", ".join(f"{seen.label} {seen.score:.2f}" for seen in detail.seen) or "none"),
        ("Mark", mark or "none"),
        *(("Note", note) for note in photo.notes),
    ]
    parts = [
        element("p", element("a", heading.title, href="../index.html")),
        element("h1", name),
        alone("img", class_="large", src=f"../{file}", alt="") if file else "",
        element("dl", *(joined([element("dt", key), element("dd", value)]) for key, value in facts)),
        *(
            element(
                "section",
                element("h2", directory.name),
                table(("Tag", "Value"), ((tag.name, tag.value) for tag in directory.tags), class_="tags"),
            )
            for directory in detail.directories
        ),
    ]
    return page(f"{name} - {heading.title}", element("main", *parts), "../")
