"""Records of Canon's CRW files (CIFF Specification on Image Data File 1.0, and ExifTool's CanonRaw.pm)."""

CRW = {
    0x0805: "Comment",
    0x080A: "Make",
    0x080B: "Firmware Version",
    0x0810: "Owner Name",
    0x0815: "Image Type",
    0x0816: "Original File Name",
    # Of the record 0x1810, and of 0x080A, which hold several values
    0x11810: "Image Width",
    0x21810: "Image Height",
    0x31810: "Rotation",
    0x1080A: "Model",
}
