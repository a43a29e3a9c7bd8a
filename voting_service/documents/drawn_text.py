"""Text on pictures: which font draws a sign, and how wide it is."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

from .glyphs import GETA, OWN_FONT, own_coverage, printable, system_font

_LARGE = 1000


def shown(text: str) -> str:
    """The text as it is drawn: with 〓 for what no font has."""
    return "".join(sign if _known(sign) else GETA for sign in printable(text))


def font_of(sign: str, size: float) -> ImageFont.FreeTypeFont:
    """The font that has this sign, of a size in pixels."""
    return _font(size, ord(sign) in own_coverage())


def width_of(text: str) -> float:
    """Of a text as ``shown``, in sizes."""
    return sum(map(_width_of_sign, text))


@lru_cache(maxsize=8192)
def _width_of_sign(sign: str) -> float:
    return font_of(sign, _LARGE).getlength(sign) / _LARGE


def _known(sign: str) -> bool:
    system = system_font()
    return (
        sign == "\n" or ord(sign) in own_coverage() or (system is not None and ord(sign) in system.coverage)
    )


@lru_cache(maxsize=48)
def _font(size: float, own: bool) -> ImageFont.FreeTypeFont:
    system = system_font()
    if own or system is None:
        return ImageFont.truetype(OWN_FONT, size)
    return ImageFont.truetype(system.path, size, index=system.index)
