"""Reportlab's fonts of one document: our own, and a second one of the rare characters that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from itertools import groupby
from threading import Lock

from reportlab.pdfbase import pdfmetrics, ttfonts

from .glyphs import GETA, OWN_FONT, own_coverage, printable, rare_font, rare_glyphs

OWN, RARE = "Official", "OfficialRare"
_ONE_AT_A_TIME = Lock()
"""Reportlab finds fonts by their names, in one table for the whole process."""


class Fonts:
    """What a document's characters are set in."""

    def __init__(self, rare: frozenset[str]) -> None:
        self._rare = rare

    def setting(self, text: str) -> str:
        """The text as it is set: with 〓 for what no font has."""
        own = own_coverage()
        return "".join(
            sign if ord(sign) in own or sign in self._rare or sign == "\n" else GETA
            for sign in printable(text)
        )

    def runs(self, set_text: str) -> list[tuple[str, str]]:
        """Font name and text, as they follow each other."""
        by_font = groupby(set_text, lambda sign: RARE if sign in self._rare else OWN)
        return [(font, "".join(signs)) for font, signs in by_font]

    def width(self, set_text: str, size: float) -> float:
        """In points."""
        return float(sum(pdfmetrics.stringWidth(run, font, size) for font, run in self.runs(set_text)))


@contextmanager
def fonts_for(text: str) -> Iterator[Fonts]:
    """The fonts of a document with this text, while it is being made; one document at a time."""
    rare = frozenset(rare_glyphs(text))
    with _ONE_AT_A_TIME:
        pdfmetrics.registerFont(_own_font())
        if rare:
            # Not by registerFont, which keeps the first font of a name: each document has rare characters of its own.
            pdfmetrics._fonts[RARE] = ttfonts.TTFont(RARE, BytesIO(rare_font(rare)), shapable=False)
        yield Fonts(rare)


@cache
def _own_font() -> ttfonts.TTFont:
    return ttfonts.TTFont(OWN, str(OWN_FONT), shapable=False)


def _unicode_map(font: str, subset: list[int]) -> str:
    """What a reader copies and searches. Reportlab's own writes characters beyond U+FFFF in five digits, which no reader
    understands: PDF 32000-1, 9.10.3 wants UTF-16."""
    pairs = [
        f"<{code:02X}> <{chr(sign).encode('utf-16-be').hex().upper()}>" for code, sign in enumerate(subset)
    ]
    blocks = [pairs[begin : begin + 100] for begin in range(0, len(pairs), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def",
            f"/CMapName /{font} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


ttfonts.makeToUnicodeCMap = _unicode_map
