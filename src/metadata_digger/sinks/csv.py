"""CSV: one line a file, one column a tag found anywhere in the run.

RFC 4180 with every field quoted, or with `dialect="spark"` what Spark 2.4 wrote for Metadata Digger 0.2.1.
Unless `raw` is set, what a spreadsheet would run is made harmless, and Spark's form has no quotes in cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import HASHES, Column, hashed
from metadata_digger.sinks import file_columns, long_cells
from metadata_digger.sinks.cells import escaped, tame, tamed
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.pieces import concatenate
from metadata_digger.sinks.remarks import Remark, remarking
from metadata_digger.sinks.repeated import cell, repeated, together
from metadata_digger.sinks.wide import base64_texts, content_title, fixed, layout
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import flatten, tag_names
from metadata_digger.steps.rename import DEFAULT, Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config

# Spark trims what it writes (ignoreLeadingWhiteSpace and its twin default to true): everything up to the space goes,
# and a value of nothing else becomes two escaped quotes, while one that was empty before stays empty.
_BLANKS = "".join(map(chr, range(0x21)))
_BLANK = r"\"\""
_SPARK = re.compile(r"\\(.)")
# Columns without which nobody finds the file again: verify, and whoever looks it up.
_IDENTIFYING = ("id", "base_path", "file_path", *(field.name for field in hashed(HASHES)))


@dataclass(frozen=True, slots=True)
class CsvSink:
    name: ClassVar[str] = "csv"
    suffix: ClassVar[str] = ".csv"

    naming: Naming = DEFAULT
    selection: Selection = EVERYTHING
    labels_delimiter: str = ","
    content: bool = False  # the column Metadata Content
    dialect: str = "rfc4180"  # or "spark"
    raw: bool = False  # leave formulas what they are
    delimiter: str = ","
    bom: bool = False  # a byte order mark, by which Excel knows UTF-8
    most: int | None = None  # characters of a cell; None: any
    file: bool = False  # the columns of sinks.file_columns
    every: bool = True  # value of a tag that repeats; else the last one alone, as in the original

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        return cls(
            naming,
            selection,
            labels_delimiter=config["enrichment.output.labelsDelimiter"],
            content=config["output.columns.includeMetadataContent"],
            dialect=config["output.csv.dialect"],
            raw=config["output.csv.raw"],
            delimiter=config["output.csv.delimiter"],
            bom=config["output.csv.bom"],
            most=config["output.csv.maxCell"],
            file=config["output.columns.includeFileInfo"],
            every=config["output.columns.repeatedTags"] == "all",
        )

    def check(self, columns: Columns) -> None:
        self._layout(columns)

    def advice(self, columns: Columns) -> Iterator[str]:
        if (number := len(self._titles(columns, self._layout(columns)[0]))) > long_cells.COLUMNS:
            yield long_cells.advice(number)

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        tags, places = self._layout(columns)
        titles = self._titles(columns, tags)
        rows, most = 0, self._longest
        with remarking(target) as remark, target.open("wb") as file:
            for batch in batches:
                batch = written(batch)
                lines = []
                for number, cells in enumerate(self._rows(batch, places)):
                    line = self._line(cells)
                    # No character is more than two units; three characters stand between two cells.
                    units = 1 if line.isascii() else 2
                    if units * (len(line) - 3 * len(cells)) > most and units * max(map(len, cells)) > most:
                        line = self._line(self._shortened(cells, titles, batch.slice(number, 1), remark))
                    lines.append(line)
                file.write("".join(lines).encode())
                rows += len(lines)
        return rows

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        titles = self._titles(columns, self._layout(columns)[0])
        titles = self._safe(self._cells(pa.array(titles, pa.string()))).to_pylist()
        concatenate(pieces, target, self._line(titles).encode("utf-8-sig" if self.bom else "utf-8"))

    def _line(self, cells: Iterable[str]) -> str:
        return '"' + f'"{self.delimiter}"'.join(cells) + '"\n'

    def _titles(self, columns: Columns, tags: Sequence[str]) -> list[str]:
        titles = [*(self.naming.title(words) for _, words in fixed(columns.fields)), *tags]
        if self.content and "tags" in columns.fields:
            titles.append(content_title(self.naming))
        return [*titles, *map(self.naming.title, file_columns.TITLES)] if self.file else titles

    @property
    def _longest(self) -> int:
        """Characters of a cell that is told of."""
        return min(self.most or long_cells.LONGEST, long_cells.LONGEST)

    def _shortened(
        self, cells: Sequence[str], titles: Sequence[str], row: pa.RecordBatch, remark: Remark
    ) -> Sequence[str]:
        """A row whose cells are cut where they are too long, its note told. What identifies it is never cut."""
        longest = self._longest
        whole = {place for place, (name, _) in enumerate(fixed(row.schema.names)) if name in _IDENTIFYING}
        texts = {place: self._shown(cell) for place, cell in enumerate(cells) if 2 * len(cell) > longest}
        counts = {place: long_cells.length(text) for place, text in texts.items() if place not in whole}
        if not (long := {place: count for place, count in counts.items() if count > longest}):
            return cells
        (file,), (notes,) = row.column("file_path").to_pylist(), row.column("notes").to_pylist()
        told = [(titles[place], count) for place, count in long.items()]
        note = long_cells.remark(told, longest, self.most is not None)
        remark(str(file), note)
        shortened = list(cells)
        if self.file:
            (shortened[-1],) = self._noted([[*(notes or ()), note]])
        for place, count in long.items():
            if self.most is not None and count > self.most:
                shortened[place] = self._quoted(self._tame(long_cells.cut(texts[place], self.most - 1)))
        return shortened

    def _shown(self, cell: str) -> str:
        """A cell as its reader sees it."""
        return cell.replace('""', '"') if self.dialect != "spark" else _SPARK.sub(r"\1", cell)

    def _quoted(self, text: str) -> str:
        """The way back."""
        return text.replace('"', '""') if self.dialect != "spark" else text.replace("\\", "\\\\").replace('"', r"\"")

    def _layout(self, columns: Columns) -> tuple[list[str], dict[tuple[str, str], int]]:
        return layout(columns, self.naming, self.selection, self.every, file_columns.TITLES if self.file else ())

    def _rows(self, rows: pa.RecordBatch, places: dict[tuple[str, str], int]) -> Iterator[tuple[str, ...]]:
        always = [self._safe(self._cells(self._fixed(rows, name))).to_pylist() for name, _ in fixed(rows.schema.names)]
        behind = zip(*self._behind(rows), strict=True) if self.file else repeat(())
        if "tags" not in rows.schema.names:
            for cells, last in zip(zip(*always, strict=True), behind, strict=False):
                yield (*cells, *last)
            return
        flat = flatten(rows.column("tags"))
        place_of_pair = np.array([places.get(pair, -1) for pair in flat.pairs], dtype=np.int64)
        place = place_of_pair[flat.codes] if len(flat.codes) else flat.codes
        # A tag without words leaves its column to another of the same name.
        kept = (place >= 0) & flat.values.is_valid().to_numpy(zero_copy_only=False)
        plain = self._cells(flat.values.filter(pa.array(kept)))
        place, values = place[kept].tolist(), self._safe(plain).to_pylist()
        words = plain.to_pylist() if self.content else []
        empty = [""] * (max(places.values(), default=-1) + 1)
        bounds = pairwise(_counted(kept, flat.starts))
        for cells, (start, end), last in zip(zip(*always, strict=True), bounds, behind, strict=False):
            wide = empty.copy()
            columns = place[start:end]
            texts = values[start:end]
            for column, value in zip(columns, texts, strict=True):
                wide[column] = value  # of a tag that repeats the last is kept, as in the original
            if self.every:
                for column, several in repeated(columns, texts).items():
                    wide[column] = self._together(several)
            if self.content:
                wide.append(self._content(columns, words[start:end]))
            yield (*cells, *wide, *last)

    def _behind(self, rows: pa.RecordBatch) -> Iterator[list[str]]:
        """Cells of the columns behind all others; numbers and times have nothing to be escaped."""
        names, extensions, sizes, moments, notes = file_columns.file_columns(rows).values()
        texts = self._safe(self._cells(pa.array([*names, *extensions], pa.string()))).to_pylist()
        yield from (
            texts[: len(names)],
            texts[len(names) :],
            list(map(str, sizes)),
            [moment or "" for moment in moments],
        )
        yield self._noted(notes) if any(notes) else [""] * len(names)

    def _noted(self, notes: Sequence[Sequence[str]]) -> list[str]:
        """Cells of the column Notes."""
        cells: list[str] = self._safe(self._cells(pa.array(map(cell, notes), pa.string()))).to_pylist()
        return cells

    def _fixed(self, rows: pa.RecordBatch, name: str) -> Column:
        column: Column = tag_names(rows.column(name)) if name == "tags" else rows.column(name)
        if pa.types.is_binary(column.type):
            return pa.array(base64_texts(column), pa.string())
        if not pa.types.is_list(column.type):
            return column if pa.types.is_string(column.type) else column.cast(pa.string())
        delimiters = {"labels": self.labels_delimiter, "similar_reasons": "; "}
        return pc.binary_join(column, delimiters.get(name, ","))

    def _cells(self, values: Column) -> Column:
        """Text as it stands between two quotes, but for what `_safe` does."""
        if self.dialect != "spark":
            return pc.replace_substring(escaped(values), '"', '""')
        # The original wrote a new line as backslash and n before Spark saw it.
        values = pc.replace_substring(values.fill_null(""), "\n", r"\n")
        trimmed = pc.utf8_trim(values, characters=_BLANKS)
        cells = pc.replace_substring(escaped(trimmed), "\\", "\\\\")
        if not self.raw:
            # Most readers take \" for the end of a field, and what follows, in this cell or the next, for more of them.
            return pc.replace_substring(cells, '"', "''")
        # Made here: pyarrow imports pandas for its first scalar, and a start need not wait for that.
        nothing = pa.scalar("")
        blank = pc.and_(pc.equal(trimmed, nothing), pc.not_equal(values, nothing))
        return pc.if_else(blank, _BLANK, pc.replace_substring(cells, '"', r"\""))

    def _safe(self, cells: Column) -> Column:
        return cells if self.raw else tamed(cells)

    def _tame(self, text: str) -> str:
        return text if self.raw else tame(text)

    def _together(self, cells: list[str]) -> str:
        """One cell of several. Each is safe already, as a spreadsheet may split it; together they may be a formula."""
        several = together(cells)
        if len(several) == 1:
            return several[0] or ""
        return self._tame(cell(several, self._backslash))

    @property
    def _backslash(self) -> str:
        return "\\\\" if self.dialect == "spark" else "\\"

    def _content(self, columns: Sequence[int], words: Sequence[str]) -> str:
        """The values of a row, given with their columns, in the order of these."""
        values: dict[int, list[str]] = {column: [text] for column, text in zip(columns, words, strict=True)}
        if self.every:
            values |= {column: together(several) for column, several in repeated(columns, words).items()}
        texts = (text for _, of_column in sorted(values.items()) for text in of_column)
        content = " ".join(text for text in texts if text and text != _BLANK)
        return self._tame(content)


def _counted(kept: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]) -> list[int]:
    """Where each row starts among the tags that were kept."""
    before = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(kept, out=before[1:])
    counted: list[int] = before[starts].tolist()
    return counted
