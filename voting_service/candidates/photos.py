"""Photos: decoded, cleaned and re-encoded once, kept as files named by the hash of what was uploaded.

``pictures`` decodes and encodes; here is what a photo must be besides. Pages only ever see files that were made here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from .. import pictures
from ..errors import BadFile
from ..pictures import Format
from ..text import _
from .photo_marks import mark_in, with_mark

WIDTHS = (320, 640, 1080)
MOST_BYTES = 30 * 1024**2
LEAST_SIDE = 200
MOST_STRETCH = 5
"""Long side to short side: beyond it no frame on a page can show the picture, nor WebP hold it."""

FORMATS: tuple[Format, ...] = ("webp", "jpg")

_FILE_NAME = re.compile(r"[0-9a-f]{32}-\d{2,4}\.(?:webp|jpg)")


@dataclass(frozen=True)
class Picture:
    """One stored photo. ``width`` and ``height`` are those of its largest file."""

    name: str
    width: int
    height: int
    widths: tuple[int, ...]

    def to_json(self) -> str:
        """The stored form; ``from_json`` reads it back exactly, and equal pictures have equal texts."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Picture:
        """The picture from ``to_json``'s form."""
        plain = json.loads(text)
        return cls(plain["name"], plain["width"], plain["height"], tuple(plain["widths"]))

    def file_name(self, width: int, fmt: Format = "jpg") -> str:
        """``<name>-640.webp``."""
        return f"{self.name}-{width}.{fmt}"

    def src(self, fmt: Format, prefix: str, width: int | None = None) -> str:
        """The address of the smallest file at least ``width`` wide, else of the largest."""
        wide_enough = [have for have in self.widths if width is not None and have >= width]
        return prefix + self.file_name(min(wide_enough, default=self.widths[-1]), fmt)

    def srcset(self, fmt: Format, prefix: str) -> str:
        """An ``srcset`` attribute; ``prefix`` is the address of the directory, with its slash."""
        return ", ".join(f"{prefix}{self.file_name(width, fmt)} {width}w" for width in self.widths)


class PhotoStore:
    """A directory of re-encoded photos. Every method may be called from several threads and processes, and again:
    a file is either absent or complete, and the same upload always has the same names."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def check(self, data: bytes) -> Picture:
        """What ``keep`` would return, with nothing written. Raises BadFile."""
        if own := self._own(data):
            return own
        picture = _looked_at(data)
        if not self.has(picture):
            _decoded(data, picture, _small)
        return picture

    def keep(self, data: bytes) -> Picture:
        """Store a photo; when this returns, all its files are on the disk. One that was given away by ``copy`` is found again
        by its mark, and is believed only where its bytes are those on our disk. Raises BadFile."""
        if own := self._own(data):
            return own
        picture = _looked_at(data)
        if not self.has(picture):
            image = _decoded(data, picture, pictures.decoded)
            self.directory.mkdir(parents=True, exist_ok=True)
            for width in sorted(picture.widths, reverse=True):
                height = round(width * picture.height / picture.width)
                image = image.resize((width, height), Image.Resampling.LANCZOS)
                for fmt in FORMATS:
                    self._write(picture.file_name(width, fmt), pictures.encoded(image, fmt))
        return picture

    def has(self, picture: Picture) -> bool:
        """Whether all its files are on the disk: ``keep`` has been through with it."""
        names = (picture.file_name(width, fmt) for width in picture.widths for fmt in FORMATS)
        return all((self.directory / name).is_file() for name in names)

    def path(self, file_name: str) -> Path | None:
        """Where a file is, or None: a name from an address is never joined to a path unless we could have made it."""
        path = self.directory / file_name
        return path if _FILE_NAME.fullmatch(file_name) and path.is_file() else None

    def copy(self, picture: Picture) -> bytes | None:
        """A photo to take away: its largest file, marked, so that ``keep`` knows it again; None where the file is not there."""
        name = picture.file_name(picture.widths[-1])
        path = self.path(name)
        return None if path is None else with_mark(path.read_bytes(), name)

    def _own(self, data: bytes) -> Picture | None:
        """The picture of which this is the copy, where every byte of it is ours."""
        marked = mark_in(data)
        path = self.path(marked.file_name) if marked else None
        if marked is None or path is None or path.read_bytes() != marked.plain:
            return None
        name, _dash, _width = marked.file_name.partition("-")
        picture = pictures.look_at(marked.plain, lambda image: _picture(image, name))
        return picture if self.has(picture) else None

    def _write(self, name: str, data: bytes) -> None:
        temporary = self.directory / f".{name}.{secrets.token_hex(8)}"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.directory / name)
        finally:
            temporary.unlink(missing_ok=True)


def _looked_at(data: bytes) -> Picture:
    """The picture by its header alone. Raises BadFile."""
    if len(data) > MOST_BYTES:
        raise BadFile(_("照片文件太大，最多 %(most)s MB。", most=MOST_BYTES // 1024**2))
    name = hashlib.sha256(data).hexdigest()[:32]
    return pictures.look_at(data, lambda image: _picture(image, name))


def _decoded(data: bytes, picture: Picture, decode: Callable[[Image.Image, int], Image.Image]) -> Image.Image:
    """Its pixels. Raises BadFile."""
    pictures.verify(data)
    return pictures.look_at(data, lambda image: decode(image, picture.widths[-1]))


def _picture(image: Image.Image, name: str) -> Picture:
    width, height = image.size
    if min(width, height) < LEAST_SIDE:
        raise BadFile(
            _(
                "太小：%(width)s × %(height)s，短边至少 %(least)s 像素。",
                width=width,
                height=height,
                least=LEAST_SIDE,
            )
        )
    if max(width, height) > MOST_STRETCH * min(width, height):
        raise BadFile(
            _("过于狭长：%(width)s × %(height)s。", width=width, height=height), _("请裁剪后再试。")
        )
    width, height = pictures.upright_size(image)
    # Never enlarged; a photo between two widths keeps its own.
    widths = tuple(sorted({min(wanted, width) for wanted in WIDTHS}))
    return Picture(name, widths[-1], round(widths[-1] * height / width), widths)


def _small(image: Image.Image, _width: int) -> Image.Image:
    return pictures.decoded_small(image)
