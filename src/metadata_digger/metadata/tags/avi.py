"""Tags of AVI files (Microsoft, AVI RIFF File Reference), and of the list "exif" in them (CIPA DC-008, 6)."""

from metadata_digger.metadata.tags.riff import INFO

EXIF = {
    b"ecor": (0x500, "Make"),
    b"emdl": (0x501, "Model"),
    b"erel": (0x502, "Related Image File"),
    b"etim": (0x503, "Time Created"),
    b"eucm": (0x504, "User Comment"),
    b"ever": (0x505, "Exif Version"),
}

AVI = {
    1: "Frames Per Second",
    2: "Samples Per Second",
    3: "Duration",
    4: "Video Codec",
    5: "Audio Codec",
    6: "Width",
    7: "Height",
    8: "Stream Count",
    320: "Date/Time Original",
} | dict((INFO | EXIF).values())
