"""Tags of Netpbm's pictures (the manual pages pbm, pgm, ppm and pam of Netpbm; pfm by Paul Debevec)."""

from __future__ import annotations

NETPBM = {
    1: "Image Width",
    2: "Image Height",
    3: "Depth",
    4: "Maximum Value",
    5: "Tuple Type",
    6: "Encoding",
    7: "Scale",
    8: "Comment",
}
