"""Tags of WebP pictures (RFC 9649)."""

WEBP = {
    1: "Image Height",
    2: "Image Width",
    3: "Has Alpha",
    4: "Is Animation",
}
