"""Who is seen: a `Figure` picks the parts that other modules of this package draw.

Units are those of a head 240 high; (0, 0) is the pit of the neck.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from canvas import Canvas
from colours import Colour, darker, lighter, mix
from outlines import Point, oval

SKIN = {"fair": "#f2c6a2", "warm": "#e3aa80", "tan": "#cf9064", "brown": "#b5774e"}
BLACK_HAIR, BROWN_HAIR, GREY_HAIR = "#231d26", "#3d2a25", "#8d8a90"


@dataclass(frozen=True)
class Figure:
    """Names pick the parts: a hat of `HATS`, a dress of `DRESSES`, a tool of `TOOLS`, a pose of `POSES`."""

    skin: str = "warm"
    hair: str = "short"
    hair_colour: Colour = BLACK_HAIR
    hat: str = ""
    hat_colour: Colour = "#f4c430"
    dress: str = "coverall"
    cloth: Colour = "#2f5b9c"
    trim: Colour = "#e8e4d8"
    pose: str = "down"
    tool: str = ""
    tool_colour: Colour = "#d9483b"
    glove: Colour = ""
    glasses: bool = False
    slim: bool = False
    turn: float = 0.5  # which way the face looks: -1 left … 1 right

    @property
    def skin_colour(self) -> Colour:
        return SKIN[self.skin]

    @property
    def span(self) -> float:
        return 0.87 if self.slim else 1.0


def in_shade(skin: Colour, share: float) -> Colour:
    return mix(skin, "#7a2f28", share)


def fur(c: Canvas, where: Sequence[Point], size: float, colour: Colour) -> None:
    for i, (x, y) in enumerate(where):
        c.fill(oval(x, y, size, size), colour if i % 2 else darker(colour, 0.07))
    for x, y in where:
        c.fill(oval(x - size * 0.25, y - size * 0.3, size * 0.5, size * 0.45), lighter(colour, 0.4), 0.5)
