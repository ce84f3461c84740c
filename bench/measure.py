"""Measures the program on copies of the demo photographs, all in one go, and writes the table into bench/results.md.

Every time is the best of some repeats, taken in turn, so that a slow minute of the machine meets all alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import batched, cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from pictures import PHOTOS, ROOT, many, pictures  # noqa: E402 - beside this file
from process import Cost, program  # noqa: E402

RESULTS = ROOT / "bench" / "results.md"
BEGIN, END = "<!-- bench/run: made, do not edit -->\n", "<!-- end of bench/run -->\n"
