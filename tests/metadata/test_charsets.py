from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.charsets import decoded, escaped, strayed


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        (b"plain", None, "plain"),
        ("Größe 木".encode(), None, "Größe 木"),
        ("ö".encode(), "ISO-8859-1", "ö"),  # valid UTF-8 goes before what is declared
        (b"Gr\xf6\xdfe", None, "Größe"),
        (b"\x93quoted\x94 \x80 5", None, "“quoted” € 5"),
        (b"\x81\x8d\x8f\x90\x9d", None, "\x81\x8d\x8f\x90\x9d"),
        (b"\xcf\xf0\xe8", "windows-1251", "При"),
        (b"\xcf\xf0\xe8", "utf-8", "Ïðè"),
        (b"\xd6\xd0\xce\xc4", None, "ÖÐÎÄ"),
        (b"\xd6\xd0\xce\xc4", "GB2312", "中文"),
        (b"\x93\xfa\x96{", None, "“ú–{"),
        (b"\x93\xfa\x96{", "shift_jis", "日本"),
        (b"a\xff", "EUC-KR", "aÿ"),  # not of the declared set
        (b"a\xe9", "unicode_escape", "aé"),  # not a character set
        (b"\0a", "utf-16be", "a"),
        ("日本語".encode()[:-1], None, "日本èª"),  # cut in the middle of a letter
        ("日本".encode()[:-2], None, "日æ"),
        ("é".encode() + b"\xe9" + "é".encode(), None, "ééé"),
    ],
)
def test_decoded(data: bytes, declared: str | None, text: str) -> None:
    assert decoded(data, declared) == text


@given(st.binary())
def test_no_byte_is_lost(data: bytes) -> None:
    assert "\ufffd" not in decoded(data) or "\ufffd".encode() in data
    assert len(strayed(data)) >= len(data.decode("utf-8", "ignore"))
    decoded(data).encode()


@given(
    st.binary(), st.sampled_from(["utf-8", "ISO-8859-2", "GB2312", "EUC-JP", "utf-16be", "shift_jis", "TIS-620", "x"])
)
def test_anything_is_text(data: bytes, declared: str) -> None:
    decoded(data, declared).encode()


@pytest.mark.parametrize(
    ("sequence", "name"),
    [
        (b"\x1b%G", "UTF-8"),
        (b"\x1b%/I", "UTF-8"),
        (b"\x1b%/E", "UTF-16BE"),
        (b"\x1b-A", "ISO-8859-1"),
        (b"\x1b.A", "ISO-8859-1"),
        (b"\x1b/A", "ISO-8859-1"),
        (b"\x1b(B\x1b-B", "ISO-8859-2"),
        (b"\x1b%G\x1b-A", "UTF-8"),
        (b"\x1b$)C", "EUC-KR"),
        (b"\x1b(B", None),
        (b"\x1b", None),
        (b"UTF-8", None),
    ],
)
def test_escape_sequences(sequence: bytes, name: str | None) -> None:
    assert escaped(sequence) == name
