"""Runs the demo in a terminal of its own and draws what it shows: docs/images/first-run.svg, the README's picture.

Usage: python tools/make_picture.py
"""

from __future__ import annotations

import csv
import os
import pty
import sys
import tempfile
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "first-run.svg"
COLUMNS = 100
LINE, CHARACTER, MARGIN = 19, 7.83, 16  # pixels, of a 13 px fixed font

# Rows of the table below the run: varied in what they have.
SHOWN = ("car-and-people.jpg", "cup-of-coffee.tiff", "rider-statue.jpg", "station-traveller.jpg", "street.jpg")
SHOWN_COLUMNS = (("FilePath", 21), ("Labels", 17), ("ExifIFD0Model", 13), ("GPSMDLocation", 36), ("GPSMDDateTime", 19))


def shown_by_a_run(output: Path) -> list[str]:
    """The lines that stay on the terminal after the demo run."""
    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": "40", "PYTHONPATH": str(ROOT / "src")}
    os.chdir(ROOT)
    pieces: list[bytes] = []

    def keep(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        pieces.append(data)
        return data

    setting = f"output.directoryPath={output}"
    program = [sys.executable, "-P", "-m", "metadata_digger", "full", "configs/demo.config.properties"]
    status = pty.spawn([*program, "--set", setting], keep)
    if status:
        raise SystemExit(f"the demo run failed: {status}")
    text = b"".join(pieces).decode().replace("\r\n", "\n").replace(str(output), "output/demo")
    return [line.rsplit("\r", 1)[-1] for line in text.strip("\n").split("\n")]


def table(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = {Path(row["FilePath"]).name: row for row in csv.DictReader(file)}
    header = "  ".join(name.ljust(width) for name, width in SHOWN_COLUMNS)
    lines = [header]
    for name in SHOWN:
        cells = {**rows[name], "FilePath": name}
        lines.append("  ".join(cells.get(column, "")[:width].ljust(width) for column, width in SHOWN_COLUMNS))
    return lines


def drawn(lines: list[tuple[str, str]]) -> str:
    """(colour, text) lines as an SVG of a terminal."""
    width = round(max(len(text) for _, text in lines) * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    texts = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + (number + 0.75) * LINE:.0f}" fill="{colour}">{escape(text)}</text>'
        for number, (colour, text) in enumerate(lines)
        if text.strip()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        '<rect width="100%" height="100%" rx="8" fill="#1b1f24"/>\n'
        '<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13" '
        f'xml:space="preserve">\n{texts}\n</g>\n</svg>\n'
    )


def main() -> None:
    prompt, plain, faint = "#7ee787", "#e6edf3", "#8b949e"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "demo"
        run = shown_by_a_run(output)
        rows = table(output / "demo.csv")
    command = "$ sh run-standalone-metadata-digger.sh full configs/demo.config.properties"
    lines = [(prompt, command), *((plain, line) for line in run), (plain, "")]
    lines += [(faint, "some columns and rows of output/demo/demo.csv"), (prompt, rows[0])]
    lines += [(plain, row) for row in rows[1:]]
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
