"""What stands at a mine: the tower over the shaft, the shovel, the truck."""

import math

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter
from outlines import box, oval, smooth

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def headframe(c: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    """The tower over a mine shaft, with its two wheels."""
    with c.at(x, y, height / 100):
        c.line([(-8, 0), (-6, -92), (10, -92), (12, 0)], 3, colour)
        c.line([(10, -92), (48, 0)], 4, colour)
        c.line([(10, -70), (38, 0)], 2, colour)
        for level in range(6):
            up = -level * 15
            c.line([(-8, up), (11, up - 15)], 1.4, colour)
            c.line([(12, up), (-7, up - 15)], 1.4, colour)
        c.fill(box(-13, -93, 18, -89), colour)
        for wheel in (-3, 10):
            c.line(oval(wheel, -99, 8, 8), 1.8, colour)
            for spoke in range(0, 180, 45):
                dx, dy = 8 * math.cos(math.radians(spoke)), 8 * math.sin(math.radians(spoke))
                c.line([(wheel - dx, -99 - dy), (wheel + dx, -99 + dy)], 0.7, colour)
        c.fill([(-17, -107), (2, -115), (22, -107)], colour)
        c.line([(3, -99), (60, -6)], 0.6, colour)


def shovel_loader(c: Canvas, x: float, y: float, scale: float, body: Colour) -> None:
    """An electric rope shovel on the bench of an open pit."""
    with c.at(x, y, scale):
        c.fill(box(-60, -24, 60, 0, 12), "#2b2530")
        c.fill([(-75, -95), (50, -95), (60, -30), (-75, -30)], Gradient((lighter(body), body, darker(body))))
        c.fill(box(14, -88, 44, -58, 4), "#bfe3ea")
        c.line([(40, -60), (150, -160)], 12, darker(body, 0.2))
        c.line([(-20, -95), (10, -150), (150, -160)], 3, "#2b2530")
        c.line([(95, -100), (160, -60)], 9, darker(body, 0.35))
        c.fill([(150, -92), (196, -80), (190, -34), (156, -40)], "#3a3038")


def mining_truck(c: Canvas, x: float, y: float, scale: float, body: Colour) -> None:
    """Seen from the side, driving to the left; about 400 units long and 250 high."""
    with c.at(x, y, scale):
        c.fill(
            [
                (-120, -205), (-195, -196), (-205, -182), (-110, -176),
                (-60, -100), (160, -118), (205, -215), (60, -200),
            ],
            Gradient((lighter(body), body, darker(body, 0.3)), across=True),
        )  # fmt: skip
        for rib in range(4):
            c.line(
                [(-40 + rib * 55, -196 - rib * 4), (-20 + rib * 50, -108 - rib * 4)], 7, darker(body, 0.28)
            )
        c.fill(smooth([(-90, -200), (-20, -236), (60, -226), (150, -214), (90, -198)]), "#33292e")
        c.fill(
            [(-190, -150), (-110, -165), (-70, -100), (-60, -48), (-196, -48)],
            Gradient((lighter(body, 0.15), darker(body, 0.15))),
        )
        c.fill(box(-176, -174, -118, -128, 6), darker(body, 0.1))
        c.fill(box(-170, -168, -126, -136, 4), "#cfeaf0")
        for bar in range(5):
            c.fill(box(-192, -110 + bar * 12, -160, -104 + bar * 12), "#2b2530")
        c.line([(-150, -48), (-176, -120)], 4, "#2b2530")
        c.fill(box(-70, -78, 150, -50), "#2b2530")
        c.glow(-194, -62, 40, "#fff2b8", 0.9)
        for wheel, r in ((-118, 56), (112, 58)):
            c.fill(oval(wheel, -r + 4, r, r), "#241f28")
            c.fill(oval(wheel, -r + 4, r * 0.82, r * 0.82), "#332c36")
            c.fill(oval(wheel, -r + 4, r * 0.48, r * 0.48), darker(body, 0.1))
            c.fill(oval(wheel, -r + 4, r * 0.26, r * 0.26), "#2b2530")
