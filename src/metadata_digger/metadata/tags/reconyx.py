"""Tags of the makernotes of Reconyx trail cameras (HyperFire, HyperFire 2, UltraFire): positions in the note."""

from __future__ import annotations

MOON_PHASES: dict[int, str] = {
    0: "New",
    1: "Waxing Crescent",
    2: "First Quarter",
    3: "Waxing Gibbous",
    4: "Full",
    5: "Waning Gibbous",
    6: "Last Quarter",
    7: "Waning Crescent",
}

HYPERFIRE_NAMES: dict[int, str] = {
    0x0000: "Makernote Version",
    0x0002: "Firmware Version",
    0x000C: "Trigger Mode",
    0x000E: "Sequence",
    0x0012: "Event Number",
    0x0016: "Date/Time Original",
    0x0024: "Moon Phase",
    0x0026: "Ambient Temperature Fahrenheit",
    0x0028: "Ambient Temperature",
    0x002A: "Serial Number",
    0x0048: "Contrast",
    0x004A: "Brightness",
    0x004C: "Sharpness",
    0x004E: "Saturation",
    0x0050: "Infrared Illuminator",
    0x0052: "Motion Sensitivity",
    0x0054: "Battery Voltage",
    0x0056: "User Label",
}

HYPERFIRE_WORDS: dict[int, dict[int, str]] = {
    0x0024: MOON_PHASES,
    0x0050: {0: "Off", 1: "On"},
}

HYPERFIRE_2_NAMES: dict[int, str] = {
    0x0010: "File Number",
    0x0012: "Directory Number",
    0x002A: "Firmware Version",
    0x0030: "Firmware Date",
    0x0034: "Trigger Mode",
    0x0036: "Sequence",
    0x003A: "Event Number",
    0x003E: "Date/Time Original",
    0x004A: "DaY of Week",
    0x004C: "Moon Phase",
    0x004E: "Ambient Temperature Fahrenheit",
    0x0050: "Ambient Temperature",
    0x0052: "Contrast",
    0x0054: "Brightness",
    0x0056: "Sharpness",
    0x0058: "Saturation",
    0x005A: "Flash",
    0x005C: "Ambient Infrared",
    0x005E: "Ambient Light",
    0x0060: "Motion Sensitivity",
    0x0062: "Battery Voltage",
    0x0064: "Battery Voltage Average",
    0x0066: "Battery Type",
    0x0068: "User Label",
    0x007E: "Serial Number",
}

HYPERFIRE_2_WORDS: dict[int, dict[int, str]] = {
    0x004A: {0: "Sunday", 1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday"},
    0x004C: MOON_PHASES,
    0x005A: {0: "Off", 1: "On"},
}

ULTRAFIRE_NAMES: dict[int, str] = {
    0x0000: "Makernote Label",
    0x000A: "Makernote ID",
    0x000E: "Makernote Size",
    0x0012: "Makernote Public ID",
    0x0016: "Makernote Public Size",
    0x0018: "Camera Version",
    0x001F: "Uib Version",
    0x0026: "Btl Version",
    0x002D: "Pex Version",
    0x0034: "Event Type",
    0x0035: "Sequence",
    0x0037: "Event Number",
    0x003B: "Date/Time Original",
    0x0042: "Day of Week",
    0x0043: "Moon Phase",
    0x0044: "Ambient Temperature Fahrenheit",
    0x0046: "Ambient Temperature",
    0x0048: "Flash",
    0x0049: "Battery Voltage",
    0x004B: "Serial Number",
    0x0050: "User Label",
}

ULTRAFIRE_WORDS: dict[int, dict[int, str]] = {
    0x0043: MOON_PHASES,
    0x0048: {0: "Off", 1: "On"},
}
