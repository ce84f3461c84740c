"""The small reader of ONNX files against files made by the onnx package."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.errors import ModelError
from metadata_digger.labels.onnx_graph import Node, Tensor, read_signature

ModelBytes = Callable[..., bytes]


def test_signature(model_bytes: ModelBytes) -> None:
    content = model_bytes(metadata={"Image.BitmapPixelFormat": "Bgr8"}, outputs=("means", "twice"))
    found = read_signature(content, "x.onnx")
    assert found.inputs == (Tensor("image", "uint8", (None, 8, 8, 3)),)
    assert found.outputs == (Tensor("means", "float32", (None, 3)), Tensor("twice", "float32", (None, 3)))
    assert found.metadata == {"Image.BitmapPixelFormat": "Bgr8"}
    assert found.nodes["means"] == Node("Div", ("sums", "divisor"))


def test_every_cut_is_a_model_error(model_bytes: ModelBytes) -> None:
    content = model_bytes()
    for length in range(len(content)):
        try:
            read_signature(content[:length], "x.onnx")
        except ModelError as error:
            assert "x.onnx" in str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_signature_or_a_model_error(content: bytes) -> None:
    try:
        read_signature(content, "x.onnx")
    except ModelError:
        return


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x89PNG\r\n\x1a\n", b"\x80" * 20])
def test_other_files(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"x\.onnx: not an ONNX model"):
        read_signature(content, "x.onnx")
