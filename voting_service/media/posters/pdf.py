"""A drawing as PDF: vectors, embedded fonts, the paper's own size; for print shops with three millimetres more all around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from ...documents.pdf_fonts import Fonts, fonts_for
from ...qr import DARK, QUIET, dark_runs
from .missing import MissingPhoto
from .papers import BLEED
from .scene import MARK, Area, Code, Fill, Item, Photo, Point, Scene, Shape, Words, tick


def to_pdf(scene: Scene, photos: Path, *, author: str, bleed: bool = False) -> bytes:
    """One page. ``photos``: the store's directory. With ``bleed``, the page is larger and says where it is to be cut (TrimBox).
    Raises MissingPhoto."""
    made, edge = BytesIO(), BLEED if bleed else 0.0
    size = ((scene.width + 2 * edge) * mm, (scene.height + 2 * edge) * mm)
    with fonts_for("〓" + "".join(words.text for words in scene.texts)) as fonts, _bytes_as_they_are():
        canvas = Canvas(made, pagesize=size, invariant=1, lang="zh-CN", pageCompression=1)
        canvas.setTitle(scene.title)
        canvas.setAuthor(author)
        canvas.setTrimBox((edge * mm, edge * mm, size[0] - edge * mm, size[1] - edge * mm))
        canvas.setBleedBox((0, 0, *size))
        canvas.translate(edge * mm, edge * mm)
        _Pen(canvas, scene.height, fonts, photos).draw(scene.items)
        canvas.showPage()
        canvas.save()
    return made.getvalue()


@contextmanager
def _bytes_as_they_are() -> Iterator[None]:
    """Reportlab would write photos in printable characters, a quarter larger and at a second for each megabyte. Its setting is
    the whole process's; ``fonts_for`` lets one document be made at a time."""
    before, rl_config.useA85 = rl_config.useA85, 0
    try:
        yield
    finally:
        rl_config.useA85 = before


class _Pen:
    """Draws items on a canvas, whose origin is the lower left corner."""

    def __init__(self, canvas: Canvas, height: float, fonts: Fonts, photos: Path) -> None:
        self._canvas, self._height, self._fonts, self._photos = canvas, height, fonts, photos

    def draw(self, items: Iterable[Item]) -> None:
        """All of them, in order."""
        for item in items:
            match item:
                case Fill():
                    self._fill(item)
                case Shape():
                    self._shape(item)
                case Words():
                    self._words(item)
                case Photo():
                    self._photo(item)
                case Code():
                    self._code(item)

    def _at(self, x: float, y: float) -> Point:
        return x * mm, (self._height - y) * mm

    def _rectangle(self, area: Area) -> tuple[float, float, float, float]:
        """Lower left corner, width and height, in points."""
        return (*self._at(area.x, area.bottom), area.width * mm, area.height * mm)

    def _clipped(self, area: Area) -> None:
        path = self._canvas.beginPath()
        path.rect(*self._rectangle(area))
        self._canvas.clipPath(path, stroke=0, fill=0)

    def _fill(self, item: Fill) -> None:
        canvas = self._canvas
        if not item.to:
            canvas.setFillColor(HexColor(item.colour))
            canvas.rect(*self._rectangle(item.area), stroke=0, fill=1)
            return
        canvas.saveState()
        self._clipped(item.area)
        begin, end = diagonal(item.area)
        canvas.linearGradient(*self._at(*begin), *self._at(*end), (HexColor(item.colour), HexColor(item.to)))
        canvas.restoreState()

    def _polygon(self, points: Iterable[Point]) -> PDFPathObject:
        path = self._canvas.beginPath()
        for number, point in enumerate(points):
            (path.lineTo if number else path.moveTo)(*self._at(*point))
        path.close()
        return path

    def _shape(self, item: Shape) -> None:
        canvas = self._canvas
        canvas.saveState()
        self._clipped(item.within)
        canvas.setFillColor(HexColor(item.colour))
        canvas.setFillAlpha(item.opacity)
        canvas.drawPath(self._polygon(item.points), stroke=0, fill=1)
        canvas.restoreState()

    def _words(self, item: Words) -> None:
        canvas, size = self._canvas, item.size * mm
        written = canvas.beginText(*self._at(item.x, item.baseline))
        written.setFillColor(HexColor(item.colour))
        if item.bold:
            # There is one weight: its outline is drawn too, as office programs do.
            canvas.setLineWidth(size / 45)
            canvas.setLineJoin(1)
            written.setStrokeColor(HexColor(item.colour))
            written.setTextRenderMode(2)
        for font, run in self._fonts.runs(self._fonts.setting(item.text)):
            written.setFont(font, size)
            written.textOut(run)
        written.setTextRenderMode(0)
        canvas.drawText(written)

    def _photo(self, item: Photo) -> None:
        path = self._photos / item.file
        if not path.is_file():
            raise MissingPhoto(item.file)
        canvas = self._canvas
        canvas.saveState()
        self._clipped(item.area)
        canvas.drawImage(str(path), *self._rectangle(item.placed()))
        canvas.restoreState()

    def _code(self, item: Code) -> None:
        canvas, module = self._canvas, item.code.module_mm
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.rect(*self._rectangle(item.area), stroke=0, fill=1)
        path = canvas.beginPath()
        for x, y, length in dark_runs(item.code.matrix):
            run = Area(item.x + x * module, item.y + y * module, length * module, module)
            path.rect(*self._rectangle(run))
        canvas.setFillColor(HexColor(DARK))
        canvas.drawPath(path, stroke=0, fill=1)
        if mark := logo_area(item):
            canvas.setFillColor(HexColor("#ffffff"))
            canvas.rect(*self._rectangle(mark), stroke=0, fill=1)
            canvas.setFillColor(HexColor(MARK))
            canvas.drawPath(self._polygon(tick(mark.x, mark.y, mark.width)), stroke=0, fill=1)


def diagonal(area: Area) -> tuple[Point, Point]:
    """Where a gradient begins and ends that has its colours in two opposite corners, square to the other diagonal."""
    middle_x, middle_y = area.x + area.width / 2, area.y + area.height / 2
    reach = area.width * area.height / (area.width**2 + area.height**2)
    dx, dy = area.height * reach, area.width * reach
    return (middle_x - dx, middle_y - dy), (middle_x + dx, middle_y + dy)


def logo_area(item: Code) -> Area | None:
    """The white square in a code's middle; None where there is none."""
    if not item.code.logo:
        return None
    side, module = item.code.logo_modules * item.code.module_mm, item.code.module_mm
    start = (QUIET + (len(item.code.matrix) - item.code.logo_modules) / 2) * module
    return Area(item.x + start, item.y + start, side, side)
