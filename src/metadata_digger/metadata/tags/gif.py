"""Fields of GIF blocks (GIF89a specification, and the extension of Netscape 2.0)."""

HEADER = {
    1: "GIF Format Version",
    2: "Image Width",
    3: "Image Height",
    4: "Color Table Size",
    5: "Is Color Table Sorted",
    6: "Bits per Pixel",
    7: "Has Global Color Table",
    8: "Background Color Index",
    9: "Pixel Aspect Ratio",
}
CONTROL = {
    1: "Delay",
    2: "Disposal Method",
    3: "User Input Flag",
    4: "Transparent Color Flag",
    5: "Transparent Color Index",
}
IMAGE = {
    1: "Left",
    2: "Top",
    3: "Width",
    4: "Height",
    5: "Has Local Colour Table",
    6: "Is Interlaced",
    7: "Is Local Colour Table Sorted",
    8: "Local Colour Table Bits Per Pixel",
}
ANIMATION = {1: "Iteration Count"}
COMMENT = {1: "Comment"}

DISPOSALS = {
    0: "Not Specified",
    1: "Don't Dispose",
    2: "Restore to Background Color",
    3: "Restore to Previous",
    **dict.fromkeys((4, 5, 6, 7), "To Be Defined"),
}
REPEATS = {0: "Infinite", 1: "Once", 2: "Twice"}
