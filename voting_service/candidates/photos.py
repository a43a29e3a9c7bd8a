"""Photos: decoded, cleaned and re-encoded once, kept as files named by the hash of what was uploaded.

Decoding and encoding again is the check of a picture: whatever else was in the file (place, camera, thumbnails,
a script) does not come out at the other end. Pages only ever see files that were made here.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageCms

from ..errors import Problem
from ..text import Text, _

WIDTHS = (320, 640, 1080)
MOST_BYTES = 30 * 1024**2
MOST_PIXELS = 52_000_000
"""A telephone's largest sensor today (8192 × 6144 and a little); decoded it takes 150 MB."""
LEAST_SIDE = 200
MOST_STRETCH = 5
"""Long side to short side: beyond it no frame on a page can show the picture, nor WebP hold it."""

Format = Literal["webp", "jpg"]
FORMATS: tuple[Format, ...] = ("webp", "jpg")

_FILE_NAME = re.compile(r"[0-9a-f]{32}-\d{2,4}\.(?:webp|jpg)")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DECODERS = ("JPEG", "PNG", "WEBP")
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

# Pillow's own guard, below the check on size: it also covers what a header does not tell.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


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


class BadPhoto(Exception):
    """A file that is not a photo we can show, and why."""

    def __init__(self, sentence: Text, remedy: Text | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.remedy = remedy

    def at(self, where: str) -> Problem:
        """The same as a line of a report."""
        return Problem(where, self.sentence, self.remedy)


class PhotoStore:
    """A directory of re-encoded photos. Every method may be called from several threads and processes, and again:
    a file is either absent or complete, and the same upload always has the same names."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def check(self, data: bytes) -> Picture:
        """What ``keep`` would return, with nothing written. Raises BadPhoto."""
        picture, _image = _read(data, None if self._has(data) else _decoded_small)
        return picture

    def keep(self, data: bytes) -> Picture:
        """Store a photo; when this returns, all its files are on the disk. Raises BadPhoto."""
        picture, image = _read(data, None if self._has(data) else _decoded)
        if image is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
            for width in sorted(picture.widths, reverse=True):
                height = round(width * picture.height / picture.width)
                image = image.resize((width, height), Image.Resampling.LANCZOS)
                for fmt in FORMATS:
                    self._write(picture.file_name(width, fmt), _encoded(image, fmt))
        return picture

    def path(self, file_name: str) -> Path | None:
        """Where a file is, or None: a name from an address is never joined to a path unless we could have made it."""
        path = self.directory / file_name
        return path if _FILE_NAME.fullmatch(file_name) and path.is_file() else None

    def _has(self, data: bytes) -> bool:
        try:
            picture, _image = _read(data, None)
        except BadPhoto:
            return False
        names = (picture.file_name(width, fmt) for width in picture.widths for fmt in FORMATS)
        return all((self.directory / name).is_file() for name in names)

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


def _read(
    data: bytes, decode: Callable[[Image.Image, int], Image.Image] | None
) -> tuple[Picture, Image.Image | None]:
    """The picture by its header and, where ``decode`` is given, its pixels as well. Raises BadPhoto."""
    if len(data) > MOST_BYTES:
        raise BadPhoto(_("照片文件太大，最多 %(most)s MB。", most=MOST_BYTES // 1024**2))
    try:
        with Image.open(io.BytesIO(data), formats=_DECODERS) as image:
            picture = _picture(image, hashlib.sha256(data).hexdigest()[:32])
            if decode is None:
                return picture, None
        # This reads a PNG's check sums, which decoding alone passes over; it uses the image up.
        with Image.open(io.BytesIO(data), formats=_DECODERS) as image:
            image.verify()
        with Image.open(io.BytesIO(data), formats=_DECODERS) as image:
            return picture, decode(image, picture.widths[-1])
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    # Decoders meet hostile bytes and raise whatever comes to hand: SyntaxError, struct.error, IndexError …
    except Exception as error:
        raise BadPhoto(
            _("打不开：不是 JPEG、PNG 或 WebP 照片，或者文件不完整。"),
            _("请在看图软件里打开确认，另存为 JPEG 后再试。"),
        ) from error


def _picture(image: Image.Image, name: str) -> Picture:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    # A telephone's JPEG may carry a second picture (MPO: depth, gain map); that is no animation.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise BadPhoto(_("是动图，请换成一张静态的照片。"))
    if min(width, height) < LEAST_SIDE:
        raise BadPhoto(
            _(
                "太小：%(width)s × %(height)s，短边至少 %(least)s 像素。",
                width=width,
                height=height,
                least=LEAST_SIDE,
            )
        )
    if max(width, height) > MOST_STRETCH * min(width, height):
        raise BadPhoto(
            _("过于狭长：%(width)s × %(height)s。", width=width, height=height), _("请裁剪后再试。")
        )
    if _orientation(image) >= 5:
        width, height = height, width
    # Never enlarged; a photo between two widths keeps its own.
    widths = tuple(sorted({min(wanted, width) for wanted in WIDTHS}))
    return Picture(name, widths[-1], round(widths[-1] * height / width), widths)


def _orientation(image: Image.Image) -> int:
    """EXIF's 1 to 8; from 5 on the photo lies on its side."""
    # A PNG would be decoded whole to look for EXIF behind the pixels, where no camera puts it.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    orientation = image.getexif().get(_ORIENTATION)
    return orientation if orientation in _TURNS else 1


def _too_many_pixels() -> BadPhoto:
    return BadPhoto(_("像素太多，最多 %(most)s 万。", most=MOST_PIXELS // 10_000), _("请缩小后再试。"))


def _decoded_small(image: Image.Image, _width: int) -> Image.Image:
    # To the end of the data, since that alone finds a truncated file, but at an eighth where JPEG allows it.
    image.draft(None, (1, 1))
    image.load()
    return image


def _decoded(image: Image.Image, width: int) -> Image.Image:
    """Upright, at the stored width, plain sRGB without anything attached."""
    # Both sides at least as long as the width wanted, so that it does not matter how the photo lies.
    image.draft(None, (width, width))
    turn = _TURNS.get(_orientation(image))
    upright = _resizable(image if turn is None else image.transpose(turn))
    height = round(width * upright.height / upright.width)
    small = _srgb(_on_white(upright.resize((width, height), Image.Resampling.LANCZOS)), image)
    # A JPEG's comment would otherwise be written again.
    small.info = {}
    return small


def _resizable(image: Image.Image) -> Image.Image:
    """In a mode that can be scaled smoothly, with as much of the original's meaning as that allows."""
    if image.mode.startswith("I"):
        # 16 bits of grey, which convert() would cut off at 255 instead of scaling.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("L", "RGB", "CMYK", "LA", "RGBA"):
        return image if "transparency" not in image.info else image.convert("RGBA")
    transparent = "transparency" in image.info or image.mode in ("PA", "La", "RGBa")
    return image.convert("RGBA" if transparent else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def _srgb(image: Image.Image, source: Image.Image) -> Image.Image:
    """Colours as the camera meant them; the profile is then no longer needed."""
    profile = source.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A broken profile, or one for another colour model: the plain colours are then the best guess.
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _encoded(image: Image.Image, fmt: Format) -> bytes:
    file = io.BytesIO()
    if fmt == "webp":
        # The usual method 4 takes three times as long to save one byte in twenty.
        image.save(file, "WEBP", quality=80, method=2)
    else:
        image.save(file, "JPEG", quality=82, progressive=True, optimize=True)
    return file.getvalue()
