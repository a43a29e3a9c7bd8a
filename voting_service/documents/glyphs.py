"""Which characters can be shown, and by which font: our own, or Noto CJK where the system has it.

Names have characters that no font of a reasonable size holds (㛃, 䶮, 𬭎). Those few are taken from the system's font when a
document needs them. What no font has is shown as 〓, and told: a desk warns before such a paper is signed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

OWN_FONT = Path(__file__).resolve().parents[2] / "fonts" / "NotoSansSC-Regular.ttf"
SYSTEM_FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),  # Debian, Ubuntu
    Path("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc"),  # Fedora, openEuler
    Path("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),  # Arch
    Path("/usr/share/fonts/noto/NotoSansCJK-Regular.ttc"),  # Alpine
)
FACE = "Noto Sans CJK SC"
GETA = "〓"
"""What printers set for a character that they do not have."""
_FINEST = 0.5
"""How far a converted outline may be from its original, in thousandths of the size."""


@dataclass(frozen=True)
class SystemFont:
    """A face of a font file that the system has."""

    path: Path
    index: int
    """Its place in the collection."""
    coverage: frozenset[int]


@cache
def own_coverage() -> frozenset[int]:
    """The code points of our own font."""
    with TTFont(OWN_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def system_font() -> SystemFont | None:
    """The first of ``SYSTEM_FONTS`` that is there; None where there is none."""
    path = next((path for path in SYSTEM_FONTS if path.is_file()), None)
    if path is None:
        return None
    with TTCollection(path, lazy=True) as faces:
        for index, face in enumerate(faces):
            if face["name"].getDebugName(1) == FACE:
                return SystemFont(path, index, frozenset(face.getBestCmap()))
    return None


def printable(text: str) -> str:
    """A text as it is set: without what has no shape (controls but the line break, joiners, selectors). Nothing is composed
    or made compatible: a name is copied out of a paper as it was written."""
    spaced = text.replace("\t", " ").replace("\r\n", "\n")
    return "".join(sign for sign in spaced if sign == "\n" or not _shapeless(sign))


def missing_glyphs(text: str) -> list[str]:
    """Characters of a text that no font at hand can show, each once, in order."""
    system = system_font()
    return [sign for sign in _foreign(text) if system is None or ord(sign) not in system.coverage]


def rare_glyphs(text: str) -> list[str]:
    """Characters that our own font lacks and the system's has, each once, in order."""
    system = system_font()
    return [sign for sign in _foreign(text) if system is not None and ord(sign) in system.coverage]


def rare_font(signs: Iterable[str]) -> bytes:
    """A TrueType font of these characters, which ``rare_glyphs`` has named: the system's outlines are cubic, those that a PDF
    gets are quadratic."""
    system = system_font()
    assert system is not None, "no system font, so no rare glyphs"
    with TTFont(system.path, fontNumber=system.index, lazy=True) as source:
        drawn, names = source.getGlyphSet(), source.getBestCmap()
        codes = sorted({ord(sign) for sign in signs})
        outlines, widths = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": source["head"].unitsPerEm}
        for code in codes:
            pen = TTGlyphPen(None)
            # CFF runs round a shape the other way than TrueType does.
            to_quadratic = Cu2QuPen(pen, source["head"].unitsPerEm / 1000 * _FINEST, reverse_direction=True)
            drawn[names[code]].draw(to_quadratic)
            outlines[f"u{code:04X}"], widths[f"u{code:04X}"] = pen.glyph(), drawn[names[code]].width
        built = FontBuilder(source["head"].unitsPerEm, isTTF=True)
        ascent, descent = source["hhea"].ascent, source["hhea"].descent
    built.setupGlyphOrder(list(outlines))
    built.setupCharacterMap({code: f"u{code:04X}" for code in codes})
    built.setupGlyf(outlines)
    glyf = built.font["glyf"]
    built.setupHorizontalMetrics(
        {name: (width, getattr(glyf[name], "xMin", 0)) for name, width in widths.items()}
    )
    built.setupHorizontalHeader(ascent=ascent, descent=descent)
    built.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "NotoSansCJKsc-Rare"})
    built.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent)
    built.setupPost(keepGlyphNames=False)
    made = BytesIO()
    built.save(made)
    return made.getvalue()


def _foreign(text: str) -> list[str]:
    own = own_coverage()
    return [sign for sign in dict.fromkeys(printable(text)) if sign != "\n" and ord(sign) not in own]


def _shapeless(sign: str) -> bool:
    selector = 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF
    return selector or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
