"""Text as reportlab's flowables: lines that were broken by our own rules, set from left to right, over pages if need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from .line_breaking import Line, balanced_lines, break_lines
from .official_text import Align
from .pdf_fonts import Fonts

_BASELINE = 0.88
"""Where a character stands in its square."""
_WIDEST_GAP = 0.2
"""How far signs are moved apart at most, in sizes: a line that a long Latin word has left half empty stays ragged."""


@dataclass(frozen=True)
class Style:
    """How a paragraph is set; lengths in points."""

    size: float
    leading: float
    align: Align | Literal["left"] = "justify"
    indent: float = 0
    bold: bool = False
    colour: str = "#000000"


class Prose(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The lines of one paragraph."""

    def __init__(self, lines: Sequence[Line], width: float, style: Style, fonts: Fonts) -> None:
        super().__init__()
        self._lines, self._style, self._fonts = list(lines), style, fonts
        self.width, self.height = width, len(lines) * style.leading

    @classmethod
    def of(cls, text: str, width: float, style: Style, fonts: Fonts, *, balanced: bool = False) -> Prose:
        """A paragraph, broken into lines."""

        def measure(piece: str) -> float:
            return fonts.width(piece, style.size)

        text = fonts.setting(text)
        broken = balanced_lines if balanced else partial(break_lines, indent=style.indent)
        return cls(broken(text, width, measure), width, style, fonts)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its size, which is known."""
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Prose]:
        """What fits, and the rest; never one line alone on either page where there is a choice."""
        fit = int((height + 0.01) // self._style.leading)
        if len(self._lines) - fit == 1 and fit > 2:
            fit -= 1
        if fit < min(2, len(self._lines)):
            return []
        return [
            Prose(part, self.width, self._style, self._fonts)
            for part in (self._lines[:fit], self._lines[fit:])
            if part
        ]

    def draw(self) -> None:
        """Onto the canvas that reportlab has given it."""
        style, canvas = self._style, self.canv
        spare = (style.leading - style.size) / 2
        for number, line in enumerate(self._lines):
            y = self.height - number * style.leading - spare - style.size * _BASELINE
            self._draw_line(canvas, line, y)

    def _draw_line(self, canvas: Canvas, line: Line, y: float) -> None:
        style = self._style
        spare = self.width - line.indent - self._fonts.width(line.text, style.size)
        x, gap = line.indent, 0.0
        if style.align == "center":
            x += spare / 2
        elif style.align == "right":
            x += spare
        elif (
            style.align == "justify"
            and not line.last
            and len(line.text) > 1
            and 0 < spare / (len(line.text) - 1) < _WIDEST_GAP * style.size
        ):
            gap = spare / (len(line.text) - 1)
        draw_runs(canvas, self._fonts, line.text, x, y, style, gap)


def draw_runs(
    canvas: Canvas, fonts: Fonts, text: str, x: float, y: float, style: Style, gap: float = 0
) -> None:
    """One line from x on, at the height y; ``gap`` points between its signs."""
    written = canvas.beginText(x, y)
    written.setFillColor(HexColor(style.colour))
    written.setCharSpace(gap)
    if style.bold:
        # There is one weight: its outline is drawn too, as office programs do.
        canvas.setLineWidth(style.size / 45)
        written.setStrokeColor(HexColor(style.colour))
        written.setTextRenderMode(2)
    for font, run in fonts.runs(text):
        written.setFont(font, style.size)
        written.textOut(run)
    written.setTextRenderMode(0)
    written.setCharSpace(0)
    canvas.drawText(written)
