"""What the reference says when a block ends too early, and how far compressed data may grow."""

from __future__ import annotations

END = "End of data reached."
# The reference reads a file through a buffer of this size; skipping past the end of a longer one goes unnoticed until
# the next read (java.io.FileInputStream.skip seeks).
BUFFER = 8192
INFLATED = 64 << 20  # bytes that a file's compressed blocks may become, all together
_DRAINED = 2048  # a divisor of it
COLLECTED = 128 << 20  # bytes of metadata that are gathered from one file


def called(kind: bytes) -> str:
    """The type of a box as words can have it: its letters, or its bytes in hexadecimal."""
    name = kind.decode("latin-1")
    return name if name.isprintable() else kind.hex()


def beyond(index: int, count: int, size: int) -> str:
    """Its sentence for reading `count` bytes at `index` of a block of `size` bytes."""
    if index < 0:
        return f"Attempt to read from buffer using a negative index ({index})"
    if count < 0:
        return f"Number of requested bytes cannot be negative ({count})"
    if index + count - 1 > 0x7FFFFFFF:
        return (
            "Number of requested bytes summed with starting index exceed maximum range of signed 32 bit integers"
            f" (requested index: {index}, requested count: {count})"
        )
    return (
        "Attempt to read from beyond end of underlying data source"
        f" (requested index: {index}, requested count: {count}, max index: {size - 1})"
    )


def inflate(data: bytes, most: int | None = None) -> tuple[bytes, str | None]:
    """zlib data decompressed as far as it goes, and what stopped it: zlib's own words, or that the stream ends early.

    Fed 512 bytes and drained 2,048 at a time as the reference does, so that as much of what comes before a fault is
    kept. Stops at `most` bytes, INFLATED without it.
    """
    import zlib

    stream = zlib.decompressobj()
    parts: list[bytes] = []
    left = most = INFLATED if most is None else most
    try:
        for start in range(0, len(data), 512):
            piece = data[start : start + 512]
            while not stream.eof:
                room = left % _DRAINED or _DRAINED
                part = stream.decompress(piece, room)
                parts.append(part)
                left -= len(part)
                if left <= 0:
                    return b"".join(parts), f"more than {most >> 20} MiB when decompressed"
                piece = stream.unconsumed_tail
                if not piece and len(part) < room:
                    break
            if stream.eof:
                return b"".join(parts), None
    except zlib.error as error:
        message = str(error).partition(": ")[2]
        # Without words it wants a dictionary of its maker's, and the reference takes that for the end.
        return b"".join(parts), message or None
    return b"".join(parts), ENDS_EARLY


ENDS_EARLY = "Unexpected end of ZLIB input stream"
