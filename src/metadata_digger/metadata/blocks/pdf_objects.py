"""Objects of PDF (ISO 32000-2, 7.3): bytes to numbers, texts, names, lists and dictionaries. Nothing is run."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from metadata_digger.metadata.errors import Malformed, Truncated

DEPTH = 32  # lists and dictionaries in one another
_MEMBERS = 20_000  # of one object with all that is in it
_BLANK = re.compile(rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*")
_TOKEN = re.compile(
    rb"(?P<dictionary><<)|(?P<end>>>|\])|(?P<list>\[)|/(?P<name>[^\0\t\n\f\r ()<>\[\]{}/%]*)|(?P<text>\()"
    rb"|<(?P<digits>[0-9A-Fa-f\0\t\n\f\r ]*)>|(?P<number>[+-]{0,2}(?:\d{1,20}\.?\d{0,20}|\.\d{1,20}))"
    rb"|(?P<word>[^\0\t\n\f\r ()<>\[\]{}/%]+)"
)
_REFERENCE = re.compile(rb"(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_SPECIAL = re.compile(rb"[()\\]")
_BACKSLASHED = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("b"): b"\b", ord("f"): b"\f"}
_WORDS = {b"true": True, b"false": False, b"null": None}


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


class Reference(NamedTuple):
    number: int
    generation: int


class Word(str):
    """An operator, such as endobj or stream: none of the objects."""

    __slots__ = ()


# A string: | of quoted names is no type before Python 3.14.
Object: TypeAlias = "bool | int | float | bytes | Name | Word | Reference | list[Object] | dict[str, Object] | None"


def parse(data: bytes, start: int = 0) -> tuple[Object, int]:
    """The object that begins there, and where it ends.

    Raises Truncated where the data ends before the object does, Malformed where there is none, or it nests too deep.
    """
    parser = _Parser(data, start)
    return parser.value(0), parser.at


class _Parser:
    __slots__ = ("at", "data", "members")

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.members = 0

    def token(self) -> re.Match[bytes]:
        blank = _BLANK.match(self.data, self.at)
        start = blank.end() if blank else self.at
        found = _TOKEN.match(self.data, start)
        if found is None:
            if start >= len(self.data) - 1:
                raise Truncated("The object is not whole")
            raise Malformed(f"No object at {self.data[start : start + 16]!r}")
        self.at = found.end()
        return found

    def value(self, depth: int) -> Object:
        self.members += 1
        if depth > DEPTH or self.members > _MEMBERS:
            raise Malformed("The object nests too deep or has too many members")
        return self.of(self.token(), depth)

    def of(self, token: re.Match[bytes], depth: int) -> Object:
        kind = token.lastgroup
        if kind == "number":
            return self.number(token)
        if kind == "name":
            return _name(token["name"])
        if kind == "text":
            return self.text()
        if kind == "digits":
            return _from_digits(token["digits"])
        if kind == "list":
            return self.members_until(b"]", depth)
        if kind == "dictionary":
            return self.dictionary(depth)
        word = token[0]
        return _WORDS[word] if word in _WORDS else Word(word.decode("latin-1"))

    def number(self, token: re.Match[bytes]) -> Object:
        if token[0].isdigit() and (found := _REFERENCE.match(self.data, token.start())) is not None:
            self.at = found.end()
            return Reference(int(found[1]), int(found[2]))
        digits = token[0].lstrip(b"+-") or b"0"
        sign = -1 if token[0].startswith(b"-") else 1
        return sign * (float(digits) if b"." in digits else int(digits))

    def members_until(self, end: bytes, depth: int) -> list[Object]:
        found: list[Object] = []
        while True:
            self.members += 1
            if depth >= DEPTH or self.members > _MEMBERS:
                raise Malformed("The object nests too deep or has too many members")
            token = self.token()
            if token[0] == end:
                return found
            if token.lastgroup == "end":
                continue  # one that closes what was not opened
            found.append(self.of(token, depth + 1))

    def dictionary(self, depth: int) -> dict[str, Object]:
        members = self.members_until(b">>", depth)
        found: dict[str, Object] = {}
        at = 0
        while at + 1 < len(members):
            key = members[at]
            if isinstance(key, Name):
                found[key] = members[at + 1]
                at += 2
            else:
                at += 1  # a value without a key
        return found

    def text(self) -> bytes:
        """A literal string (7.3.4.2): parentheses in pairs are of it."""
        parts: list[bytes] = []
        depth = 1
        while True:
            found = _SPECIAL.search(self.data, self.at)
            if found is None:
                raise Truncated("The text is not whole")
            parts.append(self.data[self.at : found.start()])
            self.at = found.end()
            if found[0] == b"\\":
                parts.append(self.escaped())
                continue
            depth += 1 if found[0] == b"(" else -1
            if not depth:
                return b"".join(parts)
            parts.append(found[0])

    def escaped(self) -> bytes:
        following = self.data[self.at : self.at + 3]
        if following[:2] == b"\r\n":
            self.at += 2
            return b""
        octal = re.match(rb"[0-7]{1,3}", following)
        if octal is not None:
            self.at += octal.end()
            return bytes((int(octal[0], 8) & 0xFF,))
        self.at += 1
        if following[:1] in (b"\r", b"\n"):
            return b""
        return _BACKSLASHED.get(following[0], following[:1]) if following else b""


def _name(written: bytes) -> Name:
    plain = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), written)
    return Name(plain.decode("utf-8", "backslashreplace"))


def _from_digits(digits: bytes) -> bytes:
    digits = digits.translate(None, b"\0\t\n\f\r ")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
