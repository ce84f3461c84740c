"""XMP: well-known namespaces with their prefixes, aliases, and the forms of Dublin Core properties (ISO 16684-1)."""

VALUE_COUNT = 0xFFFF
XMP = {VALUE_COUNT: "XMP Value Count"}

XML = "http://www.w3.org/XML/1998/namespace"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
DC_OLD = "http://purl.org/dc/1.1/"  # read as DC
X = "adobe:ns:meta/"
XMP_NS = "http://ns.adobe.com/xap/1.0/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
MM = "http://ns.adobe.com/xap/1.0/mm/"
NOTE = "http://ns.adobe.com/xmp/note/"
EXIF = "http://ns.adobe.com/exif/1.0/"
DM = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"

# Paths use these prefixes, whatever the packet calls them.
PREFIXES = {
    XML: "xml",
    RDF: "rdf",
    DC: "dc",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.adobe.com/DICOM/": "DICOM",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    X: "x",
    "http://ns.adobe.com/iX/1.0/": "iX",
    XMP_NS: "xmp",
    RIGHTS: "xmpRights",
    MM: "xmpMM",
    "http://ns.adobe.com/xap/1.0/bj/": "xmpBJ",
    NOTE: "xmpNote",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/pdfx/1.3/": "pdfx",
    "http://www.npes.org/pdfx/ns/id/": "pdfxid",
    "http://www.aiim.org/pdfa/ns/schema#": "pdfaSchema",
    "http://www.aiim.org/pdfa/ns/property#": "pdfaProperty",
    "http://www.aiim.org/pdfa/ns/type#": "pdfaType",
    "http://www.aiim.org/pdfa/ns/field#": "pdfaField",
    "http://www.aiim.org/pdfa/ns/id/": "pdfaid",
    "http://www.aiim.org/pdfa/ns/extension/": "pdfaExtension",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/album/1.0/": "album",
    EXIF: "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/png/1.0/": "png",
    "http://ns.adobe.com/jpeg/1.0/": "jpeg",
    "http://ns.adobe.com/jp2k/1.0/": "jp2k",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/StockPhoto/1.0/": "bmsp",
    "http://ns.adobe.com/creatorAtom/1.0/": "creatorAtom",
    "http://ns.adobe.com/asf/1.0/": "asf",
    "http://ns.adobe.com/xmp/wav/1.0/": "wav",
    "http://ns.adobe.com/bwf/bext/1.0/": "bext",
    "http://ns.adobe.com/riff/info/": "riffinfo",
    "http://ns.adobe.com/xmp/1.0/Script/": "xmpScript",
    "http://ns.adobe.com/TransformXMP/": "txmp",
    "http://ns.adobe.com/swf/1.0/": "swf",
    DM: "xmpDM",
    "http://ns.adobe.com/xmp/transient/1.0/": "xmpx",
    "http://ns.adobe.com/xap/1.0/t/": "xmpT",
    "http://ns.adobe.com/xap/1.0/t/pg/": "xmpTPg",
    "http://ns.adobe.com/xap/1.0/g/": "xmpG",
    "http://ns.adobe.com/xap/1.0/g/img/": "xmpGImg",
    "http://ns.adobe.com/xap/1.0/sType/Font#": "stFnt",
    "http://ns.adobe.com/xap/1.0/sType/Dimensions#": "stDim",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/Version#": "stVer",
    "http://ns.adobe.com/xap/1.0/sType/Job#": "stJob",
    "http://ns.adobe.com/xap/1.0/sType/ManifestItem#": "stMfs",
    "http://ns.adobe.com/xmp/Identifier/qual/1.0/": "xmpidq",
}

# Top-level properties that stand for another one: its name, and "seq" or "alt" when they are an item of an array.
ALIASES = {
    "xmp:Author": ("dc:creator", "seq"),
    "xmp:Authors": ("dc:creator", None),
    "xmp:Description": ("dc:description", None),
    "xmp:Format": ("dc:format", None),
    "xmp:Keywords": ("dc:subject", None),
    "xmp:Locale": ("dc:language", None),
    "xmp:Title": ("dc:title", None),
    "xmpRights:Copyright": ("dc:rights", None),
    "pdf:Author": ("dc:creator", "seq"),
    "pdf:BaseURL": ("xmp:BaseURL", None),
    "pdf:CreationDate": ("xmp:CreateDate", None),
    "pdf:Creator": ("xmp:CreatorTool", None),
    "pdf:ModDate": ("xmp:ModifyDate", None),
    "pdf:Subject": ("dc:description", "alt"),
    "pdf:Title": ("dc:title", "alt"),
    "photoshop:Author": ("dc:creator", "seq"),
    "photoshop:Caption": ("dc:description", "alt"),
    "photoshop:Copyright": ("dc:rights", "alt"),
    "photoshop:Keywords": ("dc:subject", None),
    "photoshop:Marked": ("xmpRights:Marked", None),
    "photoshop:Title": ("dc:title", "alt"),
    "photoshop:WebStatement": ("xmpRights:WebStatement", None),
    "tiff:Artist": ("dc:creator", "seq"),
    "tiff:Copyright": ("dc:rights", None),
    "tiff:DateTime": ("xmp:ModifyDate", None),
    "tiff:ImageDescription": ("dc:description", None),
    "tiff:Software": ("xmp:CreatorTool", None),
    "exif:DateTimeDigitized": ("xmp:CreateDate", None),
    "png:Author": ("dc:creator", "seq"),
    "png:Copyright": ("dc:rights", "alt"),
    "png:CreationTime": ("xmp:CreateDate", None),
    "png:Description": ("dc:description", "alt"),
    "png:ModificationTime": ("xmp:ModifyDate", None),
    "png:Software": ("xmp:CreatorTool", None),
    "png:Title": ("dc:title", "alt"),
}
ALIAS_NAMESPACES = {"dc": DC, "xmp": XMP_NS, "xmpRights": RIGHTS}

# Dublin Core properties that are arrays even where a packet writes one plain value; True: language alternatives.
DC_ARRAYS = {
    "dc:contributor": False,
    "dc:language": False,
    "dc:publisher": False,
    "dc:relation": False,
    "dc:subject": False,
    "dc:type": False,
    "dc:creator": False,
    "dc:date": False,
    "dc:description": True,
    "dc:rights": True,
    "dc:title": True,
}
