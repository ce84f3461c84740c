"""Tags of the Ricoh makernote, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0001: "Makernote Data Type",
    0x0002: "Version",
    0x0E00: "Print Image Matching (PIM) Info",
    0x2001: "Ricoh Camera Info Makernote Sub-IFD",
}
