"""JPEG frame header (SOFn) and comment (COM): ITU-T T.81, B.2.2 and B.2.4.5."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.charsets import GUESSED, decoded, is_utf8
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import suffixed, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import COMMENT, COMPONENTS, COMPRESSION, FRAME

HEIGHT = 1
_FIRST = 6  # tag of the first component


def _component(_: Directory, value: Value) -> str:
    _, sampling, table = value
    return f"Quantization table {table}, Sampling factors {sampling >> 4} horiz/{sampling & 0xF} vert"


def _named_component(directory: Directory, value: Value) -> str:
    name = COMPONENTS.get(value[0]) or f"Unknown ({value[0]})"
    return f"{name} component: {_component(directory, value)}"


TABLE = TagTable(
    FRAME,
    dict.fromkeys(range(_FIRST, _FIRST + 255), _component)
    | dict.fromkeys(range(_FIRST, _FIRST + 4), _named_component)
    | {
        -3: words(COMPRESSION),
        0: suffixed(" bits"),
        1: suffixed(" pixels"),
        3: suffixed(" pixels"),
    },
)
COMMENT_TABLE = TagTable(COMMENT)


def read(reader: Reader, marker: int = 0xC0) -> Iterator[Directory]:
    """The segment after its length; `marker` is the SOFn's second byte. A component: id, sampling factors, table."""
    data = reader.bytes(0, reader.size)
    directory = Directory("JPEG", TABLE)
    values = directory.values
    values[-3] = marker - 0xC0
    size = len(data)
    for tag, start, end in ((0, 0, 1), (1, 1, 3), (3, 3, 5), (5, 5, 6)):
        if end > size:
            directory.errors.append(END)
            break
        values[tag] = int.from_bytes(data[start:end], "big")
    else:
        if size < 6 + 3 * data[5]:
            directory.errors.append("Insufficient bytes for JPEG the requested number of JPEG components.")
        else:
            for number in range(data[5]):
                start = 6 + 3 * number
                values[_FIRST + number] = (data[start], data[start + 1], data[start + 2])
    yield directory


def read_comment(reader: Reader) -> Iterator[Directory]:
    """A comment, of which T.81 does not say what characters its bytes are."""
    data = reader.bytes(0, reader.size)
    yield Directory("JpegComment", COMMENT_TABLE, {0: decoded(data)}, [] if is_utf8(data) else [GUESSED])
