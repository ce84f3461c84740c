"""Tags of PDF documents: the information dictionary (ISO 32000-2, 14.3.3), and what the catalogue says."""

from __future__ import annotations

PDF = {
    1: "PDF Version",
    2: "Page Count",
    3: "Page Size",
    4: "Title",
    5: "Author",
    6: "Subject",
    7: "Keywords",
    8: "Creator",
    9: "Producer",
    10: "Creation Date",
    11: "Modification Date",
    12: "Trapped",
    13: "Language",
    14: "Permanent ID",
    15: "Changing ID",
    16: "Revisions",
    17: "Encryption",
    18: "Other Information",
}
INFORMATION = {
    "Title": 4,
    "Author": 5,
    "Subject": 6,
    "Keywords": 7,
    "Creator": 8,
    "Producer": 9,
    "CreationDate": 10,
    "ModDate": 11,
    "Trapped": 12,
}
DATES = (10, 11)
# PDFDocEncoding where it is not Latin-1 (annex D.2, table D.2).
DOCUMENT = dict(
    zip(
        (*range(0x18, 0x20), *range(0x80, 0x9F), 0xA0),
        "˘ˇˆ˙˝˛˚˜•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž€",
        strict=True,
    )
)
