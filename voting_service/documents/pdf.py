"""An official text as a PDF, after GB/T 9704: A4, 22 lines of 28 characters, page numbers between dashes.

The same text gives the same bytes, so that a download can be compared with another.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer

from .official_text import Block, Heading, OfficialText, Paragraph, Table
from .pdf_fonts import Fonts, fonts_for
from .pdf_table import lay_table
from .prose import Prose, Style, draw_runs

WIDTH, HEIGHT = 156 * mm, 225 * mm
LEFT, BOTTOM = 28 * mm, A4[1] - 37 * mm - 225 * mm
SIZE, LEADING = 15.75, 28.9
TITLE = Style(22, 34, "center", bold=True)
NUMBER = Style(SIZE, LEADING, "center")
HEADING = Style(SIZE, LEADING, indent=2 * SIZE, bold=True)
FOOTNOTE = Style(10.5, 16, colour="#333333")
PAGE_NUMBER = Style(14, 14)
_MOVES_ALONG = 6
"""Lines of a last paragraph that go to the next page with the signature."""


def to_pdf(text: OfficialText) -> bytes:
    """The PDF's bytes. Characters that no font has are set as 〓; ``glyphs.missing_glyphs`` tells which."""
    made = BytesIO()
    with fonts_for(all_text(text)) as fonts:
        template = BaseDocTemplate(
            made, pagesize=A4, title=text.title, author=text.signed.split("\n")[0], creator="voting-service",
            lang=language_of(text), invariant=1,
        )  # fmt: skip
        frame = Frame(
            LEFT, BOTTOM, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )

        def furnish(canvas: Canvas, _template: BaseDocTemplate) -> None:
            canvas._doc.info.__class__ = _Undated
            _draw_page_number(canvas, fonts)

        template.addPageTemplates([PageTemplate(frames=[frame], onPage=furnish)])
        template.build(_story(text, fonts))
    return made.getvalue()


def all_text(text: OfficialText) -> str:
    """Everything that is written in a document, and 〓, which may have to be."""
    pieces = [text.title, text.number, text.signed, text.dated, text.footnote, "〓—0123456789"]
    for block in text.blocks:
        match block:
            case Heading() | Paragraph():
                pieces.append(block.text)
            case Table():
                pieces += [*block.head, *(cell for row in block.rows for cell in row)]
    return "".join(pieces)


def language_of(text: OfficialText) -> str:
    """By what its title is written in: ``zh-CN``, else ``en``."""
    return "zh-CN" if any("\u3400" <= sign <= "\u9fff" for sign in text.title) else "en"


class _Undated(pdfdoc.PDFInfo):  # type: ignore[misc]  # reportlab has no types
    """A document's particulars without the times at which it was made: it is made anew for every download."""

    def format(self, document: Any) -> Any:
        dated = {
            "Title": self.title,
            "Author": self.author,
            "Creator": self.creator,
            "Producer": self.producer,
        }
        strings = {name: pdfdoc.PDFString(value) for name, value in dated.items()}
        return pdfdoc.PDFDictionary(strings).format(document)


def _story(text: OfficialText, fonts: Fonts) -> list[Flowable]:
    story: list[Flowable] = [Prose.of(text.title, WIDTH, TITLE, fonts, balanced=True)]
    if text.number:
        story += [Spacer(0, LEADING / 3), Prose.of(text.number, WIDTH, NUMBER, fonts)]
    story.append(Spacer(0, LEADING))
    for block in text.blocks:
        story += _block(block, fonts)
    signature = [Spacer(0, LEADING), *_signature(text, fonts)]
    # No signature alone on a page: the end of the text goes along.
    if isinstance(story[-1], Prose) and story[-1].height <= _MOVES_ALONG * LEADING:
        signature.insert(0, story.pop())
    story.append(KeepTogether(signature))
    if text.footnote:
        story += [Spacer(0, LEADING), Prose.of(text.footnote, WIDTH, FOOTNOTE, fonts)]
    return story


def _block(block: Block, fonts: Fonts) -> list[Flowable]:
    match block:
        case Heading():
            heading = Prose.of(block.text, WIDTH, HEADING, fonts)
            heading.keepWithNext = 1
            return [heading]
        case Paragraph():
            indent = 2 * SIZE if block.indent and block.align == "justify" else 0
            return [Prose.of(block.text, WIDTH, Style(SIZE, LEADING, block.align, indent), fonts)]
        case Table():
            if not block.head:
                return []
            return [Spacer(0, LEADING / 4), lay_table(block, WIDTH, fonts), Spacer(0, LEADING / 2)]


def _signature(text: OfficialText, fonts: Fonts) -> list[Flowable]:
    """The date four characters from the right, and whoever signs centred above it; a name that is longer than the date two
    characters from the right, and the date centred beneath."""
    date = fonts.width(fonts.setting(text.dated), SIZE)
    names = [line for line in text.signed.split("\n") if line]
    longest = max((fonts.width(fonts.setting(name), SIZE) for name in names), default=0.0)
    widest = min(max(date, longest), WIDTH)
    from_right = min((4 if longest <= date else 2) * SIZE, max(0.0, WIDTH - widest))
    centre = WIDTH - from_right - widest / 2
    lines = [*names, text.dated] if text.dated else names
    # A column as wide as it can be around that centre: a very long name is broken inside it.
    width = 2 * min(centre, WIDTH - centre)
    style = Style(SIZE, LEADING, "center")
    return [_MovedIn(Prose.of(line, width, style, fonts), centre - width / 2) for line in lines]


class _MovedIn(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Something that begins further right."""

    def __init__(self, inner: Prose, by: float) -> None:
        super().__init__()
        self._inner, self._by = inner, by

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self._by + self._inner.width, self._inner.height

    def draw(self) -> None:
        self._inner.drawOn(self.canv, self._by, 0)


def _draw_page_number(canvas: Canvas, fonts: Fonts) -> None:
    """Outside: to the right on odd pages, to the left on even ones, one character in; 7 mm beneath the text."""
    number = f"— {canvas.getPageNumber()} —"
    width = fonts.width(number, PAGE_NUMBER.size)
    odd = canvas.getPageNumber() % 2 == 1
    x = LEFT + WIDTH - PAGE_NUMBER.size - width if odd else LEFT + PAGE_NUMBER.size
    draw_runs(canvas, fonts, number, x, BOTTOM - 7 * mm - PAGE_NUMBER.size, PAGE_NUMBER)
