"""Whether the hashes and the signature of a C2PA manifest hold, by the C2PA project's own library (the extra `c2pa`).

A state and its reasons, never a verdict: "Valid" says that nothing was changed since somebody signed, whoever that was.
No certificate is looked up in a list of trusted ones, and nothing is fetched.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from typing import Any

from metadata_digger.errors import ConfigError
from metadata_digger.metadata.model import Directory
from metadata_digger.pipeline import OpenFile
from metadata_digger.schema import OWN_TAG

KEY = "enrichment.provenance.check"
DIRECTORY = "C2PA Check"
_STATE, _REASONS = OWN_TAG - 17, OWN_TAG - 18
_MIME, _TYPE = 3, "File Type"
_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": False}}
_MOST = 20  # reasons that are told


def check_installed() -> None:
    """Raises ConfigError."""
    if find_spec("c2pa") is None:
        raise ConfigError(f"{KEY}=true needs the package c2pa-python: pip install 'metadata-digger[c2pa]'")


def own_tags(directories: list[Directory], file: OpenFile) -> list[tuple[int, str, str]]:
    """(id, name, value), none of a file without a manifest. Raises StorageError when it cannot be read whole."""
    if not any(one.name == "C2PA" for one in directories):
        return []
    kind = next((str(one.values.get(_MIME)) for one in directories if one.name == _TYPE), "")
    state, reasons = _state(file.content(), kind)
    found = [(_STATE, "MD C2PA State", state)]
    if reasons:
        found.append((_REASONS, "MD C2PA State Reasons", "; ".join(reasons[:_MOST])))
    return found


def _state(content: bytes, mime: str) -> tuple[str, list[str]]:
    """In the library's words, and the codes of the C2PA specification with what they mean."""
    import io

    import c2pa  # type: ignore[import-not-found,unused-ignore]  # an extra

    try:
        reader = c2pa.Reader(mime, io.BytesIO(content), context=_context())
        told: dict[str, Any] = json.loads(reader.json())
        reader.close()
    except c2pa.C2paError as error:
        return "Unreadable", [str(error)]
    codes = dict.fromkeys(str(one.get("code")) for one in told.get("validation_status") or ())
    return str(told.get("validation_state", "Unknown")), list(codes)


@cache
def _context() -> Any:
    import c2pa

    return c2pa.Context(c2pa.Settings.from_dict(_OFFLINE))
