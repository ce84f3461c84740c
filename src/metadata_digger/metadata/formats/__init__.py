"""Containers, one module each: `read(reader) -> Iterator[Directory]`.

A format is one module and one row here; the module is imported when the first file of its type comes by.
"""

from __future__ import annotations

from typing import NamedTuple

from metadata_digger.metadata.tags import file_types as types
from metadata_digger.metadata.tags.file_types import FileType


class Format(NamedTuple):
    """The module in this package that reads these file types."""

    module: str
    types: tuple[FileType, ...]


FORMATS: tuple[Format, ...] = (
    Format("jpeg", (types.JPEG,)),
    Format("png", (types.PNG,)),
    Format("tiff", (types.TIFF, types.CR2, types.ORF, types.RW2, *types.CAMERAS)),
    Format("gif", (types.GIF,)),
    Format("bmp", (types.BMP,)),
    Format("ico", (types.ICO,)),
    Format("pcx", (types.PCX,)),
    Format("psd", (types.PSD,)),
    Format("eps", (types.EPS,)),
    Format("raf", (types.RAF,)),
    Format("crw", (types.CRW,)),
    Format("heif", (types.HEIF, types.AVIF)),
    Format("webp", (types.WEBP,)),
    Format("jpeg_xl", (types.JXL,)),
    Format("jpeg_2000", (types.JP2, types.JPX, types.JPM, types.JPH, types.J2C)),
    Format("netpbm", (types.PBM, types.PGM, types.PPM, types.PAM, types.PFM)),
    Format("header", (types.DPX, types.EXR, types.HDR, types.FLIF, types.BPG, types.XCF, types.MIFF, types.DJVU)),
    Format("header", (types.FPF, types.PICT, types.PCD, types.MRC, types.X3F, types.MRW, types.DV, types.R3D)),
    Format("svg", (types.SVG,)),
    Format("pdf", (types.PDF,)),
    Format("sidecar", (types.XMP, types.XML)),
    Format("mp4", (types.MP4, types.M4A)),
    Format("quicktime", (types.MOV,)),
    Format("cr3", (types.CRX,)),
    Format("avi", (types.AVI,)),
    Format("wav", (types.WAV,)),
    Format("mp3", (types.MP3,)),
)
