"""Pictures from strangers: told by their header, decoded to the end, and encoded anew.

Decoding and encoding again is the check of a picture: whatever else was in the file (place, camera, thumbnails,
a script) does not come out at the other end.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Literal, TypeVar

from PIL import Image, ImageCms

from .errors import BadFile
from .text import _

MOST_PIXELS = 52_000_000
"""A telephone's largest sensor today (8192 × 6144 and a little); decoded it takes 150 MB."""

Format = Literal["webp", "jpg"]
Seen = TypeVar("Seen")

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


class UnreadablePicture(BadFile):
    """No decoder of ours gets through it: another kind of file, a truncated or a damaged one."""

    def __init__(self) -> None:
        super().__init__(
            _("打不开：不是 JPEG、PNG 或 WebP 照片，或者文件不完整。"),
            _("请在看图软件里打开确认，另存为 JPEG 后再试。"),
        )


def look_at(data: bytes, look: Callable[[Image.Image], Seen]) -> Seen:
    """What ``look`` sees in a picture whose header is in order: not too many pixels, and no animation. Raises BadFile."""
    try:
        with Image.open(io.BytesIO(data), formats=_DECODERS) as image:
            _check_header(image)
            return look(image)
    except BadFile:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    # Decoders meet hostile bytes and raise whatever comes to hand: SyntaxError, struct.error, IndexError …
    except Exception as error:
        raise UnreadablePicture() from error


def verify(data: bytes) -> None:
    """Read a PNG's check sums, which decoding alone passes over. Raises BadFile."""
    look_at(data, lambda image: image.verify())


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height as a person sees it, before anything is decoded."""
    width, height = image.size
    return (height, width) if _orientation(image) >= 5 else (width, height)


def _check_header(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    # A telephone's JPEG may carry a second picture (MPO: depth, gain map); that is no animation.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise BadFile(_("是动图，请换成一张静态的照片。"))


def _orientation(image: Image.Image) -> int:
    """EXIF's 1 to 8; from 5 on the photo lies on its side."""
    # A PNG would be decoded whole to look for EXIF behind the pixels, where no camera puts it.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    orientation = image.getexif().get(_ORIENTATION)
    return orientation if orientation in _TURNS else 1


def _too_many_pixels() -> BadFile:
    return BadFile(_("像素太多，最多 %(most)s 万。", most=MOST_PIXELS // 10_000), _("请缩小后再试。"))


def decoded_small(image: Image.Image) -> Image.Image:
    """As small as may be, for who only wants to know whether it is whole."""
    # To the end of the data, since that alone finds a truncated file, but at an eighth where JPEG allows it.
    image.draft(None, (1, 1))
    image.load()
    return image


def decoded(image: Image.Image, width: int) -> Image.Image:
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


def encoded(image: Image.Image, fmt: Format) -> bytes:
    """As a file with nothing but the picture in it."""
    file = io.BytesIO()
    if fmt == "webp":
        # The usual method 4 takes three times as long to save one byte in twenty.
        image.save(file, "WEBP", quality=80, method=2)
    else:
        image.save(file, "JPEG", quality=82, progressive=True, optimize=True)
    return file.getvalue()
