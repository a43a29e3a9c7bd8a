"""Where power is made and stored: a machine hall, wind, sun, batteries, a blade high up."""

from backdrop import hills, light_shafts, sky, tufts, windows
from canvas import Canvas
from colours import Gradient, darker, lighter, mix
from outlines import box, oval, smooth
from palettes import Palette
from things.energy import pylon, solar_table, turbine

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def turbine_hall(c: Canvas, p: Palette) -> None:
    """A power station's machine hall: the casing open, the rotor on the crane."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#2f4740", "#567064", "#8b9a7c")))
    windows(c, h * 0.1, h * 0.55, Gradient(("#fdf0c8", "#f3cf8e", "#c99a63")), "#43594f", 5)
    light_shafts(c, "#fff0c0", 5, 260)
    c.fill(box(0, h * 0.055, w, h * 0.1), Gradient(("#f0b437", "#b3761f")))
    for stripe in range(0, w, 90):
        x = float(stripe)
        c.fill([(x, h * 0.1), (x + 40, h * 0.055), (x + 66, h * 0.055), (x + 26, h * 0.1)], "#2c2a33", 0.8)
    for x in (w * 0.1, w * 0.9):
        c.line([(x, h * 0.1), (x, h * 0.3)], 5, "#26232e")
    axle = h * 0.4
    c.fill(box(-20, axle - 20, w + 20, axle + 20), Gradient(("#f7f5ea", "#9aa6a6", "#454f57")))
    for i in range(22):
        x = w * (i + 0.5) / 22
        tall = 56 + 105 * (abs(i - 10.5) / 10.5) ** 1.3
        c.fill(oval(x, axle, 17, tall), Gradient(("#fff0cf", "#d9a765", "#7d5637", "#3f2c2a")))
        c.fill(oval(x - 5, axle, 11, tall * 0.95), Gradient(("#ffe3ae", "#c28c4c", "#6a4730")))
        c.fill(oval(x - 5, axle, 6, tall * 0.45), Gradient(("#eef1ee", "#7f8a8c", "#39424a")))
    c.fill(box(0, h * 0.62, w, h), Gradient(("#4f7a68", "#a7c8ae", "#568070", "#20392f")))
    c.fill(box(0, h * 0.595, w, h * 0.635), Gradient(("#dfe6d2", "#7f9b88", "#3f5d50")))
    for x in range(24, w, 58):
        c.fill(box(x, h * 0.572, x + 26, h * 0.6, 4), Gradient(("#f4efd8", "#8e8a74")))
    for x in range(-30, w, 225):
        c.fill(box(x, h * 0.635, x + 40, h), Gradient(("#3c6353", "#86ab92", "#436a5a", "#182c25")))


def wind_farm(c: Canvas, p: Palette) -> None:
    """Turbines on rolling grassland."""
    w, h = c.width, c.height
    sky(c, p, (0.7, 0.46), 4)
    hills(c, h * 0.54, 44, p.far)
    for x, tall, turn in ((0.6, 0.17, 10), (0.42, 0.14, 50), (0.95, 0.2, 80)):
        turbine(c, w * x, h * 0.56, h * tall, turn, lighter(p.far, 0.6))
    hills(c, h * 0.6, 40, Gradient((lighter(p.mid, 0.2), p.mid)))
    turbine(c, w * 0.84, h * 0.64, h * 0.36, 24, "#f6f1e8")
    turbine(c, w * 0.13, h * 0.7, h * 0.58, 68, "#fbf7ef")
    hills(c, h * 0.72, 34, Gradient((p.mid, p.near)))
    hills(c, h * 0.82, 22, Gradient((p.near, darker(p.near, 0.35))))
    tufts(c, h * 0.76, lighter(p.mid, 0.1), 160)


def solar_desert(c: Canvas, p: Palette) -> None:
    """Rows of modules up the dunes, a cleaning robot on one of them."""
    w, h = c.width, c.height
    sky(c, p, (0.83, 0.16), 2, disc=54)
    hills(c, h * 0.4, 60, Gradient((lighter(p.far, 0.35), p.far)))
    hills(c, h * 0.47, 44, Gradient((lighter(p.mid, 0.3), p.mid)))
    for row in range(6):
        near = 0.24 + row * 0.17
        y, wide = h * (0.47 + row * row * 0.012 + row * 0.035), 210 * near + 50
        x = -wide * c.random.uniform(0.2, 0.9)
        while x < w:
            solar_table(c, x, y, wide, 165 * near, 0.22)
            x += wide * 1.12
        c.fill(box(0, y + 4, w, y + 26 * near), mix(p.mid, p.near, row / 9), 0.35)
    c.fill(
        smooth([
            (0, h * 0.84), (w * 0.3, h * 0.8), (w * 0.7, h * 0.85),
            (w, h * 0.81), (w + 60, h + 60), (-60, h + 60),
        ]),
        Gradient((p.mid, p.near)),
    )  # fmt: skip


def storage_yard(c: Canvas, p: Palette) -> None:
    """Rows of battery containers, and pylons against the evening."""
    w, h = c.width, c.height
    sky(c, p, (0.24, 0.42), 3)
    hills(c, h * 0.56, 30, p.far)
    for x, tall in ((0.5, 0.22), (0.68, 0.3), (0.9, 0.46), (0.1, 0.4)):
        pylon(c, w * x, h * 0.62, h * tall, darker(p.near, 0.1))
    for wire in range(3):
        c.line(
            [(w * t / 20, h * (0.27 + wire * 0.03 + 0.0009 * (t - 10) ** 2 - 0.05)) for t in range(21)],
            2,
            darker(p.near),
            0.8,
        )
    c.fill(box(0, h * 0.61, w, h), Gradient((p.mid, p.near, darker(p.near, 0.4))))
    for row in range(4):
        near = 0.45 + row * 0.24
        for side in (-1, 1):
            x0 = w / 2 + side * (w * 0.13 + row * w * 0.075)
            x1, top, foot = x0 + side * 260 * near, h * (0.6 - 0.075 * near), h * (0.63 + row * 0.06)
            left, right = sorted((x0, x1))
            c.fill(box(left, top, right, foot, 5), Gradient((lighter("#e9efe8", 0.1), "#aebfbb")))
            for door in range(1, 5):
                c.fill(
                    box(
                        left + (right - left) * door / 5,
                        top + 8,
                        left + (right - left) * door / 5 + 3,
                        foot - 6,
                    ),
                    "#6f8583",
                )
            c.fill(box(left, foot - 16 * near, right, foot), p.mid)
            c.fill(box(left, top + 26 * near, right, top + 36 * near), "#2fa97b")
            c.glow(left + 24 * near, top + 16 * near, 26 * near, "#6dffb4", 0.9)


def rotor_close(c: Canvas, p: Palette) -> None:
    """High up on a blade, the land far below."""
    w, h = c.width, c.height
    sky(c, p, (0.2, 0.3), 5)
    hills(c, h * 0.72, 36, p.far)
    for x, tall in ((0.3, 0.08), (0.48, 0.1), (0.88, 0.09), (0.66, 0.07)):
        turbine(c, w * x, h * 0.74, h * tall, x * 300, lighter(p.far, 0.5))
    hills(c, h * 0.77, 30, Gradient((p.mid, p.near)))
    hub = (w * 0.8, h * 0.13)
    for turn in (98, 218, 338):
        with c.at(*hub, 1, turn - 90):
            c.fill(
                smooth([
                    (-24, 0), (-34, 60), (-84, 190), (-70, 420), (-40, 760), (-10, 1090),
                    (12, 760), (34, 420), (40, 60), (24, 0),
                ]),
                Gradient(("#ffffff", "#f3ede6", "#cfc7cf")),
            )  # fmt: skip
            c.fill(
                smooth([(10, 60), (20, 420), (4, 760), (-10, 1090), (12, 760), (34, 420), (40, 60)]),
                darker("#cfc7cf", 0.3),
                0.5,
            )
    c.fill(oval(*hub, 88, 88), Gradient(("#ffffff", "#bdb4c0")))
    c.fill(oval(hub[0] - 10, hub[1] - 10, 46, 46), "#ffffff", 0.6)
    for rope in (0.13, 0.165):
        c.line([(w * rope, 0), (w * rope - 12, h)], 5, p.accent)
