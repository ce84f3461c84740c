"""XML of no kind that is known better."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks import xml
from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.source import Reader

from ..build_xmp import packet
from ..show import leaves, named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a/>", {}),
        ("<a>b</a>", {"a": "b"}),
        ("<a c='d'><b>1</b><b>2</b><e> f\n</e></a>", {"a/@c": "d", "a/b[1]": "1", "a/b[2]": "2", "a/e": "f"}),
        ("<p:a xmlns:p='urn:x' p:q='1'/>", {"p:a/@p:q": "1"}),
        ("<a><![CDATA[<b>]]></a>", {"a": "<b>"}),
        ("<a><b>c</a>", {"a/b": "c"}),
    ],
)
def test_paths(text: str, expected: dict[str, str]) -> None:
    (directory,) = xml.read(Reader.over(text.encode()))
    assert leaves(directory) == expected
    assert directory.values[1] in ("a", "p:a")


def test_rdf_is_xmp() -> None:
    assert named(xml.read(Reader.over(packet("")))) == ["XMP"]


def test_entities_of_its_own_are_no_files_and_no_bomb() -> None:
    text = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname"><!ENTITY c "&d;&d;">]><a>&b;&c;</a>'
    (directory,) = xml.read(Reader.over(text))
    assert leaves(directory) == {"a": "&b;&c;"}
    assert directory.errors


def test_leaves_are_bounded() -> None:
    (directory,) = xml.read(Reader.over(b"<a>" + b"<b>c</b>" * 5000 + b"</a>"))
    assert len(directory.xmp) == 2000
    assert directory.errors == ["Only the first 2,000 texts and attributes are kept"]


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "LONGEST", 16)
    found = xml.read(Reader.over(b"<a>" + b"b" * 100 + b"</a>"))
    assert next(found).errors
    with pytest.raises(Malformed, match="Only the first"):
        next(found)
