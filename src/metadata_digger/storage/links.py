"""input.links: what becomes of symbolic links in the input. What an entry of input.paths itself names is not meant.

`follow`: they are followed; what lies outside the entry that they are in has a note in its row. `inside`: only those
that stay in it. `skip`: none.
"""

from __future__ import annotations

import os

from metadata_digger.storage.urls import url_of

FOLLOW, INSIDE, SKIP = POLICIES = ("follow", "inside", "skip")

LEAVES = "symbolic link out of the input (input.links=inside)"
SKIPPED = "symbolic link (input.links=skip)"
NOTE = "symbolic link out of the input"


def refusal(policy: str, path: str, home: str) -> str:
    """Why a symbolic link is not followed, "" when it is. `home`: the real path of the entry."""
    if policy == SKIP:
        return SKIPPED
    if policy == INSIDE and not lies_in(os.path.realpath(path), home):
        return LEAVES
    return ""


def note(real: str, home: str) -> str:
    """For the row of a file, "" when it lies where it seems to."""
    return "" if lies_in(real, home) else f"{NOTE}: it is {url_of(real)}"


def lies_in(real: str, home: str) -> bool:
    return real == home or real.startswith(home.rstrip("/") + "/")
