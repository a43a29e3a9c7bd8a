"""What workers hold, and the names a `Figure` calls it by; (0, 0) is where the hand holds it."""

import math
from collections.abc import Callable

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter
from outlines import box, oval, smooth
from things.wool import hank, spool

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def wrench(c: Canvas, colour: Colour) -> None:
    with c.at(-30, -40, 1.15, -24):
        c.fill(box(-16, -170, 16, 190, 14), Gradient(("#f1f4f5", "#a9b4bb", "#6f7c86"), across=True))
        c.fill(
            smooth([
                (-50, -176), (-46, -250), (-18, -266), (-16, -222), (16, -222),
                (18, -266), (46, -250), (50, -176), (0, -150),
            ]),
            Gradient(("#f1f4f5", "#8d99a2")),
        )  # fmt: skip
        c.fill(box(-16, 40, 16, 190, 12), colour)


def tablet(c: Canvas, colour: Colour) -> None:
    with c.at(0, -40, 1, -4):
        c.fill(box(-140, -110, 140, 96, 18), "#262838")
        c.fill(box(-124, -94, 124, 80, 8), Gradient(("#bfe6ee", "#6fb1c4")))
        c.line([(-104, 40), (-60, 6), (-20, 22), (30, -44), (70, -14), (104, -62)], 9, colour)
        for bar in range(4):
            c.fill(box(-100 + bar * 34, -72, -78 + bar * 34, -62), "#ffffff", 0.9)


def radio(c: Canvas, colour: Colour) -> None:
    with c.at(-50, -30, 1, -10):
        c.fill(box(12, -210, 22, -90), "#262431")
        c.fill(box(-34, -110, 34, 80, 14), Gradient(("#4a4658", "#262431")))
        c.fill(box(-22, -92, 22, -56, 5), "#9fe0c0")
        c.fill(box(-34, -40, 34, -30), colour)


def shovel(c: Canvas, colour: Colour) -> None:
    with c.at(30, 0, 1, 6):
        c.fill(box(-13, -250, 13, 800, 10), Gradient(("#e2b57b", "#a8743f"), across=True))
        c.fill(
            smooth([(-70, -262), (70, -262), (80, -380), (44, -460), (0, -480), (-44, -460), (-80, -380)]),
            Gradient(("#eef1f2", "#8f9aa3")),
        )
        c.line([(0, -262), (0, -420)], 8, "#7b8790")


def ladle(c: Canvas, colour: Colour) -> None:
    """A long-handled scoop with glassy slag."""
    with c.at(20, 0, 1, 8):
        c.fill(box(-9, -230, 9, 780, 8), Gradient(("#cfd6da", "#6f7c86"), across=True))
        c.glow(0, -270, 130, "#ffb14a", 0.8)
        c.fill(
            smooth([(-78, -300), (78, -300), (60, -228), (0, -212), (-60, -228)]),
            Gradient(("#8b959c", "#4c565e")),
        )
        for x in (-44, -14, 18, 46):
            c.fill(oval(x, -304, 24, 16), "#2a2430")
            c.fill(oval(x - 5, -309, 9, 5), "#ffcf7a")


def cone_of_yarn(c: Canvas, colour: Colour) -> None:
    spool(c, 0, 60, 250, colour)


def steering_wheel(c: Canvas, colour: Colour) -> None:
    with c.at(0, 90):
        c.line(oval(0, 0, 200, 180), 32, "#2b2838")
        c.line(oval(0, -2, 200, 180, 190, 350), 7, "#6f6a80")
        c.fill(
            smooth(
                [(-190, -10), (-60, -30), (60, -30), (190, -10), (60, 40), (22, 180), (-22, 180), (-60, 40)]
            ),
            "#3a3648",
        )
        c.fill(oval(0, 0, 54, 46), colour)


def fleece(c: Canvas, colour: Colour) -> None:
    for x, y, r in ((-90, 20, 62), (90, 16, 60), (-40, -30, 74), (44, -34, 76), (0, 24, 88), (-4, -64, 56)):
        c.fill(oval(x, y, r, r * 0.85), Gradient((lighter(colour, 0.5), colour)))
        c.line(oval(x, y, r * 0.55, r * 0.45, 190, 320), 4, darker(colour, 0.16), 0.6)
    c.fill(box(-70, -10, 70, 60, 6), "#2a2530")
    c.fill(smooth([(-40, 24), (-10, 6), (30, 14), (46, 34), (0, 42)]), lighter(colour, 0.5))


def folded_jumper(c: Canvas, colour: Colour) -> None:
    c.fill(box(-170, -60, 170, 60, 26), Gradient((lighter(colour, 0.3), colour, darker(colour, 0.15))))
    c.fill(oval(0, -50, 74, 34), darker(colour, 0.25))
    c.fill(oval(0, -44, 52, 22), darker(colour, 0.45))
    for x in range(-140, 150, 28):
        c.line([(x, 4), (x + 14, 18), (x + 28, 4)], 4, darker(colour, 0.18), 0.7)
    c.line([(-168, 34), (168, 34)], 6, darker(colour, 0.18))


def dyed_hank(c: Canvas, colour: Colour) -> None:
    for i, tone in enumerate((darker(colour, 0.15), colour, lighter(colour, 0.25))):
        hank(c, -60 + i * 60, -70, 42, 330 - i * 20, tone)


def brush(c: Canvas, colour: Colour) -> None:
    """A resin brush and a roll of glass cloth."""
    with c.at(-40, -30, 1, -30):
        c.fill(box(-13, -60, 13, 120, 12), "#c98f54")
        c.fill(box(-42, -110, 42, -56, 6), "#b9c1c6")
        c.fill([(-42, -110), (42, -110), (34, -190), (-30, -182)], Gradient((colour, "#f2e6cf")))


def seal_ring(c: Canvas, colour: Colour) -> None:
    """A mechanical seal, held up to the light."""
    c.line(oval(-40, -96, 86, 86), 34, "#aeb8bf")
    c.line(oval(-40, -96, 98, 98), 6, "#f4f6f6")
    c.line(oval(-40, -96, 72, 72), 7, "#5b6770")
    c.line(oval(-40, -96, 84, 84, 200, 300), 8, colour)


def camera(c: Canvas, colour: Colour) -> None:
    """An infrared camera with its display."""
    with c.at(-50, -50, 1.1, -6):
        c.fill(box(-30, 20, 26, 130, 14), "#33313f")
        c.fill(box(-96, -84, 84, 42, 18), Gradient((lighter(colour, 0.2), colour)))
        c.fill(box(-80, -68, 40, 26, 6), Gradient(("#2b3b8c", "#b23f86", "#f2a33a", "#fff2a8")))
        c.fill(oval(62, -20, 12, 12), "#33313f")


def scraper(c: Canvas, colour: Colour) -> None:
    """A bearing scraper with its wooden handle."""
    with c.at(-30, -20, 1.1, -36):
        c.fill(box(-17, -20, 17, 130, 16), colour)
        c.fill(
            [(-13, -20), (13, -20), (20, -190), (0, -216), (-20, -190)],
            Gradient(("#ffffff", "#8d99a2"), across=True),
        )


def broom(c: Canvas, colour: Colour) -> None:
    """A soft brush on a pole, for modules."""
    with c.at(30, 0, 1, 7):
        c.fill(box(-10, -330, 10, 800, 8), Gradient(("#f0f2f3", "#9aa5ad"), across=True))
        c.fill(box(-130, -372, 130, -326, 14), colour)
        for x in range(-124, 130, 13):
            c.line([(x, -372), (x * 1.08, -440)], 9, lighter(colour, 0.55))


def rope(c: Canvas, colour: Colour) -> None:
    for turn in range(6):
        c.line(
            oval(-6 + turn * 5, 60 + turn * 3, 104 - turn * 4, 128),
            12,
            colour if turn % 2 else darker(colour, 0.18),
        )
    c.line(oval(-40, -80, 26, 40), 11, "#cfd5d9")


def clipboard(c: Canvas, colour: Colour) -> None:
    with c.at(-20, -10, 1, 6):
        c.fill(box(-112, -150, 112, 150, 12), colour)
        c.fill(box(-96, -126, 96, 136, 4), "#fffaf0")
        c.fill(box(-40, -164, 40, -128, 8), "#aab4bb")
        for i in range(3):
            curve = [(-80 + s * 16, -70 + i * 70 + 18 * math.sin(s * 0.8 + i)) for s in range(11)]
            c.line(curve, 5, "#4c6f8f")


TOOLS: dict[str, Callable[[Canvas, Colour], None]] = {
    "wrench": wrench,
    "tablet": tablet,
    "radio": radio,
    "shovel": shovel,
    "ladle": ladle,
    "cone": cone_of_yarn,
    "wheel": steering_wheel,
    "fleece": fleece,
    "jumper": folded_jumper,
    "hank": dyed_hank,
    "brush": brush,
    "seal": seal_ring,
    "camera": camera,
    "scraper": scraper,
    "broom": broom,
    "rope": rope,
    "clipboard": clipboard,
}
