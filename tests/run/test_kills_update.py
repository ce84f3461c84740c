"""Updates killed at random moments: the old output is whole until the new one is there, and that is a fresh run's."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from test_kills import Form, Wanted, ends, found, killed, source, start, timed
from test_local import contents, files

from metadata_digger.storage import Entry, LocalStorage
from metadata_digger.storage.local import LocalFile

__all__ = ["source"]  # a fixture

KILLS = 10
FORMS = (Form("csv", 1, "time"), Form("json,index", 3, "hash"), Form("index", 1, "time"))

SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
from acting_steps import ActingStep
from metadata_digger.run.job import Job
from metadata_digger.run.engines.local import run
from forms import sinks_of
from metadata_digger.steps.hash import HashStep
from test_kills_update import Slow

if __name__ == "__main__":
    input, output, form, number, update = sys.argv[1:]
    steps = (ActingStep(), HashStep(("crc32",)))
    job = Job(Slow(), (input,), steps, sinks_of(form), Path(output), files_number=int(number), cores=2)
    try:
        run(replace(job, update=update, resume=True))
    except KeyboardInterrupt:
        sys.exit(130)
"""


class Slow(LocalStorage):
    """Of small files a comparison by hash would be over before it is killed."""

    def open(self, one: Entry) -> LocalFile:
        time.sleep(0.003)
        return super().open(one)


@pytest.mark.slow
def test_updates_killed_at_random_moments_keep_the_old_output_until_the_new_one_is_there(
    tmp_path: Path, source: Path
) -> None:
    chance = random.Random(8)  # noqa: S311
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def made(name: str, form: Form) -> Path:
        output = tmp_path / name / "out"
        assert start(script, source, output, form).wait(60) == 0
        return output

    before = {form: made(f"before {form.sink}", form) for form in FORMS}
    for number in range(0, 300, 20):
        (source / f"{number % 7}" / f"{number:04d}.jpg").write_bytes(b"<another>")
        (source / f"{(number + 1) % 7}" / f"{number + 1:04d}.jpg").unlink()
    files(source, *(f"new/slow-{number:02d}.jpg" for number in range(30)), *(f"{number}.jpg" for number in range(30)))
    wanted = {form: found(made(f"fresh {form.sink}", form)) for form in FORMS}
    old = {form: found(output) for form, output in before.items()}
    spans: dict[Form, dict[str, float]] = {}
    for form in FORMS:
        output = tmp_path / f"unbroken {form.sink}" / "out"
        shutil.copytree(before[form], output)
        spans[form] = timed(script, source, output, form)
        assert found(output) == wanted[form]
    hits: Counter[str] = Counter()
    runs = 0
    while hits.total() < 2 * KILLS:  # each is counted as a manner and as a moment
        form = FORMS[runs % len(FORMS)]
        runs += 1
        output = tmp_path / f"run {runs}" / "out"
        shutil.copytree(before[form], output)
        for _ in range(chance.randrange(2, 5)):
            if not killed(chance, start(script, source, output, form), output, spans[form], hits):
                break
            old_or_new(output, old[form], wanted[form])
        ends(start(script, source, output, form))
        assert found(output) == wanted[form]
        assert contents(output.parent) == ["out"]


def old_or_new(output: Path, old: Wanted, new: Wanted) -> None:
    """Between two renames the old one lies in the stage, where the next run finds it."""
    there = output if output.exists() else output.parent / ".out.metadata-digger" / "replaced"
    assert found(there) in (old, new)
