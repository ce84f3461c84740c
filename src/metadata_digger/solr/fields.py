"""Names of fields in the collection that solr-init makes (configset/managed-schema.xml)."""

from __future__ import annotations

import re


def score_field(label: str) -> str:
    """The field with a label's score: score_traffic_light of "traffic light"."""
    return "score_" + re.sub(r"\W", "_", label.strip())
