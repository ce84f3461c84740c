"""What the headers of rarer kinds of pictures say, by one set of names."""

from __future__ import annotations

HEADER = {
    1: "Image Width",
    2: "Image Height",
    3: "Bits Per Sample",
    4: "Creation Date",
    5: "Modification Date",
    6: "Software",
    7: "Author",
    8: "Copyright",
    9: "Comment",
    10: "Title",
    11: "File Name",
    12: "Model",
    13: "Serial Number",
    14: "Header Text",
}
