"""What a citizen handed in: told by its content, never by its name; a picture comes out encoded anew.

Each kind of bad file has a sentence of its own. Of a recording only what is heard is kept; a PDF as it came, and its readers
are told where it would do something by itself. Both are only ever handed out as a download, to those who handle the docket.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from .. import pictures
from ..errors import BadFile
from ..pictures import UnreadablePicture
from ..text import Text, _
from . import pdfs, sounds
from .signatures import brand_of, ends_as_zip, is_pdf, is_picture, video, why_not_taken

__all__ = [
    "EXTENSIONS",
    "MOST_AT_ONCE",
    "MOST_BYTES",
    "MOST_FILES",
    "BadFile",
    "Examined",
    "examine",
    "glance",
    "work_in",
]

Kind = Literal["picture", "pdf", "sound"]

MB = 1024**2
MOST_BYTES: dict[Kind, int] = {"picture": 15 * MB, "pdf": 20 * MB, "sound": 20 * MB}
MOST_FILES = 9
"""To a submission: as many as WeChat lets choose at once."""
MOST_AT_ONCE = 40 * MB
"""Of all files of a submission together."""
LONGEST_SIDE = 2560
"""Of a picture as it is kept: a stamp and small print can be read."""
MOST_PIXELS_UNSCALED = 16_000_000
"""Of a PNG or a WebP, which is decoded at its full size whatever is kept of it. A JPEG is not, and may have what
``pictures`` allows."""
_WORK_UNSCALED = 5
"""How much longer a pixel of those takes than one of a JPEG."""

EXTENSIONS = {
    "image/jpeg": ".jpg", "application/pdf": ".pdf", "audio/amr": ".amr", "audio/wav": ".wav", "audio/ogg": ".ogg",
    "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/aac": ".aac",
}  # fmt: skip
"""How a download is called, by media type: never as its uploader called it."""

_LONGEST_NAME = 120


class _Turns:
    """One at a time, first come, first served. A plain lock would go again and again to whoever has just given it back: to
    the form with nine pictures, and not to the next in line with one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            self._changed.wait_for(lambda: self._line[0] is ticket)

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._line.popleft()
            self._changed.notify_all()


# A picture of 50 million pixels takes up to 400 MB while it is decoded: one at a time in a process.
_DECODING = _Turns()


@dataclass(frozen=True, repr=False)
class Examined:
    """A file that may be kept."""

    kind: Kind
    media_type: str
    """As sniffed."""
    data: bytes
    """What is kept: a picture as a JPEG with nothing but the picture in it, a recording with nothing but what is heard."""
    name: str
    """As its owner called it, without path and control characters, at most 120 characters."""
    is_active: bool = False
    """A PDF that would do something by itself, or has files in it: to be opened with care."""

    def __repr__(self) -> str:
        # Neither the content nor what somebody called it: this may end in a log.
        return f"Examined(kind={self.kind!r}, media_type={self.media_type!r}, size={len(self.data)})"


def examine(name: str, data: bytes) -> Examined:
    """The file as it may be kept. Raises BadFile. Takes up to a second for a large picture."""
    if not data:
        raise _empty()
    kind, media_type, heard = _kind_of(data)
    if len(data) > MOST_BYTES[kind]:
        raise _too_large(kind, len(data))
    if ends_as_zip(data):
        raise _carries(_("文件后面夹带着压缩包。"))
    called = _tidy(name)
    if kind == "picture":
        return Examined(kind, "image/jpeg", _encoded_anew(data), called)
    if kind == "pdf":
        pdfs.check(data)
        return Examined(kind, media_type, data, called, pdfs.is_active(data))
    return Examined(kind, media_type, heard, called)


def glance(data: bytes) -> None:
    """Whether it is of a kind and size that is taken, as far as its first bytes say: for a form that is refused anyhow, so
    that it costs next to nothing. Raises BadFile."""
    if not data:
        raise _empty()
    begins: dict[Kind, bool] = {
        "picture": is_picture(data),
        "pdf": is_pdf(data),
        "sound": sounds.may_be_sound(data),
    }
    for kind, found in begins.items():
        if found:
            if len(data) > MOST_BYTES[kind]:
                raise _too_large(kind, len(data))
            return
    raise why_not_taken(data)


def work_in(data: bytes) -> int:
    """How much work decoding is, in pixels of a JPEG; 0 for what is no picture, or none that will be decoded."""
    if not is_picture(data):
        return 0
    try:
        return pictures.look_at(data, _work)
    except BadFile:
        return 0


def _kind_of(data: bytes) -> tuple[Kind, str, bytes]:
    """By content; of a recording, also what is heard of it. Raises BadFile for whatever is of no kind that we take."""
    if is_picture(data):
        return "picture", "image/jpeg", b""  # as which it is kept
    if is_pdf(data):
        return "pdf", "application/pdf", b""
    if len(data) > max(MOST_BYTES.values()):
        raise _too_large("sound", len(data))
    if recording := sounds.recording_in(data):
        return "sound", *recording
    if b"%PDF-" in data[:1024]:
        raise _carries(_("PDF 的前面夹带着别的内容。"))
    refusal = why_not_taken(data)
    if (
        brand_of(data) in (b"isom", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ")
        or brand_of(data)[:2] == b"3g"
    ):
        # Of the family of MP4, and without the part that tells whether there is anything to see.
        refusal = video()
    elif brand_of(data)[:3] == b"M4A":
        refusal = BadFile(_("录音不完整，可能没有传完或没有存好。"), _("请播放一遍确认，重新保存后再试。"))
    raise refusal


def _empty() -> BadFile:
    return BadFile(_("是空文件，里面什么也没有。"), _("请打开确认后重新选择。"))


def _too_large(kind: Kind, size: int) -> BadFile:
    what = {"picture": _("照片"), "pdf": _("PDF"), "sound": _("录音")}[kind]
    remedy = {
        "picture": _("请截屏，或在发送时不选“原图”，缩小后再试。"),
        "pdf": _("请拆成几份，或只交有关的几页。"),
        "sound": _("请截取有关的一段后再试。"),
    }[kind]
    return BadFile(
        _("太大：%(size)s MB，一份%(what)s最多 %(most)s MB。",
          size=-(-size // MB), what=what, most=MOST_BYTES[kind] // MB),
        remedy,
    )  # fmt: skip


def _carries(sentence: Text) -> BadFile:
    return BadFile(sentence, _("一个文件只能是一样东西，请另存一份后再试。"))


def _encoded_anew(data: bytes) -> bytes:
    try:
        with _DECODING:
            width = pictures.look_at(data, _kept_width)
            pictures.verify(data)
            image = pictures.look_at(data, lambda image: pictures.decoded(image, width))
            return pictures.encoded(image, "jpg")
    except UnreadablePicture as error:
        # It begins as a picture does, or we should not be here.
        raise BadFile(
            _("照片不完整或已经损坏，打不开。"), _("请在相册里打开确认，截屏或另存为 JPEG 后再试。")
        ) from error


def _kept_width(image: Image.Image) -> int:
    width, height = pictures.upright_size(image)
    if not _is_scaled(image) and width * height > MOST_PIXELS_UNSCALED:
        raise BadFile(
            _("像素太多，最多 %(most)s 万。", most=MOST_PIXELS_UNSCALED // 10_000),
            _("请另存为 JPEG，或分几张截屏后再试。"),
        )
    return max(1, round(width * min(1.0, LONGEST_SIDE / max(width, height))))


def _is_scaled(image: Image.Image) -> bool:
    """Whether it is made smaller while it is decoded."""
    return image.format in ("JPEG", "MPO")


def _work(image: Image.Image) -> int:
    pixels = image.width * image.height
    if _is_scaled(image):
        return pixels
    return _WORK_UNSCALED * pixels if pixels <= MOST_PIXELS_UNSCALED else 0


def _tidy(name: str) -> str:
    """A name without directories and without what moves a cursor or turns the writing around."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    return plain[-_LONGEST_NAME:] or "-"
