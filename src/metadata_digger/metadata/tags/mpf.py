"""Tags of the Multi-Picture Format: MP index IFD (CIPA DC-007-2021, 5.2.3)."""

ENTRIES = 0xB002
FIRST = 0x10001  # of the tags that the entries become, one a picture

MPF = {
    0xB000: "MPF Version",
    0xB001: "Number of Images",
    ENTRIES: "MP Entry",
    0xB003: "Individual Image Unique ID List",
    0xB004: "Total Number of Captured Frames",
}

TYPES = {
    0x000000: "Undefined",
    0x010001: "Large thumbnail (VGA equivalent)",
    0x010002: "Large thumbnail (Full HD equivalent)",
    0x010003: "Large thumbnail (4K equivalent)",
    0x010004: "Large thumbnail (8K equivalent)",
    0x010005: "Large thumbnail (16K equivalent)",
    0x020001: "Multi-frame image (panorama)",
    0x020002: "Multi-frame image (disparity)",
    0x020003: "Multi-frame image (multi-angle)",
    0x030000: "Baseline MP primary image",
    0x040000: "Original preservation image",
    0x050000: "Gain map image",
}
