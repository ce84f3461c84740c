"""Tags of PNG chunks (PNG specification, third edition). One table serves every chunk's directory."""

PNG = {
    1: "Image Width",
    2: "Image Height",
    3: "Bits Per Sample",
    4: "Color Type",
    5: "Compression Type",
    6: "Filter Method",
    7: "Interlace Method",
    8: "Palette Size",
    9: "Palette Has Transparency",
    10: "sRGB Rendering Intent",
    11: "Image Gamma",
    12: "ICC Profile Name",
    13: "Textual Data",
    14: "Last Modification Time",
    15: "Background Color",
    16: "Pixels Per Unit X",
    17: "Pixels Per Unit Y",
    18: "Unit Specifier",
    19: "Significant Bits",
}

COLOR_TYPES = {
    0: "Greyscale",
    2: "True Color",
    3: "Indexed Color",
    4: "Greyscale with Alpha",
    6: "True Color with Alpha",
}
COMPRESSION = {0: "Deflate"}
FILTERS = {0: "Adaptive"}
INTERLACES = {0: "No Interlace", 1: "Adam7 Interlace"}
TRANSPARENCY = {1: "Yes"}
INTENTS = {0: "Perceptual", 1: "Relative Colorimetric", 2: "Saturation", 3: "Absolute Colorimetric"}
UNITS = {0: "Unspecified", 1: "Metres"}

CHROMATICITIES = {
    1: "White Point X",
    2: "White Point Y",
    3: "Red X",
    4: "Red Y",
    5: "Green X",
    6: "Green Y",
    7: "Blue X",
    8: "Blue Y",
}
