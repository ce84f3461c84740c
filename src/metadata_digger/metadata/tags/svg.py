"""Tags of SVG documents: attributes of the root (SVG 2, 5.1; Inkscape and Sodipodi), and texts right below it."""

from __future__ import annotations

SVG = {
    1: "Image Width",
    2: "Image Height",
    3: "View Box",
    4: "Version",
    5: "Document Name",
    6: "Inkscape Version",
    7: "Export Filename",
    8: "Export X DPI",
    9: "Export Y DPI",
    10: "ID",
    11: "Language",
    101: "Title",
    102: "Description",
    103: "Comment",
}
ATTRIBUTES = {
    "width": 1,
    "height": 2,
    "viewBox": 3,
    "version": 4,
    "sodipodi:docname": 5,
    "inkscape:version": 6,
    "inkscape:export-filename": 7,
    "inkscape:export-xdpi": 8,
    "inkscape:export-ydpi": 9,
    "id": 10,
    "xml:lang": 11,
}
