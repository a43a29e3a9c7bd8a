"""The cover: five trades under one sunrise."""

from dataclasses import replace

from backdrop import hills, plume, sky, tufts
from canvas import Canvas
from colours import Gradient, lighter
from palettes import DAWN
from people.drawing import draw_figure
from people.workers import LINKER, MINER, OPERATOR, SOLAR, TRAIN_DRIVER
from PIL import Image
from things.energy import solar_table, turbine
from things.mine import headframe, mining_truck
from things.plant import cooling_tower, tower
from things.traffic import train
from things.wool import goat


def draw_cover() -> Image.Image:
    """Five trades under one sunrise."""
    p = replace(DAWN, sky=("#3571b4", "#a3b6d8", "#f8b08f", "#ffc27c"), sun="#ffe0a0")
    c = Canvas(1600, 900, "cover")
    w, h = c.width, c.height
    sky(c, p, (0.5, 0.5), 6, disc=104)
    hills(c, h * 0.55, 40, p.far)
    headframe(c, w * 0.06, h * 0.62, h * 0.34, p.near)
    for x, wide, tall in ((0.2, 34, 0.36), (0.235, 46, 0.28), (0.27, 30, 0.4), (0.305, 40, 0.24)):
        tower(c, w * x, h * 0.62, wide, h * tall, lighter(p.far, 0.45), p.mid)
    cooling_tower(c, w * 0.36, h * 0.62, h * 0.18, lighter(p.far, 0.5), p.mid)
    plume(c, w * 0.36, h * 0.44, 40, "#fff4e0", 0.9)
    for x, tall, turn in ((0.64, 0.3, 15), (0.72, 0.4, 60), (0.83, 0.5, 95), (0.93, 0.36, 35)):
        turbine(c, w * x, h * 0.62, h * tall, turn, "#fbf4ea")
    hills(c, h * 0.61, 22, Gradient(("#9aae85", "#6f9468")))
    train(c, h * 0.66, "#2d6a9c", p)
    hills(c, h * 0.7, 18, Gradient(("#7fa070", "#4c7a58")))
    mining_truck(c, w * 0.12, h * 0.79, 0.66, "#f5b21f")
    for row in range(2):
        for i in range(3 - row):
            solar_table(c, w * (0.76 + row * 0.015 + i * 0.105), h * (0.77 + row * 0.085), 150, 90)
    hills(c, h * 0.88, 16, Gradient(("#4c7a58", "#28503f")))
    tufts(c, h * 0.84, "#7fa070", 220)
    herd = ((0.035, 0.9, 0.72), (0.1, 0.95, 0.9), (0.19, 0.9, 0.7), (0.9, 0.97, 0.9), (0.97, 0.92, 0.75))
    for x, y, size in herd:
        goat(c, w * x, h * y, size, "#fff8ea", x > 0.5)
    team = (
        (0.285, OPERATOR),
        (0.715, replace(SOLAR, pose="hip", tool="")),
        (0.39, replace(MINER, pose="down")),
        (0.61, replace(TRAIN_DRIVER, pose="down", turn=-0.4)),
        (0.5, LINKER),
    )
    for x, figure in team:
        draw_figure(c, figure, w * x, h * (0.725 if x == 0.5 else 0.71), 0.43, p, from_left=x > 0.5)
    return c.finish()
