"""Tags of the small JPEG segments: frame (SOFn), comment, Huffman tables, JFIF, JFXX, Adobe, Ducky.

Of JFIF and JFXX the tag id is the field's offset in the segment.
"""

FRAME = {
    -3: "Compression Type",
    0: "Data Precision",
    1: "Image Height",
    3: "Image Width",
    5: "Number of Components",
    6: "Component 1",
    7: "Component 2",
    8: "Component 3",
    9: "Component 4",
}

# SOFn by n (ITU-T T.81, table B.1); 4 and 12 are other markers.
COMPRESSION = {
    0: "Baseline",
    1: "Extended sequential, Huffman",
    2: "Progressive, Huffman",
    3: "Lossless, Huffman",
    5: "Differential sequential, Huffman",
    6: "Differential progressive, Huffman",
    7: "Differential lossless, Huffman",
    8: "Reserved for JPEG extensions",
    9: "Extended sequential, arithmetic",
    10: "Progressive, arithmetic",
    11: "Lossless, arithmetic",
    13: "Differential sequential, arithmetic",
    14: "Differential progressive, arithmetic",
    15: "Differential lossless, arithmetic",
}

COMPONENTS = {1: "Y", 2: "Cb", 3: "Cr", 4: "I", 5: "Q"}

COMMENT = {0: "JPEG Comment"}

HUFFMAN = {1: "Number of Tables"}

# Names of markers as the reference writes them into its complaint about a marker inside DHT.
MARKERS = (
    {0xC0 + n: f"SOF{n}" for n in (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15)}
    | {0xE0 + n: f"APP{n:X}" for n in range(16)}
    | {0xD0 + n: f"RST{n}" for n in range(8)}
    | {0xC4: "DHT", 0xCC: "DAC", 0xD8: "SOI", 0xD9: "EOI", 0xDA: "SOS", 0xDB: "DQT", 0xDC: "DNL", 0xDD: "DRI"}
    | {0xDE: "DHP", 0xDF: "EXP", 0xFE: "COM"}
)

JFIF = {
    5: "Version",
    7: "Resolution Units",
    8: "X Resolution",
    10: "Y Resolution",
    12: "Thumbnail Width Pixels",
    13: "Thumbnail Height Pixels",
}
JFIF_UNITS = {0: "none", 1: "inch", 2: "centimetre"}

JFXX = {5: "Extension Code"}
JFXX_CODES = {
    0x10: "Thumbnail coded using JPEG",
    0x11: "Thumbnail stored using 1 byte/pixel",
    0x13: "Thumbnail stored using 3 bytes/pixel",
}

ADOBE = {0: "DCT Encode Version", 1: "Flags 0", 2: "Flags 1", 3: "Color Transform"}
ADOBE_TRANSFORMS = {0: "Unknown (RGB or CMYK)", 1: "YCbCr", 2: "YCCK"}

DUCKY = {1: "Quality", 2: "Comment", 3: "Copyright"}

# One tag for each stream that the list of contents has; the numbers are our own.
FLASHPIX: dict[int, str] = {number: f"Stream {number}" for number in range(1, 65)}
