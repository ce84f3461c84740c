"""How long one goes on trying."""

from __future__ import annotations

import random
import time

from metadata_digger.solr.errors import Failed, Passing

PATIENCE = 180.0  # seconds for one request with all its tries: a node that comes back, shards that elect a leader
AT_FIRST = 5.0  # seconds while nothing has ever answered: then the place is wrong, more often than not
PAUSES = (0.1, 5.0)  # seconds before the second try, and at most; doubled in between
FAILURES = 4  # when Solr calls it a mistake of its own: a passing one, or one that this request will always meet


class Tries:
    """Of one request. `long`: it may take longer than the patience and then fail, so patience begins there."""

    def __init__(self, patience: float, *, long: bool = False) -> None:
        self._patience = patience
        self._end = None if long else time.monotonic() + patience
        self._pause, self._most = PAUSES
        self._failures = 0

    def again(self, fault: Passing) -> None:
        """Waits before the next try; raises the fault where there should be none."""
        if isinstance(fault, Failed):
            self._failures += 1
            if self._failures == FAILURES:
                raise fault.final from fault
        now = time.monotonic()
        if self._end is None:
            self._end = now + self._patience
        if now + self._pause > self._end:
            raise fault
        # Not all workers at the same moment.
        time.sleep(random.uniform(self._pause / 2, self._pause))  # noqa: S311
        self._pause = min(2 * self._pause, self._most)
