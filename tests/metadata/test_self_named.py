from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.metadata.self_named import comment, japanese, plain, wide

TEXTS = (
    *(
        "Steps: 24, Sampler: Euler a",
        "Hi",
        "x",
        "12",
        "Größe und Höhe",
        "Łódź",
        "😀 fun",
        "Привет, мир",
        "Да",
        "Ελλάδα",
    ),
    *("שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดี", "一座白色的灯塔在海边", "中文", "木の家", "カメラ", "海"),
    *("家族写真 2019", "日期：二〇二〇年", "中国广东省深圳市南山区", "한국어 텍스트", "안녕"),
)


@pytest.mark.parametrize("end", [b"", b"\0\0", b"\0\0\0\0"])
@pytest.mark.parametrize("block", ["<", ">"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", TEXTS)
def test_wide_text_in_both_orders(text: str, encoding: str, block: str, end: bytes) -> None:
    data = text.encode(encoding) + end
    assert wide(data, block) == text
    assert wide("\ufeff".encode(encoding) + data, block) == text


@pytest.mark.parametrize("end", [b"", b"\0", b"\0\0"])
@pytest.mark.parametrize("block", ["<", ">"])
@pytest.mark.parametrize("text", TEXTS)
def test_wide_text_that_is_utf8(text: str, block: str, end: bytes) -> None:
    assert wide(text.encode() + end, block) == text
    assert wide(b"\xef\xbb\xbf" + text.encode() + end, block) == text


def test_what_is_no_utf16_is_told_in_digits() -> None:
    assert wide("ab".encode("utf-16-le") + b"\x3d\xd8" + "cd".encode("utf-16-le"), "<") == "ab\\x3d\\xd8cd"
    assert wide("ab".encode("utf-16-be") + b"\xd8\x3d", ">") == "ab\\xd8\\x3d"


@pytest.mark.parametrize("text", ["湖畔小屋", "木の家", "こんにちは", "カメラ", "東京都", "日本語テキスト", "山田太郎"])
def test_japanese(text: str) -> None:
    euc = text.encode("euc_jp")
    pairs = bytes(byte & 0x7F for byte in euc)
    for data in (pairs, euc, text.encode("cp932"), text.encode("iso2022_jp"), text.encode(), pairs + b"\0\0"):
        assert japanese(data, "<") == text


@pytest.mark.parametrize("text", ["Hello world", "Hello world!", "plain"])
def test_what_is_not_japanese(text: str) -> None:
    assert japanese(text.encode(), "<") == text


NAMES = [
    (b"ASCII\0\0\0hello", "hello"),
    (b"ASCII\0\0\0hello\0\0\0", "hello"),
    (b"ASCII\0\0\0GPS\0", "GPS"),
    (b"ASCII\0\0\0Gr\xf6\xdfe", "Größe"),
    (b"ASCII\0\0\0" + "Größe".encode(), "Größe"),
    (b"Ascii\0\0\0hello", "hello"),
    (b"ASCII   hello", "hello"),
    (b"ASCIIhello", "hello"),
    (b"ASCII\0hello", "hello"),
    (b"UNICODE\0h\0i\0", "hi"),
    (b"UNICODE\0\0h\0i", "hi"),
    (b"Unicode\0h\0i\0", "hi"),
    (b"UNICODE h\0i\0", "hi"),
    (b"UNICODE\0" + "café 茶".encode(), "café 茶"),
    (b"UNICODE\0\xff\xfeh\0i\0", "hi"),
    (b"UNICODE\0\xfe\xff\0h\0i", "hi"),
    (b"UNICODE\0", ""),
    (b"JIS\0\0\0\0\0" + b"\x4c\x5a", "木"),
    (b"jis\0\0\0\0\0" + b"\x4c\x5a", "木"),
    (b"UTF-8\0\0\0" + "茶".encode(), "茶"),
    (b"\0\0\0\0\0\0\0\0hello", "hello"),
    (b"\0\0\0\0\0\0\0\0Gr\xf6\xdfe", "Größe"),
    (b"\0\0\0\0\0\0\0\0h\0e\0l\0l\0o\0", "hello"),
    (b"\0\0\0\0\0\0\0\0\0h\0e\0l\0l\0o", "hello"),
    (b"        hello", "hello"),
    (b"no name at all", "no name at all"),
    (b"Gr\xf6\xdfe ohne Namen", "Größe ohne Namen"),
    (b"h\0e\0l\0l\0o\0 \0y\0o\0u\0", "hello you"),
    (b"short", "short"),
    (b"", ""),
]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("data", "text"), NAMES)
def test_comment(data: bytes, text: str, order: str) -> None:
    assert comment(data, order) == text


@given(
    st.binary() | st.sampled_from([data for data, _ in NAMES]).flatmap(lambda name: st.binary().map(name[:8].__add__))
)
def test_anything_is_text(data: bytes) -> None:
    for read in (comment, plain, wide, japanese):
        read(data, "<").encode()
