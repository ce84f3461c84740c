"""Tags of the Pentax and Asahi makernote in the form of an IFD, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0001: "Capture Mode",
    0x0002: "Quality Level",
    0x0003: "Focus Mode",
    0x0004: "Flash Mode",
    0x0007: "White Balance",
    0x000A: "Digital Zoom",
    0x000B: "Sharpness",
    0x000C: "Contrast",
    0x000D: "Saturation",
    0x0014: "ISO Speed",
    0x0017: "Colour",
    0x0E00: "Print Image Matching (PIM) Info",
    0x1000: "Time Zone",
    0x1001: "Daylight Savings",
}

WORDS: dict[int, dict[int, str]] = {
    0x0001: {0: "Auto", 1: "Night-scene", 2: "Manual", 4: "Multiple"},
    0x0002: {0: "Good", 1: "Better", 2: "Best"},
    0x0003: {2: "Custom", 3: "Auto"},
    0x0004: {1: "Auto", 2: "Flash On", 4: "Flash Off", 6: "Red-eye Reduction"},
    0x0007: {0: "Auto", 1: "Daylight", 2: "Shade", 3: "Tungsten", 4: "Fluorescent", 5: "Manual"},
    0x000B: {0: "Normal", 1: "Soft", 2: "Hard"},
    0x000C: {0: "Normal", 1: "Low", 2: "High"},
    0x000D: {0: "Normal", 1: "Low", 2: "High"},
    0x0017: {1: "Normal", 2: "Black & White", 3: "Sepia"},
}

INT_WORDS: dict[int, dict[int, str]] = {
    0x0014: {10: "ISO 100", 16: "ISO 200", 100: "ISO 100", 200: "ISO 200"},
}
