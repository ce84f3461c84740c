"""Tags of HEIF and AVIF pictures: the file type box (ISO/IEC 14496-12) and item properties (ISO/IEC 23008-12)."""

HEIF = {
    1: "Major Brand",
    2: "Minor Version",
    3: "Compatible Brands",
    4: "Width",
    5: "Height",
    6: "Rotation",
    7: "Bits Per Channel",
    8: "Mirroring",  # unknown to the reference
}

MIRRORINGS = {0: "Top and bottom exchanged", 1: "Left and right exchanged"}
