"""What running a network leaves behind on the user's disk: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Session, load_model
Session(load_model(bundled_model()))
"""


def test_no_number_of_this_device_and_no_telemetry_are_kept(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "ORT_"))}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", SCRIPT], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []
