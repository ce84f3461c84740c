"""filter.allowedFileTypes: names as the column FileType has them, or extensions of file names."""

from __future__ import annotations

from metadata_digger.config.values import Kind

# What metadata.extract.detect gives; a test holds them together (config must not import the extractor).
NAMES = (
    "JPEG", "TIFF", "PNG", "GIF", "BMP", "WebP", "HEIF", "AVIF", "JXL", "PSD", "ICO", "PCX", "EPS",
    "JP2", "JPX", "JPM", "JPH", "J2C", "PBM", "PGM", "PPM", "PAM", "PFM", "SVG", "XMP", "XML",
    "DPX", "EXR", "HDR", "FLIF", "BPG", "XCF", "MIFF", "DJVU", "FPF", "PICT", "PCD", "MRC", "X3F", "MRW", "DV", "R3D",
    "CR2", "CRW", "CRX", "ORF", "RAF", "RW2", "NEF", "DNG", "ARW", "PEF", "SRW",
    "MP4", "MOV", "AVI", "WAV", "MP3", "RIFF",
    "AAC", "ASF", "CFBF", "FLV", "INDD", "MXF", "PDF", "QXP", "RAM", "RTF", "SIT", "SITX", "SWF", "VOB", "ZIP",
)  # fmt: skip
EXTENSIONS = {
    **dict.fromkeys(("JPG", "JPE", "JFIF"), "JPEG"),
    "TIF": "TIFF",
    **dict.fromkeys(("HEIC", "HIF"), "HEIF"),
    "CR3": "CRX",
    "NRW": "NEF",
    **dict.fromkeys(("M4V", "M4A", "3GP", "3G2"), "MP4"),
    **dict.fromkeys(("J2K", "JPC"), "J2C"),
    "JPF": "JPX",
    "PNM": "PPM",
    "SVGZ": "SVG",
    "QT": "MOV",
    "DIB": "BMP",
    "WMV": "ASF",
    "WMA": "ASF",
}
# Raw files that are TIFFs by their first bytes: allowing them by name would let every TIFF through unasked.
TIFFS = ("3FR", "DCR", "ERF", "IIQ", "KDC", "MEF", "SR2")


def _file_types(text: str) -> tuple[str, ...] | None:
    """Names out of NAMES, each once; None stands for everything."""
    if text == "*":
        return None
    items = [item for item in (part.strip() for part in text.split(",")) if item]
    if not items:
        raise ValueError("must name at least one, or be * for all of them")
    return tuple(dict.fromkeys(map(_file_type, items)))


def _file_type(item: str) -> str:
    known = {name.upper(): name for name in NAMES} | EXTENSIONS
    word = item.upper().removeprefix("*").removeprefix(".")
    if word in known:
        return known[word]
    if word in TIFFS:
        raise ValueError(f"{item!r} files have the type TIFF, as the column FileType shows: write TIFF")
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.5)
    advice = f"did you mean {known[near[0]]}?" if near else f"it must be one of {', '.join(NAMES)}"
    raise ValueError(f"{item!r} is no file type that is told apart; {advice}")


FILE_TYPES = Kind("comma list of file types or extensions, or `*` for all", _file_types)
