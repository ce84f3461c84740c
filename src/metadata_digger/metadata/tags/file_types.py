"""File types that the extractor tells apart, and the bytes that give them away.

Names, MIME types and extensions are those of the reference extractor, oddities included (the dot in VOB's extension).
"""

from __future__ import annotations

from typing import NamedTuple


class FileType(NamedTuple):
    """One type; `mime` and `extension` are None where there is none."""

    name: str
    long_name: str
    mime: str | None = None
    extension: str | None = None


JPEG = FileType("JPEG", "Joint Photographic Experts Group", "image/jpeg", "jpg")
TIFF = FileType("TIFF", "Tagged Image File Format", "image/tiff", "tiff")
PSD = FileType("PSD", "Photoshop Document", "image/vnd.adobe.photoshop", "psd")
PNG = FileType("PNG", "Portable Network Graphics", "image/png", "png")
BMP = FileType("BMP", "Device Independent Bitmap", "image/bmp", "bmp")
GIF = FileType("GIF", "Graphics Interchange Format", "image/gif", "gif")
ICO = FileType("ICO", "Windows Icon", "image/x-icon", "ico")
PCX = FileType("PCX", "PiCture eXchange", "image/x-pcx", "pcx")
RIFF = FileType("RIFF", "Resource Interchange File Format")
WAV = FileType("WAV", "Waveform Audio File Format", "audio/vnd.wave", "wav")
AVI = FileType("AVI", "Audio Video Interleaved", "video/vnd.avi", "avi")
WEBP = FileType("WebP", "WebP", "image/webp", "webp")
MOV = FileType("MOV", "QuickTime Movie", "video/quicktime", "mov")
MP4 = FileType("MP4", "MPEG-4 Part 14", "video/mp4", "mp4")
M4A = FileType("MP4", "MPEG-4 Part 14", "audio/mp4", "m4a")  # the reference takes sound alone for video
HEIF = FileType("HEIF", "High Efficiency Image File Format", "image/heif", "heif")
AVIF = FileType("AVIF", "AV1 Image File Format", "image/avif", "avif")
EPS = FileType("EPS", "Encapsulated PostScript", "application/postscript", "eps")
JXL = FileType("JXL", "JPEG XL Image Coding System", "image/jxl", "jxl")  # unknown to the reference
# Unknown to the reference; names and MIME types as registered, else ExifTool's
JP2 = FileType("JP2", "JPEG 2000", "image/jp2", "jp2")
JPX = FileType("JPX", "JPEG 2000 with extensions", "image/jpx", "jpf")
JPM = FileType("JPM", "JPEG 2000 compound image", "image/jpm", "jpm")
JPH = FileType("JPH", "High-throughput JPEG 2000", "image/jph", "jph")
J2C = FileType("J2C", "JPEG 2000 codestream", "image/x-j2c", "j2c")
PBM = FileType("PBM", "Portable Bitmap", "image/x-portable-bitmap", "pbm")
PGM = FileType("PGM", "Portable Graymap", "image/x-portable-graymap", "pgm")
PPM = FileType("PPM", "Portable Pixmap", "image/x-portable-pixmap", "ppm")
PAM = FileType("PAM", "Portable Arbitrary Map", "image/x-portable-arbitrarymap", "pam")
PFM = FileType("PFM", "Portable FloatMap", "image/x-pfm", "pfm")
DPX = FileType("DPX", "Digital Picture Exchange", "image/x-dpx", "dpx")
EXR = FileType("EXR", "OpenEXR", "image/x-exr", "exr")
HDR = FileType("HDR", "Radiance RGBE", "image/vnd.radiance", "hdr")
FLIF = FileType("FLIF", "Free Lossless Image Format", "image/flif", "flif")
BPG = FileType("BPG", "Better Portable Graphics", "image/bpg", "bpg")
XCF = FileType("XCF", "GIMP Image", "image/x-xcf", "xcf")
MIFF = FileType("MIFF", "Magick Image File Format", "image/x-miff", "miff")
DJVU = FileType("DJVU", "DjVu Document", "image/vnd.djvu", "djvu")
FPF = FileType("FPF", "FLIR Public Image Format", "image/x-flir-fpf", "fpf")
PICT = FileType("PICT", "Macintosh Picture", "image/x-pict", "pict")
PCD = FileType("PCD", "Kodak Photo CD Image Pac", "image/x-photo-cd", "pcd")
MRC = FileType("MRC", "Medical Research Council Image", "image/x-mrc", "mrc")
X3F = FileType("X3F", "Sigma Camera Raw", "image/x-sigma-x3f", "x3f")
MRW = FileType("MRW", "Minolta Camera Raw", "image/x-minolta-mrw", "mrw")
DV = FileType("DV", "Digital Video", "video/x-dv", "dv")
R3D = FileType("R3D", "Redcode Raw Video", "video/x-red-r3d", "r3d")
SVG = FileType("SVG", "Scalable Vector Graphics", "image/svg+xml", "svg")
XMP = FileType("XMP", "Extensible Metadata Platform", "application/rdf+xml", "xmp")
XML = FileType("XML", "Extensible Markup Language", "application/xml", "xml")
MP3 = FileType("MP3", "MPEG Audio Layer III", "audio/mpeg", "mp3")

# Camera raw files
ARW = FileType("ARW", "Sony Camera Raw", "image/x-sony-arw", "arw")
CRW = FileType("CRW", "Canon Camera Raw", "image/x-canon-crw", "crw")
CR2 = FileType("CR2", "Canon Camera Raw", "image/x-canon-cr2", "cr2")
CRX = FileType("CRX", "Canon Camera Raw", None, "cr3")
NEF = FileType("NEF", "Nikon Camera Raw", "image/x-nikon-nef", "nef")
DNG = FileType("DNG", "Adobe Digital Negative", "image/x-adobe-dng", "dng")
PEF = FileType("PEF", "Pentax Camera Raw", "image/x-pentax-pef", "pef")
SRW = FileType("SRW", "Samsung Camera Raw", "image/x-samsung-srw", "srw")
ORF = FileType("ORF", "Olympus Camera Raw", "image/x-olympus-orf", "orf")
RAF = FileType("RAF", "FujiFilm Camera Raw", "image/x-fuji-raf", "raf")
RW2 = FileType("RW2", "Panasonic Camera Raw", None, "rw2")

# Told apart only: the reference reads nothing from these
AAC = FileType("AAC", "Advanced Audio Coding", "audio/aac", "m4a")
ASF = FileType("ASF", "Advanced Systems Format", "video/x-ms-asf", "asf")
CFBF = FileType("CFBF", "Compound File Binary Format")
FLV = FileType("FLV", "Flash Video", "video/x-flv", ".flv")
INDD = FileType("INDD", "INDesign Document", "application/octet-stream", ".indd")
MXF = FileType("MXF", "Material Exchange Format", "application/mxf", "mxf")
PDF = FileType("PDF", "Portable Document Format", "application/pdf", "pdf")
QXP = FileType("QXP", "Quark XPress Document", None, "qzp")
RAM = FileType("RAM", "RealAudio", "audio/vnd.rn-realaudio", "aac")
RTF = FileType("RTF", "Rich Text Format", "application/rtf", "rtf")
SIT = FileType("SIT", "Stuffit Archive", "application/x-stuffit", "sit")
SITX = FileType("SITX", "Stuffit X Archive", "application/x-stuffitx", "sitx")
SWF = FileType("SWF", "Small Web Format", "application/vnd.adobe.flash-movie", "swf")
VOB = FileType("VOB", "Video Object", "video/dvd", ".vob")
ZIP = FileType("ZIP", "ZIP Archive", "application/zip", "zip")

# Longest match wins, so a CR2 is not taken for the TIFF that it also is.
MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8", JPEG),
    (b"II\x2a\x00", TIFF),
    (b"MM\x00\x2a", TIFF),
    (b"II\x2b\x00\x08\x00", TIFF),  # BigTIFF, as newer releases of the reference have it
    (b"MM\x00\x2b\x00\x08", TIFF),
    (b"8BPS", PSD),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG),
    (b"BM", BMP),
    (b"BA", BMP),  # OS/2 bitmap array, then its icons and pointers
    (b"CI", BMP),
    (b"CP", BMP),
    (b"IC", BMP),
    (b"PT", BMP),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\x00\x00\x01\x00", ICO),
    (b"\x0a\x00\x01", PCX),
    (b"\x0a\x02\x01", PCX),
    (b"\x0a\x03\x01", PCX),
    (b"\x0a\x05\x01", PCX),
    (b"II\x1a\x00\x00\x00HEAPCCDR", CRW),
    (b"II\x2a\x00\x10\x00\x00\x00CR", CR2),
    (b"IIRO\x08\x00", ORF),
    (b"IIRS\x08\x00", ORF),
    (b"MMOR\x00\x00", ORF),
    (b"FUJIFILMCCD-RAW", RAF),
    (b"II\x55\x00", RW2),
    (b"%!PS", EPS),
    (b"\xc5\xd0\xd3\xc6", EPS),
    (b"\xff\x0a", JXL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JXL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JP2),
    (b"\0\0\0\x0cjP\x1a\x1a\r\n\x87\n", JP2),  # of the draft
    (b"\xff\x4f\xff\x51\0", J2C),
    (b"SDPX", DPX),
    (b"XPDS", DPX),
    (b"\x76\x2f\x31\x01", EXR),
    (b"#?RADIANCE", HDR),
    (b"#?RGBE", HDR),
    (b"FLIF", FLIF),
    (b"BPG\xfb", BPG),
    (b"gimp xcf ", XCF),
    (b"id=ImageMagick", MIFF),
    (b"AT&TFORM", DJVU),
    (b"FPF Public Image Format\0", FPF),
    (b"FOVb", X3F),
    (b"\0MRM", MRW),
    (b"\x1f\7\0", DV),
    (b"PF\n", PFM),
    (b"Pf\n", PFM),
    (b"P7\n", PAM),
    (b"\xff\xf1", AAC),
    (b"\xff\xf9", AAC),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", ASF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", CFBF),
    (b"FLV", FLV),
    (b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5\xbd\x31\xef\xe7\xfe\x74\xb7\x1d", INDD),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02", MXF),
    (b"%PDF", PDF),
    (b"\x00\x00IIXPR3", QXP),
    (b"\x00\x00MMXPR3", QXP),
    (b"rtsp://", RAM),
    (b"{\\rtf1", RTF),
    (b"SIT!\x00", SIT),
    (b"StuffIt (c)1997-", SIT),
    (b"StuffIt!", SITX),
    (b"CWS", SWF),
    (b"FWS", SWF),
    (b"ZWS", SWF),
    (b"\x00\x00\x01\xba", VOB),
    (b"PK", ZIP),
)

# RIFF: the form type at offset 8.
RIFF_FORMS = {b"WAVE": WAV, b"AVI ": AVI, b"WEBP": WEBP}

# TIFF files by their first bytes, told apart by their first directory.
CAMERAS = (NEF, DNG, ARW, PEF, SRW)

# JPEG 2000: "ftyp" at offset 16, the brand at offset 20 (ISO/IEC 15444-1, I.5.2; -2, M.8; -6, B.4; -15, D.3).
JPEG_2000_BRANDS = {b"jpx ": JPX, b"jpm ": JPM, b"jph ": JPH}

# What gives a type away and stands further behind: of these every byte before may be anything.
MAGIC_BEHIND: tuple[tuple[int, bytes, FileType], ...] = (
    (4, b"RED2", R3D),
    (10, b"\0\x11\2\xff\x0c\0", PICT),
    (208, b"MAP \x44\x44\0\0", MRC),
    (208, b"MAP \x44\x41\0\0", MRC),
    (208, b"MAP \x11\x11\0\0", MRC),
    (522, b"\0\x11\2\xff\x0c\0", PICT),
    (2048, b"PCD_IPI", PCD),
)

# Netpbm's letters are found in text too: behind them a blank and a number or a comment have to stand.
NETPBM = {b"1": PBM, b"4": PBM, b"2": PGM, b"5": PGM, b"3": PPM, b"6": PPM}

# The first element of a document, by its local name. XML of other kinds (pages, mail, settings of programs) is no
# picture's: of that, what cameras and programs write beside pictures and films is known.
ROOTS = {
    b"svg": SVG,
    **dict.fromkeys((b"xmpmeta", b"xapmeta", b"RDF"), XMP),
    b"NonRealTimeMeta": XML,  # Sony's films
    b"PAMDataset": XML,  # GDAL's .aux.xml
    b"MD_Metadata": XML,  # ISO 19139
    b"DeviceSettings": XML,  # Panasonic's P2 and Canon's films
    b"P2Main": XML,
    b"SL": XML,  # Capture One
}

# ISO base media: "ftyp" at offset 4, the major brand at offset 8, compatible ones from offset 16. The registered brands
# of pictures are those of ISO/IEC 23008-12, annexes B to L, and of the AV1 Image File Format; the reference knows few.
BRANDS: dict[bytes, FileType] = {
    **dict.fromkeys(
        (
            b"mif1", b"mif2", b"msf1", b"miaf", b"MiHB", b"MiHA", b"MiHE", b"MiAn", b"MiBu", b"MiCm", b"MiPr", b"heic",
            b"heix", b"heim", b"heis", b"heiv", b"hevc", b"hevx", b"hevm", b"hevs", b"hevv", b"avci", b"avcs", b"vvic",
            b"vvis", b"evbi", b"evbs", b"evmi", b"evms", b"jpeg", b"jpgs", b"j2ki", b"j2is", b"unif", b"mif3", b"1pic",
        ),
        HEIF,
    ),
    **dict.fromkeys((b"avif", b"avis", b"avio", b"MA1A", b"MA1B"), AVIF),
    b"crx ": CRX,
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), M4A),
    **dict.fromkeys(
        (
            b"3gp5", b"avc1", b"iso2", b"isom", b"M4V ", b"M4VH", b"M4VP", b"mmp4", b"mp41", b"mp42", b"mp71", b"MSNV",
            b"NDAS", b"NDSC", b"NDSH", b"NDSM", b"NDSP", b"NDSS", b"NDXC", b"NDXH", b"NDXM", b"NDXP", b"NDXS", b"nvr1",
        ),
        MP4,
    ),
}  # fmt: skip
# Brands that say how a picture's file is built, not how the picture is coded: a compatible brand may tell that.
STRUCTURES = (b"mif2", b"miaf", b"mif3", b"1pic", b"MiAn", b"MiBu", b"MiCm", b"MiPr")
PICTURES = (HEIF, AVIF)

# What a QuickTime file may begin with that has no "ftyp" (QuickTime File Format Specification, "Overview").
ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

# What may hold pictures and is none, by its first bytes: documents, archives, music, films, mail, programs.
HOLDERS = (
    b"%PDF",
    b"PK",
    b"\xd0\xcf\x11\xe0",  # Microsoft's compound files
    b"{\\rtf",
    b"ID3",
    b"OggS",
    b"fLaC",
    b"\x1a\x45\xdf\xa3",  # Matroska
    b"\x30\x26\xb2\x75",  # ASF
    b"FLV",
    b"FWS",
    b"CWS",
    b"FORM",
    b"AT&TFORM",
    b"CMMM",  # Windows' thumbnails
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"MZ",
    b"\x7fELF",
    b"SQLite",
    b"From ",
    b"Return-Path:",
    b"Received:",
    b"<?xml",
    b"<svg",
    b"<html",
    b"<!DOC",
)
