"""Damaged files: nothing but MetadataError leaves the extractor, and none costs more than its share.

2,000 seeded mutants of the project's own files and, where they are at hand, of the public samples; and the samples that
other people's fuzzers made. Descriptions are asked for too, since most of the work is in them.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import FORMATS

from .build_files import FILES, notes, tiff_of_shapes
from .hostile import BYTES, check, read_whole

JUDGE = Path(__file__).parents[2] / "../shared/conformance"
SEED = 20_250_501
COUNT = 2000
LARGEST = 8 << 20  # bytes of a sample that is mutated; copies of the larger ones would take most of the time


def mutant(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """One damaged copy: bits turned, the end cut off, a block of itself or of another file put over or between."""
    out = bytearray(data)
    kind = rng.choice(("bits", "numbers", "cut", "over", "between", "all"))
    # Most of what is read lies in front; half of the damage goes there.
    reach = len(out) if rng.random() < 0.5 else min(len(out), 4096)
    if kind in ("bits", "all"):
        for _ in range(rng.choice((1, 4, 16, 64))):
            out[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    if kind in ("numbers", "all"):
        for _ in range(rng.choice((1, 4))):
            at = rng.randrange(reach)
            number = rng.choice(
                (b"\0\0", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1")
            )
            out[at : at + len(number)] = number
    if kind in ("over", "between", "all"):
        source = rng.choice((data, other))
        start = rng.randrange(len(source))
        block = source[start : start + rng.choice((4, 64, 1024, 16_384))]
        at = rng.randrange(reach)
        out[at : at if kind == "between" else at + len(block)] = block
    if kind in ("cut", "all"):
        del out[rng.randrange(1, len(out) + 1) :]
    return bytes(out)


def mutants(files: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
    for number in range(count):
        yield mutant(rng, files[number % len(files)], rng.choice(files))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The folder of the public samples, None without them."""
    named = os.environ.get("CONFORMANCE_SAMPLES")
    if named:
        return Path(named) / "dev"
    if not JUDGE.exists():
        return None
    folder = tmp_path_factory.mktemp("conformance")
    subprocess.run(["sh", JUDGE / "unpack.sh", folder], check=True)
    return folder / "dev"


def of(samples: Path, folder: str = "") -> list[Path]:
    files = (path for path in (samples / folder).rglob("*") if path.is_file())
    return sorted(path for path in files if "metadata" not in path.relative_to(samples).parts)


def peak() -> int:
    """The most memory that this process has had, in bytes; on Linux, since this was asked last."""
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not reset.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    reset.write_text("5")
    return int(found.split()[1]) * 1024


def check_all(files: Iterable[tuple[str, bytes | Path]]) -> None:
    """Time and memory of every file; those of every twentieth counted by the byte, which takes eight times as long."""
    timed, most = [], 0
    peak()
    before = peak()
    for number, (name, data) in enumerate(files):
        timed.append((check(name, data), name))
        if number % 20 == 0:
            tracemalloc.start()
            read_whole(data)
            taken = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert taken < BYTES, f"{name} took {taken >> 20} MiB"
            most = max(most, taken)
    grown = peak() - before
    assert grown < BYTES, f"all files together took {grown >> 20} MiB"
    seconds, slowest = max(timed)
    print(f"\n{len(timed)} files: at most {seconds:.3f} s ({slowest}) and {max(most, grown) / (1 << 20):.1f} MiB")


def test_mutants(samples: Path | None) -> None:
    """Of every file by turns; a mutant is named by its number and made again by `mutants` with the same seed."""
    files = list(FILES.values())
    if samples is not None:
        rng = random.Random(SEED)  # noqa: S311  # see mutants
        paths = [path for path in of(samples) if 0 < path.stat().st_size <= LARGEST]
        files += [path.read_bytes() for path in rng.sample(paths, min(400, len(paths)))]
    random.Random(SEED).shuffle(files)  # noqa: S311  # see mutants
    check_all((f"mutant {number}", data) for number, data in enumerate(mutants(files, COUNT, SEED)))


def test_fuzzed_samples(samples: Path | None) -> None:
    """Files that made other extractors fail, all of them."""
    if samples is None:
        pytest.skip("the conformance samples (../shared) are not here")
    paths = of(samples, "fuzzing")
    assert len(paths) > 800
    check_all((path.name, path) for path in paths)


@pytest.mark.parametrize("turn", range(19))
def test_every_tag_with_every_type(turn: int) -> None:
    """Every tag that has a name in Exif or in a maker's note, with a value of every shape and in both byte orders."""
    for order in "<>":
        check(f"turn {turn}", tiff_of_shapes(turn, order))
    for name, data in notes(turn):
        check(f"{name}, turn {turn}", data)


def test_every_format_has_a_file() -> None:
    assert {name.partition("-")[0] for name in FILES} == {form.module for form in FORMATS}
    for name, data in FILES.items():
        assert len(read_metadata(data)) > 1, name
