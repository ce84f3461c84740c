"""Tags of Apple's makernote and of its run time, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0003: "Run Time",
    0x0008: "Acceleration Vector",
    0x000A: "HDR Image Type",
    0x000B: "Burst UUID",
    0x0011: "Content Identifier",
    0x0015: "Image Unique ID",
    0x0017: "Live Photo ID",
}

RUN_TIME_NAMES: dict[int, str] = {
    0x0001: "Flags",
    0x0002: "Epoch",
    0x0003: "Scale",
    0x0004: "Value",
}

HDR_IMAGE_TYPES: dict[int, str] = {3: "HDR Image", 4: "Original Image"}
