"""Tags of Epson's Print Image Matching block; all but the version are undocumented numbers."""

from __future__ import annotations

NAMES: dict[int, str] = {0x0000: "PrintIM Version"}
