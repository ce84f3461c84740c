"""Tags of JPEG XL pictures (ISO/IEC 18181-1, image header)."""

JPEG_XL = {
    1: "Image Height",
    2: "Image Width",
    3: "Bits Per Sample",
    4: "Orientation",
    5: "Is Animation",
}
