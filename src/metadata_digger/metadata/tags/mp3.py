"""Tags of an MPEG audio frame header (ISO/IEC 11172-3, 2.4.1.3; 13818-3, 2.4.2.3)."""

MP3 = {
    1: "ID",
    2: "Layer",
    3: "Bitrate",
    4: "Frequency",
    5: "Mode",
    6: "Emphasis Method",
    7: "Copyright",
    8: "Frame Size",
}

IDS = {2: "MPEG-2", 3: "MPEG-1"}
LAYERS = {1: "Layer III", 2: "Layer II", 3: "Layer I"}
MODES = ("Stereo", "Joint stereo", "Dual channel", "Mono")
EMPHASES = {0: "none", 1: "50/15ms", 3: "CCITT j.17"}
FREQUENCIES = {2: (22050, 24000, 16000), 3: (44100, 48000, 32000)}

# kbit/s by version, layer and index from 1. Those of MPEG-2 are the reference's, which are not the standard's.
BITRATES = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 64, 96, 128, 160, 192, 224, 256, 28, 320, 352, 384, 416, 448),
    (2, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (2, 1): (8, 16, 24, 32, 64, 80, 56, 64, 128, 160, 112, 128, 256, 320),
}
