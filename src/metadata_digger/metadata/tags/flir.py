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

# The records of the segments "FLIR", by their tags in ExifTool's tables, which are offsets in bytes. A number is a
# struct layout, a text its length.
CAMERA: dict[int, tuple[str, str | int]] = {
    0x0020: ("Emissivity", "f"),
    0x0024: ("Object Distance", "f"),
    0x0028: ("Reflected Apparent Temperature", "f"),
    0x002C: ("Atmospheric Temperature", "f"),
    0x0030: ("IR Window Temperature", "f"),
    0x0034: ("IR Window Transmission", "f"),
    0x003C: ("Relative Humidity", "f"),
    0x0058: ("Planck R1", "f"),
    0x005C: ("Planck B", "f"),
    0x0060: ("Planck F", "f"),
    0x0070: ("Atmospheric Trans Alpha 1", "f"),
    0x0074: ("Atmospheric Trans Alpha 2", "f"),
    0x0078: ("Atmospheric Trans Beta 1", "f"),
    0x007C: ("Atmospheric Trans Beta 2", "f"),
    0x0080: ("Atmospheric Trans X", "f"),
    0x0090: ("Camera Temperature Range Max", "f"),
    0x0094: ("Camera Temperature Range Min", "f"),
    0x00D4: ("Camera Model", 32),
    0x00F4: ("Camera Part Number", 16),
    0x0104: ("Camera Serial Number", 16),
    0x0114: ("Camera Software", 16),
    0x0170: ("Lens Model", 32),
    0x0190: ("Lens Part Number", 16),
    0x01A0: ("Lens Serial Number", 16),
    0x01B4: ("Field Of View", "f"),
    0x01EC: ("Filter Model", 16),
    0x01FC: ("Filter Part Number", 32),
    0x021C: ("Filter Serial Number", 32),
    0x0308: ("Planck O", "i"),
    0x030C: ("Planck R2", "f"),
    0x0384: ("Date/Time Original", "IIh"),
    0x0390: ("Focus Step Count", "H"),
    0x045C: ("Focus Distance", "f"),
    0x0464: ("Frame Rate", "H"),
}
KELVIN = frozenset({0x0028, 0x002C, 0x0030, 0x0090, 0x0094})
METRES = frozenset({0x0024, 0x045C})
RAW: dict[int, tuple[str, str | int]] = {
    0x0002: ("Raw Thermal Image Width", "H"),
    0x0004: ("Raw Thermal Image Height", "H"),
}
PLACE: dict[int, tuple[str, str | int]] = {
    0x0000: ("GPS Valid", "I"),
    0x0008: ("GPS Latitude Ref", 2),
    0x000A: ("GPS Longitude Ref", 2),
    0x0010: ("GPS Latitude", "d"),
    0x0018: ("GPS Longitude", "d"),
    0x0020: ("GPS Altitude", "f"),
    0x0040: ("GPS Dilution Of Precision", "f"),
    0x004C: ("GPS Speed", "f"),
    0x0050: ("GPS Track", "f"),
    0x0054: ("GPS Img Direction", "f"),
    0x0058: ("GPS Map Datum", 16),
}
