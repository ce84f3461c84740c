"""Whether C2PA manifests hold: by the project's own library, offline, as a state and its reasons."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from metadata_digger.actions import BY_NAME, job
from metadata_digger.config import load
from metadata_digger.errors import ConfigError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.pipeline import OpenFile
from metadata_digger.steps.credentials import own_tags
from metadata_digger.storage import Entry, LocalStorage

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


def test_2_the_package_is_named_where_it_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata_digger.steps.credentials.find_spec", lambda name: None)
    path = tmp_path / "c.properties"
    path.write_text("input.paths=/\noutput.directoryPath=/o\noutput.format=csv\nenrichment.provenance.check=true\n")
    with pytest.raises(ConfigError, match=r"pip install 'metadata-digger\[c2pa\]'"):
        job(load(str(path), [], "extract"), BY_NAME["extract"])


def picture() -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(target, "JPEG")
    return target.getvalue()


def signed() -> bytes:
    """A JPEG with a manifest, signed with a key of this test's own."""
    import c2pa  # type: ignore[import-not-found,unused-ignore]  # an extra
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(text: str) -> Any:
        parts = ((NameOID.COMMON_NAME, text), (NameOID.ORGANIZATION_NAME, "Tests"))
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])

    def certificate(name: str, key: Any, by: str, by_key: Any, authority: bool) -> Any:
        now = datetime.now(UTC)
        usage = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
                "crl_sign",
            ),
            False,
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(by))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, **usage), critical=True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
        )
        if not authority:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return made.sign(by_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = certificate("leaf", leaf, "root", root, False) + certificate("root", root, "root", root, True)
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
    definition = {
        "claim_generator_info": [{"name": "tests", "version": "1"}],
        "format": "image/jpeg",
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE}]}}
        ],
    }
    target = io.BytesIO()
    c2pa.Builder(json.dumps(definition)).sign(signer, "image/jpeg", io.BytesIO(picture()), target)
    return target.getvalue()


def told(tmp_path: Path, content: bytes) -> dict[str, str]:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    url = f"file:{path}"
    file = OpenFile(url, LocalStorage().open(Entry("", url, 0, None)))
    found = {name: value for _, name, value in own_tags(read_metadata(content), file)}
    file.close()
    return found


@pytest.mark.c2pa
def test_a_state_and_its_reasons(tmp_path: Path) -> None:
    assert find_spec("c2pa") is not None
    content = signed()
    assert told(tmp_path, content)["MD C2PA State"] == "Valid"
    at = len(content) - 400  # of the scan
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    found = told(tmp_path, changed)
    assert found["MD C2PA State"] == "Invalid"
    assert "assertion.dataHash.mismatch" in found["MD C2PA State Reasons"]
    assert told(tmp_path, picture()) == {}
