"""A drawing as a picture, for chats."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from ...documents.drawn_text import font_of
from ...qr import DARK, QUIET, dark_runs
from .missing import MissingPhoto
from .scene import MARK, Area, Code, Fill, Item, Photo, Point, Scene, Shape, Words, tick

_FINER = 3
"""Polygons are drawn so much larger and then made smaller, so that their edges are smooth."""
BOLD = 1 / 45
"""There is one weight: its outline is drawn too, this thick, as office programs do."""


def to_picture(scene: Scene, width_px: int, photos: Path) -> Image.Image:
    """The drawing in so many pixels across; ``photos``: the store's directory."""
    scale = width_px / scene.width
    picture = Image.new("RGB", (width_px, round(scene.height * scale)), "#ffffff")
    brush = _Brush(picture, scale, photos)
    for item in scene.items:
        brush.draw(item)
    return picture


def png(picture: Image.Image, *, colours: int = 256) -> bytes:
    """As a file of few colours, which is a third of the size and looks the same on paper and phone."""
    made = BytesIO()
    picture.quantize(colours, dither=Image.Dither.FLOYDSTEINBERG).save(made, "PNG", optimize=True)
    return made.getvalue()


class _Brush:
    """Draws items onto a picture."""

    def __init__(self, picture: Image.Image, scale: float, photos: Path) -> None:
        self._picture, self._scale, self._photos = picture, scale, photos
        self._draw = ImageDraw.Draw(picture)

    def draw(self, item: Item) -> None:
        """One of them."""
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

    def _box(self, area: Area) -> tuple[int, int, int, int]:
        left, top = round(area.x * self._scale), round(area.y * self._scale)
        return left, top, max(round(area.right * self._scale), left + 1), max(round(area.bottom * self._scale), top + 1)  # fmt: skip

    def _fill(self, item: Fill) -> None:
        left, top, right, bottom = self._box(item.area)
        if not item.to:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=item.colour)
            return
        size = (right - left, bottom - top)
        field = Image.new("RGB", size, item.colour)
        field.paste(item.to, (0, 0), _diagonal(size))
        self._picture.paste(field, (left, top))

    def _shape(self, item: Shape) -> None:
        left, top, right, bottom = self._box(item.within)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, self._picture.width), min(bottom, self._picture.height)
        finer = self._scale * _FINER
        mask = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER), 0)

        def at(point: Point) -> Point:
            return point[0] * finer - left * _FINER, point[1] * finer - top * _FINER

        ImageDraw.Draw(mask).polygon([at(point) for point in item.points], fill=round(255 * item.opacity))
        mask = mask.resize((right - left, bottom - top), Image.Resampling.BOX)
        self._picture.paste(item.colour, (left, top, right, bottom), mask)

    def _words(self, item: Words) -> None:
        x, baseline, size = item.x * self._scale, item.baseline * self._scale, item.size * self._scale
        stroke = size * BOLD / 2 if item.bold else 0
        for sign in item.text:
            font = font_of(sign, size)
            self._draw.text(
                (x, baseline), sign, font=font, fill=item.colour, anchor="ls", stroke_width=stroke, stroke_fill=item.colour
            )  # fmt: skip
            x += font.getlength(sign)

    def _photo(self, item: Photo) -> None:
        left, top, right, bottom = self._box(item.area)
        placed = item.placed()
        path = self._photos / item.file
        if not path.is_file():
            raise MissingPhoto(item.file)
        with Image.open(path) as opened:
            # What of the file is seen, in its own pixels.
            by = opened.width / placed.width
            seen = (
                (item.area.x - placed.x) * by, (item.area.y - placed.y) * by,
                (item.area.right - placed.x) * by, (item.area.bottom - placed.y) * by,
            )  # fmt: skip
            shown = opened.convert("RGB").resize(
                (right - left, bottom - top), Image.Resampling.LANCZOS, _inside(seen, opened.size), 3
            )
        self._picture.paste(shown.filter(ImageFilter.UnsharpMask(1, 40)), (left, top))

    def _code(self, item: Code) -> None:
        """Modules are whole pixels; what is left over widens the quiet zone."""
        left, top, right, _bottom = self._box(item.area)
        self._draw.rectangle((left, top, right - 1, top + right - left - 1), fill="#ffffff")
        pixels = max((right - left) // item.code.modules, 1)
        start = (right - left - pixels * item.code.modules) // 2
        for x, y, length in dark_runs(item.code.matrix):
            at = (left + start + x * pixels, top + start + y * pixels)
            self._draw.rectangle((*at, at[0] + length * pixels - 1, at[1] + pixels - 1), fill=DARK)
        if item.code.logo:
            from_module = QUIET + (len(item.code.matrix) - item.code.logo_modules) // 2
            at_px = (left + start + from_module * pixels, top + start + from_module * pixels)
            side = item.code.logo_modules * pixels
            self._draw.rectangle((*at_px, at_px[0] + side - 1, at_px[1] + side - 1), fill="#ffffff")
            mark = tuple((x / self._scale, y / self._scale) for x, y in tick(*at_px, side))
            self._shape(Shape(mark, MARK, 1, item.area))


def _inside(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Rounding must not ask for what lies beyond the picture."""
    return max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])


def _diagonal(size: tuple[int, int]) -> Image.Image:
    """Grey from 0 in the upper left to 255 in the lower right."""
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    return Image.blend(across, down, 0.5)
