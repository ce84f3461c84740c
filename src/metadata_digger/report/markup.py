"""HTML that is made of text: everything is escaped but what this module makes itself."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

# Signs that show text in another order than it is read in, or not at all: a name may not lie by them.
_HIDDEN_CODES = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_HIDDEN = {code: f"\u27e8U+{code:04X}\u27e9" for code in _HIDDEN_CODES}
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(55296, 57344)), "�")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Markup:
    if isinstance(value, Markup):
        return value
    return Markup(escape(str(value).translate(_HIDDEN | _CONTROL)))


def element(tag: str, /, *inside: object, **attributes: object) -> Markup:
    """`class_` is class; an attribute that is None is left out."""
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    words = "".join(f' {key}="{text(value)}"' for key, value in given.items())
    return Markup(f"<{tag}{words}>{''.join(map(text, inside))}</{tag}>")


def alone(tag: str, /, **attributes: object) -> Markup:
    """An element that has no end: img, link."""
    return Markup(element(tag, **attributes).removesuffix(f"</{tag}>"))


def joined(parts: Iterable[object]) -> Markup:
    return Markup("".join(map(text, parts)))


def table(heads: Iterable[str], rows: Iterable[Iterable[object]], **attributes: object) -> Markup:
    head = element("thead", element("tr", *(element("th", one, scope="col") for one in heads)))
    body = element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows))
    return element("table", head, body, **attributes)


def page(title: str, body: Markup, root: str = "") -> str:
    """A whole page; `root`: the way to the report's folder. No script, and nothing from elsewhere."""
    policy = "default-src 'none'; img-src 'self'; style-src 'self'"
    head = element(
        "head",
        alone("meta", charset="utf-8"),
        alone("meta", http_equiv="Content-Security-Policy", content=policy),
        alone("meta", name="viewport", content="width=device-width, initial-scale=1"),
        alone("meta", name="referrer", content="no-referrer"),
        element("title", title),
        alone("link", rel="stylesheet", href=f"{root}report.css"),
    )
    return f'<!doctype html>\n<html lang="en">{head}{element("body", body)}</html>\n'
