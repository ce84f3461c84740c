"""A task of the extraction is a slice of the listing. Its files are in a key file of its own, so that neither the task
nor the driver holds any; what comes back is under 1 KB."""

from __future__ import annotations

import json
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from metadata_digger.run.counts import Summary
from metadata_digger.run.stage.listing import Listing
from metadata_digger.run.stage.parts import Stretch, name_of, stretch_of
from metadata_digger.run.tasks import Extract
from metadata_digger.schema import OK
from metadata_digger.storage.model import Entry, Found, found_of
from metadata_digger.storage.remote.place import Folder

# A minute's work or so: a lost one costs that, and what a task costs in itself (70 to 120 ms) is nothing in it.
FILES = 8_000
PICTURES = 1_000  # where they are decoded
LEAST = 64
BYTES = 8 << 30
PER_CORE = 4  # slices: the last one is late by a quarter of a core's share at most
# A part: what is lost when an executor is. Eight a slice, four where pictures are decoded.
BATCH = 1_000
BATCH_OF_PICTURES = 250
STEP = 64  # files taken between two looks at their bytes

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

Run: TypeAlias = tuple[int, list[Found]]  # where it begins in the listing, and its files


def files_of(listing: Listing, cores: int, partitions: int, pictures: bool) -> int:
    """Files of a slice. `partitions`: input.partitions."""
    if partitions > 0:
        return max(-(-listing.left // partitions), 1)
    most = PICTURES if pictures else FILES
    return max(min(most, -(-listing.left // (PER_CORE * cores))), LEAST)


def slices(listing: Listing, files: int, most: float = BYTES) -> Iterator[list[Run]]:
    """Of all that is left; of fewer files than asked for where they have more bytes than `most`."""
    while listing.left:
        runs: list[Run] = []
        count = size = 0
        while listing.left and count < files and size < most:
            stretch, found = listing.take(min(STEP, files - count))
            if runs and runs[-1][0] + len(runs[-1][1]) == stretch.start:
                runs[-1][1].extend(found)
            else:  # what is between the two is done
                runs.append((stretch.start, found))
            count += len(found)
            size += sum(one.size for one in found if isinstance(one, Entry))
        yield runs


def path_of(keys: Folder, number: int) -> Folder:
    return keys / f"{number:06d}.json"


def write(keys: Folder, number: int, runs: Sequence[Run]) -> None:
    """Raises OSError."""
    path_of(keys, number).write_bytes(_encode(runs).encode())


def batches(keys: Folder, number: int, size: int) -> Iterator[Extract]:
    """What each part of a slice is made of. Raises OSError."""
    for start, rows in json.loads(path_of(keys, number).read_bytes()):
        for at in range(0, len(rows), size):
            found = [found_of(fields) for fields in rows[at : at + size]]
            yield Extract(name_of(Stretch(start + at, len(found))), found)


class Told(NamedTuple):
    """What a slice's task tells."""

    statuses: dict[str, int]
    parts: bytes  # packed
    seconds: float


@dataclass(slots=True)
class Made:
    """What is made of a slice: counts, and the parts."""

    statuses: Counter[str] = field(default_factory=Counter)
    parts: list[tuple[Stretch, int]] = field(default_factory=list)  # and the rows of each that are ok

    def add(self, summary: Summary) -> None:
        self.statuses.update(summary.statuses)
        if (stretch := stretch_of(summary.part)) is not None:
            self.parts.append((stretch, summary.statuses[OK]))

    def told(self, seconds: float) -> Told:
        return Told(dict(self.statuses), packed(self.parts), seconds)


def packed(parts: Sequence[tuple[Stretch, int]]) -> bytes:
    """Under 200 bytes for a thousand parts of a file each: their differences are alike."""
    numbers = array("q")
    behind = 0
    for stretch, rows in sorted(parts):
        numbers.extend((stretch.start - behind, stretch.files, stretch.files - rows))
        behind = stretch.stop
    return zlib.compress(numbers.tobytes(), 9)


def unpacked(parts: bytes) -> Iterator[tuple[str, int]]:
    """Name and rows that are ok of each."""
    numbers = array("q", zlib.decompress(parts))
    start = 0
    for at in range(0, len(numbers), 3):
        gap, files, left_out = numbers[at : at + 3]
        yield name_of(Stretch(start + gap, files)), files - left_out
        start += gap + files
