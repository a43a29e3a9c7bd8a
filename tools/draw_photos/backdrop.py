"""What lies behind everything: sky, land and weather outdoors, windows and their light indoors."""

import math

from canvas import Canvas
from colours import Colour, Gradient, Paint, darker, mix
from outlines import Point, box, oval
from palettes import Palette

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def sky(c: Canvas, p: Palette, sun: Point | None = (0.75, 0.42), clouds: int = 3, disc: float = 62) -> None:
    """`sun` is given in shares of the picture."""
    c.fill(box(0, 0, c.width, c.height), Gradient(p.sky))
    if sun is not None:
        x, y = sun[0] * c.width, sun[1] * c.height
        c.glow(x, y, c.height * 0.55, p.sun, 0.75)
        c.fill(oval(x, y, disc, disc), p.sun)
    for _ in range(clouds):
        cloud(
            c,
            c.random.uniform(0, c.width),
            c.random.uniform(0.04, 0.32) * c.height,
            c.random.uniform(70, 170),
            p,
        )


def cloud(c: Canvas, x: float, y: float, size: float, p: Palette) -> None:
    for layer in range(3):
        length, shift = size * (1.3 - layer * 0.28), c.random.uniform(-0.4, 0.4) * size
        bar = box(x + shift - length, y - layer * 17, x + shift + length, y - layer * 17 + 17, 8)
        c.fill(bar, mix(p.sun, p.sky[1], 0.25), 0.42)


def hills(c: Canvas, y: float, height: float, paint: Paint, rough: float = 1) -> None:
    """A ridge over the whole width whose foot goes down to the lower edge."""
    shift = [c.random.uniform(0, 7) for _ in range(4)]
    ridge: list[Point] = []
    for step in range(121):
        at = step / 120
        wave = sum(math.sin(at * f * rough + s) / f for f, s in zip((3, 5.3, 9.1, 17), shift, strict=True))
        ridge.append((at * c.width, y - wave * height))
    c.fill([*ridge, (c.width, c.height), (0, c.height)], paint)


def peaks(c: Canvas, y: float, height: float, paint: Colour, snow: Colour) -> None:
    x = -80.0
    while x < c.width + 80:
        wide, tall = c.random.uniform(180, 320), height * c.random.uniform(0.6, 1.1)
        top = x + wide * c.random.uniform(0.4, 0.6)
        c.fill([(x - 60, y), (top, y - tall), (x + wide + 60, y)], paint)
        c.fill(
            [(top, y - tall), (top + wide * 0.33, y - tall * 0.5), (top + 12, y - tall * 0.62), (top - 6, y)],
            darker(paint, 0.14),
        )
        cap = [
            (top, y - tall), (top + 52, y - tall * 0.74), (top + 18, y - tall * 0.79),
            (top - 8, y - tall * 0.7), (top - 46, y - tall * 0.77),
        ]  # fmt: skip
        c.fill(cap, snow)
        x += wide * 0.72
    c.fill(box(0, y - 2, c.width, c.height), paint)


def plume(c: Canvas, x: float, y: float, size: float, colour: Colour, lean: float = 1) -> None:
    """Steam drifting to one side."""
    for puff in range(9):
        grow = size * (0.35 + puff * 0.17)
        where = oval(x + lean * size * puff * 0.55, y - size * puff * 0.62, grow, grow * 0.85)
        c.fill(where, colour, 0.5 - puff * 0.045, blur=size * 0.12)


def tufts(c: Canvas, top: float, colour: Colour, count: int) -> None:
    for _ in range(count):
        x, y = c.random.uniform(0, c.width), c.random.uniform(top, c.height)
        tall = 10 + 26 * (y - top) / (c.height - top)
        for lean in (-0.5, 0, 0.5):
            c.fill([(x - 2, y), (x + lean * tall, y - tall), (x + 2, y)], colour, 0.7)


def snowfall(c: Canvas, count: int) -> None:
    for _ in range(count):
        r = c.random.choice((1.5, 2, 2.6, 4))
        c.fill(oval(c.random.uniform(0, c.width), c.random.uniform(0, c.height), r, r), "#ffffff", 0.85)


def windows(c: Canvas, y0: float, y1: float, light: Paint, frame: Colour, count: int) -> None:
    """Tall factory windows over the whole width."""
    step = c.width / count
    for i in range(count):
        x0, x1 = i * step + step * 0.14, (i + 1) * step - step * 0.14
        c.fill(
            [*oval((x0 + x1) / 2, y0 + step * 0.3, (x1 - x0) / 2, step * 0.3, 180, 360), (x1, y1), (x0, y1)],
            light,
        )
        for bar in (1, 2):
            at = x0 + (x1 - x0) * bar / 3
            c.line([(at, y0), (at, y1)], 5, frame)
        for bar in range(1, 5):
            at = y0 + (y1 - y0) * bar / 5
            c.line([(x0, at), (x1, at)], 5, frame)


def light_shafts(c: Canvas, colour: Colour, count: int, lean: float) -> None:
    for i in range(count):
        x = c.width * (i + 0.3) / count
        shaft = [(x, 0), (x + 90, 0), (x + 90 + lean, c.height), (x - 120 + lean, c.height)]
        c.fill(shaft, colour, 0.13, blur=14)
