"""A drawing as one ``<svg>`` in a page: what a browser prints is as sharp as the PDF.

Texts are set in the reader's own fonts; each is told how long it may be, so that no font makes it longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from markupsafe import Markup

from ...candidates.showcase import PHOTOS_URL
from ...qr import DARK, dark_runs
from .pdf import diagonal, logo_area
from .scene import MARK, Area, Code, Fill, Item, Photo, Point, Scene, Shape, Words, tick

_FONTS = (
    "-apple-system,BlinkMacSystemFont,'PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',"
    "sans-serif"
)


def to_svg(scene: Scene) -> Markup:
    """The element; its photos are those of the site."""
    drawn = "".join(_drawn(item, number) for number, item in enumerate(scene.items))
    box = f"0 0 {_n(scene.width)} {_n(scene.height)}"
    return Markup(  # noqa: S704 - numbers, colours of ours, and texts that are escaped here
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet" viewBox="{box}" font-family="{_FONTS}" '
        f'stroke-linejoin="round">{drawn}</svg>'
    )


def _drawn(item: Item, number: int) -> str:
    match item:
        case Fill():
            return _fill(item, f"f{number}")
        case Shape():
            path = f'<path d="{_path(item.points)}" fill="{item.colour}" fill-opacity="{_n(item.opacity)}"/>'
            return _within(item.within, path)
        case Words():
            return _words(item)
        case Photo():
            placed = item.placed()
            image = (
                f'<image {_box(placed)} preserveAspectRatio="none" href="{PHOTOS_URL}{escape(item.file)}" role="img" '
                f'aria-label="{escape(item.alt)}"/>'
            )
            return _within(item.area, image)
        case Code():
            return _code(item)


def _fill(item: Fill, name: str) -> str:
    if not item.to:
        return f'<rect {_box(item.area)} fill="{item.colour}"/>'
    (x1, y1), (x2, y2) = diagonal(item.area)
    return (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}">'
        f'<stop stop-color="{item.colour}"/><stop offset="1" stop-color="{item.to}"/></linearGradient>'
        f'<rect {_box(item.area)} fill="url(#{name})"/>'
    )


def _words(item: Words) -> str:
    if not item.text.strip():
        return ""
    weight = ' font-weight="700"' if item.bold else ""
    return (
        f'<text x="{_n(item.x)}" y="{_n(item.baseline)}" font-size="{_n(item.size)}" fill="{item.colour}"{weight} '
        f'textLength="{_n(item.width)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(item.text)}</text>'
    )


def _code(item: Code) -> str:
    """In units of a module, on module edges."""
    runs = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in dark_runs(item.code.matrix))
    side = item.code.modules
    code = (
        f'<svg {_box(item.area)} viewBox="0 0 {side} {side}" role="img" aria-label="{escape(item.says)}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="{DARK}" d="{runs}"/></svg>'
    )
    mark = logo_area(item)
    if mark is None:
        return code
    ticked = _path(tick(mark.x, mark.y, mark.width))
    return f'{code}<rect {_box(mark)} fill="#fff"/><path d="{ticked}" fill="{MARK}"/>'


def _within(area: Area, drawn: str) -> str:
    """What does not reach beyond an area: an inner ``<svg>`` cuts by itself."""
    box = f"{_n(area.x)} {_n(area.y)} {_n(area.width)} {_n(area.height)}"
    return f'<svg {_box(area)} viewBox="{box}" preserveAspectRatio="none">{drawn}</svg>'


def _box(area: Area) -> str:
    return f'x="{_n(area.x)}" y="{_n(area.y)}" width="{_n(area.width)}" height="{_n(area.height)}"'


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "Z"


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
