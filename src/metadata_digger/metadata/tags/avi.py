"""Tags of AVI files (Microsoft, AVI RIFF File Reference)."""

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
}
