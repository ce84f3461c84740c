"""Tags and words of JPEG 2000 pictures (ISO/IEC 15444-1, annexes A and I; -2, annex M; -6 for compound ones)."""

from __future__ import annotations

JPEG_2000 = {
    1: "Image Height",
    2: "Image Width",
    3: "Number of Components",
    4: "Bits Per Sample",
    5: "Compression",
    6: "Color Space",
    7: "Capture X Resolution",
    8: "Capture Y Resolution",
    9: "Display X Resolution",
    10: "Display Y Resolution",
    11: "Label",
    12: "URL",
    13: "Page Count",
}
COMMENT = {1: "Comment"}
COMPRESSIONS = {
    0: "Uncompressed",
    1: "Modified Huffman",
    2: "MR",
    3: "MMR",
    4: "JBIG bi-level",
    5: "JPEG",
    6: "JPEG-LS",
    7: "JPEG 2000",
    8: "JBIG2",
    9: "JBIG",
}
COLOR_SPACES = {
    0: "Bi-level",
    1: "YCbCr (1)",
    3: "YCbCr (2)",
    4: "YCbCr (3)",
    9: "PhotoYCC",
    11: "CMY",
    12: "CMYK",
    13: "YCCK",
    14: "CIELab",
    15: "Bi-level (2)",
    16: "sRGB",
    17: "Grayscale",
    18: "sYCC",
    19: "CIEJab",
    20: "e-sRGB",
    21: "ROMM-RGB",
    22: "YPbPr (1125/60)",
    23: "YPbPr (1250/50)",
    24: "e-sYCC",
}
