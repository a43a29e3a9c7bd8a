"""What is worn on the body, and the names a `Figure` calls it by."""

from collections.abc import Callable

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter
from outlines import Point, both_sides, box, oval, smooth

from people.figure import Figure, fur

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def torso(f: Figure) -> list[Point]:
    s = f.span
    half = [
        (0, -4), (60 * s, -22), (124 * s, 20), (196 * s, 56), (234 * s, 124),
        (226 * s, 260), (200 * s, 430), (214 * s, 820), (0, 830),
    ]  # fmt: skip
    return smooth(both_sides(half))


def body(c: Canvas, f: Figure) -> None:
    outline = torso(f)
    c.fill(outline, Gradient((lighter(f.cloth, 0.1), f.cloth, darker(f.cloth, 0.2))))
    with c.clipped(outline):
        for side in (-1, 1):
            c.fill(
                smooth([(side * 150, 170), (side * 196, 300), (side * 170, 520), (side * 150, 340)]),
                darker(f.cloth, 0.3),
                0.4,
                blur=12,
            )
        DRESSES[f.dress](c, f)


def reflective(c: Canvas, f: Figure, y: float, x0: float = -260, x1: float = 260) -> None:
    c.fill(box(x0, y, x1, y + 46), darker(f.trim, 0.05))
    c.fill(box(x0, y + 11, x1, y + 35), Gradient(("#fdfcf5", "#cfd3d6", "#f7f6ee"), across=True))


def collar(c: Canvas, colour: Colour, spread: float = 1) -> None:
    c.fill([(0, 96), (-14, 90), (-98 * spread, -8), (-58, -52), (-44, -30)], colour)
    c.fill([(0, 96), (14, 90), (98 * spread, -8), (58, -52), (44, -30)], darker(colour, 0.1))
    c.line([(-98 * spread, -8), (-14, 90)], 4, darker(colour, 0.35), 0.7)
    c.line([(98 * spread, -8), (14, 90)], 4, darker(colour, 0.35), 0.7)


def coverall(c: Canvas, f: Figure) -> None:
    for side in (-1, 1):
        c.fill(box(side * 128 - 18, -60, side * 128 + 18, 330), darker(f.trim, 0.05))
        c.fill(box(side * 128 - 9, -60, side * 128 + 9, 330), "#eceae2")
        pocket = box(side * 70 - 40, 170, side * 70 + 40, 262, 8)
        c.fill(pocket, darker(f.cloth, 0.12))
        c.fill(box(side * 70 - 40, 170, side * 70 + 40, 194, 6), darker(f.cloth, 0.26))
    reflective(c, f, 330)
    c.line([(0, 70), (0, 840)], 7, darker(f.cloth, 0.4))
    c.fill(box(44, 150, 102, 166), "#f6f1e4")
    collar(c, lighter(f.cloth, 0.12))


def vest(c: Canvas, f: Figure) -> None:
    """A high-visibility waistcoat over a shirt or jacket."""
    hi = f.trim
    for side in (-1, 1):
        c.fill(
            [(side * 52, -50), (side * 172, 20), (side * 196, 200), (side * 210, 860), (0, 860), (0, 190)],
            Gradient((lighter(hi, 0.2), hi, darker(hi, 0.16))),
        )
        c.fill(box(side * 118 - 20, -60, side * 118 + 20, 860), Gradient(("#ffffff", "#d5d8d8")))
    for y in (300, 420):
        c.fill(box(-212, y, 212, y + 44), Gradient(("#d5d8d8", "#ffffff", "#c9cdd0"), across=True))
    c.line([(0, 190), (0, 860)], 6, darker(hi, 0.4))
    collar(c, lighter(f.cloth, 0.14))


def uniform(c: Canvas, f: Figure) -> None:
    """Shirt, tie and jacket of a driver."""
    c.fill([(-60, -50), (60, -50), (0, 330)], "#fbf7ee")
    c.fill([(-20, 22), (20, 22), (13, 54), (30, 240), (0, 290), (-30, 240), (-13, 54)], f.trim)
    for side in (-1, 1):
        c.fill(
            [(side * 60, -52), (side * 118, 10), (side * 96, 110), (side * 122, 124), (0, 340)],
            lighter(f.cloth, 0.12),
        )
        c.line(
            [(side * 118, 10), (side * 96, 110), (side * 122, 124), (0, 340)], 4, darker(f.cloth, 0.4), 0.8
        )
        c.fill(box(side * 176 - 44, 36, side * 176 + 44, 62, 8), "#f2c94c")
        c.fill([(side * 58, -54), (side * 10, 20), (side * 40, 46), (side * 74, -20)], "#ffffff")
    c.fill(box(92, 176, 156, 200, 6), "#f2c94c")
    for y in (380, 470):
        c.fill(oval(16, y, 11, 11), "#f2c94c")


def apron(c: Canvas, f: Figure) -> None:
    bib = [(-112, 150), (112, 150), (140, 330), (190, 860), (-190, 860), (-140, 330)]
    for side in (-1, 1):
        c.line([(side * 96, 156), (side * 62, -30)], 24, f.trim)
    collar(c, lighter(f.cloth, 0.25), 0.9)
    c.fill(bib, Gradient((lighter(f.trim, 0.15), f.trim, darker(f.trim, 0.12))))
    c.fill(box(-80, 390, 80, 500, 14), darker(f.trim, 0.1))
    c.line([(-80, 398), (80, 398)], 5, darker(f.trim, 0.28))
    c.line([(-112, 156), (112, 156)], 6, darker(f.trim, 0.25))


def parka(c: Canvas, f: Figure) -> None:
    c.line([(0, 60), (0, 840)], 18, darker(f.cloth, 0.3))
    reflective(c, f, 300)
    for side in (-1, 1):
        c.fill(box(side * 96 - 52, 400, side * 96 + 52, 500, 12), darker(f.cloth, 0.16))
    fur(
        c,
        [
            (-128, 16), (-110, 52), (-76, 84), (-38, 104), (0, 112), (38, 104),
            (76, 84), (110, 52), (128, 16), (108, -20), (-108, -20),
        ],
        36,
        "#d9c4a6",
    )  # fmt: skip


def harness(c: Canvas, f: Figure) -> None:
    """Work at height: straps across chest and shoulders."""
    c.line([(0, 60), (0, 840)], 6, darker(f.cloth, 0.4))
    collar(c, lighter(f.cloth, 0.14))
    for side in (-1, 1):
        c.line([(side * 120, -40), (side * 92, 230), (side * 150, 640)], 32, f.trim)
        c.line([(side * 120, -40), (side * 92, 230), (side * 150, 640)], 5, darker(f.trim, 0.4), 0.8)
    c.line([(-96, 240), (96, 240)], 30, f.trim)
    c.fill(oval(0, 240, 34, 34), "#dfe3e6")
    c.fill(oval(0, 240, 18, 18), f.cloth)
    c.fill(box(-230, 470, 230, 520), darker(f.trim, 0.12))
    c.fill(box(-40, 462, 40, 528, 10), "#c9ced2")


def deel(c: Canvas, f: Figure) -> None:
    """A work jacket cut like a Mongolian deel, with a piped slanting front."""
    for row in range(7):
        for column in range(-4, 5):
            c.line(oval(column * 62 + 31 * (row % 2), 120 + row * 90, 13, 13), 3, lighter(f.cloth, 0.3), 0.45)
    edge = smooth([(0, 60), (70, 110), (150, 150), (196, 230), (200, 420)], closed=False)
    c.line(edge, 34, f.trim)
    c.line(edge, 10, darker(f.cloth, 0.2))
    for i in (8, 20, 32):
        c.fill(oval(*edge[i], 12, 12), "#f6e3b0")
    c.fill(smooth([(-84, -52), (84, -52), (92, 20), (0, 74), (-92, 20)]), f.trim)
    c.fill(smooth([(-62, -70), (62, -70), (58, 6), (0, 40), (-58, 6)]), darker(f.cloth, 0.2))
    c.fill(box(-260, 440, 260, 540), f.trim)
    c.fill(box(-260, 476, 260, 500), darker(f.trim, 0.2))


DRESSES: dict[str, Callable[[Canvas, Figure], None]] = {
    "coverall": coverall,
    "vest": vest,
    "uniform": uniform,
    "apron": apron,
    "parka": parka,
    "harness": harness,
    "deel": deel,
}
