"""Tags of the makernote of FLIR's thermal cameras, as ExifTool's FLIR table has them.

The reference extractor leaves the note alone; the names are those of its sibling for .NET, which reads it.
"""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0001: "Image Temperature Max",
    0x0002: "Image Temperature Min",
    0x0003: "Emissivity",
    0x0004: "Unknown Temperature",
    0x0005: "Camera Temperature Range Max",
    0x0006: "Camera Temperature Range Min",
}
