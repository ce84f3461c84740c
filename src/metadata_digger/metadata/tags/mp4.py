"""Tags of MP4 files (ISO/IEC 14496-12): one table per kind of track."""

MP4 = {
    0x0001: "Major Brand",
    0x0002: "Minor Version",
    0x0003: "Compatible Brands",
    0x0100: "Creation Time",
    0x0101: "Modification Time",
    0x0102: "Media Time Scale",
    0x0103: "Duration",
    0x0104: "Duration in Seconds",
    0x0105: "Preferred Rate",
    0x0106: "Preferred Volume",
    0x0108: "Preview Time",
    0x0109: "Preview Duration",
    0x010A: "Poster Time",
    0x010B: "Selection Time",
    0x010C: "Selection Duration",
    0x010D: "Current Time",
    0x010E: "Next Track ID",
    0x010F: "Transformation Matrix",
    0x0200: "Rotation",
    0x0306: "Media Time Scale",
    0x2000: "ISO 6709",  # where it is no place on Earth; unknown to the reference as the altitude is
    0x2001: "Latitude",
    0x2002: "Longitude",
    0x2003: "Altitude",
}

MEDIA = {
    101: "Creation Time",
    102: "Modification Time",
    103: "Duration",
    104: "ISO 639-2 Language Code",
    105: "Track Creation Time",  # of the track's own header, where it is another than that of its medium
}

VIDEO = MEDIA | {
    201: "Vendor",
    202: "Temporal Quality",
    203: "Spatial Quality",
    204: "Width",
    205: "Height",
    206: "Horizontal Resolution",
    207: "Vertical Resolution",
    208: "Compressor Name",
    209: "Depth",
    210: "Compression Type",
    211: "Graphics Mode",
    212: "Opcolor",
    213: "Color Table",
    214: "Frame Rate",
}

SOUND = MEDIA | {
    301: "Format",
    302: "Number of Channels",
    303: "Sample Size",
    304: "Sample Rate",
    305: "Balance",
}

# The reference has the numbers of MEDIA for these, so that it takes a time for a size.
HINT = MEDIA | {
    401: "Max PDU Size",
    402: "Average PDU Size",
    403: "Max Bitrate",
    404: "Average Bitrate",
}

UUID = MEDIA | {
    901: "UUID",
    902: "Data",
}
