"""Which photo of ours a file is, said in the file: the uploads themselves are not kept, so what we give away is a photo that we
made, and must be known again when it comes back.

The mark is a JPEG comment (ITU-T T.81, B.2.4.5) behind the first segment. It proves nothing: whoever reads it compares the
rest with the file that it names.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PREFIX = b"voting-service photo "
_MARK = re.compile(rb"([0-9a-f]{32})-(\d{2,4})\.jpg")
_SOI, _COM = b"\xff\xd8\xff", b"\xff\xfe"


class Marked(NamedTuple):
    """A file with a mark."""

    file_name: str
    """The file that it says it is."""
    plain: bytes
    """The bytes without the mark."""


def with_mark(jpeg: bytes, file_name: str) -> bytes:
    """The same picture with its file's name in it. Raises ValueError for what is no JPEG."""
    at = _behind_first_segment(jpeg)
    if at is None:
        raise ValueError("not a JPEG")
    text = _PREFIX + file_name.encode()
    return jpeg[:at] + _COM + (len(text) + 2).to_bytes(2, "big") + text + jpeg[at:]


def mark_in(data: bytes) -> Marked | None:
    """The mark and the rest; None of anything else."""
    at = _behind_first_segment(data)
    if at is None or data[at : at + 2] != _COM:
        return None
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    text = data[at + 4 : end]
    match = _MARK.fullmatch(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else None
    return Marked(match[0].decode(), data[:at] + data[end:]) if match else None


def _behind_first_segment(data: bytes) -> int | None:
    if not data.startswith(_SOI) or len(data) < 6:
        return None
    return 4 + int.from_bytes(data[4:6], "big")
