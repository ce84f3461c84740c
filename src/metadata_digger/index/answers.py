"""Answers that were given already: a page asks for the same counts again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 2_000  # answers; one of 20 values has some 3 KB


class Answers:
    """The last ones, by their question."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, question: Hashable, find: Callable[[], T]) -> T:
        with self._lock:
            if question in self._found:
                self._found.move_to_end(question)
                known: T = self._found[question]
                return known
        answer = find()
        with self._lock:
            self._found[question] = answer
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return answer
