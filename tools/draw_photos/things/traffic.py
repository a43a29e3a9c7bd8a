"""What moves people and goods: locomotive, train, bus, lorry, containers."""

from collections.abc import Sequence

from canvas import Canvas
from colours import Colour, Gradient, darker, lighter, mix
from outlines import both_sides, box, oval, smooth
from palettes import Palette


def locomotive(c: Canvas, x: float, y: float, scale: float, body: Colour, band: Colour) -> None:
    """The front of an electric locomotive, seen from the track; 300 wide, 420 high."""
    with c.at(x, y, scale):
        c.line([(-60, -400), (-90, -440), (0, -470), (90, -440), (60, -400)], 5, "#2b2838")
        c.line([(-110, -472), (110, -472)], 7, "#2b2838")
        hull = both_sides([(0, -400), (95, -396), (128, -350), (150, -190), (150, -40), (0, -40)])
        c.fill(hull, Gradient((lighter(body, 0.2), body, darker(body, 0.3))))
        with c.clipped(hull):
            c.fill([(-150, -230), (0, -176), (150, -230), (150, -170), (0, -112), (-150, -170)], band)
            c.fill([(60, -420), (160, -420), (160, 0), (90, 0)], "#1a1430", 0.18)
        c.fill(
            smooth([(-104, -352), (0, -362), (104, -352), (124, -258), (0, -246), (-124, -258)]),
            Gradient(("#22304a", "#6f93ab")),
        )
        c.fill([(-86, -346), (-40, -352), (-78, -256), (-112, -260)], "#ffffff", 0.25)
        c.line([(0, -360), (0, -248)], 6, darker(body, 0.3))
        c.fill(box(-30, -396, 30, -374, 8), "#fff0b4")
        for side in (-1, 1):
            c.glow(side * 106, -130, 80, "#fff3c4", 0.8)
            c.fill(oval(side * 106, -130, 19, 19), "#fff8dc")
        c.fill([(-150, -40), (150, -40), (118, 12), (-118, 12)], "#262234")
        c.fill(box(-28, -44, 28, -8, 6), "#4a4458")


def train(c: Canvas, y: float, body: Colour, p: Palette) -> None:
    """A coal train across the whole view, the locomotive to the right."""
    c.fill(box(0, y, c.width, y + 6), darker(p.near, 0.3))
    for i in range(26):
        x = c.width * 0.86 - i * 54
        c.fill(
            [(x - 48, y - 26), (x, y - 26), (x - 3, y), (x - 45, y)],
            darker(mix(p.mid, p.near, 0.5 + 0.3 * (i % 2)), 0.1),
        )
        c.fill(oval(x - 24, y - 26, 22, 6), "#2b2530")
    x = c.width * 0.86
    c.fill(
        [(x + 4, y - 40), (x + 96, y - 40), (x + 116, y - 18), (x + 116, y), (x + 4, y)],
        Gradient((lighter(body, 0.2), body)),
    )
    c.fill([(x + 92, y - 36), (x + 110, y - 18), (x + 88, y - 18)], "#bfe3ea")
    c.fill(box(x + 4, y - 16, x + 116, y - 9), "#f4e6c8")
    c.glow(x + 116, y - 8, 36, "#fff3c4", 0.9)


def bus(c: Canvas, x: float, y: float, scale: float, body: Colour, band: Colour) -> None:
    """A city bus three quarters from the front; 360 wide, 330 high."""
    with c.at(x, y, scale):
        c.fill(oval(60, -2, 210, 14), "#1a1430", 0.35, blur=8)
        c.fill(
            [(70, -310), (300, -282), (300, -44), (70, -22)],
            Gradient((body, darker(body, 0.22)), across=True),
        )
        c.fill([(86, -276), (294, -256), (294, -150), (86, -150)], Gradient(("#2c4964", "#7ea7ba")))
        for post in (150, 212, 262):
            c.fill(box(post, -272, post + 8, -148), darker(body, 0.2))
        c.fill([(70, -122), (300, -118), (300, -92), (70, -88)], band)
        c.fill(oval(232, -34, 34, 36), "#241f28")
        c.fill(oval(232, -34, 15, 17), "#8b8794")
        front = box(-120, -320, 92, -20, 26)
        c.fill(front, Gradient((lighter(body, 0.35), body)))
        c.fill(box(-104, -262, 76, -128, 18), Gradient(("#27415c", "#86b1c2")))
        c.fill([(-90, -250), (-40, -258), (-70, -140), (-98, -140)], "#ffffff", 0.22)
        c.fill(box(-92, -306, 64, -272, 8), "#1c2233")
        for dot in range(9):
            c.fill(box(-78 + dot * 15, -296, -70 + dot * 15, -282), "#ffb838")
        c.fill(box(-120, -120, 92, -88), band)
        for lamp in (-96, 66):
            c.glow(lamp, -62, 58, "#fff4cf", 0.7)
            c.fill(oval(lamp, -62, 19, 14), "#fffbe6")
        c.fill(box(-116, -36, 88, -14, 8), "#2b2838")


def lorry(c: Canvas, x: float, y: float, scale: float, cab: Colour, cargo: Colour) -> None:
    """A container lorry driving to the left."""
    with c.at(x, y, scale):
        c.fill(box(-60, -140, 250, -34), Gradient((lighter(cargo, 0.15), darker(cargo, 0.15))))
        for rib in range(-50, 250, 20):
            c.fill(box(rib, -134, rib + 7, -40), darker(cargo, 0.25), 0.5)
        c.fill([(-150, -30), (-150, -86), (-134, -142), (-70, -142), (-70, -30)], cab)
        c.fill([(-142, -88), (-130, -132), (-96, -132), (-96, -88)], "#bfe3ea")
        c.fill(box(-150, -34, 250, -20), "#2b2530")
        for wheel in (-118, -30, 130, 170, 210):
            c.fill(oval(wheel, -16, 19, 19), "#241f28")
            c.fill(oval(wheel, -16, 8, 8), "#9a95a0")


def containers(c: Canvas, x: float, y: float, rows: Sequence[str], size: float) -> None:
    """Stacked boxes, each letter of a row a colour."""
    colours = {"r": "#c8473d", "t": "#1f7f86", "y": "#e3a63a", "b": "#2f4f86", "w": "#e6e0d4", "g": "#5a8a58"}
    for level, row in enumerate(rows):
        for place, letter in enumerate(row):
            if letter == " ":
                continue
            x0, y0, colour = x + place * size * 2.05, y - (level + 1) * size, colours[letter]
            c.fill(
                box(x0, y0, x0 + size * 2, y0 + size * 0.96),
                Gradient((lighter(colour, 0.18), darker(colour, 0.12))),
            )
            for rib in range(1, 12):
                c.fill(
                    box(
                        x0 + rib * size / 6,
                        y0 + size * 0.1,
                        x0 + rib * size / 6 + size * 0.05,
                        y0 + size * 0.86,
                    ),
                    darker(colour, 0.3),
                    0.55,
                )
