"""The query language: Solr's grammar (Query, Clause, Term, addClause of its QueryParser.jj and SolrQueryParserBase), by
hand. What a query means is a tree; a fault has its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from metadata_digger.errors import QueryError
from metadata_digger.query import terms
from metadata_digger.query.fields import Field
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.lexer import Token, has_wildcard, plain, tokens
from metadata_digger.query.local_params import local
from metadata_digger.query.tree import Every, Everything, Marked, Node, Not, Some

CLAUSES, DEPTH, LONGEST = 1_000, 40, 10_000
MARK = "mark"
_MIXED = "AND and OR stand in one group: what stands at an AND is required, the rest is not; brackets say what is meant"
_TAKEN = "NOT behind OR takes away, it adds nothing: a OR (NOT b), with brackets, finds all that lacks b too"
_ANYWHERE = Field("", terms.ANYWHERE, "Any tag")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`notes`: for people, of what can be meant otherwise."""

    node: Node
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The fields that a collection has. `has`: whether there is one of this name; `all`: those to propose."""

    has: Callable[[str], bool] = lambda name: True
    all: Callable[[], Collection[str]] = tuple


def parse(text: str, names: Names | None = None, now: datetime | None = None) -> Parsed:
    """`now`: of NOW. An empty text is everything. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"a query of {len(text):,} characters: {LONGEST:,} are the most", LONGEST, len(text) - LONGEST)
    if not text.strip():
        return Parsed(Everything())
    now = now or datetime.now(UTC)
    reader = _Reader([], names or Names(), now, len(text))
    if text.lstrip().startswith("{!"):
        return Parsed(local(text, lambda name, at: reader.known(name, at)))
    reader.tokens = [*tokens(text)]
    node = reader.group(_ANYWHERE, 0)
    if reader.place < len(reader.tokens):
        token = reader.tokens[reader.place]
        raise QueryError("a closing bracket without an opening one", token.at, 1)
    return Parsed(node, tuple(dict.fromkeys(reader.notes)))


@dataclass(slots=True)
class _Clause:
    node: Node
    required: bool
    prohibited: bool


@dataclass(slots=True)
class _Reader:
    tokens: Sequence[Token]
    names: Names
    now: datetime
    length: int
    place: int = 0
    clauses: int = 0
    notes: list[str] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def next(self) -> Token:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def group(self, where: Field, depth: int) -> Node:
        """Query of the grammar: clauses up to a closing bracket or the end."""
        found: list[_Clause] = []
        ands = ors = 0
        while (token := self.peek()) is not None and token.kind != "close":
            conjunction = ""
            if token.kind in ("and", "or"):
                if not found:
                    raise QueryError(f"{token.text} with nothing before it", token.at, len(token.text))
                conjunction = self.next().kind
                ands, ors = ands + (conjunction == "and"), ors + (conjunction == "or")
                self._operand(token)
            modifier = ""
            if (sign := self.peek()) is not None and sign.kind in ("plus", "minus", "not"):
                modifier = self.next().kind
                self._operand(sign)
            node = self.clause(where, depth)
            if conjunction == "and" and not found[-1].prohibited:
                found[-1].required = True
            prohibited = modifier in ("minus", "not")
            if conjunction == "or" and prohibited:
                self.notes.append(_TAKEN)
            found.append(_Clause(node, modifier == "plus" or (conjunction == "and" and not prohibited), prohibited))
        if ands and ors:
            self.notes.append(_MIXED)
        return _together(found)

    def _operand(self, sign: Token) -> None:
        token = self.peek()
        if token is None or token.kind in ("close", "and", "or"):
            raise QueryError(f"{sign.text} with nothing behind it", sign.at, len(sign.text))

    def clause(self, where: Field, depth: int) -> Node:
        self.clauses += 1
        token = self.next()
        if self.clauses > CLAUSES:
            raise QueryError(f"more than {CLAUSES:,} clauses", token.at, len(token.text))
        behind = self.peek()
        if token.kind == "term" and behind is not None and behind.kind == "colon":
            name = plain(token.text)
            if name == "*" and (after := self.peek(1)) is not None and after.text == "*":
                self.place += 2
                self._ignore_boost()
                return Everything()
            self.next()
            if (value := self.peek()) is None or value.kind in ("close", "and", "or", "colon"):
                raise QueryError(f"{name}: with nothing behind it", token.at, behind.end - token.at)
            if name == MARK:
                return self._marked()
            where, token = self.known(name, token.at), self.next()
        match token.kind:
            case "open":
                return self._bracketed(where, token, depth)
            case "range":
                node = terms.range_of(where, token.text, token.at, self.now)
            case "quoted":
                slop = self._near(whole=True)
                node = terms.quoted(where, plain(token.text[1:-1]), token.at, len(token.text), slop or 0, self.now)
            case "regex":
                node = terms.regex(where, token.text[1:-1].replace("\\/", "/"), token.at, len(token.text))
            case "term":
                node = self._term(where, token)
            case "minus" if where is not _ANYWHERE and (number := self.peek()) is not None and number.kind == "term":
                node = terms.value(where, f"-{plain(self.next().text)}", token.at, number.end - token.at, self.now)
            case _:
                raise QueryError(f"{token.text} does not belong here", token.at, len(token.text))
        self._ignore_boost()
        return node

    def known(self, name: str, at: int) -> Field:
        found = field_of(name)
        if found is not None and self.names.has(name):
            return found
        near = terms.nearest(name, self.names.all())
        words = f"; did you mean {' or '.join(near)}?" if near else ""
        raise QueryError(f"there is no field {name}{words}", at, len(name))

    def _bracketed(self, where: Field, token: Token, depth: int) -> Node:
        if depth >= DEPTH:
            raise QueryError(f"more than {DEPTH} brackets in each other", token.at, 1)
        node = self.group(where, depth + 1)
        if (close := self.peek()) is None:
            raise QueryError("a bracket that is not closed", token.at, 1)
        self.next()
        if close.at and self.tokens[self.place - 2] is token:
            raise QueryError("brackets with nothing in them", token.at, close.end - token.at)
        self._ignore_boost()
        return node

    def _term(self, where: Field, token: Token) -> Node:
        text, length = token.text, len(token.text)
        if (distance := self._near(whole=False)) is not None:
            return terms.near(where, plain(text), distance, token.at, length)
        if has_wildcard(text):
            return terms.glob(where, text, token.at, length)
        return terms.value(where, plain(text), token.at, length, self.now)

    def _marked(self) -> Node:
        token = self.next()
        if token.kind not in ("term", "quoted"):
            raise QueryError("a mark is named by its number or its title: mark:1", token.at, len(token.text))
        return Marked(plain(token.text[1:-1] if token.kind == "quoted" else token.text))

    def _near(self, *, whole: bool) -> int | None:
        """The number behind a ~, if there is one: of moves in a phrase, or of edits of a word."""
        token, before = self.peek(), self.tokens[self.place - 1]
        if token is None or token.kind != "near" or token.at != before.end:
            return None
        self.next()
        number = token.text[1:]
        if not number:
            return 0 if whole else 2
        if "." in number or int(number[:9]) > (1_000 if whole else 2):
            most = "1,000 moves" if whole else "2 edits"
            raise QueryError(f"{token.text}: whole numbers, {most} at most", token.at, len(token.text))
        return int(number)

    def _ignore_boost(self) -> None:
        """How much a clause weighs is no matter where rows are counted and sorted by their fields."""
        if (token := self.peek()) is not None and token.kind == "boost":
            self.next()


def _together(clauses: Sequence[_Clause]) -> Node:
    """Of clauses of which some are required the others need not hold; without any, one of them has to."""
    required = [clause.node for clause in clauses if clause.required and not clause.prohibited]
    optional = [clause.node for clause in clauses if not clause.required and not clause.prohibited]
    denied: list[Node] = [Not(clause.node) for clause in clauses if clause.prohibited]
    if not required and optional:
        required = optional if len(optional) == 1 else [Some(tuple(optional))]
    parts = (*required, *denied)
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else Every(parts)
