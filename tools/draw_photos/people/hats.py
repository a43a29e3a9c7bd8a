"""Helmets, caps and kerchiefs, and the names a `Figure` calls them by."""

from collections.abc import Callable

from canvas import Canvas
from colours import Gradient, darker, lighter
from outlines import box, oval, smooth

from people.figure import Figure, fur

# Outlines stay in rows of points (`fmt: skip`): one point a line would hide the shape.


def helmet(c: Canvas, f: Figure) -> None:
    colour, t = f.hat_colour, f.turn * 12
    c.line([(-92, -200), (-78, -92), (t, -38), (78, -92), (92, -200)], 6, "#2b2530", 0.85)
    dome = [*oval(0, -212, 112, 132, 180, 360), (112, -206), (-112, -206)]
    c.fill(dome, Gradient((lighter(colour, 0.3), colour, darker(colour, 0.16))))
    with c.clipped(dome):
        for dx, wide in ((-52, 9), (0, 17), (52, 9)):
            c.fill(oval(dx * 0.6 + t, -226, wide + 6, 128), darker(colour, 0.14), 0.5)
            c.fill(oval(dx * 0.6 + t - 4, -226, wide, 128), lighter(colour, 0.22), 0.8)
        c.fill(oval(-56, -290, 26, 34), "#ffffff", 0.4, blur=6)
    c.fill(
        smooth([
            (-122, -214), (-60 + t, -222), (60 + t, -222), (122, -214), (118, -198),
            (60 + 2 * t, -186), (-60 + 2 * t, -186), (-118, -198),
        ]),
        Gradient((colour, darker(colour, 0.26))),
    )  # fmt: skip
    c.fill(oval(t, -246, 22, 22), "#fff8ea")
    c.fill(oval(t, -246, 12, 12), "#d9483b")


def lamp_helmet(c: Canvas, f: Figure) -> None:
    helmet(c, f)
    t = f.turn * 14
    c.line([(-104, -240), (t, -262), (104, -240)], 9, "#2b2530")
    c.fill(box(t - 32, -286, t + 32, -234, 12), "#2b2530")
    c.glow(t, -260, 150, "#fff1b8", 0.5)
    c.fill(oval(t, -260, 22, 22), "#fffbe6")


def ear_helmet(c: Canvas, f: Figure) -> None:
    helmet(c, f)
    for side in (-1, 1):
        c.line([(side * 98, -250), (side * 104, -180)], 9, "#2b2530")
        c.fill(box(side * 104 - 22, -198, side * 104 + 22, -118, 20), Gradient(("#e4574a", "#a32e30")))


def peaked_cap(c: Canvas, f: Figure) -> None:
    colour, t = f.hat_colour, f.turn * 12
    c.fill(
        smooth([(-118, -262), (-96, -318), (0, -340), (96, -318), (118, -262), (100, -236), (-100, -236)]),
        Gradient((lighter(colour, 0.22), colour)),
    )
    c.fill(box(-101, -262, 101, -214, 10), darker(colour, 0.3))
    c.fill(box(-101, -226, 101, -219), f.trim)
    c.fill(
        smooth([
            (-86 + t, -218), (t, -226), (86 + t, -218),
            (70 + 2 * t, -186), (2 * t, -174), (-70 + 2 * t, -186),
        ]),
        darker(colour, 0.5),
    )  # fmt: skip
    c.fill(oval(t, -268, 20, 18), "#f2c94c")
    c.fill(oval(t, -268, 10, 9), "#c8473d")


def soft_cap(c: Canvas, f: Figure) -> None:
    colour, t = f.hat_colour, f.turn * 14
    c.fill(
        [*oval(0, -224, 108, 106, 180, 360), (106, -206), (-106, -206)],
        Gradient((lighter(colour, 0.25), colour, darker(colour, 0.15))),
    )
    c.line([(t, -330), (t, -226)], 4, darker(colour, 0.22))
    c.fill(box(-108, -230, 108, -206, 10), darker(colour, 0.14))
    c.fill(
        smooth([(-80 + t, -214), (80 + t, -214), (96 + 2 * t, -186), (2 * t, -178), (-96 + 2 * t, -186)]),
        darker(colour, 0.26),
    )


def mob_cap(c: Canvas, f: Figure) -> None:
    """The gathered white cap of spinners."""
    colour = f.hat_colour
    c.fill(
        smooth([
            (-110, -218), (-128, -276), (-84, -336), (0, -352),
            (84, -336), (128, -276), (110, -218), (0, -242),
        ]),
        Gradient((lighter(colour, 0.4), colour, darker(colour, 0.12))),
    )  # fmt: skip
    for fold in range(-3, 4):
        c.line([(fold * 30, -240), (fold * 36, -312)], 3, darker(colour, 0.2), 0.5)
    c.fill(
        smooth([
            (-112, -212), (-60, -244), (0, -252), (60, -244), (112, -212), (104, -192),
            (56, -222), (0, -230), (-56, -222), (-104, -192),
        ]),
        f.trim,
    )  # fmt: skip


def kerchief(c: Canvas, f: Figure) -> None:
    colour, t = f.hat_colour, f.turn * 14
    shape = smooth([
        (-112, -150), (-120, -238), (-82, -312), (0, -334), (82, -312), (120, -238), (112, -150),
        (92, -206), (50 + t, -246), (t, -256), (-50 + t, -246), (-92, -206),
    ])  # fmt: skip
    c.fill(smooth([(-96, -150), (-150, -110), (-168, -40), (-128, -66), (-104, -110)]), darker(colour, 0.18))
    c.fill(shape, Gradient((lighter(colour, 0.15), colour, darker(colour, 0.15))))
    with c.clipped(shape):
        for row in range(6):
            for column in range(-5, 6):
                c.fill(oval(column * 30 + 15 * (row % 2), -320 + row * 32, 6, 6), f.trim, 0.9)
    c.fill(oval(-104, -150, 18, 20), darker(colour, 0.1))


def fur_hat(c: Canvas, f: Figure) -> None:
    colour = f.hat_colour
    c.fill([*oval(0, -224, 112, 118, 180, 360)], Gradient((lighter(colour, 0.2), colour)))
    for side in (-1, 1):
        c.fill(
            smooth([
                (side * 84, -234), (side * 128, -214), (side * 132, -120),
                (side * 112, -66), (side * 88, -110),
            ]),
            colour,
        )  # fmt: skip
        fur(c, [(side * 118, y) for y in range(-200, -60, 22)], 24, "#dcc6a4")
    fur(c, [(x, -226 + abs(x) * 0.1) for x in range(-104, 105, 26)], 30, "#dcc6a4")


HATS: dict[str, Callable[[Canvas, Figure], None]] = {
    "helmet": helmet,
    "lamp": lamp_helmet,
    "ears": ear_helmet,
    "peaked": peaked_cap,
    "cap": soft_cap,
    "mob": mob_cap,
    "kerchief": kerchief,
    "fur": fur_hat,
}
