"""Fields of Windows icon and cursor directories."""

ICO = {
    1: "Image Type",
    2: "Image Width",
    3: "Image Height",
    4: "Colour Palette Size",
    5: "Colour Planes",
    6: "Hotspot X",
    7: "Bits Per Pixel",
    8: "Hotspot Y",
    9: "Image Size Bytes",
    10: "Image Offset Bytes",
}
TYPES = {1: "Icon", 2: "Cursor"}
