"""Tags of the GPS directory of Exif (CIPA DC-008, 4.6.6), under the reference extractor's names."""

from __future__ import annotations

from metadata_digger.metadata.tags import exif

NAMES: dict[int, str] = {
    **exif.NAMES,
    0x0000: "GPS Version ID",
    0x0001: "GPS Latitude Ref",
    0x0002: "GPS Latitude",
    0x0003: "GPS Longitude Ref",
    0x0004: "GPS Longitude",
    0x0005: "GPS Altitude Ref",
    0x0006: "GPS Altitude",
    0x0007: "GPS Time-Stamp",
    0x0008: "GPS Satellites",
    0x0009: "GPS Status",
    0x000A: "GPS Measure Mode",
    0x000B: "GPS DOP",
    0x000C: "GPS Speed Ref",
    0x000D: "GPS Speed",
    0x000E: "GPS Track Ref",
    0x000F: "GPS Track",
    0x0010: "GPS Img Direction Ref",
    0x0011: "GPS Img Direction",
    0x0012: "GPS Map Datum",
    0x0013: "GPS Dest Latitude Ref",
    0x0014: "GPS Dest Latitude",
    0x0015: "GPS Dest Longitude Ref",
    0x0016: "GPS Dest Longitude",
    0x0017: "GPS Dest Bearing Ref",
    0x0018: "GPS Dest Bearing",
    0x0019: "GPS Dest Distance Ref",
    0x001A: "GPS Dest Distance",
    0x001B: "GPS Processing Method",
    0x001C: "GPS Area Information",
    0x001D: "GPS Date Stamp",
    0x001E: "GPS Differential",
    0x001F: "GPS Horizontal Positioning Error",
}

# Value words of tags whose value is a letter or digit, by tag; upper case.
LETTERS: dict[int, dict[str, str]] = {
    0x0009: {"A": "Active (Measurement in progress)", "V": "Void (Measurement Interoperability)"},
    0x000A: {"2": "2-dimensional measurement", "3": "3-dimensional measurement"},
    0x000C: {"K": "km/h", "M": "mph", "N": "knots"},
    0x000E: {"T": "True direction", "M": "Magnetic direction"},
    0x0010: {"T": "True direction", "M": "Magnetic direction"},
    0x0017: {"T": "True direction", "M": "Magnetic direction"},
    0x0019: {"K": "kilometers", "M": "miles", "N": "knots"},
}

WORDS: dict[int, dict[int, str]] = {
    0x0005: {0: "Sea level", 1: "Below sea level"},
    0x001E: {0: "No Correction", 1: "Differential Corrected"},
}
