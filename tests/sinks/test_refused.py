"""Rows that a server does not take."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.sinks.refused import reasons, refused, refusing


def test_refused_rows_are_counted_and_a_second_try_begins_anew(tmp_path: Path) -> None:
    target = tmp_path / "0-1"
    with refusing(target) as refuse:
        refuse("file:/ż\n.jpg", "no date: '2020'")
        refuse("file:/b.jpg", "no date: '2020'")
    assert reasons(target) == {("failed", "no date: '2020'"): 2}
    assert refused(target).read_text("utf-8").splitlines()[0] == (
        '{"file": "file:/ż\\n.jpg", "status": "failed", "reason": "no date: \'2020\'"}'
    )
    with refusing(target):
        pass
    assert reasons(target) == {}
    assert list(tmp_path.iterdir()) == []
