"""Rows that are taken out of photos.sqlite, however many."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from metadata_digger.index import rows


def test_more_is_removed_than_is_held_in_memory(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311
    file = tmp_path / rows.FILE

    def made(number: int) -> rows.Row:
        directory = ["JPEG", ["Comment"], [chance.randbytes(1_200).hex()], ["md_jpeg_comment"]]
        return number, f"{number:032X}", {"path": f"file:/{number}"}, {"directories": [directory]}, None

    rows.write(file, map(made, range(12_000)), {"md_jpeg_comment": (12_000, "JPEG Comment")})
    rows.append([], file)
    rows.remove(file, (f"{number:032X}" for number in chance.sample(range(11_990), 11_990)))
    with closing(rows.Rows(file)) as reader:
        assert [*reader.ids()] == [f"{number:032X}" for number in range(11_990, 12_000)]
        assert reader.fields() == {"md_jpeg_comment": (10, "JPEG Comment")}
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
