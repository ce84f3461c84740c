"""bench/results.md: a block a command, between marks; what others wrote around it stays."""

from __future__ import annotations

from pictures import ROOT

RESULTS = ROOT / "bench" / "results.md"


def put(command: str, title: str, table: str) -> None:
    """The table of a command into its place; at the end, under the title, when it has none yet."""
    begin, end = (f"<!-- {word} of what {command} writes -->\n" for word in ("begin", "end"))
    text = RESULTS.read_text() if RESULTS.exists() else "# Results\n"
    if begin not in text:
        text += f"\n## {title}\n\n{begin}{end}"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    RESULTS.write_text(f"{before}{begin}\n{table}\n{end}{after}")
