"""The way of wool: carding, spinning, dyeing, linking."""

from backdrop import light_shafts, plume, windows
from canvas import Canvas
from colours import Gradient, darker, lighter, round_bar
from outlines import box, oval, smooth
from palettes import Palette
from things.wool import goat, hank, jumper, spool

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def carding_hall(c: Canvas, p: Palette) -> None:
    """Carding rollers with a veil of fleece, tall windows."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#b59a7d", "#ddc7a4", "#c8ab86")))
    windows(c, h * 0.06, h * 0.44, Gradient(("#eaf4ee", "#fff3d2")), "#8d7358", 4)
    for side, x in ((1, w * 0.03), (-1, w * 0.97)):
        for i, r in enumerate((128, 96, 70, 52)):
            cx, cy = x + side * i * 84, h * (0.62 - i * 0.035)
            c.fill(oval(cx, cy, r, r), Gradient((lighter("#7f9a98", 0.5), "#6b8a8c", "#34474f")))
            c.fill(oval(cx, cy, r * 0.93, r * 0.93), "#f7efe0", 0.75)
            for ring in (0.78, 0.6, 0.42):
                c.line(oval(cx, cy, r * ring, r * ring), 3, "#cdb898", 0.7)
            c.fill(oval(cx, cy, r * 0.2, r * 0.2), "#3b4a52")
    c.fill(box(0, h * 0.7, w, h), Gradient(("#7f6650", "#4b3a33")))
    for _ in range(34):
        x, y, size = c.random.uniform(-40, w + 40), c.random.uniform(0.72, 0.82) * h, c.random.uniform(40, 95)
        c.fill(
            oval(x, y, size, size * 0.62),
            c.random.choice(("#fff9ec", "#efe1c8", "#e2cfae", "#fdf3df")),
            0.96,
            blur=2,
        )
    light_shafts(c, "#fffbe8", 4, -220)
    for _ in range(60):
        c.fill(oval(c.random.uniform(0, w), c.random.uniform(0, h * 0.7), 3, 2), "#ffffff", 0.7)


def spinning_hall(c: Canvas, p: Palette) -> None:
    """Two ring frames running into the distance, full of bobbins."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#6d6aa0", "#c7b9d6", "#8d82b3")))
    c.fill([(0, 0), (w, 0), (w * 0.6, h * 0.34), (w * 0.4, h * 0.34)], Gradient(("#4a477c", "#a79cc4")))
    for i in range(6):
        y, wide = h * 0.02 + h * 0.3 * (1 - 0.62**i), 220 * 0.62**i
        c.glow(w / 2, y, wide * 1.5, "#fffbe6", 0.6)
        c.fill(box(w / 2 - wide, y, w / 2 + wide, y + 20 * 0.62**i, 4), "#fffdf2")
    c.fill([(0, h), (w, h), (w * 0.58, h * 0.42), (w * 0.42, h * 0.42)], Gradient(("#d8c6d8", "#6b5f93")))
    yarns = ("#fff6e6", "#f3dfc3", "#e8b9a0", "#fff6e6", "#cfd6e6")
    for side in (-1, 1):
        for i in range(9, -1, -1):
            near = 0.8**i
            x, y = w / 2 + side * (w * 0.1 + w * 0.44 * near), h * 0.36 + h * 0.3 * near
            c.fill(
                box(x - 62 * near, y - 250 * near, x + 62 * near, y + 340 * near),
                Gradient(("#54608c", "#39426c", "#252c4e")),
            )
            c.fill(box(x - 66 * near, y + 4 * near, x + 66 * near, y + 22 * near), "#e9c25a")
            for level in (-130, 2, 150):
                for place in (-32, 30):
                    spool(
                        c,
                        x + place * near,
                        y + level * near,
                        88 * near,
                        yarns[(i + (level + place) // 30) % 5],
                    )


def dye_house(c: Canvas, p: Palette) -> None:
    """Hanks of dyed yarn over steaming vats."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#273a4f", "#48637a", "#2c3e52")))
    windows(c, h * 0.04, h * 0.3, Gradient(("#dcecf2", "#a8c8d6")), "#32485c", 6)
    colours = (
        "#c33d46",
        "#e88a3c",
        "#f0c552",
        "#5f9a5c",
        "#2c8a96",
        "#3a5ba0",
        "#7b559c",
        "#c9738f",
        "#b7b2ad",
        "#7f8890",
    )
    c.line([(0, h * 0.2), (w, h * 0.2)], 12, "#d8c39b")
    for i, colour in enumerate(colours):
        hank(
            c,
            w * (i + 0.5) / len(colours),
            h * 0.2,
            w / len(colours) * 0.44,
            h * (0.32 + 0.03 * (i % 3)),
            colour,
        )
    for i, x in enumerate((0.02, 0.3, 0.7, 0.98)):
        colour = colours[(i * 3) % 7]
        c.fill(box(w * x - 140, h * 0.66, w * x + 140, h * 1.02, 20), round_bar("#cfd8dc", "#51636f"))
        c.fill(oval(w * x, h * 0.665, 140, 36), "#8fa0aa")
        c.fill(oval(w * x, h * 0.668, 122, 27), Gradient((lighter(colour, 0.2), darker(colour, 0.2))))
        plume(c, w * x, h * 0.64, 60, "#f1f6f7", 0.35)


def knitwear_room(c: Canvas, p: Palette) -> None:
    """A linking workshop in the steppe: jumpers on a rail, yurts and goats beyond the window."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#8a4358", "#b9656f", "#8a4455")))
    pane = box(w * 0.05, h * 0.06, w * 0.95, h * 0.43, 18)
    with c.clipped(pane):
        c.fill(box(0, 0, w, h * 0.5), Gradient(("#7cb7cf", "#d8e7cf", "#ffeec4")))
        c.fill(
            smooth([
                (0, h * 0.32), (w * 0.3, h * 0.28), (w * 0.7, h * 0.33),
                (w, h * 0.27), (w, h * 0.5), (0, h * 0.5),
            ]),
            Gradient(("#9fc07f", "#6d9b5b")),
        )  # fmt: skip
        for x, size in ((0.2, 1.0), (0.82, 1.25)):
            with c.at(w * x, h * 0.335, size):
                c.fill(
                    [(-66, 0), (-66, -42), (-14, -76), (14, -76), (66, -42), (66, 0)],
                    Gradient(("#ffffff", "#e3dccf")),
                )
                c.fill([(-66, -42), (-14, -76), (14, -76), (66, -42), (60, -34), (-60, -34)], "#d64b46")
                c.fill(box(-13, -38, 13, 0), "#2f6f9f")
        for i in range(6):
            goat(c, w * (0.08 + i * 0.165), h * (0.385 + 0.02 * (i % 2)), 0.42, "#fdf7ea", i % 3 == 0)
    c.line([*pane, pane[0]], 14, "#f3dcc0")
    c.line([(w * 0.5, h * 0.06), (w * 0.5, h * 0.43)], 10, "#f3dcc0")
    c.line([(0, h * 0.5), (w, h * 0.5)], 9, "#4a2636")
    wool = ("#fff3dc", "#e0a15c", "#5f86b5", "#e8743b", "#fff3dc", "#3f8f86", "#f2c14e", "#d98a98")
    for i, colour in enumerate(wool):
        jumper(c, w * (i + 0.5) / 8, h * 0.5, 0.92, colour)
    c.fill(box(0, h * 0.76, w, h), Gradient(("#5e2f41", "#3a1c2c")))
