"""Certificates as a PDF: A4 across, one page for each person, with a code that leads to its verification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from voting_service.documents.pdf_fonts import Fonts, fonts_for
from voting_service.documents.prose import Prose, Style
from voting_service.qr import qr_png

WIDTH, HEIGHT = landscape(A4)
_RED, _GOLD, _INK, _FAINT = "#9b1c1c", "#b08d3c", "#1f1f1f", "#555555"
_TITLE = Style(50, 64, "center", bold=True, colour=_RED)
_BODY = Style(22, 38, "left", colour=_INK)
_SIGNED = Style(18, 30, "center", colour=_INK)
_FINE = Style(9.5, 14, "left", colour=_FAINT)
_MARGIN = 38 * mm
_QR = 26 * mm


@dataclass(frozen=True)
class Face:
    """What stands on one certificate."""

    heading: str
    body: str
    signed: str
    dated: str
    number: str
    """``证书编号：2026-001``."""
    code: str
    """``查验码：ABCD-…``."""
    hint: str
    address: str
    """Where it is verified; in the QR code."""


def certificates_pdf(faces: Sequence[Face], *, title: str, author: str) -> bytes:
    """One page each. Characters that no font has are set as 〓; ``glyphs.missing_glyphs`` tells which."""
    made = BytesIO()
    with fonts_for(all_text(faces)) as fonts:
        canvas = Canvas(made, pagesize=(WIDTH, HEIGHT), invariant=1, lang="zh-CN")
        canvas.setTitle(title)
        canvas.setAuthor(author)
        for face in faces:
            _draw(canvas, face, fonts)
            canvas.showPage()
        canvas.save()
    return made.getvalue()


def all_text(faces: Sequence[Face]) -> str:
    """Everything that is written on them, and 〓."""
    return "〓" + "".join(
        f"{face.heading}{face.body}{face.signed}{face.dated}{face.number}{face.code}{face.hint}"
        for face in faces
    )


def _draw(canvas: Canvas, face: Face, fonts: Fonts) -> None:
    _draw_frame(canvas)
    _put(canvas, face.heading, _TITLE, fonts, x=0, top=HEIGHT - 34 * mm, width=WIDTH)
    body_width = WIDTH - 2 * _MARGIN
    y = HEIGHT - 72 * mm
    for paragraph in face.body.split("\n"):
        indented = paragraph.startswith("　　")
        style = Style(_BODY.size, _BODY.leading, "justify", 2 * _BODY.size if indented else 0, colour=_INK)
        y -= _put(canvas, paragraph.strip("　 "), style, fonts, x=_MARGIN, top=y, width=body_width)
    column = 110 * mm
    left = WIDTH - _MARGIN - column
    lower = 62 * mm
    lower -= _put(canvas, face.signed, _SIGNED, fonts, x=left, top=lower, width=column)
    _put(canvas, face.dated, _SIGNED, fonts, x=left, top=lower, width=column)
    _draw_proof(canvas, face, fonts)


def _draw_frame(canvas: Canvas) -> None:
    for inset, width, colour in ((10 * mm, 3, _GOLD), (12.5 * mm, 0.8, _RED)):
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    canvas.setStrokeColor(HexColor(_GOLD))
    canvas.setLineWidth(1)
    canvas.line(WIDTH / 2 - 40 * mm, HEIGHT - 62 * mm, WIDTH / 2 + 40 * mm, HEIGHT - 62 * mm)


def _draw_proof(canvas: Canvas, face: Face, fonts: Fonts) -> None:
    """The code to scan, and what stands beside it for whoever types."""
    code = ImageReader(BytesIO(qr_png(face.address, pixels=480)))
    bottom = 21 * mm
    canvas.drawImage(code, _MARGIN - 8 * mm, bottom, _QR, _QR)
    top = bottom + _QR - 2 * mm
    for line in (face.number, face.code, face.hint):
        top -= _put(canvas, line, _FINE, fonts, x=_MARGIN - 8 * mm + _QR + 3 * mm, top=top, width=90 * mm)


def _put(
    canvas: Canvas, text: str, style: Style, fonts: Fonts, *, x: float, top: float, width: float
) -> float:
    """One paragraph; gives its height."""
    prose = Prose.of(text, width, style, fonts, balanced=style.align == "center")
    prose.drawOn(canvas, x, top - prose.height)
    return float(prose.height)
