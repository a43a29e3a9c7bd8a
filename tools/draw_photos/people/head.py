"""Neck, head and hair; a face has light and shade but no features."""

import math

from canvas import Canvas
from colours import Colour, darker, lighter
from outlines import Point, both_sides, box, oval, smooth

from people.figure import GREY_HAIR, Figure, in_shade

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def neck(c: Canvas, f: Figure) -> None:
    wide = 40 if f.slim else 50
    outline = smooth([
        (-wide, -110), (wide, -110), (wide + 4, -30), (wide + 34, 26),
        (0, 70), (-wide - 34, 26), (-wide - 4, -30),
    ])  # fmt: skip
    c.fill(outline, in_shade(f.skin_colour, 0.14))
    with c.clipped(outline):
        c.fill(oval(8 * f.turn, -84, 92, 70), in_shade(f.skin_colour, 0.42), 0.6, blur=6)


def head_outline(f: Figure) -> list[Point]:
    jaw = 0.86 if f.slim else 1.0
    half = [(0, -286), (60, -270), (90, -216), (92, -160), (80 * jaw + 4, -100), (50 * jaw, -58), (0, -42)]
    return [(px + 4 * f.turn, py) for px, py in smooth(both_sides(half))]


def head(c: Canvas, f: Figure) -> None:
    skin, turn = f.skin_colour, f.turn
    for side in (-1, 1):
        if side * turn < 0.75:
            c.fill(oval(side * 92 - 8 * turn, -160, 17, 27), in_shade(skin, 0.12))
            c.fill(oval(side * 92 - 8 * turn, -158, 9, 16), in_shade(skin, 0.28), 0.6)
    outline = head_outline(f)
    c.fill(outline, skin)
    with c.clipped(outline):
        c.fill(oval(-turn * 150, -160, 96, 180), in_shade(skin, 0.4), 0.42, blur=12)
        for side in (-1, 1):
            c.fill(oval(side * 50 + 24 * turn, -118, 27, 20), "#d9624f", 0.26, blur=8)
        c.fill(oval(turn * 20, -214, 110, 44), in_shade(skin, 0.35), 0.22, blur=10)
        c.fill(
            smooth([
                (26 * turn - 5, -184), (26 * turn + 5 + 6 * turn, -150),
                (38 * turn + 3, -124), (22 * turn, -116), (14 * turn - 6, -124),
            ]),
            in_shade(skin, 0.3),
            0.3,
            blur=2,
        )  # fmt: skip
        c.fill(oval(24 * turn, -82, 20, 5), in_shade(skin, 0.35), 0.28, blur=3)
        if f.hair_colour == GREY_HAIR or f.hair == "stubble":
            c.fill(oval(12 * turn, -50, 78, 44), darker(f.hair_colour, 0.1), 0.26, blur=12)
    if f.glasses:
        for side in (-1, 1):
            rim = oval(side * 39 + 24 * turn, -164, 30, 26)
            c.fill(rim, "#ffffff", 0.34)
            c.line(rim, 5, "#2b2530")
        c.line([(-10 + 24 * turn, -168), (10 + 24 * turn, -168)], 5, "#2b2530")
        c.line([(-69 + 24 * turn, -168), (-90 - 4 * turn, -172)], 5, "#2b2530")
        c.line([(69 + 24 * turn, -168), (90 - 4 * turn, -172)], 5, "#2b2530")


BEHIND_THE_HEAD: dict[str, list[Point]] = {
    "bob": [
        (0, -306), (96, -272), (122, -180), (118, -70), (84, -40),
        (-84, -40), (-118, -70), (-122, -180), (-96, -272),
    ],
    "long": [
        (0, -306), (98, -272), (124, -170), (136, -20), (120, 110), (60, 130),
        (-60, 130), (-120, 110), (-136, -20), (-124, -170), (-98, -272),
    ],
    "ponytail": [
        (-60, -270), (-128, -262), (-158, -180), (-150, -60),
        (-172, 40), (-112, -10), (-96, -120), (-80, -200),
    ],
}  # fmt: skip


def back_hair(c: Canvas, f: Figure) -> None:
    colour = f.hair_colour
    if f.hair in BEHIND_THE_HEAD:
        c.fill(smooth(BEHIND_THE_HEAD[f.hair]), colour)
    elif f.hair == "bun":
        c.fill(oval(-58, -296, 56, 52), colour)
        c.line(oval(-58, -296, 34, 30, 200, 340), 5, lighter(colour, 0.18), 0.7)


def front_hair(c: Canvas, f: Figure) -> None:
    colour, t = f.hair_colour, f.turn * 16
    if f.hair == "none":
        return
    if f.hair in ("short", "stubble"):
        cap = [
            (-98, -164), (-106, -236), (-76, -300), (-10, -326), (66, -306), (106, -244), (98, -164),
            (88, -200), (70 + t / 3, -240), (20 + t, -252), (-34 + t, -238), (-72 + t, -240), (-88, -200),
        ]  # fmt: skip
    else:
        cap = [
            (-100, -120), (-110, -226), (-78, -294), (0, -318), (78, -294), (110, -226), (100, -120),
            (90, -190), (58 + t, -244), (-16 + t, -268), (-66 + t / 2, -226), (-90, -176),
        ]  # fmt: skip
    shape = smooth(cap)
    c.fill(shape, colour)
    with c.clipped(shape):
        c.fill(
            smooth([(-60, -300), (10, -316), (70, -288), (30, -286), (-30, -276)]),
            lighter(colour, 0.3),
            0.35,
            blur=4,
        )
    if f.hair == "braid":
        braid(c, colour)


def braid(c: Canvas, colour: Colour) -> None:
    """Over one shoulder, tied with a red band."""
    for i in range(8):
        sway, y = 14 * math.sin(i * 0.5), i * 44
        strand = colour if i % 2 else lighter(colour, 0.1)
        c.fill(oval(-98 - sway, -108 + y, 30 - i * 1.4, 30), strand)
        sway = 12 * math.sin(i * 0.5)
        c.line([(-120 - sway, -118 + y), (-82 - sway, -96 + y)], 3, lighter(colour, 0.25), 0.6)
    c.fill(box(-128, 222, -94, 242, 6), "#e8486b")
