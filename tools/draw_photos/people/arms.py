"""Sleeves, hands and what they hold, in one of the named poses."""

import math
from dataclasses import dataclass

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter
from outlines import Point, box, limb_outline, smooth

from people.figure import Figure
from people.tools import TOOLS

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


@dataclass(frozen=True)
class Arm:
    """Where elbow and wrist are, and whether the hand holds the tool; a positive x is the picture's right."""

    elbow: Point
    wrist: Point
    tool: bool = False
    fist: bool = True


POSES: dict[str, tuple[Arm, ...]] = {
    "down": (Arm((-262, 390), (-246, 700)), Arm((262, 390), (246, 700))),
    "hold": (Arm((-262, 390), (-246, 700)), Arm((258, 404), (84, 280), tool=True)),
    "raise": (Arm((-262, 390), (-246, 700)), Arm((282, 372), (352, 120), tool=True)),
    "brim": (Arm((-262, 390), (-246, 700)), Arm((322, 110), (128, -190))),
    "hip": (Arm((262, 390), (246, 700)), Arm((-336, 330), (-196, 500), fist=False)),
    "crossed": (Arm((248, 376), (-60, 356)), Arm((-248, 376), (84, 330), tool=True)),
    "both": (Arm((-262, 410), (-116, 352), tool=True), Arm((262, 410), (116, 352))),
    "pole": (Arm((-262, 390), (-246, 700)), Arm((262, 396), (346, 190), tool=True)),
    "wheel": (Arm((-280, 380), (-150, 380)), Arm((280, 380), (150, 380), tool=True)),
}


def arms(c: Canvas, f: Figure) -> None:
    pair = POSES[f.pose]
    for arm in pair:
        sleeve(c, f, arm)
    for arm in pair:
        if arm.tool and f.tool:
            with c.at(0 if f.pose in ("both", "wheel") else arm.wrist[0], arm.wrist[1]):
                TOOLS[f.tool](c, f.tool_colour)
    for arm in pair:
        hand(c, f, arm)


def sleeve(c: Canvas, f: Figure, arm: Arm) -> None:
    side = math.copysign(1, arm.elbow[0])
    shoulder, elbow = (side * 182 * f.span, 112), (arm.elbow[0] * (0.5 + f.span / 2), arm.elbow[1])
    cloth = lighter(f.cloth, 0.06) if f.dress != "vest" else f.cloth
    r0, r1, r2 = 62 * f.span, 50 * f.span, 37 * f.span
    shade = darker(f.cloth, 0.6)
    inner = (-side * 5, 6)  # the shadow falls inwards only, so that the shoulder stays one with the body
    c.fill(
        limb_outline(
            (shoulder[0] + inner[0], shoulder[1] + 70), (elbow[0] + inner[0], elbow[1] + 6), r0, r1 + 4
        ),
        shade,
        0.3,
        blur=7,
    )
    c.fill(limb_outline(shoulder, elbow, r0, r1), cloth)
    c.fill(
        limb_outline((elbow[0], elbow[1] + 6), (arm.wrist[0], arm.wrist[1] + 8), r1 + 4, r2 + 5),
        shade,
        0.4,
        blur=6,
    )
    c.fill(limb_outline(elbow, arm.wrist, r1, r2), cloth)
    upper = limb_outline(shoulder, elbow, r0, r1)
    with c.clipped(upper):
        c.fill(
            limb_outline((shoulder[0] - 40, shoulder[1]), (elbow[0] - 40, elbow[1]), 22, 20),
            lighter(cloth, 0.3),
            0.28,
            blur=10,
        )
    if f.dress in ("coverall", "parka", "vest", "harness"):
        band = f.trim if f.dress != "vest" else "#e9e7de"
        _ring(c, shoulder, elbow, 0.62, 55 * f.span, 44, band)
        _ring(c, shoulder, elbow, 0.62, 55 * f.span, 20, "#fbfaf2")
    elif f.dress == "uniform":
        _ring(c, elbow, arm.wrist, 0.78, 41 * f.span, 12, "#f2c94c")
    _ring(c, elbow, arm.wrist, 0.95, 40 * f.span, 30, darker(f.cloth, 0.3) if f.dress != "deel" else f.trim)


def _ring(
    c: Canvas, start: Point, end: Point, share: float, radius: float, width: float, colour: Colour
) -> None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    with c.at(start[0] + dx * share, start[1] + dy * share, 1, math.degrees(math.atan2(dy, dx))):
        c.fill(
            smooth([
                (-width / 2, -radius), (width / 2, -radius), (width / 2 + 5, 0),
                (width / 2, radius), (-width / 2, radius), (-width / 2 + 5, 0),
            ]),
            colour,
        )  # fmt: skip


def hand(c: Canvas, f: Figure, arm: Arm) -> None:
    colour = f.glove or f.skin_colour
    dx, dy = arm.wrist[0] - arm.elbow[0], arm.wrist[1] - arm.elbow[1]
    with c.at(*arm.wrist, 1.02 if f.slim else 1.16, math.degrees(math.atan2(dy, dx))):
        c.fill(box(-16, -33, 20, 33, 14), darker(colour, 0.12))
        c.fill(box(2, -42, 66, 42, 26), Gradient((lighter(colour, 0.12), darker(colour, 0.08))))
        if not arm.fist:
            return
        for finger in range(4):
            y = -30 + finger * 20
            c.fill(limb_outline((36, y), (66, y), 12, 11), colour)
            c.line([(34, y + 10), (68, y + 10)], 3, darker(colour, 0.35), 0.7)
        c.fill(limb_outline((14, -36), (50, -44), 14, 11), lighter(colour, 0.06))
