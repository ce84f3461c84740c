"""Tags of the makernote of Kyocera and Contax, under the reference extractor's names."""

from __future__ import annotations

NAMES: dict[int, str] = {
    0x0001: "Proprietary Thumbnail Format Data",
    0x0E00: "Print Image Matching (PIM) Info",
}
