"""Fields of the PCX header (ZSoft PCX File Format Technical Reference Manual)."""

PCX = {
    1: "Version",
    2: "Bits Per Pixel",
    3: "X Min",
    4: "Y Min",
    5: "X Max",
    6: "Y Max",
    7: "Horizontal DPI",
    8: "Vertical DPI",
    9: "Palette",
    10: "Color Planes",
    11: "Bytes Per Line",
    12: "Palette Type",
    13: "H Scr Size",
    14: "V Scr Size",
}
VERSIONS = {
    0: "2.5 with fixed EGA palette information",
    2: "2.8 with modifiable EGA palette information",
    3: "2.8 without palette information (default palette)",
    4: "PC Paintbrush for Windows",
    5: "3.0 or better",
}
PLANES = {3: "24-bit color", 4: "16 colors"}
PALETTES = {1: "Color or B&W", 2: "Grayscale"}
