"""Fields of Windows and OS/2 bitmap headers."""

BMP = {
    -2: "Bitmap type",
    -1: "Header Size",
    1: "Image Height",
    2: "Image Width",
    3: "Planes",
    4: "Bits Per Pixel",
    5: "Compression",
    6: "X Pixels per Meter",
    7: "Y Pixels per Meter",
    8: "Palette Colour Count",
    9: "Important Colour Count",
    10: "Rendering",
    11: "Color Encoding",
    12: "Red Mask",
    13: "Green Mask",
    14: "Blue Mask",
    15: "Alpha Mask",
    16: "Color Space Type",
    17: "Red Gamma Curve",
    18: "Green Gamma Curve",
    19: "Blue Gamma Curve",
    20: "Rendering Intent",
    21: "Linked Profile File Name",
}

TYPES = {
    0x4D42: "Standard",
    0x4142: "Bitmap Array",
    0x4349: "Monochrome Icon",
    0x4943: "Color Icon",
    0x5043: "Color Pointer",
    0x5450: "Monochrome Pointer",
}
COMPRESSIONS = {
    0: "None",
    1: "RLE 8-bit/pixel",
    2: "RLE 4-bit/pixel",
    3: "Bit Fields",
    4: "JPEG",
    5: "PNG",
    6: "RGBA Bit Fields",
    11: "CMYK Uncompressed",
    12: "CMYK RLE-8",
    13: "CMYK RLE-4",
}
OS2_COMPRESSIONS = {3: "Huffman 1D", 4: "RLE 24-bit/pixel"}  # headers of 64 bytes
RENDERINGS = {
    0: "No Halftoning Algorithm",
    1: "Error Diffusion Halftoning",
    2: "Processing Algorithm for Noncoded Document Acquisition",
    3: "Super-circle Halftoning",
}
ENCODINGS = {0: "RGB"}
COLOR_SPACES = {
    0: "Calibrated RGB",
    0x73524742: "sRGB Color Space",
    0x57696E20: "System Default Color Space, sRGB",
    0x4C494E4B: "Linked Profile",
    0x4D424544: "Embedded Profile",
}
INTENTS = {
    1: "Graphic, Saturation",
    2: "Proof, Relative Colorimetric",
    4: "Picture, Perceptual",
    8: "Match, Absolute Colorimetric",
}
