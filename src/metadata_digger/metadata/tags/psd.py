"""Fields of the Photoshop file header (Adobe Photoshop File Formats Specification)."""

PSD = {1: "Channel Count", 2: "Image Height", 3: "Image Width", 4: "Bits Per Channel", 5: "Color Mode"}
MODES = {
    0: "Bitmap",
    1: "Grayscale",
    2: "Indexed",
    3: "RGB",
    4: "CMYK",
    7: "Multichannel",
    8: "Duotone",
    9: "Lab",
}
