"""A card to keep in a phone's album: what an acknowledgement says, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from ..qr import qr_png
from .drawn_text import font_of, shown
from .line_breaking import break_lines

WIDTH = 750
_MARGIN = 48
_PAPER, _INK, _FAINT, _LINE, _BAND = "#ffffff", "#1a1a1a", "#595959", "#d0d0d0", "#9f1d20"
_TITLE, _LABEL, _VALUE, _NOTE = 40, 28, 44, 26
_CODE = 280


def draw_card(
    title: str, rows: Sequence[tuple[str, str]], notes: Sequence[str], address: str = "", scan: str = ""
) -> bytes:
    """PNG, 750 px wide, as high as it needs to be. ``rows``: label and value (受理编号, 查询码, 时间, 答复期限); ``notes``:
    sentences beneath them; ``address``: where one comes back to, as a QR code at the foot, with ``scan`` and itself under it."""
    pieces = [(_TITLE, 1.4, _PAPER, line) for line in _lines(title, _TITLE)]
    band = round(sum(size * leading for size, leading, _colour, _line in pieces)) + 2 * _MARGIN * 3 // 4
    body: list[tuple[int, float, str, str]] = []
    for label, value in rows:
        body += [(_LABEL, 1.5, _FAINT, line) for line in _lines(label, _LABEL)]
        body += [(_VALUE, 1.4, _INK, line) for line in _lines(value, _VALUE)]
        body.append((_LABEL, 0.7, _INK, ""))
    noted = [(_NOTE, 1.6, _FAINT, line) for note in notes for line in _lines(note, _NOTE)]
    heights = [sum(size * leading for size, leading, _colour, _line in part) for part in (body, noted)]
    height = band + round(sum(heights)) + (3 if noted else 2) * _MARGIN
    under = [(_NOTE, 1.6, _INK, line) for note in (scan, address) if note for line in _lines(note, _NOTE)]
    foot = height - _MARGIN // 2
    if address:
        height += _CODE + round(len(under) * _NOTE * 1.6)
    card = Image.new("RGB", (WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, WIDTH, band), fill=_BAND)
    _write(draw, pieces, _MARGIN * 3 / 4)
    y = _write(draw, body, band + _MARGIN)
    if noted:
        draw.line((_MARGIN, y, WIDTH - _MARGIN, y), fill=_LINE, width=2)
        _write(draw, noted, y + _MARGIN / 2)
    if address:
        # The code's own white margin stands in for ours at the left.
        card.paste(Image.open(BytesIO(qr_png(address, pixels=_CODE))).convert("RGB"), (_MARGIN // 2, foot))
        _write(draw, under, foot + _CODE)
    made = BytesIO()
    card.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()


def _write(draw: ImageDraw.ImageDraw, pieces: Sequence[tuple[int, float, str, str]], y: float) -> float:
    for size, leading, colour, line in pieces:
        x, baseline = float(_MARGIN), y + size * (leading + 0.76) / 2
        for sign in line:
            font = font_of(sign, size)
            draw.text((x, baseline), sign, font=font, fill=colour, anchor="ls")
            x += font.getlength(sign)
        y += size * leading
    return y


def _lines(text: str, size: int) -> list[str]:
    def measure(piece: str) -> float:
        return sum(font_of(sign, size).getlength(sign) for sign in piece)

    return [line.text for line in break_lines(shown(text), WIDTH - 2 * _MARGIN, measure)]
