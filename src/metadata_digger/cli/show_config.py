"""`config`: what a configuration amounts to, and what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from metadata_digger.cli.terminal import flush, printable, write
from metadata_digger.config import examine


def show_config(path: str, overrides: Sequence[str], action: str) -> int:
    """Prints key, value and source of every setting, then the faults; returns 0, or 2 when there are some."""
    config, faults = examine(path, overrides, action)
    rows = [(f"{key}={value}", config.source(key)) for key, value in config.effective().items()]
    width = max(len(text) for text, _ in rows if len(text) <= 72)
    for text, source in rows:
        write(printable(f"{text:<{width}}  ({source})"))
    flush()
    for warning in config.warnings:
        write(f"warning: {printable(warning)}", sys.stderr)
    for fault in faults:
        write(f"fault: {printable(fault)}", sys.stderr)
    if faults:
        return 2
    write(f"no faults in {printable(path)} for {action}; whether what it names is there, {action} will see", sys.stderr)
    return 0
