"""Tags of the Sigma and Foveon makernote, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0002: "Serial Number",
    0x0003: "Drive Mode",
    0x0004: "Resolution Mode",
    0x0005: "Auto Focus Mode",
    0x0006: "Focus Setting",
    0x0007: "White Balance",
    0x0008: "Exposure Mode",
    0x0009: "Metering Mode",
    0x000A: "Lens Range",
    0x000B: "Color Space",
    0x000C: "Exposure",
    0x000D: "Contrast",
    0x000E: "Shadow",
    0x000F: "Highlight",
    0x0010: "Saturation",
    0x0011: "Sharpness",
    0x0012: "Fill Light",
    0x0014: "Color Adjustment",
    0x0015: "Adjustment Mode",
    0x0016: "Quality",
    0x0017: "Firmware",
    0x0018: "Software",
    0x0019: "Auto Bracket",
}
