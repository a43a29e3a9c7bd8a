"""Codes as pictures."""

from __future__ import annotations

import struct
import zlib


def png(matrix: list[list[bool]], scale: int = 8) -> bytes:
    """Black and white squares as a picture."""
    side = len(matrix) * scale
    lines = []
    for row in matrix:
        line = b"\0" + b"".join((b"\0" if dark else b"\xff") * scale for dark in row)
        lines += [line] * scale
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(lines))),
        (b"IEND", b""),
    ]
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
