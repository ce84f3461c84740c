"""Tags of the makernote of DJI's drones, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0001: "Make",
    0x0003: "Aircraft X Speed",
    0x0004: "Aircraft Y Speed",
    0x0005: "Aircraft Z Speed",
    0x0006: "Aircraft Pitch",
    0x0007: "Aircraft Yaw",
    0x0008: "Aircraft Roll",
    0x0009: "Camera Pitch",
    0x000A: "Camera Yaw",
    0x000B: "Camera Roll",
}
