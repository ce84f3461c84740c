"""Words: a table, and a real Solr's own analysis of odd texts."""

from __future__ import annotations

import random
import re
import time

import pytest

from metadata_digger.query.words import LONGEST, split, words
from metadata_digger.solr.client import Solr
from servers.solr import Cloud
from solr.documents import made

TABLE = [
    ("", ""),
    (" .,;!", ""),
    ("Canon EOS 5D", "Canon EOS 5D"),
    ("f/2.8", "f 2.8"),
    ("o'brien's", "o'brien's"),
    ("img_0001.JPG", "img_0001 JPG"),
    ("IMG_0001.jpg a.b 1.a", "IMG_0001 jpg a.b 1 a"),
    ("1,234.5;6", "1,234.5;6"),
    ("a:b 1:2", "a:b 1 2"),
    ("2012:12:23 10:11:12", "2012 12 23 10 11 12"),
    ("dining-table", "dining table"),
    ("_ __ _a", "_a"),
    ("\u5199\u771f", "\u5199 \u771f"),
    ("\u3053\u3093", "\u3053 \u3093"),
    ("\u30ab\u30e1\u30e9", "\u30ab\u30e1\u30e9"),
    ("\uce74\uba54\ub77c", "\uce74\uba54\ub77c"),
    ("Za\u017c\u00f3\u0142\u0107 \u00e4\u0308", "Za\u017c\u00f3\u0142\u0107 \u00e4\u0308"),
    ("\u0413\u043e\u0440\u043e\u0434.\u0434\u043e\u043c", "\u0413\u043e\u0440\u043e\u0434.\u0434\u043e\u043c"),
    ("a" * 256, f"{'a' * 255} a"),
]


@pytest.mark.parametrize(("text", "found"), TABLE)
def test_words(text: str, found: str) -> None:
    assert words(text) == found
    assert all(0 < len(word) <= LONGEST for word in split(text))


def odd_texts(count: int, seed: int = 7) -> list[str]:
    """Of signs that stand in words, join them, or part them."""
    signs = [
        *"aZ9_.,:;'-/ \u00e9\u00df\u0142",
        *"\u5199\u3042\u30ab\uff76\uce74\u0e01\u05d0\u0627\u0915\u093f\u0301\u200d\u2019\u00b7",
        "\U0001f4f7",
    ]
    chosen = random.Random(seed)  # noqa: S311  # no secret
    return ["".join(chosen.choice(signs) for _ in range(chosen.randint(1, 12))) for _ in range(count)]


# What is read otherwise: marks before a sign that joins, and between a letter of Hebrew and an apostrophe.
KNOWN = re.compile("[\u0301\u093f\u200d][_']")


@pytest.mark.solr
def test_a_real_solr_finds_the_same(cloud: Cloud, collection: str) -> None:
    with made(cloud, collection) as solr:
        for text in (*(text for text, _ in TABLE if text), *odd_texts(300)):
            if text.strip() and not KNOWN.search(text):
                assert _analysed(solr, text) == split(text), ascii(text)


def _analysed(solr: Solr, text: str) -> list[str]:
    form = {"analysis.fieldtype": "text", "analysis.fieldvalue": text}
    steps = solr.ask("/analysis/field", data=form)["analysis"]["field_types"]["text"]["index"]
    found = next(words for name, words in zip(steps[::2], steps[1::2], strict=True) if "Tokenizer" in name)
    return [one["text"] for one in found]


@pytest.mark.parametrize("text", ["_" * 1_000_000, "_\u0301" * 300_000, "\u00e9_" * 300_000, "1," * 300_000 + "\u00e9"])
def test_long_values_take_no_time(text: str) -> None:
    begin = time.monotonic()
    split(text)
    assert time.monotonic() - begin < 5
