"""Which tags tell a device, a person or a document, and which never do: data only.

Makers' and Exif's names are metadata-extractor's, XMP's those of its specifications (ISO 16684, Adobe's XMP part 2,
IPTC Photo Metadata 2021, PLUS 1.2.1, Exif 2.32 for XMP). All else in Exif and makernotes are settings, times, sizes and
counts that differ from shot to shot, or are shared by chance.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """`worth`: how sure two files that share a value nobody else has are of one origin, 0 to 1. `least`: the part of it
    that is left when every file has the value; a serial number stays one in the archive of a single camera."""

    name: str
    worth: float
    least: float = 0.0
    group: str = ""  # of kinds that say the same thing; none: a group of its own


DEVICE = Kind("device", 0.95, 0.9)
DOCUMENT = Kind("document", 0.95, 0.5)
PERSON = Kind("person", 0.85, 0.5)
PART = Kind("part", 0.8, 0.5)  # a lens or flash of which there is one
SOFTWARE = Kind("software", 0.45)
VERSION = Kind("version", 0.2, group="software")  # a number such as 1.00, which tells nothing without the camera
TEXT = Kind("text", 0.45)
MODEL = Kind("model", 0.4, group="camera")
LENS = Kind("lens", 0.3)
PLACE = Kind("place", 0.3)
OTHER = Kind("other", 0.3)
SUBJECT = Kind("subject", 0.2)
MAKER = Kind("maker", 0.15, group="camera")
PROFILE = Kind("profile", 0.15)

# By the tag's name, in whatever directory. Sought in this order when there are more than can be counted.
TAGS: dict[Kind, tuple[str, ...]] = {
    DEVICE: (
        "Body Serial Number",
        "Camera Serial Number",
        "Internal Serial Number",
        "Serial Number",
        "Serial Info Array",  # Canon's internal one
        "User Label",  # Reconyx: what the owner calls this camera
    ),
    DOCUMENT: (
        "Unique Image ID",
        "Image Unique ID",
        "Content Identifier",
        "Individual Image Unique ID List",
        "Unique Object Name",
        "Unique Document Identifier",
        "Master Document Identifier",
    ),
    PERSON: (
        "Camera Owner Name",
        "Owner Name",
        "Artist",
        "Author",
        "Copyright",
        "Windows XP Author",
        "By-line",
        "Caption Writer/Editor",
        "Contact",
        "Copyright Notice",
        "Credit",
        "Owner Identifier",
        "URL",  # Photoshop: of the owner
    ),
    PART: (
        "Lens Serial Number",
        "Internal Lens Serial Number",
        "Accessory Serial Number",
        "Extender Serial Number",
        "Flash Serial Number",
    ),
    SOFTWARE: (
        "Software",
        "Host Computer",
        "Firmware",
        "Firmware Version",
        "Firmware Revision",
        "Firmware Name",
        "Body Firmware Version",
        "Software Version",
        "Nikon Capture Version",
        "Originating Program",
        "Creator",  # EPS: the program
        "Encoder",
    ),
    TEXT: (
        "Image Description",
        "User Comment",
        "Comment",
        "JPEG Comment",
        "Textual Data",
        "Document Name",
        "Caption/Abstract",
        "Headline",
        "Object Name",
        "Source",
        "Special Instructions",
        "Title",
        "Description",
        "Windows XP Title",
        "Windows XP Comment",
        "Windows XP Subject",
    ),
    MODEL: ("Model", "Camera Model", "Unique Camera Model", "Camera Id", "Camera ID", "Device Type", "Image Type"),
    LENS: ("Lens Model", "Lens", "Lens Type", "Lens Information"),
    PLACE: ("MD Location", "City", "Sub-location", "Province/State"),
    SUBJECT: ("Keywords", "Supplemental Category(s)", "Windows XP Keywords", "Country/Primary Location Name"),
    MAKER: ("Make", "Lens Make"),
    PROFILE: ("Profile Description", "Profile Copyright"),
}

# XMP, by the last step of a property's path without the number of an item: xmpMM:History[2]/stEvt:instanceID is
# stEvt:instanceID.
PROPERTIES: dict[Kind, tuple[str, ...]] = {
    DEVICE: ("aux:SerialNumber", "exif:SerialNumber", "exifEX:BodySerialNumber", "Camera:RigName"),
    DOCUMENT: (
        "xmpMM:DocumentID",
        "xmpMM:OriginalDocumentID",
        "xmpMM:InstanceID",
        "stRef:documentID",
        "stRef:originalDocumentID",
        "stRef:instanceID",
        "stEvt:instanceID",
        "photoshop:DocumentAncestors",
        "exif:ImageUniqueID",
        "Iptc4xmpExt:DigImageGUID",
        "plus:ImageCreatorImageID",
        "plus:ImageSupplierImageID",
        "dc:identifier",
    ),
    PERSON: (
        "dc:creator",
        "dc:rights",
        "aux:OwnerName",
        "exifEX:CameraOwnerName",
        "photoshop:CaptionWriter",
        "photoshop:Credit",
        "xmpRights:Owner",
        "xmpRights:WebStatement",
        "Iptc4xmpCore:CiEmailWork",
        "Iptc4xmpCore:CiTelWork",
        "Iptc4xmpCore:CiUrlWork",
        "Iptc4xmpCore:CiAdrExtadr",
        "plus:CopyrightOwnerName",
        "plus:CopyrightOwnerID",
        "plus:ImageCreatorName",
        "plus:ImageCreatorID",
        "plus:LicensorName",
        "plus:LicensorEmail",
        "plus:LicensorURL",
        "cc:attributionName",
        "cc:attributionURL",
    ),
    PART: ("aux:LensSerialNumber", "exifEX:LensSerialNumber"),
    SOFTWARE: ("xmp:CreatorTool", "stEvt:softwareAgent", "aux:Firmware", "GIMP:Version"),
    TEXT: ("dc:title", "dc:description", "photoshop:Headline", "photoshop:Instructions", "photoshop:Source"),
    MODEL: ("tiff:Model",),
    LENS: ("aux:Lens", "exifEX:LensModel"),
    PLACE: ("photoshop:City", "photoshop:State", "Iptc4xmpCore:Location"),
    SUBJECT: ("dc:subject", "photoshop:Country", "photoshop:Category", "photoshop:SupplementalCategories"),
    MAKER: ("tiff:Make", "exifEX:LensMake"),
    PROFILE: ("photoshop:ICCProfile",),
}

# Directories whose tags are written by people and their programs: what no table knows may tell something there.
FREE = ("XMP", "QuickTime Metadata", "MP4", "IPTC")

# Of those what is never counted: times, sizes, ratings, counts, settings of cameras and raw converters, qualifiers.
VOLATILE = re.compile(
    r"XMP\.(?:(?:crs|exif|exifEX|tiff|aux|xmpTPg|xmpG|xmpDM|stDim|stArea|GDepth|GFocus|GImage|GPano|GCamera|Container|"
    r"hdrgm|HDRGainMap|apple-fi|mwg-rs|MPRI|MPReg|drone-dji|xmpNote)\b.*"
    r"|(?:xmp:(?:Rating|Label)|MicrosoftPhoto.*:Rating|dc:format|dc:language|xmpRights:Marked|photoshop:(?:ColorMode|"
    r"Urgency|AuthorsPosition|LegacyIPTCDigest|SidecarForExtension|History)|stEvt:(?:action|changed|parameters|when)|"
    r"XMP Value Count)$)"
    r"|.*(?:lang|type|set)$"
    r"|.*(?:date|time|when|year|month|duration|size|width|height|count|number|unit|rotation|rating|digest|version|format|"
    r"brand|matrix|rate|volume|selection|poster|preview|urgency|category|status).*",
    re.IGNORECASE,
)

# Values that stand where nobody put any: of programs, of makers, and of the shape that is not one's own.
JUNK = re.compile(
    r"\W*|(.)\1*|(?:0[ .,:-]*)+"
    r"|true|false|yes|no|on|off|none|\(none\)|null|nil|nan|n/?a|unknown(?: \(.*\))?|undefined|unspecified|default|"
    r"normal|standard|auto|ascii|unicode|test|user|owner|owner name|your name|author|artist|copyright|comment|title|"
    r"image description|x-default|public domain|all rights reserved\.?|screenshot|picasa|applemark|"
    r"(?:\w+ )?digital (?:still )?camera|sony dsc|samsung|sec|dcim\b.*|exif_\w+|charset=\w+.*"
    r"|\[\d+ values\]|\(?<?\d+ bytes.*"
    r"|uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b",  # Windows writes it into every file that it gives a rating
    re.IGNORECASE | re.DOTALL,
)
SERIAL = re.compile(r"(?=.*\d)(?=.*\w{4}).*", re.DOTALL)  # what a serial number has at least

_BY_TAG = {tag: kind for kind, tags in TAGS.items() for tag in tags}
_BY_PROPERTY = {name: kind for kind, names in PROPERTIES.items() for name in names}
KINDS = (*TAGS, VERSION, OTHER)
ORDER = {kind: number for number, kind in enumerate(KINDS)}
_VERSION = re.compile(r"firmware|version|ver\b", re.IGNORECASE)
_NAMED = re.compile(r"[^\W\d_]{3}")  # a word, so a program's name and not a number alone
_ITEM = re.compile(r"\[\d+\]")


def kind_of(directory: str, tag: str, value: str) -> Kind | None:
    """The kind of a value, None when it never counts."""
    kind = _kind_of_tag(directory, tag)
    return VERSION if kind is SOFTWARE and not _NAMED.search(_VERSION.sub("", value)) else kind


def _kind_of_tag(directory: str, tag: str) -> Kind | None:
    if directory == "XMP":
        name = _ITEM.sub("", tag)
        last = name.rpartition("/")[2]
        known = _BY_PROPERTY.get(last)
        return known or (None if VOLATILE.match(f"XMP.{last}") or VOLATILE.match(f"XMP.{name}") else OTHER)
    known = _BY_TAG.get(tag)
    if known is not None:
        return known
    return OTHER if directory in FREE and not VOLATILE.match(f"{directory}.{tag}") else None


def tells(kind: Kind, value: str) -> bool:
    """Whether a value of this kind says anything."""
    text = value.strip("\0 \t\r\n")
    if JUNK.fullmatch(text) or (kind is OTHER and len(text) < _SHORTEST):
        return False
    return kind not in (DEVICE, PART) or SERIAL.fullmatch(text) is not None


_SHORTEST = 4  # characters of a value of an unknown tag
