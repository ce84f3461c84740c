"""Files of metadata beside a picture (XMP Specification Part 3, "Sidecar files"; XML of cameras): one document."""

from __future__ import annotations

from metadata_digger.metadata.blocks.xml import read as read
