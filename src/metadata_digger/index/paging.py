"""Pages of rows in an order, and the way to the middle of a million."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from metadata_digger.errors import QueryError
from metadata_digger.index.counting import text_of
from metadata_digger.index.milestones import NEAR, at_least, begin, below_of, milestones
from metadata_digger.index.schema import BY_DATE, BY_DATE_DOWN, BY_SIZE, BY_SIZE_DOWN, ORDERS, ROW_BITS
from metadata_digger.query.asking import Order
from metadata_digger.query.fields import EXACT, Field, Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.to_index import ROW, Engine, values_of
from metadata_digger.query.tree import Every, Has, Node, Not, OneOf

if TYPE_CHECKING:
    import tantivy

# By field, and whether downwards.
_TOTAL = {
    ("date", False): BY_DATE,
    ("date", True): BY_DATE_DOWN,
    ("file_size", False): BY_SIZE,
    ("file_size", True): BY_SIZE_DOWN,
}
_SORTED_VALUES = 65_000
Known = Callable[[tuple[Any, ...], Callable[[], Any]], Any]
_STRETCH, _LOOKED_AT = 10_000, 200_000  # rows at once, and in all, among which one is looked for


class Pager:
    """`in_order`: whether the numbers of rows are in the order of their paths. `known`: what is remembered of a
    question, or found."""

    def __init__(self, engine: Engine, *, in_order: bool, known: Known = lambda key, find: find()) -> None:
        self._engine = engine
        self._in_order = in_order
        self._known = known

    def page(
        self, node: Node, order: Order, size: int, total: int, offset: int, cursor: str | None, state: str
    ) -> tuple[list[int], str | None]:
        """The numbers of rows, and the cursor of the page that follows."""
        if cursor is not None:
            offset = _offset(cursor, state)
        if offset >= total or size < 1:
            return [], None
        rows = self._rows(node, order, min(size, total - offset), total, offset)
        after = offset + len(rows)
        return rows, f"{state}.{after}" if rows and after < total else None

    def behind(self, node: Node, row: int, size: int) -> list[int]:
        """The next rows by their numbers."""
        import tantivy

        higher = tantivy.Query.range_query(
            self._engine.schema, ROW, tantivy.FieldType.Unsigned, row, None, include_lower=False
        )
        return self._sorted(self._engine.query(node).and_must_match(higher), ROW, size, 0, down=False)

    def position(self, node: Node, order: Order, row: int) -> int | None:
        """How many rows stand before one."""
        import tantivy

        engine, query = self._engine, self._engine.query(node)
        if not engine.counted(query.and_must_match(engine.row(row))):
            return None
        if self._in_order and order.field == "exact_file_path":
            low, high = (row, None) if order.down else (None, row)
            kind = tantivy.FieldType.Unsigned
            before = tantivy.Query.range_query(engine.schema, ROW, kind, low, high, low is None, high is None)
            return engine.counted(query.and_must_match(before))
        total = engine.counted(query)
        for offset in range(0, min(total, _LOOKED_AT), _STRETCH):
            rows = self._rows(node, order, min(_STRETCH, total - offset), total, offset)
            if row in rows:
                return offset + rows.index(row)
        return None

    def _rows(self, node: Node, order: Order, size: int, total: int, offset: int) -> list[int]:
        field = field_of(order.field)
        if field is None:
            raise QueryError(f"there is no field {order.field} to sort by")
        if order.field in ("exact_file_path", "file_path"):
            name = ROW if self._in_order else "exact_file_path"
            return self._either_end(node, name, size, total, offset, down=order.down)
        if (order.field, order.down) in _TOTAL:
            return self._either_end(node, _TOTAL[order.field, order.down], size, total, offset, down=False)
        if field.kind in (Kind.TEXT, Kind.PLACE):
            raise QueryError(f"{order.field} has no order to sort by")
        having, lacking = Every((node, Has(field.name))), Every((node, Not(Has(field.name))))
        count = self._engine.count(having)
        rows: list[int] = []
        if offset < count:
            want = min(size, count - offset)
            if field.kind is Kind.DATE:
                rows = self._sorted(self._engine.query(having), field.name, want, offset, down=order.down)
            else:
                rows = self._by_value(having, field, want, count, offset, down=order.down)
        if len(rows) < size:
            rows += self._either_end(lacking, ROW, size - len(rows), total - count, max(offset - count, 0), down=False)
        return rows

    def _either_end(self, node: Node, name: str, size: int, total: int, offset: int, *, down: bool) -> list[int]:
        """From the end that is nearer: what is passed over is held. Far from both, from a milestone."""
        query = self._engine.query(node)
        behind = total - offset - size
        if min(behind, offset) > NEAR and name in (ROW, *ORDERS):
            if down:
                return self._from_milestone(node, query, name, size, behind)[::-1]
            return self._from_milestone(node, query, name, size, offset)
        if behind < offset:
            return self._sorted(query, name, size + min(behind, 0), max(behind, 0), down=not down)[::-1]
        return self._sorted(query, name, size, offset, down=down)

    def _from_milestone(self, node: Node, query: tantivy.Query, name: str, size: int, offset: int) -> list[int]:
        """Upwards. What a histogram rounded is put right by counting."""
        engine = self._engine
        found = self._known(("milestones", node, name), lambda: milestones(engine, query, name))
        at, guess = offset, begin(found, offset)
        while (below := engine.counted(query.and_must_match(below_of(engine, name, guess)))) > offset and at > 0:
            at -= NEAR
            guess = begin(found, at) if at > 0 else 0
        return self._sorted(query.and_must_match(at_least(engine, name, guess)), name, size, offset - below, down=False)

    def _sorted(self, query: tantivy.Query, name: str, size: int, offset: int, *, down: bool) -> list[int]:
        import tantivy

        if size < 1:
            return []
        order = tantivy.Order.Desc if down else tantivy.Order.Asc
        hits = self._engine.searcher.search(
            query, size, count=False, order_by_field=name, offset=offset, order=order
        ).hits
        if name == ROW:
            return [int(value) for value, _ in hits]
        if name in ORDERS:
            return [int(value) & ((1 << ROW_BITS) - 1) for value, _ in hits]
        return self._numbers([place for _, place in hits])

    def _by_value(self, node: Node, field: Field, size: int, total: int, offset: int, *, down: bool) -> list[int]:
        """By a tag, or a label's score: value after value, each as often as it is there."""
        terms = {"field": values_of(field), "size": _SORTED_VALUES, "segment_size": _SORTED_VALUES}
        found = self._engine.searcher.aggregate(self._engine.query(node), {"values": {"terms": terms}})["values"]
        counts = {text_of(field, one["key"]): int(one["doc_count"]) for one in found["buckets"]}
        if found["sum_other_doc_count"] and field.kind is Kind.STRING and not field.name.startswith(EXACT):
            return self._sorted(self._engine.query(node), field.name, size, offset, down=down)
        if found["sum_other_doc_count"]:
            raise QueryError(f"{field.name} has over {_SORTED_VALUES:,} values: narrow the search to sort by it")
        if sum(counts.values()) != total:
            raise QueryError(f"{field.name} has several values in some rows: it cannot be sorted by")
        rows: list[int] = []
        for value in sorted(counts, key=lambda text: (_order(text), text), reverse=down):
            if offset >= counts[value]:
                offset -= counts[value]
                continue
            query = self._engine.query(Every((node, OneOf(field.name, (value,)))))
            rows += self._sorted(query, ROW, min(size - len(rows), counts[value] - offset), offset, down=False)
            offset = 0
            if len(rows) >= size:
                break
        return rows

    def _numbers(self, places: Sequence[Any]) -> list[int]:
        if not places:
            return []
        return [int(value or 0) for value in self._engine.searcher.fast_field_values(ROW, [*places])]


def _order(text: str) -> tuple[int, float, str]:
    """Numbers by their size, before words."""
    number = text.strip().partition(" ")[0]
    try:
        return 0, float(number), text.casefold()
    except ValueError:
        return 1, 0.0, text.casefold()


def _offset(cursor: str, state: str) -> int:
    was, dot, number = cursor.rpartition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > 12:
        raise QueryError("the cursor is none that was given here")
    if was != state:
        raise QueryError("the index was replaced since the last page: begin again")
    return int(number)
