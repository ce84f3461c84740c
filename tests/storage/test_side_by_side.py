"""A listing side by side is that of its client: in order, whole, in little memory, and its threads end."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from in_memory import Bucket, Folders, item
from metadata_digger.errors import StorageError
from metadata_digger.storage.remote import ahead, parts, side_by_side
from metadata_digger.storage.remote.ahead import Ahead
from metadata_digger.storage.remote.client import Client, Item
from metadata_digger.storage.remote.columns import batch_of, before, items_of
from metadata_digger.storage.remote.side_by_side import below

NAMES = st.sampled_from(["a", "b", "a-", "a0", "a b", "é", "😀", "Z", "c", ""])
KEYS = st.sets(
    st.builds("/".join, st.lists(NAMES, min_size=1, max_size=4)).filter(lambda key: key and not key.endswith("/")),
    max_size=60,
)
FOLDERS = st.sampled_from(["", "a/", "b/a/", "é/", "none/"])


@pytest.fixture(autouse=True)
def threads_end() -> Iterator[None]:
    yield
    assert not [one for one in threading.enumerate() if one.name.startswith("listing")]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of four, so that little is much."""
    make_tiny(monkeypatch)


def make_tiny(patch: pytest.MonkeyPatch) -> None:
    for module in (parts, side_by_side):
        patch.setattr(module, "PAGE", 4)
    for name, value in {"FEW": 6, "MANY": 20}.items():
        patch.setattr(side_by_side, name, value)
    patch.setattr(ahead, "ROWS", 5)


def client_of(kind: str, keys: set[str], broken: set[str] | frozenset[str] = frozenset()) -> Client:
    if kind == "bucket":
        return Bucket(keys, page=3, broken=broken)  # type: ignore[return-value]  # of a client it has what lists
    return Folders(keys, files_first=kind == "files first", broken=broken)  # type: ignore[return-value]


KINDS = ("bucket", "folders", "files first")


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=50)
@given(keys=KEYS, folder=FOLDERS, threads=st.integers(1, 8))
def test_order(kind: str, keys: set[str], folder: str, threads: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        make_tiny(patch)
        client = client_of(kind, keys)
        expected = list(client.below(folder))
        assert list(below(client, folder, threads)) == expected


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=50)
@given(data=st.data(), keys=KEYS.filter(bool), threads=st.integers(1, 8))
def test_the_first_error_comes_behind_all_before_it(
    kind: str, data: st.DataObject, keys: set[str], threads: int
) -> None:
    broken = data.draw(st.sets(st.sampled_from(sorted(keys)), min_size=1, max_size=3))
    with pytest.MonkeyPatch.context() as patch:
        make_tiny(patch)
        expected = [one.key for one in client_of(kind, keys).below("")]
        first = next(key for key in expected if key in broken)
        found: list[str] = []
        with pytest.raises(StorageError) as error:
            found.extend(one.key for one in below(client_of(kind, keys, broken), "", threads))
        assert str(error.value) == f"{first} is broken"
        assert found == expected[: len(found)]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_before_an_error_is_lost(tiny: None, kind: str) -> None:
    keys = {f"{a}/{b}/{c:02}" for a in "abcdef" for b in "xyz" for c in range(10)}
    found = []
    with pytest.raises(StorageError, match="d/y/05 is broken"):
        for one in below(client_of(kind, keys, {"d/y/05", "e/x/00"}), ""):
            found.append(one.key)
    assert found == sorted(keys)[: sorted(keys).index("d/y/05")]


class Closed(Folders):
    """Some folders are not for everyone."""

    closed: frozenset[str] = frozenset()
    status = "denied"

    def inside(self, folder: str) -> Iterator[Item | str]:
        if folder in self.closed:
            raise StorageError(f"{folder} is closed", self.status)
        yield from super().inside(folder)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), keys=KEYS.filter(bool), threads=st.integers(1, 8))
def test_a_folder_that_cannot_be_listed_is_told_in_its_place(data: st.DataObject, keys: set[str], threads: int) -> None:
    folders = sorted({key[: at + 1] for key in keys for at, sign in enumerate(key) if sign == "/"})
    client = Closed(keys)
    client.closed = frozenset(data.draw(st.sets(st.sampled_from(folders), max_size=4)) if folders else ())

    def expected(folder: str) -> Iterator[str]:
        for entry in Folders(keys).inside(folder):
            if not isinstance(entry, str):
                yield entry.key
            elif entry in client.closed:
                yield f"{entry} is closed"
            else:
                yield from expected(entry)

    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        make_tiny(patch)
        for one in below(client, "", threads, lambda _, error: found.append(str(error))):  # type: ignore[arg-type]
            found.append(one.key)
    assert found == list(expected(""))


def test_what_ends_a_listing_all_the_same() -> None:
    keys = [f"{a}/{b}" for a in range(9) for b in range(9)]
    for closed, status in (("", "denied"), ("3/", "timed_out")):
        client = Closed(keys)
        client.closed, client.status = frozenset({closed}), status
        with pytest.raises(StorageError, match=f"^{closed} is closed"):
            list(below(client, "", lost=lambda *_: None))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_consumer_that_leaves(tiny: None, kind: str) -> None:
    keys = {f"{a:03}/{b}" for a in range(200) for b in range(10)}
    with closing(below(client_of(kind, keys), "")) as coming:  # type: ignore[type-var]
        assert [one.key for one in islice(coming, 3)] == ["000/0", "000/1", "000/2"]


class Slow(Bucket):
    """A page takes its time."""

    def pages(self, folder: str, after: str = "", stop: str = "") -> Iterator[object]:  # type: ignore[override]
        for page in super().pages(folder, after, stop):
            time.sleep(0.01)
            yield page


@pytest.mark.parametrize(
    "keys",
    [
        [f"{a:02}/{b:05}" for a in range(40) for b in range(500)],
        [f"in/{a:02}/{b:05}" for a in range(40) for b in range(500)],
        [f"in/{a}/{b:02}/{c:05}" for a in range(3) for b in range(20) for c in range(400)],
        [*(f"a/{a:02}" for a in range(20)), *(f"z/{a:02}/{b:05}" for a in range(40) for b in range(500))],
    ],
    ids=["many at the top", "one at the top", "three at the top", "the last is the large one"],
)
def test_many_at_once(keys: list[str]) -> None:
    client = Slow(keys, page=100)
    parts.PAGE, before = 100, parts.PAGE
    side_by_side.PAGE = 100
    try:
        begin = time.monotonic()
        assert [one.key for one in below(client, "")] == keys  # type: ignore[arg-type]
        took = time.monotonic() - begin
    finally:
        parts.PAGE = side_by_side.PAGE = before
    assert client.most > 20
    assert took < len(keys) / 100 * 0.01 / 4, "a quarter of what one after the other takes"


def test_small_folders_are_not_a_request_each() -> None:
    keys = [f"{number:05}/{name}" for number in range(20_000) for name in "ab"]
    client = Bucket(keys)
    assert [one.key for one in below(client, "")] == keys  # type: ignore[arg-type]
    assert len(client.asked) < 600, "40 pages is the least"


def test_a_flat_folder_is_listed_once() -> None:
    keys = [f"in/{number:06}" for number in range(20_000)]
    client = Bucket(keys)
    assert [one.key for one in below(client, "in/")] == keys  # type: ignore[arg-type]
    assert client.asked == ["in/"]


class Endless(Folders):
    """A bucket of a million folders."""

    told = 0

    def inside(self, folder: str) -> Iterator[Item | str]:
        if folder:
            yield item(f"{folder}x")
            return
        for self.told in range(1, 1_000_000):
            yield f"{self.told:07}/"


def test_folders_are_asked_for_as_they_are_needed() -> None:
    client = Endless([])
    with closing(below(client, "")) as coming:  # type: ignore[arg-type, type-var]
        found = [one.key for one in islice(coming, 5_000)]
    assert found == [f"{number:07}/x" for number in range(1, 5_001)]
    assert client.told < 200_000


def test_what_waits_lies_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "ROWS", 10)
    waiting = Ahead()
    batches = [batch_of([item(f"{n}/{m}") for m in range(4)]) for n in range(20)]
    for batch in batches[:15]:
        waiting.put(batch)
    assert [waiting.take() for _ in range(10)] == batches[:10]
    for batch in batches[15:]:
        waiting.put(batch)
    assert [waiting.take() for _ in range(10)] == batches[10:]
    assert not waiting
    waiting.close()


def test_no_room_on_the_disk(tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    keys = {f"{a:02}/{b:02}" for a in range(40) for b in range(30)}
    with pytest.raises(StorageError, match="let TMPDIR name a directory with more room"):
        list(below(client_of("bucket", keys), ""))


def test_columns() -> None:
    items = [Item("a", 1, None, ""), Item("b/c", 2**40, 1.25, '"x"')]
    assert list(items_of(batch_of(items))) == items
    assert list(items_of(batch_of([]))) == []
    batch = batch_of(items)
    assert [before(batch, stop).num_rows for stop in ("", "a", "b", "b/c", "b/d")] == [2, 0, 1, 1, 2]
