"""Tags of Casio's makernotes, under the reference extractor's names; words after ExifTool's Casio tables.

Type 1 is that of the first QV cameras; type 2 starts with "QVC", or with "AOC" in early Pentax cameras.
"""

from __future__ import annotations

TYPE_1_NAMES: dict[int, str] = {
    0x0001: "Recording Mode",
    0x0002: "Quality",
    0x0003: "Focusing Mode",
    0x0004: "Flash Mode",
    0x0005: "Flash Intensity",
    0x0006: "Object Distance",
    0x0007: "White Balance",
    0x0008: "Makernote Unknown 1",
    0x0009: "Makernote Unknown 2",
    0x000A: "Digital Zoom",
    0x000B: "Sharpness",
    0x000C: "Contrast",
    0x000D: "Saturation",
    0x000E: "Makernote Unknown 3",
    0x000F: "Makernote Unknown 4",
    0x0010: "Makernote Unknown 5",
    0x0011: "Makernote Unknown 6",
    0x0012: "Makernote Unknown 7",
    0x0013: "Makernote Unknown 8",
    0x0014: "CCD Sensitivity",
}

TYPE_2_NAMES: dict[int, str] = {
    0x0002: "Thumbnail Dimensions",
    0x0003: "Thumbnail Size",
    0x0004: "Thumbnail Offset",
    0x0008: "Quality Mode",
    0x0009: "Image Size",
    0x000D: "Focus Mode",
    0x0014: "ISO Sensitivity",
    0x0019: "White Balance",
    0x001D: "Focal Length",
    0x001F: "Saturation",
    0x0020: "Contrast",
    0x0021: "Sharpness",
    0x0E00: "Print Image Matching (PIM) Info",
    0x2000: "Casio Preview Thumbnail",
    0x2001: "Firmware Date",
    0x2011: "White Balance Bias",
    0x2012: "White Balance",
    0x2022: "Object Distance",
    0x2034: "Flash Distance",
    0x3000: "Record Mode",
    0x3001: "Self Timer",
    0x3002: "Quality",
    0x3003: "Focus Mode",
    0x3006: "Time Zone",
    0x3007: "BestShot Mode",
    0x3014: "CCD ISO Sensitivity",
    0x3015: "Colour Mode",
    0x3016: "Enhancement",
    0x3017: "Filter",
}

TYPE_1_WORDS: dict[int, dict[int, str]] = {
    0x0001: {1: "Single shutter", 2: "Panorama", 3: "Night scene", 4: "Portrait", 5: "Landscape"},
    0x0002: {1: "Economy", 2: "Normal", 3: "Fine"},
    0x0003: {2: "Macro", 3: "Auto focus", 4: "Manual focus", 5: "Infinity"},
    0x0004: {1: "Auto", 2: "On", 3: "Off", 4: "Red eye reduction"},
    0x000B: {0: "Normal", 1: "Soft", 2: "Hard"},
    0x000C: {0: "Normal", 1: "Low", 2: "High"},
    0x000D: {0: "Normal", 1: "Low", 2: "High"},
}

# The same for values that the reference reads as signed 32-bit numbers.
TYPE_1_INT_WORDS: dict[int, dict[int, str]] = {
    0x0005: {11: "Weak", 13: "Normal", 15: "Strong"},
    0x0007: {1: "Auto", 2: "Tungsten", 3: "Daylight", 4: "Florescent", 5: "Shade", 129: "Manual"},
    0x000A: {
        0x10000: "No digital zoom",
        0x10001: "2x digital zoom",
        0x20000: "2x digital zoom",
        0x40000: "4x digital zoom",
    },
    0x0014: {
        64: "Normal",
        80: "Normal (ISO 80 equivalent)",
        100: "High",
        125: "+1.0",
        244: "+3.0",
        250: "+2.0",
    },
}

_STEPS: dict[int, str] = {0: "-1", 1: "Normal", 2: "+1"}

TYPE_2_WORDS: dict[int, dict[int, str]] = {
    0x0008: {1: "Fine", 2: "Super Fine"},
    0x000D: {0: "Normal", 1: "Macro"},
    0x0019: {0: "Auto", 1: "Daylight", 2: "Shade", 3: "Tungsten", 4: "Florescent", 5: "Manual"},
    0x001F: _STEPS,
    0x0020: _STEPS,
    0x0021: _STEPS,
    0x2034: {0: "Off"},
    0x3000: {2: "Normal"},
    0x3001: {1: "Off"},
    0x3002: {3: "Fine"},
    0x3014: {0: "Off", 1: "On"},
    0x3015: {0: "Off"},
    0x3016: {0: "Off"},
    0x3017: {0: "Off"},
}

TYPE_2_INT_WORDS: dict[int, dict[int, str]] = {
    0x0009: {
        0: "640 x 480 pixels",
        4: "1600 x 1200 pixels",
        5: "2048 x 1536 pixels",
        20: "2288 x 1712 pixels",
        21: "2592 x 1944 pixels",
        22: "2304 x 1728 pixels",
        36: "3008 x 2008 pixels",
    },
    0x0014: {3: "50", 4: "64", 6: "100", 9: "200"},
    0x2012: {0: "Manual", 1: "Auto", 4: "Flash", 12: "Flash"},
    0x3003: {1: "Fixation", 6: "Multi-Area Focus"},
}
