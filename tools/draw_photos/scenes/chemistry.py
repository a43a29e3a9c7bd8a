"""Four plants: steel frames, columns by night, tanks in the morning, thirty below."""

from backdrop import hills, plume, sky, snowfall
from canvas import Canvas
from colours import Gradient, darker, lighter, mix, round_bar
from outlines import box, oval
from palettes import Palette
from things.plant import chimney, cooling_tower, pipe_rack, sphere, tower


def gasifiers(c: Canvas, p: Palette) -> None:
    """Steel frames around the gasifiers, pipes and a flare."""
    w, h = c.width, c.height
    sky(c, p, (0.5, 0.45), 4)
    cooling_tower(c, w * 0.93, h * 0.62, h * 0.2, lighter(p.far, 0.3), p.mid)
    plume(c, w * 0.93, h * 0.42, 70, lighter(p.sky[2], 0.4), -0.8)
    for x, wide, tall in ((0.05, 0.2, 0.5), (0.79, 0.2, 0.44)):
        left, right, top = w * x, w * (x + wide), h * (0.66 - tall)
        for level in range(6):
            y = top + (h * 0.7 - top) * level / 5
            c.fill(box(left - 14, y, right + 14, y + 11), p.near)
            c.line([(left, y), (right, y + (h * 0.7 - top) / 5)], 5, p.near)
        for post in (left, (left + right) / 2, right):
            c.fill(box(post - 6, top, post + 6, h * 0.75), darker(p.near))
        vessel = box((left * 2 + right) / 3 - 18, top + 40, (left + right * 2) / 3 + 18, h * 0.52, 34)
        c.fill(vessel, round_bar(lighter(p.mid, 0.55), darker(p.mid, 0.3)))
        c.glow((left + right) / 2, top + 120, 120, p.accent, 0.45)
    chimney(c, w * 0.36, h * 0.7, h * 0.55, lighter(p.far, 0.3), "#c5453b")
    tower(c, w * 0.685, h * 0.72, 56, h * 0.46, lighter(p.far, 0.55), p.mid)
    pipe_rack(c, h * 0.82, h * 0.18, lighter(p.mid, 0.35), p.near)
    c.fill(box(0, h * 0.8, w, h), Gradient((darker(p.near, 0.1), darker(p.near, 0.5))))


def night_plant(c: Canvas, p: Palette) -> None:
    """Columns at night, every platform lit."""
    w, h = c.width, c.height
    sky(c, p, None, 2)
    for _ in range(90):
        r = c.random.uniform(0.8, 2.2)
        c.fill(
            oval(c.random.uniform(0, w), c.random.uniform(0, h * 0.5), r, r),
            "#fdf3d6",
            c.random.uniform(0.3, 0.9),
        )
    c.glow(w * 0.2, h * 0.14, 190, "#cfd9ff", 0.5)
    c.fill(oval(w * 0.2, h * 0.14, 46, 46), "#f4f1df")
    c.fill(oval(w * 0.2 + 20, h * 0.14 - 10, 40, 40), mix(p.sky[0], p.sky[1], 0.5))
    hills(c, h * 0.62, 20, p.far)
    for x, wide, tall in ((0.08, 76, 0.44), (0.2, 52, 0.3), (0.8, 64, 0.5), (0.92, 92, 0.36)):
        tower(c, w * x, h * 0.78, wide, h * tall, lighter(p.far, 0.35), darker(p.mid, 0.2))
        for level in range(int(h * tall / (wide * 1.15))):
            for side in (-0.8, 0.75):
                lamp = (w * x + side * wide, h * (0.78 - tall) + level * wide * 1.15 - 8)
                c.glow(*lamp, 42, p.sun, 0.85)
                c.fill(oval(*lamp, 4.5, 4.5), "#fff6d6")
    pipe_rack(c, h * 0.82, h * 0.14, p.mid, p.near)
    for _ in range(30):
        lamp = (c.random.uniform(0, w), c.random.uniform(0.66, 0.8) * h)
        c.glow(*lamp, 30, c.random.choice((p.sun, p.accent, "#bfe0ff")), 0.8)
        c.fill(oval(*lamp, 3, 3), "#fff6d6")
    c.fill(box(0, h * 0.8, w, h), Gradient((p.near, darker(p.near, 0.5))))


def olefin_unit(c: Canvas, p: Palette) -> None:
    """Spherical tanks and separation columns in morning light."""
    w, h = c.width, c.height
    sky(c, p, (0.78, 0.17))
    hills(c, h * 0.5, 34, p.far)
    for x, wide, tall in ((0.55, 40, 0.3), (0.66, 58, 0.42), (0.93, 74, 0.5), (0.81, 46, 0.33)):
        tower(c, w * x, h * 0.68, wide, h * tall, lighter(p.sky[3], 0.3), p.mid)
    sphere(c, w * 0.33, h * 0.64, 84, "#fff4dc", p.mid)
    sphere(c, w * 0.1, h * 0.68, 138, "#fffaf0", p.mid)
    c.fill(box(0, h * 0.66, w, h), Gradient((lighter(p.mid, 0.1), p.near, darker(p.near, 0.3))))
    pipe_rack(c, h * 0.78, h * 0.11, p.accent, darker(p.accent, 0.5))


def winter_plant(c: Canvas, p: Palette) -> None:
    """Thirty below: every pipe steams, snow lies on every ledge."""
    w, h = c.width, c.height
    sky(c, p, (0.8, 0.22), 2)
    hills(c, h * 0.55, 40, lighter(p.far, 0.3))
    for x, wide, tall in ((0.1, 88, 0.46), (0.28, 52, 0.34), (0.87, 104, 0.4), (0.72, 46, 0.46)):
        tower(c, w * x, h * 0.75, wide, h * tall, lighter(p.far, 0.6), p.near)
        plume(c, w * x, h * (0.75 - tall) - 50, wide * 0.75, "#ffffff", 0.9)
        for level in range(1, int(h * tall / (wide * 1.15))):
            at = h * (0.75 - tall) + level * wide * 1.15
            c.fill(box(w * x - wide * 0.76, at - 8, w * x + wide * 0.68, at + 1, 4), "#ffffff")
    pipe_rack(c, h * 0.78, h * 0.17, lighter(p.mid, 0.3), p.near)
    for row in range(4):
        c.fill(box(0, h * 0.61 + row * h * 0.029 - 6, w, h * 0.61 + row * h * 0.029 + 2, 4), "#ffffff", 0.9)
    hills(c, h * 0.8, 16, Gradient(("#ffffff", "#c9dfec")))
    snowfall(c, 150)
