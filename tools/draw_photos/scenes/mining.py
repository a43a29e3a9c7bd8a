"""Underground, in the open pit, and where the coal is washed."""

import math

from backdrop import hills, sky
from canvas import Canvas
from colours import Colour, Gradient, darker, lighter, mix, round_bar
from outlines import box, oval, smooth
from palettes import Palette
from things.mine import headframe, mining_truck, shovel_loader

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def longwall(c: Canvas, p: Palette) -> None:
    """Underground: a row of hydraulic supports, the shearer's drum in its own light."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#131a2e", "#22304a", "#0d1220")))
    coal_wall(c, w * 0.34, h)
    for i in range(7, -1, -1):
        support(
            c, w * (0.46 + 0.5 * 0.74**i), h * (0.5 - 0.48 * 0.74**i), h * (0.52 + 0.44 * 0.74**i), 0.74**i
        )
    c.veil(h * 0.75, h, "#0d1220", 0.0, 0.6)
    drum(c, w * 0.13, h * 0.4, 150, p.accent)


def coal_wall(c: Canvas, width: float, height: float) -> None:
    """Facets that catch the light of the lamps."""
    c.fill(
        [(0, 0), (width * 0.8, height * 0.16), (width, height * 0.45), (width * 0.7, height), (0, height)],
        Gradient(("#2c2a3a", "#15141d")),
    )
    for _ in range(46):
        x, y = c.random.uniform(-20, width * 0.72), c.random.uniform(0.05, 1) * height
        size = c.random.uniform(30, 80)
        tip = (x + size * c.random.uniform(0.3, 0.6), y + size * c.random.uniform(-0.1, 0.2))
        around = [
            (x, y), (x + size, y - size * 0.35),
            (x + size * 1.1, y + size * 0.5),
            (x + size * 0.25, y + size * 0.75),
        ]  # fmt: skip
        tones = ("#5a566b", "#3d3a4b", "#1a1922", "#2a2834")
        for a, b, tone in zip(around, [*around[1:], around[0]], tones, strict=True):
            c.fill([a, b, tip], tone, 0.8)


def support(c: Canvas, x: float, top: float, foot: float, near: float) -> None:
    """One hydraulic roof support: canopy, two legs, base, its lamp."""
    steel = mix("#1f3a57", "#f0ad35", near**0.6)
    roof = [
        (x - 230 * near, top), (x + 200 * near, top - 30 * near),
        (x + 200 * near, top + 50 * near), (x - 230 * near, top + 46 * near),
    ]  # fmt: skip
    c.fill(roof, Gradient((lighter(steel, 0.3), darker(steel, 0.35))))
    for leg in (-96, 40):
        left, right = x + leg * near, x + (leg + 78) * near
        c.fill(box(left, (top + foot) / 2, right, foot), round_bar(lighter(steel, 0.2), darker(steel, 0.6)))
        c.fill(
            box(left + 14 * near, top + 46 * near, right - 14 * near, (top + foot) / 2),
            round_bar("#f2f6f8", "#4d5c6c"),
        )
        c.fill(
            box(left - 6 * near, (top + foot) / 2 - 9 * near, right + 6 * near, (top + foot) / 2 + 9 * near),
            darker(steel, 0.5),
        )
    c.fill(
        box(x - 180 * near, foot - 40 * near, x + 190 * near, foot + 10 * near, 8 * near),
        Gradient((steel, darker(steel, 0.6))),
    )
    c.glow(x - 140 * near, top + 60 * near, 190 * near, "#ffe2a0", 0.6)
    c.fill(box(x - 175 * near, top + 46 * near, x - 105 * near, top + 62 * near, 6 * near), "#fffbe6")


def drum(c: Canvas, x: float, y: float, r: float, steel: Colour) -> None:
    """The cutting drum of a shearer, with its spiral of picks."""
    c.glow(x + 40, y, r * 2.4, "#ffd48a", 0.5)
    c.fill(oval(x, y, r, r), Gradient((lighter(steel, 0.1), darker(steel, 0.5))))
    for pick in range(14):
        with c.at(x, y, 1, pick * 360 / 14):
            c.fill([(r * 0.92, -16), (r * 1.2, -4), (r * 0.92, 14)], "#3a3442")
            c.fill([(r * 1.1, -8), (r * 1.22, -3), (r * 1.1, 4)], "#f6e3b4")
            c.line([(r * 0.35, 0), (r * 0.7, r * 0.2), (r * 0.92, r * 0.1)], 9, darker(steel, 0.45))
    c.fill(oval(x, y, r * 0.36, r * 0.36), "#3a3442")
    c.fill(oval(x, y, r * 0.2, r * 0.2), steel)


def open_pit(c: Canvas, p: Palette) -> None:
    w, h = c.width, c.height
    sky(c, p, (0.22, 0.2))
    hills(c, h * 0.36, 22, p.far)
    for level in range(8):
        bench(
            c,
            h * (0.385 + level * 0.06 + level * level * 0.003),
            26 + level * 9,
            mix(p.far, p.near, level / 8),
            level * 1.3,
        )
    for i in range(3):
        mining_truck(c, w * (0.95 - i * 0.2), h * (0.402 + i * 0.012), 0.13, p.accent)
    c.veil(h * 0.3, h * 0.62, p.sky[3], 0.05, 0.0)
    shovel_loader(c, w * 0.09, h * 0.5, 0.8, "#c2452f")
    mining_truck(c, w * 0.8, h * 0.6, 1.12, p.accent)


def bench(c: Canvas, y: float, face: float, tone: Colour, shift: float) -> None:
    """One terrace of a pit: the level strip that lorries drive on, then the face below it."""
    edge = [(c.width * t / 24, y + face * 0.8 * math.sin(t * 0.34 + shift)) for t in range(25)]
    foot = [(c.width, c.height), (0, c.height)]
    c.fill([*edge, *foot], lighter(tone, 0.42))
    c.fill(
        [*((px, py + face * 0.45) for px, py in edge), *foot],
        Gradient((darker(tone, 0.28), tone, lighter(tone, 0.1))),
    )
    for _ in range(c.width // 16):
        px, py = c.random.choice(edge)
        px += c.random.uniform(-20, 20)
        c.line(
            [(px, py + face * 0.55), (px - 6, py + face * c.random.uniform(0.9, 1.5))],
            3,
            darker(tone, 0.35),
            0.45,
        )


def washing_plant(c: Canvas, p: Palette) -> None:
    """Silos, the long sloping gallery and a headframe."""
    w, h = c.width, c.height
    sky(c, p, (0.2, 0.33))
    hills(c, h * 0.52, 30, p.far)
    headframe(c, w * 0.12, h * 0.62, h * 0.34, p.near)
    c.fill(
        [(w * 0.2, h * 0.6), (w * 0.78, h * 0.2), (w * 0.78, h * 0.255), (w * 0.24, h * 0.64)],
        Gradient((lighter(p.mid, 0.45), p.mid)),
    )
    for i in range(12):
        at = 0.26 + i * 0.042
        c.fill(
            box(w * at, h * (0.845 - at * 0.72) - 82, w * at + 18, h * (0.845 - at * 0.72) - 58), "#ffe6a8"
        )
    for i in range(3):
        x = w * (0.42 + i * 0.13)
        c.line([(x, h * 0.7), (x + 14, h * (0.58 - i * 0.09))], 9, p.near)
    for i, wide in enumerate((150, 150, 150)):
        x = w * 0.72 + i * 138
        c.fill(box(x - wide / 2, h * 0.27, x + wide / 2, h * 0.75), round_bar(lighter(p.far, 0.55), p.mid))
        c.fill(oval(x, h * 0.27, wide / 2, 26), lighter(p.far, 0.4))
        c.fill(box(x - wide / 2, h * 0.34, x + wide / 2, h * 0.35), p.accent)
    c.fill(box(w * 0.62, h * 0.2, w * 0.86, h * 0.28), Gradient((lighter(p.mid, 0.25), p.mid)))
    for i in range(6):
        c.fill(box(w * 0.64 + i * w * 0.036, h * 0.22, w * 0.66 + i * w * 0.036, h * 0.25), "#ffe6a8")
    c.fill(
        smooth([
            (-60, h * 0.84), (w * 0.1, h * 0.64), (w * 0.22, h * 0.61),
            (w * 0.5, h * 0.8), (w * 0.6, h * 0.9),
        ]),
        Gradient(("#3d4352", "#1d2130")),
    )  # fmt: skip
    c.fill(box(0, h * 0.76, w, h), Gradient((p.near, darker(p.near, 0.4))))
