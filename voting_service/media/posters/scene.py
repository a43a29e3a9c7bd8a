"""A drawing as plain values: what lies where, in millimetres from the upper left corner. Page, PDF and PNG draw the same.

Whatever reaches an edge is drawn ``BLEED`` beyond it, so that a cut that is not true leaves no white line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from ...qr import PrintedCode

Point = tuple[float, float]
MARK = "#c7000b"
"""The colour of the tick in a code's middle."""


@dataclass(frozen=True)
class Area:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def inset(self, by: float) -> Area:
        """Smaller by so much on each side."""
        return Area(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Fill:
    """A coloured rectangle; with a second colour, running from the upper left to the lower right."""

    area: Area
    colour: str
    to: str = ""


@dataclass(frozen=True)
class Shape:
    """A polygon, as far as it lies within an area."""

    points: tuple[Point, ...]
    colour: str
    opacity: float
    within: Area


@dataclass(frozen=True)
class Words:
    """One line of text, from its left end on its baseline. ``width`` is what it takes up in our own font."""

    text: str
    x: float
    baseline: float
    size: float
    width: float
    colour: str
    bold: bool = False

    @property
    def area(self) -> Area:
        """What its signs' squares cover."""
        return Area(self.x, self.baseline - 0.88 * self.size, self.width, self.size)


@dataclass(frozen=True)
class Photo:
    """A stored photo that fills an area, cut to its shape; more is cut below than above, where faces are."""

    area: Area
    file: str
    """Its name in the photo store."""
    width: int
    height: int
    alt: str = ""

    FOCUS = 0.25
    """How much of what is cut away is cut above."""

    def placed(self) -> Area:
        """The whole photo, so scaled and moved that it covers the area."""
        scale = max(self.area.width / self.width, self.area.height / self.height)
        width, height = self.width * scale, self.height * scale
        return Area(
            self.area.x - (width - self.area.width) / 2,
            self.area.y - (height - self.area.height) * self.FOCUS,
            width,
            height,
        )


@dataclass(frozen=True)
class Code:
    """A QR code with its quiet zone; its place is its upper left corner."""

    x: float
    y: float
    code: PrintedCode
    says: str
    """What it is called where it cannot be seen."""

    @property
    def area(self) -> Area:
        """What it covers."""
        return Area(self.x, self.y, self.code.side_mm, self.code.side_mm)


Item = Fill | Shape | Words | Photo | Code


@dataclass(frozen=True)
class Scene:
    """One sheet."""

    width: float
    height: float
    title: str
    items: tuple[Item, ...]

    @property
    def texts(self) -> tuple[Words, ...]:
        """All its lines of text."""
        return tuple(item for item in self.items if isinstance(item, Words))


def scaled(items: Sequence[Item], factor: float, dx: float = 0, dy: float = 0) -> list[Item]:
    """The same drawing, larger or smaller, then moved. Codes and what is cut to an area keep their meaning."""

    def area(a: Area) -> Area:
        return Area(a.x * factor + dx, a.y * factor + dy, a.width * factor, a.height * factor)

    def one(item: Item) -> Item:
        match item:
            case Fill():
                return Fill(area(item.area), item.colour, item.to)
            case Shape():
                points = tuple((x * factor + dx, y * factor + dy) for x, y in item.points)
                return Shape(points, item.colour, item.opacity, area(item.within))
            case Words():
                return Words(item.text, item.x * factor + dx, item.baseline * factor + dy, item.size * factor,
                             item.width * factor, item.colour, item.bold)  # fmt: skip
            case Photo():
                return Photo(area(item.area), item.file, item.width, item.height, item.alt)
            case Code():
                code = PrintedCode(
                    item.code.matrix, item.code.side_mm * factor, item.code.level, item.code.logo
                )
                return Code(item.x * factor + dx, item.y * factor + dy, code, item.says)

    return [one(item) for item in items]


def gear(x: float, y: float, radius: float, teeth: int = 24) -> tuple[Point, ...]:
    """The outline of a toothed ring: round once outside with its teeth, and back inside."""
    outline: list[Point] = []
    for tooth in range(teeth):
        for turn, far in ((0.0, 0.86), (0.14, 1.0), (0.5, 1.0), (0.64, 0.86)):
            angle = 2 * pi * (tooth + turn) / teeth
            outline.append((x + far * radius * cos(angle), y + far * radius * sin(angle)))
    outline.append(outline[0])
    return (*outline, *circle(x, y, 0.7 * radius, back=True))


def ring(x: float, y: float, outer: float, inner: float) -> tuple[Point, ...]:
    """The outline of a plain one."""
    return (*circle(x, y, outer), *circle(x, y, inner, back=True))


def circle(x: float, y: float, radius: float, *, back: bool = False) -> tuple[Point, ...]:
    """Points close enough together to look round; ``back``: the other way round, for a hole."""
    steps = range(97)
    turns = reversed(steps) if back else iter(steps)
    return tuple((x + radius * cos(2 * pi * n / 96), y + radius * sin(2 * pi * n / 96)) for n in turns)


def rays(x: float, y: float, length: float) -> list[tuple[Point, ...]]:
    """Beams from a point to above and both sides."""
    beams: list[tuple[Point, ...]] = []
    for degrees in range(180, 361, 24):
        at, half = degrees * pi / 180, 4.5 * pi / 180
        beams.append(
            (
                (x, y),
                (x + length * cos(at - half), y + length * sin(at - half)),
                (x + length * cos(at + half), y + length * sin(at + half)),
            )
        )
    return beams


def tick(x: float, y: float, side: float) -> tuple[Point, ...]:
    """The service's mark in a square of this side: the outline of a tick."""
    unit = side / 12
    points = ((2.0, 6.9), (3.1, 5.8), (4.9, 7.6), (8.9, 3.1), (10.1, 4.2), (5.0, 9.9))
    return tuple((x + px * unit, y + py * unit) for px, py in points)
