"""What stands in a chemical plant or a power station: columns, tanks, pipes, chimneys."""

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter, round_bar
from outlines import box, oval, smooth

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def tower(c: Canvas, x: float, y: float, width: float, height: float, light: Colour, dark: Colour) -> None:
    """A process column with platforms and a ladder."""
    r = width / 2
    c.fill(oval(x, y - height, r, r * 0.8), round_bar(light, dark))
    c.fill(box(x - r, y - height, x + r, y), round_bar(light, dark))
    c.line(
        [
            (x, y - height - r * 0.7), (x, y - height - r * 1.6),
            (x + r * 2.2, y - height - r * 1.6), (x + r * 2.2, y),
        ],
        width * 0.11,
        dark,
    )  # fmt: skip
    for level in range(1, int(height / (width * 1.15))):
        at = y - height + level * width * 1.15
        c.fill(box(x - r * 1.5, at, x + r * 1.35, at + width * 0.07), darker(dark, 0.3))
        c.line(
            [
                (x - r * 1.5, at), (x - r * 1.5, at - width * 0.22),
                (x + r * 1.35, at - width * 0.22), (x + r * 1.35, at),
            ],
            width * 0.03,
            darker(dark, 0.3),
        )  # fmt: skip
        c.fill(box(x - r, at + width * 0.5, x + r, at + width * 0.55), dark, 0.5)
    c.line([(x - r * 1.2, y), (x - r * 1.2, y - height * 0.92)], width * 0.045, darker(dark, 0.35))


def pipe_rack(c: Canvas, y: float, height: float, light: Colour, dark: Colour) -> None:
    """Pipes on steel frames over the whole width."""
    for row in range(4):
        at = y - height + row * height * 0.17
        c.fill(box(0, at, c.width, at + height * 0.12), Gradient((lighter(light, 0.3), light, dark)))
        for joint in range(0, c.width, 170):
            c.fill(box(joint + row * 37, at - 3, joint + row * 37 + 12, at + height * 0.12 + 3), dark)
    x = 30.0
    while x < c.width:
        c.fill(box(x, y - height * 1.08, x + 18, y), darker(dark, 0.3))
        c.line([(x + 9, y), (x + 169, y - height * 0.32)], 7, darker(dark, 0.3))
        x += 160
    c.fill(box(0, y - height * 0.34, c.width, y - height * 0.28), darker(dark, 0.3))


def sphere(c: Canvas, x: float, y: float, r: float, light: Colour, dark: Colour) -> None:
    for leg in (-0.75, -0.28, 0.28, 0.75):
        c.line([(x + leg * r, y), (x + leg * r, y - r * 1.1)], r * 0.07, dark)
    with c.clipped(oval(x, y - r * 1.35, r, r)):
        c.fill(box(x - r, y - r * 2.4, x + r, y), Gradient((lighter(light, 0.4), light, dark)))
        c.fill(oval(x - r * 0.35, y - r * 1.75, r * 0.42, r * 0.32), "#ffffff", 0.4, blur=r * 0.1)
        c.fill(box(x - r, y - r * 1.4, x + r, y - r * 1.3), dark, 0.35)
    c.line([(x + r * 0.2, y - r * 2.34), (x + r * 0.75, y - r * 1.9), (x + r * 1.12, y)], r * 0.045, dark)


def cooling_tower(c: Canvas, x: float, y: float, height: float, light: Colour, dark: Colour) -> None:
    h = height
    right = [(0.33 * h, -h), (0.29 * h, -0.75 * h), (0.33 * h, -0.45 * h), (0.45 * h, 0)]
    with c.at(x, y):
        c.fill(
            smooth(right, closed=False) + [(-px, py) for px, py in reversed(smooth(right, closed=False))],
            round_bar(light, dark),
        )
        c.fill(oval(0, -h, 0.33 * h, 0.045 * h), darker(dark, 0.2))


def chimney(c: Canvas, x: float, y: float, height: float, light: Colour, band: Colour) -> None:
    with c.at(x, y, height / 100):
        c.fill([(-4, 0), (-2.4, -100), (2.4, -100), (4, 0)], round_bar(light, darker(light, 0.4)))
        for level in (-96, -82, -68):
            c.fill([(-2.8, level + 7), (-2.5, level), (2.5, level), (2.8, level + 7)], band)
