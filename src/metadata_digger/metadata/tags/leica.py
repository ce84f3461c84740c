"""Tags of the Leica makernotes: that of the M8 and its kin, and type 5 (X1, X2, X Vario, T, X)."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0300: "Quality",
    0x0302: "User Profile",
    0x0303: "Serial Number",
    0x0304: "White Balance",
    0x0310: "Lens Type",
    0x0311: "External Sensor Brightness Value",
    0x0312: "Measured LV",
    0x0313: "Approximate F Number",
    0x0320: "Camera Temperature",
    0x0321: "Color Temperature",
    0x0322: "WB Red Level",
    0x0323: "WB Green Level",
    0x0324: "WB Blue Level",
    0x0330: "CCD Version",
    0x0331: "CCD Board Version",
    0x0332: "Controller Board Version",
    0x0333: "M16 C Version",
    0x0340: "Image ID Number",
}

WORDS: dict[int, dict[int, str]] = {
    0x0300: {1: "Fine", 2: "Basic"},
    0x0304: {0: "Auto or Manual", 1: "Daylight", 2: "Fluorescent", 3: "Tungsten", 4: "Flash", 5: "Cloudy", 6: "Shadow"},
}

TYPE_5_NAMES: dict[int, str] = {
    0x0303: "Lens Model",
    0x0407: "Original File Name",
    0x0408: "Original Directory",
    0x040D: "Exposure Mode",
    0x0410: "Shot Info",
    0x0412: "Film Mode",
    0x0413: "WB RGB Levels",
}
