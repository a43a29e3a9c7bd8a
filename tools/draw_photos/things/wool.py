"""From the goat to the jumper."""

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter
from outlines import box, oval, smooth

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def goat(c: Canvas, x: float, y: float, scale: float, wool: Colour, left: bool = False) -> None:
    """A cashmere goat grazing or looking up."""
    with c.at(x, y, scale, mirror=left):
        for leg in (-34, -22, 20, 32):
            c.line([(leg, -30), (leg, 0)], 7, darker(wool, 0.45))
        c.fill(
            smooth([
                (-48, -62), (-20, -76), (24, -74), (46, -62), (50, -34), (36, -14),
                (10, -10), (-20, -12), (-44, -20), (-54, -40),
            ]),
            Gradient((wool, darker(wool, 0.2))),
        )  # fmt: skip
        c.line([(-48, -60), (-60, -70)], 8, wool)
        c.fill(smooth([(34, -70), (52, -94), (66, -98), (70, -84), (58, -58), (46, -50)]), wool)
        c.fill(smooth([(54, -100), (68, -106), (90, -88), (88, -80), (66, -80)]), lighter(wool, 0.3))
        c.line([(60, -103), (50, -124), (38, -130)], 5, "#6b5848")
        c.line([(58, -96), (46, -92)], 6, darker(wool, 0.25))
        c.line([(80, -80), (78, -66)], 4, darker(wool, 0.15))


def spool(c: Canvas, x: float, y: float, size: float, yarn: Colour) -> None:
    """A cone of yarn."""
    with c.at(x, y, size / 100):
        c.fill([(-16, -112), (16, -112), (20, -96), (-20, -96)], "#c9a77c")
        c.fill(
            smooth([(-26, -98), (0, -104), (26, -98), (48, -12), (40, 0), (0, 6), (-40, 0), (-48, -12)]),
            Gradient((darker(yarn, 0.05), lighter(yarn, 0.35), yarn, darker(yarn, 0.3)), across=True),
        )
        for thread in range(10):
            half = 44 - thread * 1.9
            c.line(oval(0, -6 - thread * 9.2, half, 7, 10, 170)[::6], 1.1, darker(yarn, 0.3), 0.45)


def hank(c: Canvas, x: float, y: float, half: float, length: float, colour: Colour) -> None:
    outline = smooth([
        (x - half * 0.7, y - 8), (x + half * 0.7, y - 8), (x + half, y + length * 0.5),
        (x + half * 0.8, y + length), (x, y + length + 14), (x - half * 0.8, y + length),
        (x - half, y + length * 0.5),
    ])  # fmt: skip
    c.fill(outline, Gradient((lighter(colour, 0.25), colour, darker(colour, 0.22))))
    with c.clipped(outline):
        for strand in range(-4, 5):
            c.line(
                [(x + strand * half * 0.2, y - 8), (x + strand * half * 0.26, y + length + 14)],
                2.4,
                darker(colour, 0.3),
                0.5,
            )
        c.fill(box(x - half, y + length * 0.8, x + half, y + length * 0.84), "#f6edd8", 0.85)


def jumper(c: Canvas, x: float, y: float, scale: float, colour: Colour) -> None:
    with c.at(x, y, scale):
        c.line([(0, -2), (0, 14)], 4, "#4a2636")
        c.fill(
            [
                (-22, 16), (22, 16), (48, 34), (66, 190), (44, 194), (36, 92), (36, 228),
                (-36, 228), (-36, 92), (-44, 194), (-66, 190), (-48, 34),
            ],
            Gradient((colour, colour, darker(colour, 0.25))),
        )  # fmt: skip
        c.fill(oval(0, 16, 20, 11), darker(colour, 0.3))
        c.fill(box(-36, 212, 36, 228), darker(colour, 0.18))
