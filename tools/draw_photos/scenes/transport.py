"""Rail, street, mountain pass and freight yard."""

from itertools import pairwise

from backdrop import hills, peaks, sky, snowfall
from canvas import Canvas
from colours import Gradient, darker, lighter, mix
from outlines import box, limb_outline, oval, smooth
from palettes import Palette
from things.traffic import bus, containers, locomotive, lorry

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def heavy_rail(c: Canvas, p: Palette) -> None:
    """A heavy-haul train comes round the mountain towards us."""
    w, h = c.width, c.height
    sky(c, p, (0.3, 0.36), 4, disc=76)
    peaks(c, h * 0.52, h * 0.2, p.far, mix(p.far, p.sun, 0.55))
    hills(c, h * 0.56, 34, Gradient((p.mid, p.near)))
    for i in range(26, 0, -1):
        near = 0.93**i
        x, y = w * 0.84 - (1 - near) * w * (1.15 - 0.5 * near), h * 0.5 + near * h * 0.2
        tone = mix(p.far, p.near, 0.35 + 0.5 * (i % 2))
        c.fill(box(x - 120 * near, y - 190 * near, x + 120 * near, y), Gradient((lighter(tone, 0.15), tone)))
        c.fill(oval(x, y - 190 * near, 110 * near, 22 * near), "#241c2b")
        c.fill(box(x + 96 * near, y - 180 * near, x + 120 * near, y), p.sun, 0.3)
    c.fill([(0, h * 0.74), (w, h * 0.68), (w, h), (0, h)], Gradient((p.near, darker(p.near, 0.35))))
    c.fill([(w * 0.66, h * 0.73), (w * 1.02, h * 0.73), (w * 1.3, h), (w * 0.3, h)], darker(p.near, 0.3))
    for i in range(8):
        near = 1.35**i / 8
        y = h * 0.72 + near * h * 0.24
        c.fill(
            box(w * 0.84 - 160 - near * 200, y, w * 0.84 + 160 + near * 200, y + 5 + near * 20),
            darker(p.mid, 0.2),
        )
    c.line([(w * 0.76, h * 0.73), (w * 0.56, h)], 9, p.sun, 0.85)
    c.line([(w * 0.92, h * 0.73), (w * 1.12, h)], 9, p.sun, 0.85)
    locomotive(c, w * 0.84, h * 0.74, 0.92, "#2d6a9c", "#f4e6c8")


def city_street(c: Canvas, p: Palette) -> None:
    """An early bus in a waking town."""
    w, h = c.width, c.height
    sky(c, p, (0.4, 0.37), 3)
    for layer, (tone, foot, low, high) in enumerate(((p.far, 0.6, 0.16, 0.34), (p.mid, 0.63, 0.08, 0.22))):
        x = -20.0
        while x < w:
            wide, tall = c.random.uniform(56, 118), c.random.uniform(low, high) * h
            c.fill(box(x, h * foot - tall, x + wide, h * foot + 40), Gradient((lighter(tone, 0.15), tone)))
            for row in range(int(tall / 34)):
                for column in range(int(wide / 26)):
                    if c.random.random() < 0.34 + layer * 0.15:
                        x0, y0 = x + 10 + column * 25, h * foot - tall + 14 + row * 32
                        c.fill(box(x0, y0, x0 + 11, y0 + 15), "#ffe8ac", 0.9)
            x += wide + c.random.uniform(0, 14)
    for x in (0.04, 0.17, 0.3, 0.96):
        c.line([(w * x, h * 0.68), (w * x, h * 0.56)], 10, darker(p.near, 0.3))
        for dx, dy, r in ((0, -0.02, 58), (-34, 0.008, 44), (34, 0.004, 46)):
            c.fill(oval(w * x + dx, h * (0.53 + dy), r, r), mix("#5d8a6a", p.near, 0.25 + 0.15 * (dx > 0)))
    c.fill(box(0, h * 0.66, w, h), Gradient((lighter(p.mid, 0.12), p.near, darker(p.near, 0.35))))
    c.fill([(0, h * 0.69), (w, h * 0.69), (w, h * 0.7), (0, h * 0.7)], lighter(p.far, 0.4))
    for i in range(5):
        c.fill(
            [
                (w * 0.1 + i * 190, h * 0.84), (w * 0.1 + i * 190 + 100, h * 0.84),
                (w * 0.1 + i * 190 + 86, h * 0.855), (w * 0.1 + i * 190 - 16, h * 0.855),
            ],
            "#f6ead2",
            0.8,
        )  # fmt: skip
    bus(c, w * 0.72, h * 0.72, 0.95, "#f4efe4", p.accent)


def mountain_road(c: Canvas, p: Palette) -> None:
    """Snow on the pass, a winding road and the crew's lorry."""
    w, h = c.width, c.height
    sky(c, p, (0.16, 0.16), 3)
    peaks(c, h * 0.5, h * 0.27, p.mid, "#ffffff")
    hills(c, h * 0.5, 40, Gradient(("#ffffff", lighter(p.far, 0.35))))
    road = smooth(
        [
            (w * 0.5, h * 0.47), (w * 0.78, h * 0.5), (w * 0.85, h * 0.54), (w * 0.45, h * 0.58),
            (w * 0.06, h * 0.63), (w * 0.08, h * 0.7), (w * 0.55, h * 0.75), (w * 1.0, h * 0.85),
        ],
        closed=False,
    )  # fmt: skip
    hills(c, h * 0.6, 24, Gradient(("#ffffff", "#dbe9f1")))
    for i, (a, b) in enumerate(pairwise(road)):
        c.fill(limb_outline(a, b, 5 + i * 0.75, 5 + i * 0.76), mix(p.near, "#3c4656", 0.6))
    for i in range(6, len(road) - 2, 4):
        c.line([road[i], road[i + 1]], 1 + i * 0.06, "#ffd35a")
    for i in range(9):
        x = w * (0.62 + i * 0.05)
        c.fill(
            [(x - 12, h * 0.54 - i * 3), (x, h * 0.49 - i * 3 - 28), (x + 12, h * 0.54 - i * 3)], "#3f6b73"
        )
    lorry(c, w * 0.86, h * 0.735, 1.0, p.accent, "#f2c230")
    for i in range(4):
        with c.at(w * (0.05 + i * 0.1), h * (0.77 + i * 0.006), 1.2):
            c.fill([(-18, 0), (-4, -46), (4, -46), (18, 0)], p.accent)
            c.fill([(-11, -20), (-8, -31), (8, -31), (11, -20)], "#ffffff")
            c.fill(box(-24, -5, 24, 2), darker(p.accent, 0.25))
    hills(c, h * 0.86, 16, Gradient(("#ffffff", "#c4dbe8")))
    snowfall(c, 70)


def freight_yard(c: Canvas, p: Palette) -> None:
    """Stacked containers under a gantry crane, lorries in line."""
    w, h = c.width, c.height
    sky(c, p, (0.55, 0.38), 3)
    hills(c, h * 0.54, 22, p.far)
    containers(c, -30, h * 0.68, ("rtybrw", "ybt rt", "tr  by", "w    r"), 76)
    containers(c, w * 0.66, h * 0.68, ("btwr", "yrb", "trg", "wb"), 80)
    steel = "#e7b23b"
    for x in (0.07, 0.93):
        c.line([(w * x - 46, h * 0.72), (w * x, h * 0.13)], 17, darker(steel, 0.12))
        c.line([(w * x + 46, h * 0.72), (w * x, h * 0.13)], 17, steel)
        c.line([(w * x - 30, h * 0.5), (w * x + 30, h * 0.5)], 11, darker(steel, 0.12))
    c.fill(box(-20, h * 0.105, w + 20, h * 0.145), Gradient((lighter(steel, 0.3), steel, darker(steel, 0.3))))
    for x in range(0, w, 60):
        c.line([(x, h * 0.145), (x + 30, h * 0.105), (x + 60, h * 0.145)], 4, darker(steel, 0.4), 0.6)
    c.fill(box(w * 0.2, h * 0.09, w * 0.3, h * 0.16, 6), "#3a3442")
    for rope in (0.2, 0.3):
        c.line([(w * rope, h * 0.16), (w * rope, h * 0.245)], 4, "#3a3442")
    containers(c, w * 0.165, h * 0.305, ("r",), 72)
    c.fill(box(0, h * 0.68, w, h), Gradient((p.mid, p.near, darker(p.near, 0.35))))
    lorry(c, w * 0.12, h * 0.79, 1.15, "#2f78b5", "#d9d2c4")
    lorry(c, w * 0.9, h * 0.77, 1.0, "#d6503f", "#2f8a86")
