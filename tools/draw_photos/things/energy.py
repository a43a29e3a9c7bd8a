"""What makes and carries new energy: turbines, modules, pylons."""

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter, round_bar
from outlines import box, oval, smooth

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def turbine(c: Canvas, x: float, y: float, height: float, turn: float, colour: Colour) -> None:
    with c.at(x, y, height / 100):
        c.fill(
            [(-1.9, 0), (-0.8, -98), (0.8, -98), (1.9, 0)],
            round_bar(lighter(colour, 0.6), darker(colour, 0.22)),
        )
        c.fill(box(-2.6, -101.5, 4.2, -97, 1.6), darker(colour, 0.12))
        for blade in range(3):
            with c.at(0, -99.3, 1, turn + blade * 120):
                c.fill(
                    smooth([(-0.8, 0), (-2.4, -9), (-1.4, -30), (-0.2, -54), (0.7, -30), (1.1, -5)]), colour
                )
                c.fill([(-0.2, -54), (0.7, -30), (1.1, -5), (0.1, -5)], darker(colour, 0.2), 0.5)
        c.fill(oval(0, -99.3, 2.6, 2.6), lighter(colour, 0.5))


def pylon(c: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    with c.at(x, y, height / 100):
        c.line([(-11, 0), (-3, -60), (-1.5, -100), (1.5, -100), (3, -60), (11, 0)], 1.3, colour)
        for level in range(5):
            a, b = 11 - level * 1.7, 9.3 - level * 1.7
            c.line([(-a, -level * 12), (b, -level * 12 - 12)], 0.8, colour)
            c.line([(a, -level * 12), (-b, -level * 12 - 12)], 0.8, colour)
        for arm, reach in ((-66, 20), (-79, 16), (-91, 12)):
            c.line([(-reach, arm), (0, arm - 5), (reach, arm), (-reach, arm)], 1, colour)


def solar_table(c: Canvas, x: float, y: float, width: float, height: float, sheen: float = 0.3) -> None:
    """A tilted table of modules on posts."""
    for post in (0.18, 0.82):
        c.line(
            [(x + width * post, y), (x + width * post + height * 0.1, y - height * 0.6)],
            height * 0.06,
            "#6d6a76",
        )
    lean = height * 0.55
    corners = [
        (x, y - height * 0.25), (x + width, y - height * 0.25),
        (x + width + lean, y - height), (x + lean, y - height),
    ]  # fmt: skip
    c.fill(corners, Gradient(("#6f9fd0", "#2f5b9c", "#1d3b73")))
    with c.clipped(corners):
        c.fill(
            [
                (x + width * 0.2, y), (x + width * 0.45, y),
                (x + width * 0.45 + lean * 2, y - height * 2),
                (x + width * 0.2 + lean * 2, y - height * 2),
            ],
            "#ffffff",
            sheen,
        )  # fmt: skip
    for column in range(1, 6):
        at = x + width * column / 6
        c.line([(at, y - height * 0.25), (at + lean, y - height)], height * 0.018, "#cfe0ee", 0.7)
    c.line(
        [(x + lean / 2, y - height * 0.625), (x + width + lean / 2, y - height * 0.625)],
        height * 0.018,
        "#cfe0ee",
        0.7,
    )
    c.line([corners[3], corners[2]], height * 0.03, "#dfe9f0")
