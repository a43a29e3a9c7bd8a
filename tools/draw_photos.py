"""Draws the pictures of the example campaign: a portrait of each fictional candidate, work scenes, a cover.

    python tools/draw_photos.py examples/zui-mei-chan-ye-gong-ren/photos

Pictures of real people would need their consent; drawn ones, faceless on purpose, can go with the source.
The same script gives the same pictures every time: whatever looks random comes from a generator seeded by
the picture's name.

Read from the bottom up: `PORTRAITS` says who stands where in which clothes, a scene is one function, a figure
is built of parts, and all of them draw on a `Canvas`.
"""

# Outlines are rows of points; one point a line would hide the shape.
# fmt: off

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

SUPERSAMPLE = 2
LARGEST_FILE = 160_000  # bytes; a phone on a train opens twenty of these

Point = tuple[float, float]
Colour = str


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from `a` to `b`."""
    pairs = zip(ImageColor.getrgb(a)[:3], ImageColor.getrgb(b)[:3], strict=True)
    return "#{:02x}{:02x}{:02x}".format(*(round(x + (y - x) * share) for x, y in pairs))


def darker(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#1a1430", share)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#fff6e0", share)


@dataclass(frozen=True)
class Gradient:
    """Colours spread evenly over the bounding box of what is painted, downwards or to the right."""

    stops: tuple[Colour, ...]
    across: bool = False

    def picture(self, width: int, height: int) -> Image.Image:
        steps = 96
        strip = Image.new("RGB", (steps, 1) if self.across else (1, steps))
        for step in range(steps):
            at = step / (steps - 1) * (len(self.stops) - 1)
            left = min(int(at), len(self.stops) - 2)
            colour = ImageColor.getrgb(mix(self.stops[left], self.stops[left + 1], at - left))
            strip.putpixel((step, 0) if self.across else (0, step), colour)
        return strip.resize((width, height), Image.Resampling.BICUBIC)


Paint = Colour | Gradient


def round_bar(light: Colour, dark: Colour) -> Gradient:
    """How a cylinder catches light from the left."""
    return Gradient((mix(light, dark, 0.35), light, mix(light, dark, 0.5), dark), across=True)


# --- Outlines: lists of points --------------------------------------------------------------------------


def oval(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> list[Point]:
    """An ellipse or a part of it; degrees run clockwise from the right."""
    count = 72
    angles = (math.radians(start + (end - start) * i / count) for i in range(count + 1))
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> list[Point]:
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    corners = ((x1, y0, -90), (x1, y1, 0), (x0, y1, 90), (x0, y0, 180))
    points: list[Point] = []
    for x, y, start in corners:
        inner_x = x - radius if x == x1 else x + radius
        inner_y = y - radius if y == y1 else y + radius
        points += oval(inner_x, inner_y, radius, radius, start, start + 90)[::6]
    return points


def smooth(points: Sequence[Point], closed: bool = True) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    result: list[Point] = []
    for i in range(count if closed else count - 1):
        p0, p1, p2, p3 = (
            points[(i + j) % count if closed else max(0, min(count - 1, i + j))] for j in (-1, 0, 1, 2)
        )
        for step in range(10):
            t = step / 10
            result.append(
                (
                    _catmull(p0[0], p1[0], p2[0], p3[0], t),
                    _catmull(p0[1], p1[1], p2[1], p3[1], t),
                )
            )
    return result if closed else [*result, points[-1]]


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def both_sides(half: Sequence[Point]) -> list[Point]:
    """A symmetrical outline from its right half, given from top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half) if x)]


# --- Canvas ---------------------------------------------------------------------------------------------


class Canvas:
    """Draws outlines in picture units, at `SUPERSAMPLE` times the size; `at` moves, scales, turns or flips."""

    def __init__(self, width: int, height: int, name: str) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SUPERSAMPLE, height * SUPERSAMPLE))
        self.random = random.Random(name)
        self._matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

    @contextmanager
    def at(
        self, x: float, y: float, scale: float = 1, turn: float = 0, mirror: bool = False
    ) -> Iterator[None]:
        outer = self._matrix
        a, b, c, d, e, f = outer
        cos, sin = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
        flip = -1 if mirror else 1
        self._matrix = (
            (a * cos + b * sin) * flip, -a * sin + b * cos, a * x + b * y + c,
            (d * cos + e * sin) * flip, -d * sin + e * cos, d * x + e * y + f,
        )
        yield
        self._matrix = outer

    def _placed(self, points: Iterable[Point]) -> list[Point]:
        a, b, c, d, e, f = self._matrix
        s = SUPERSAMPLE
        return [((a * x + b * y + c) * s, (d * x + e * y + f) * s) for x, y in points]

    def _mask(self, points: Iterable[Point], margin: int = 0) -> tuple[Image.Image, tuple[int, int]] | None:
        placed = self._placed(points)
        left = max(0, math.floor(min(x for x, _ in placed)) - margin)
        top = max(0, math.floor(min(y for _, y in placed)) - margin)
        right = min(self.image.width, math.ceil(max(x for x, _ in placed)) + margin + 1)
        bottom = min(self.image.height, math.ceil(max(y for _, y in placed)) + margin + 1)
        if right <= left or bottom <= top:
            return None
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in placed], fill=255)
        return mask, (left, top)

    def fill(self, points: Iterable[Point], paint: Paint, opacity: float = 1, blur: float = 0) -> None:
        if opacity >= 1 and not blur and isinstance(paint, str):
            ImageDraw.Draw(self.image).polygon(self._placed(points), fill=paint)
            return
        reach = round(blur * SUPERSAMPLE)
        found = self._mask(points, 3 * reach)
        if found is None:
            return
        mask, corner = found
        if reach:
            mask = mask.filter(ImageFilter.BoxBlur(reach)).filter(ImageFilter.BoxBlur(reach))
        if opacity < 1:
            mask = mask.point(lambda v: round(v * opacity))
        mask = self._on_layer(mask, corner) if reach or opacity < 1 else mask
        source = Image.new("RGB", mask.size, paint) if isinstance(paint, str) else paint.picture(*mask.size)
        self.image.paste(source.convert(self.image.mode), corner, mask)

    def line(self, points: Sequence[Point], width: float, colour: Colour, opacity: float = 1) -> None:
        for start, end in pairwise(points):
            self.fill(limb_outline(start, end, width / 2, width / 2), colour, opacity)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.7) -> None:
        """Light that fades to nothing at `radius`."""
        found = self._mask(oval(x, y, radius, radius))
        if found is None:
            return
        mask, corner = found
        full = Image.radial_gradient("L").point(lambda v: round(max(0, 255 - v * 1.42) * strength))
        (left, top), (right, bottom) = self._placed([(x - radius, y - radius), (x + radius, y + radius)])
        left, right = sorted((left, right))
        size = (max(1, round(right - left)), max(1, round(abs(bottom - top))))
        window = (corner[0] - round(left), corner[1] - round(top))
        light = full.resize(size).crop((*window, window[0] + mask.width, window[1] + mask.height))
        light = self._on_layer(light, corner)
        self.image.paste(Image.new("RGB", mask.size, colour).convert(self.image.mode), corner, light)

    def _on_layer(self, mask: Image.Image, corner: tuple[int, int]) -> Image.Image:
        """Light and shade fall on what a layer holds, not on the emptiness around it."""
        if self.image.mode != "RGBA":
            return mask
        area = (*corner, corner[0] + mask.width, corner[1] + mask.height)
        return ImageChops.darker(mask, self.image.crop(area).getchannel("A"))

    def veil(self, top: float, bottom: float, colour: Colour, above: float, below: float) -> None:
        """A band of haze over the whole width, `above` and `below` being its opacity at the edges."""
        y0, y1 = round(top * SUPERSAMPLE), round(bottom * SUPERSAMPLE)
        shades = (mix("#000000", "#ffffff", above), mix("#000000", "#ffffff", below))
        mask = Gradient(shades).picture(self.image.width, y1 - y0).convert("L")
        self.image.paste(Image.new("RGB", mask.size, colour), (0, y0), mask)

    @contextmanager
    def clipped(self, points: Iterable[Point]) -> Iterator[None]:
        """What is drawn inside stays within the outline."""
        found = self._mask(points)
        before = self.image.copy()
        yield
        if found is None:
            self.image = before
            return
        mask, corner = found
        inside = self.image.crop((*corner, corner[0] + mask.width, corner[1] + mask.height))
        if before.mode == "RGBA":
            mask = ImageChops.darker(mask, inside.getchannel("A"))
        before.paste(inside, corner, mask)
        self.image = before

    @contextmanager
    def lit_layer(self, from_left: bool, rim: Colour, shade: Colour, width: float) -> Iterator[None]:
        """Draws on an empty layer, then lights its silhouette: a rim to one side, soft shade on the other."""
        background = self.image
        self.image = Image.new("RGBA", background.size)
        yield
        layer, self.image = self.image, background
        alpha = layer.getchannel("A")
        step = round(width * SUPERSAMPLE) * (1 if from_left else -1)
        halo = alpha.resize(
            (alpha.width // 8, alpha.height // 8),
        ).filter(ImageFilter.GaussianBlur(9)).resize(alpha.size)
        self.image.paste(Image.new("RGB", alpha.size, rim), (0, 0), halo.point(lambda v: round(v * 0.30)))
        body = layer.convert("RGB")
        dim = _edge(alpha, -step * 6, -abs(step) * 3, blur=abs(step) * 3)
        body.paste(Image.new("RGB", alpha.size, shade), (0, 0), dim.point(lambda v: round(v * 0.32)))
        bright = _edge(alpha, step, abs(step) // 2, blur=1)
        body.paste(Image.new("RGB", alpha.size, rim), (0, 0), bright.point(lambda v: round(v * 0.85)))
        self.image.paste(body, (0, 0), alpha)

    def finish(self) -> Image.Image:
        """Scaled down, with a little grain and darker corners, as a print has them."""
        picture = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        half = (self.width // 2, self.height // 2)
        noise = Image.frombytes("L", half, self.random.randbytes(half[0] * half[1])).resize(picture.size)
        picture = Image.blend(picture, ImageChops.soft_light(picture, noise.convert("RGB")), 0.07)
        corners = Image.radial_gradient("L").resize(picture.size).point(lambda v: max(0, v - 140) * 34 // 115)
        picture.paste(Image.new("RGB", picture.size, "#1a1430"), (0, 0), corners)
        return picture


def _edge(alpha: Image.Image, dx: int, dy: int, blur: float) -> Image.Image:
    moved = Image.new("L", alpha.size)
    moved.paste(alpha, (dx, dy))
    edge = ImageChops.subtract(alpha, moved)
    return edge.filter(ImageFilter.BoxBlur(blur))


def limb_outline(start: Point, end: Point, r0: float, r1: float) -> list[Point]:
    """A rounded bar that narrows from `r0` to `r1`."""
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    return [
        *oval(*start, r0, r0, angle + 90, angle + 270)[::4],
        *oval(*end, r1, r1, angle - 90, angle + 90)[::4],
    ]


# --- Palettes: the hour of the day ----------------------------------------------------------------------


@dataclass(frozen=True)
class Palette:
    sky: tuple[Colour, ...]
    sun: Colour
    far: Colour
    mid: Colour
    near: Colour
    accent: Colour

    @property
    def rim(self) -> Colour:
        return self.sun

    @property
    def shade(self) -> Colour:
        return darker(self.sky[0], 0.55)


DAWN = Palette(
    ("#2f74b5", "#8fbad6", "#fcc48d", "#ffdc98"), "#fff0c9", "#a7b0bd", "#738a99", "#3c5566", "#e8743b",
)
PEACH = Palette(
    ("#5a7fc0", "#c6a3c4", "#ffae8c", "#ffdfa2"), "#fff0c4", "#d79aa4", "#9b6f98", "#4f4470", "#e2503f",
)
MINT = Palette(
    ("#1f86a6", "#86d0c6", "#f9ebb4", "#ffd59a"), "#fff6d0", "#a9cdb4", "#4f9a98", "#24586a", "#e2603f",
)
VIOLET = Palette(
    ("#2c2a62", "#7a4a86", "#dd7474", "#fdb873"), "#ffd59a", "#7d5788", "#553f76", "#2c2450", "#ffb14a",
)
EMBER = Palette(
    ("#43244a", "#a8404a", "#ef7d43", "#ffcb73"), "#ffdf9c", "#a0504f", "#6b3346", "#351f38", "#ffd15c",
)
GRASS = Palette(
    ("#1f78b4", "#7fcbd8", "#f6eba8", "#ffdf8e"), "#fff4bf", "#8fc79a", "#62ab58", "#2c7240", "#f0883e",
)
SAND = Palette(
    ("#2f86bd", "#8cc7da", "#f2e6c4", "#fbe4b0"), "#fff6d8", "#e7c48b", "#d5a05c", "#9c6838", "#2e5fa3",
)
NIGHT = Palette(
    ("#0c1538", "#1c2d63", "#3b4c8c", "#7a6f9e"), "#ffd47a", "#2c3a70", "#1b2750", "#0f1733", "#ff9f45",
)
TEAL = Palette(
    ("#0e4a5c", "#2f8588", "#9ccbae", "#f7e3ac"), "#fff0b8", "#5c9c98", "#32716f", "#164247", "#f2a33a",
)
ICE = Palette(
    ("#5b9cc9", "#a9d1e4", "#e6eef0", "#fbf0e0"), "#ffffff", "#b4cfdf", "#86aec7", "#4d7c99", "#f07a2b",
)
OCHRE = Palette(
    ("#2f86b8", "#9fd0d4", "#fbdc92", "#ffd27c"), "#fff3c8", "#eab26c", "#cf7430", "#71381c", "#fbb81c",
)
ROSE = Palette(
    ("#a6566f", "#e09a92", "#fbd3b4", "#ffe9cf"), "#fff0d9", "#c58a8c", "#9c5f70", "#5a3450", "#d6403f",
)
CREAM = Palette(
    ("#c9b79a", "#e8dcc2", "#f8efdb", "#fff8ea"), "#fffaec", "#d8c7a8", "#a98f73", "#5e4a40", "#b5473c",
)
SAGE = Palette(
    ("#3f5d55", "#7d9a83", "#cfd6b0", "#f5edcb"), "#fff4cf", "#7f9a86", "#54746a", "#2c4644", "#d98b3a",
)
LILAC = Palette(
    ("#5d5a8f", "#9d95c0", "#dccfe0", "#fbeee2"), "#fff4e4", "#a79cc4", "#7a6ea3", "#3f3866", "#f0a05a",
)


# --- Land and sky ---------------------------------------------------------------------------------------


def sky(c: Canvas, p: Palette, sun: Point | None = (0.75, 0.42), clouds: int = 3, disc: float = 62) -> None:
    """`sun` is given in shares of the picture."""
    c.fill(box(0, 0, c.width, c.height), Gradient(p.sky))
    if sun is not None:
        x, y = sun[0] * c.width, sun[1] * c.height
        c.glow(x, y, c.height * 0.55, p.sun, 0.75)
        c.fill(oval(x, y, disc, disc), p.sun)
    for _ in range(clouds):
        cloud(
            c, c.random.uniform(0, c.width), c.random.uniform(0.04, 0.32) * c.height,
            c.random.uniform(70, 170), p,
        )


def cloud(c: Canvas, x: float, y: float, size: float, p: Palette) -> None:
    for layer in range(3):
        length, shift = size * (1.3 - layer * 0.28), c.random.uniform(-0.4, 0.4) * size
        bar = box(x + shift - length, y - layer * 17, x + shift + length, y - layer * 17 + 17, 8)
        c.fill(bar, mix(p.sun, p.sky[1], 0.25), 0.42)


def hills(c: Canvas, y: float, height: float, paint: Paint, rough: float = 1) -> None:
    """A ridge over the whole width whose foot goes down to the lower edge."""
    shift = [c.random.uniform(0, 7) for _ in range(4)]
    ridge: list[Point] = []
    for step in range(121):
        at = step / 120
        wave = sum(math.sin(at * f * rough + s) / f for f, s in zip((3, 5.3, 9.1, 17), shift, strict=True))
        ridge.append((at * c.width, y - wave * height))
    c.fill([*ridge, (c.width, c.height), (0, c.height)], paint)


def peaks(c: Canvas, y: float, height: float, paint: Colour, snow: Colour) -> None:
    x = -80.0
    while x < c.width + 80:
        wide, tall = c.random.uniform(180, 320), height * c.random.uniform(0.6, 1.1)
        top = x + wide * c.random.uniform(0.4, 0.6)
        c.fill([(x - 60, y), (top, y - tall), (x + wide + 60, y)], paint)
        c.fill(
            [(top, y - tall), (top + wide * 0.33, y - tall * 0.5), (top + 12, y - tall * 0.62), (top - 6, y)],
            darker(paint, 0.14),
        )
        cap = [
            (top, y - tall), (top + 52, y - tall * 0.74), (top + 18, y - tall * 0.79),
            (top - 8, y - tall * 0.7), (top - 46, y - tall * 0.77),
        ]
        c.fill(cap, snow)
        x += wide * 0.72
    c.fill(box(0, y - 2, c.width, c.height), paint)


def plume(c: Canvas, x: float, y: float, size: float, colour: Colour, lean: float = 1) -> None:
    """Steam drifting to one side."""
    for puff in range(9):
        grow = size * (0.35 + puff * 0.17)
        where = oval(x + lean * size * puff * 0.55, y - size * puff * 0.62, grow, grow * 0.85)
        c.fill(where, colour, 0.5 - puff * 0.045, blur=size * 0.12)


def tufts(c: Canvas, top: float, colour: Colour, count: int) -> None:
    for _ in range(count):
        x, y = c.random.uniform(0, c.width), c.random.uniform(top, c.height)
        tall = 10 + 26 * (y - top) / (c.height - top)
        for lean in (-0.5, 0, 0.5):
            c.fill([(x - 2, y), (x + lean * tall, y - tall), (x + 2, y)], colour, 0.7)


# --- Things that stand in a landscape; x, y is the middle of the foot -----------------------------------


def turbine(c: Canvas, x: float, y: float, height: float, turn: float, colour: Colour) -> None:
    with c.at(x, y, height / 100):
        c.fill(
            [(-1.9, 0), (-0.8, -98), (0.8, -98), (1.9, 0)],
            round_bar(lighter(colour, 0.6), darker(colour, 0.22)),
        )
        c.fill(box(-2.6, -101.5, 4.2, -97, 1.6), darker(colour, 0.12))
        for blade in range(3):
            with c.at(0, -99.3, 1, turn + blade * 120):
                c.fill(
                    smooth([(-0.8, 0), (-2.4, -9), (-1.4, -30), (-0.2, -54), (0.7, -30), (1.1, -5)]), colour,
                )
                c.fill([(-0.2, -54), (0.7, -30), (1.1, -5), (0.1, -5)], darker(colour, 0.2), 0.5)
        c.fill(oval(0, -99.3, 2.6, 2.6), lighter(colour, 0.5))


def pylon(c: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    with c.at(x, y, height / 100):
        c.line([(-11, 0), (-3, -60), (-1.5, -100), (1.5, -100), (3, -60), (11, 0)], 1.3, colour)
        for level in range(5):
            a, b = 11 - level * 1.7, 9.3 - level * 1.7
            c.line([(-a, -level * 12), (b, -level * 12 - 12)], 0.8, colour)
            c.line([(a, -level * 12), (-b, -level * 12 - 12)], 0.8, colour)
        for arm, reach in ((-66, 20), (-79, 16), (-91, 12)):
            c.line([(-reach, arm), (0, arm - 5), (reach, arm), (-reach, arm)], 1, colour)


def tower(c: Canvas, x: float, y: float, width: float, height: float, light: Colour, dark: Colour) -> None:
    """A process column with platforms and a ladder."""
    r = width / 2
    c.fill(oval(x, y - height, r, r * 0.8), round_bar(light, dark))
    c.fill(box(x - r, y - height, x + r, y), round_bar(light, dark))
    c.line(
        [(x, y - height - r * 0.7), (x, y - height - r * 1.6), (x + r * 2.2, y - height - r * 1.6),
        (x + r * 2.2, y)], width * 0.11, dark,
    )
    for level in range(1, int(height / (width * 1.15))):
        at = y - height + level * width * 1.15
        c.fill(box(x - r * 1.5, at, x + r * 1.35, at + width * 0.07), darker(dark, 0.3))
        c.line(
            [(x - r * 1.5, at), (x - r * 1.5, at - width * 0.22), (x + r * 1.35, at - width * 0.22),
            (x + r * 1.35, at)], width * 0.03, darker(dark, 0.3),
        )
        c.fill(box(x - r, at + width * 0.5, x + r, at + width * 0.55), dark, 0.5)
    c.line([(x - r * 1.2, y), (x - r * 1.2, y - height * 0.92)], width * 0.045, darker(dark, 0.35))


def pipe_rack(c: Canvas, y: float, height: float, light: Colour, dark: Colour) -> None:
    """Pipes on steel frames over the whole width."""
    for row in range(4):
        at = y - height + row * height * 0.17
        c.fill(box(0, at, c.width, at + height * 0.12), Gradient((lighter(light, 0.3), light, dark)))
        for joint in range(0, c.width, 170):
            c.fill(box(joint + row * 37, at - 3, joint + row * 37 + 12, at + height * 0.12 + 3), dark)
    x = 30.0
    while x < c.width:
        c.fill(box(x, y - height * 1.08, x + 18, y), darker(dark, 0.3))
        c.line([(x + 9, y), (x + 169, y - height * 0.32)], 7, darker(dark, 0.3))
        x += 160
    c.fill(box(0, y - height * 0.34, c.width, y - height * 0.28), darker(dark, 0.3))


def sphere(c: Canvas, x: float, y: float, r: float, light: Colour, dark: Colour) -> None:
    for leg in (-0.75, -0.28, 0.28, 0.75):
        c.line([(x + leg * r, y), (x + leg * r, y - r * 1.1)], r * 0.07, dark)
    with c.clipped(oval(x, y - r * 1.35, r, r)):
        c.fill(box(x - r, y - r * 2.4, x + r, y), Gradient((lighter(light, 0.4), light, dark)))
        c.fill(oval(x - r * 0.35, y - r * 1.75, r * 0.42, r * 0.32), "#ffffff", 0.4, blur=r * 0.1)
        c.fill(box(x - r, y - r * 1.4, x + r, y - r * 1.3), dark, 0.35)
    c.line([(x + r * 0.2, y - r * 2.34), (x + r * 0.75, y - r * 1.9), (x + r * 1.12, y)], r * 0.045, dark)


def cooling_tower(c: Canvas, x: float, y: float, height: float, light: Colour, dark: Colour) -> None:
    h = height
    right = [(0.33 * h, -h), (0.29 * h, -0.75 * h), (0.33 * h, -0.45 * h), (0.45 * h, 0)]
    with c.at(x, y):
        c.fill(
            smooth(right, closed=False) + [(-px, py) for px, py in reversed(smooth(right, closed=False))],
            round_bar(light, dark)
        )
        c.fill(oval(0, -h, 0.33 * h, 0.045 * h), darker(dark, 0.2))


def chimney(c: Canvas, x: float, y: float, height: float, light: Colour, band: Colour) -> None:
    with c.at(x, y, height / 100):
        c.fill([(-4, 0), (-2.4, -100), (2.4, -100), (4, 0)], round_bar(light, darker(light, 0.4)))
        for level in (-96, -82, -68):
            c.fill([(-2.8, level + 7), (-2.5, level), (2.5, level), (2.8, level + 7)], band)


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
            [(-120, -205), (-195, -196), (-205, -182), (-110, -176), (-60, -100), (160, -118), (205, -215),
            (60, -200)], Gradient((lighter(body), body, darker(body, 0.3)), across=True),
        )
        for rib in range(4):
            c.line(
                [(-40 + rib * 55, -196 - rib * 4), (-20 + rib * 50, -108 - rib * 4)], 7, darker(body, 0.28),
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


def goat(c: Canvas, x: float, y: float, scale: float, wool: Colour, left: bool = False) -> None:
    """A cashmere goat grazing or looking up."""
    with c.at(x, y, scale, mirror=left):
        for leg in (-34, -22, 20, 32):
            c.line([(leg, -30), (leg, 0)], 7, darker(wool, 0.45))
        c.fill(
            smooth([(-48, -62), (-20, -76), (24, -74), (46, -62), (50, -34), (36, -14), (10, -10), (-20, -12),
            (-44, -20), (-54, -40)]), Gradient((wool, darker(wool, 0.2))),
        )
        c.line([(-48, -60), (-60, -70)], 8, wool)
        c.fill(smooth([(34, -70), (52, -94), (66, -98), (70, -84), (58, -58), (46, -50)]), wool)
        c.fill(smooth([(54, -100), (68, -106), (90, -88), (88, -80), (66, -80)]), lighter(wool, 0.3))
        c.line([(60, -103), (50, -124), (38, -130)], 5, "#6b5848")
        c.line([(58, -96), (46, -92)], 6, darker(wool, 0.25))
        c.line([(80, -80), (78, -66)], 4, darker(wool, 0.15))


def solar_table(c: Canvas, x: float, y: float, width: float, height: float, sheen: float = 0.3) -> None:
    """A tilted table of modules on posts."""
    for post in (0.18, 0.82):
        c.line(
            [(x + width * post, y), (x + width * post + height * 0.1, y - height * 0.6)], height * 0.06,
            "#6d6a76",
        )
    lean = height * 0.55
    corners = [
        (x, y - height * 0.25), (x + width, y - height * 0.25), (x + width + lean, y - height),
        (x + lean, y - height),
    ]
    c.fill(corners, Gradient(("#6f9fd0", "#2f5b9c", "#1d3b73")))
    with c.clipped(corners):
        c.fill(
            [(x + width * 0.2, y), (x + width * 0.45, y), (x + width * 0.45 + lean * 2, y - height * 2),
            (x + width * 0.2 + lean * 2, y - height * 2)], "#ffffff", sheen,
        )
    for column in range(1, 6):
        at = x + width * column / 6
        c.line([(at, y - height * 0.25), (at + lean, y - height)], height * 0.018, "#cfe0ee", 0.7)
    c.line(
        [(x + lean / 2, y - height * 0.625), (x + width + lean / 2, y - height * 0.625)], height * 0.018,
        "#cfe0ee", 0.7,
    )
    c.line([corners[3], corners[2]], height * 0.03, "#dfe9f0")


def spool(c: Canvas, x: float, y: float, size: float, yarn: Colour) -> None:
    """A cone of yarn."""
    with c.at(x, y, size / 100):
        c.fill([(-16, -112), (16, -112), (20, -96), (-20, -96)], "#c9a77c")
        c.fill(
            smooth([(-26, -98), (0, -104), (26, -98), (48, -12), (40, 0), (0, 6), (-40, 0), (-48, -12)]),
            Gradient((darker(yarn, 0.05), lighter(yarn, 0.35), yarn, darker(yarn, 0.3)), across=True),
        )
        for thread in range(10):
            half = 44 - thread * 1.9
            c.line(oval(0, -6 - thread * 9.2, half, 7, 10, 170)[::6], 1.1, darker(yarn, 0.3), 0.45)


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
                    box(x0 + rib * size / 6, y0 + size * 0.1, x0 + rib * size / 6 + size * 0.05,
                    y0 + size * 0.86), darker(colour, 0.3), 0.55,
                )


def windows(c: Canvas, y0: float, y1: float, light: Paint, frame: Colour, count: int) -> None:
    """Tall factory windows over the whole width."""
    step = c.width / count
    for i in range(count):
        x0, x1 = i * step + step * 0.14, (i + 1) * step - step * 0.14
        c.fill(
            [*oval((x0 + x1) / 2, y0 + step * 0.3, (x1 - x0) / 2, step * 0.3, 180, 360), (x1, y1), (x0, y1)],
            light,
        )
        for bar in (1, 2):
            at = x0 + (x1 - x0) * bar / 3
            c.line([(at, y0), (at, y1)], 5, frame)
        for bar in range(1, 5):
            at = y0 + (y1 - y0) * bar / 5
            c.line([(x0, at), (x1, at)], 5, frame)


def light_shafts(c: Canvas, colour: Colour, count: int, lean: float) -> None:
    for i in range(count):
        x = c.width * (i + 0.3) / count
        shaft = [(x, 0), (x + 90, 0), (x + 90 + lean, c.height), (x - 120 + lean, c.height)]
        c.fill(shaft, colour, 0.13, blur=14)


# --- Scenes: one function each; the middle is left to the figure ----------------------------------------


def longwall(c: Canvas, p: Palette) -> None:
    """Underground: a row of hydraulic supports, the shearer's drum in its own light."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#131a2e", "#22304a", "#0d1220")))
    coal_wall(c, w * 0.34, h)
    for i in range(7, -1, -1):
        support(
            c, w * (0.46 + 0.5 * 0.74**i), h * (0.5 - 0.48 * 0.74**i), h * (0.52 + 0.44 * 0.74**i), 0.74**i,
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
        x, y, size = c.random.uniform(
            -20, width * 0.72,
        ), c.random.uniform(0.05, 1) * height, c.random.uniform(30, 80)
        tip = (x + size * c.random.uniform(0.3, 0.6), y + size * c.random.uniform(-0.1, 0.2))
        around = [
            (x, y), (x + size, y - size * 0.35), (x + size * 1.1, y + size * 0.5),
            (x + size * 0.25, y + size * 0.75),
        ]
        tones = ("#5a566b", "#3d3a4b", "#1a1922", "#2a2834")
        for a, b, tone in zip(around, [*around[1:], around[0]], tones, strict=True):
            c.fill([a, b, tip], tone, 0.8)


def support(c: Canvas, x: float, top: float, foot: float, near: float) -> None:
    """One hydraulic roof support: canopy, two legs, base, its lamp."""
    steel = mix("#1f3a57", "#f0ad35", near**0.6)
    roof = [
        (x - 230 * near, top), (x + 200 * near, top - 30 * near), (x + 200 * near, top + 50 * near),
        (x - 230 * near, top + 46 * near),
    ]
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
            c, h * (0.385 + level * 0.06 + level * level * 0.003), 26 + level * 9,
            mix(p.far, p.near, level / 8), level * 1.3,
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
        Gradient((darker(tone, 0.28), tone, lighter(tone, 0.1)))
    )
    for _ in range(c.width // 16):
        px, py = c.random.choice(edge)
        px += c.random.uniform(-20, 20)
        c.line(
            [(px, py + face * 0.55), (px - 6, py + face * c.random.uniform(0.9, 1.5))], 3, darker(tone, 0.35),
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
            box(w * at, h * (0.845 - at * 0.72) - 82, w * at + 18, h * (0.845 - at * 0.72) - 58), "#ffe6a8",
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
        smooth([(-60, h * 0.84), (w * 0.1, h * 0.64), (w * 0.22, h * 0.61), (w * 0.5, h * 0.8),
        (w * 0.6, h * 0.9)]), Gradient(("#3d4352", "#1d2130")),
    )
    c.fill(box(0, h * 0.76, w, h), Gradient((p.near, darker(p.near, 0.4))))


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
            oval(c.random.uniform(0, w), c.random.uniform(0, h * 0.5), r, r), "#fdf3d6",
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


def snowfall(c: Canvas, count: int) -> None:
    for _ in range(count):
        r = c.random.choice((1.5, 2, 2.6, 4))
        c.fill(oval(c.random.uniform(0, c.width), c.random.uniform(0, c.height), r, r), "#ffffff", 0.85)


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
        smooth([(0, h * 0.84), (w * 0.3, h * 0.8), (w * 0.7, h * 0.85), (w, h * 0.81), (w + 60, h + 60),
        (-60, h + 60)]), Gradient((p.mid, p.near)),
    )


def storage_yard(c: Canvas, p: Palette) -> None:
    """Rows of battery containers, and pylons against the evening."""
    w, h = c.width, c.height
    sky(c, p, (0.24, 0.42), 3)
    hills(c, h * 0.56, 30, p.far)
    for x, tall in ((0.5, 0.22), (0.68, 0.3), (0.9, 0.46), (0.1, 0.4)):
        pylon(c, w * x, h * 0.62, h * tall, darker(p.near, 0.1))
    for wire in range(3):
        c.line(
            [(w * t / 20, h * (0.27 + wire * 0.03 + 0.0009 * (t - 10) ** 2 - 0.05)) for t in range(21)], 2,
            darker(p.near), 0.8
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
                    box(left + (right - left) * door / 5, top + 8, left + (right - left) * door / 5 + 3,
                    foot - 6), "#6f8583",
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
                smooth([(-24, 0), (-34, 60), (-84, 190), (-70, 420), (-40, 760), (-10, 1090), (12, 760),
                (34, 420), (40, 60), (24, 0)]), Gradient(("#ffffff", "#f3ede6", "#cfc7cf")),
            )
            c.fill(
                smooth([(10, 60), (20, 420), (4, 760), (-10, 1090), (12, 760), (34, 420), (40, 60)]),
                darker("#cfc7cf", 0.3), 0.5,
            )
    c.fill(oval(*hub, 88, 88), Gradient(("#ffffff", "#bdb4c0")))
    c.fill(oval(hub[0] - 10, hub[1] - 10, 46, 46), "#ffffff", 0.6)
    for rope in (0.13, 0.165):
        c.line([(w * rope, 0), (w * rope - 12, h)], 5, p.accent)


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
            oval(x, y, size, size * 0.62), c.random.choice(("#fff9ec", "#efe1c8", "#e2cfae", "#fdf3df")),
            0.96, blur=2,
        )
    light_shafts(c, "#fffbe8", 4, -220)
    for _ in range(60):
        c.fill(oval(c.random.uniform(0, w), c.random.uniform(0, h * 0.7), 3, 2), "#ffffff", 0.7)


def knitwear_room(c: Canvas, p: Palette) -> None:
    """A linking workshop in the steppe: jumpers on a rail, yurts and goats beyond the window."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#8a4358", "#b9656f", "#8a4455")))
    pane = box(w * 0.05, h * 0.06, w * 0.95, h * 0.43, 18)
    with c.clipped(pane):
        c.fill(box(0, 0, w, h * 0.5), Gradient(("#7cb7cf", "#d8e7cf", "#ffeec4")))
        c.fill(
            smooth([(0, h * 0.32), (w * 0.3, h * 0.28), (w * 0.7, h * 0.33), (w, h * 0.27), (w, h * 0.5),
            (0, h * 0.5)]), Gradient(("#9fc07f", "#6d9b5b")),
        )
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


def jumper(c: Canvas, x: float, y: float, scale: float, colour: Colour) -> None:
    with c.at(x, y, scale):
        c.line([(0, -2), (0, 14)], 4, "#4a2636")
        c.fill(
            [(-22, 16), (22, 16), (48, 34), (66, 190), (44, 194), (36, 92), (36, 228), (-36, 228), (-36, 92),
            (-44, 194), (-66, 190), (-48, 34)], Gradient((colour, colour, darker(colour, 0.25))),
        )
        c.fill(oval(0, 16, 20, 11), darker(colour, 0.3))
        c.fill(box(-36, 212, 36, 228), darker(colour, 0.18))


def dye_house(c: Canvas, p: Palette) -> None:
    """Hanks of dyed yarn over steaming vats."""
    w, h = c.width, c.height
    c.fill(box(0, 0, w, h), Gradient(("#273a4f", "#48637a", "#2c3e52")))
    windows(c, h * 0.04, h * 0.3, Gradient(("#dcecf2", "#a8c8d6")), "#32485c", 6)
    colours = (
        "#c33d46", "#e88a3c", "#f0c552", "#5f9a5c", "#2c8a96", "#3a5ba0", "#7b559c", "#c9738f", "#b7b2ad",
        "#7f8890",
    )
    c.line([(0, h * 0.2), (w, h * 0.2)], 12, "#d8c39b")
    for i, colour in enumerate(colours):
        hank(
            c, w * (i + 0.5) / len(colours), h * 0.2, w / len(colours) * 0.44, h * (0.32 + 0.03 * (i % 3)),
            colour,
        )
    for i, x in enumerate((0.02, 0.3, 0.7, 0.98)):
        colour = colours[(i * 3) % 7]
        c.fill(box(w * x - 140, h * 0.66, w * x + 140, h * 1.02, 20), round_bar("#cfd8dc", "#51636f"))
        c.fill(oval(w * x, h * 0.665, 140, 36), "#8fa0aa")
        c.fill(oval(w * x, h * 0.668, 122, 27), Gradient((lighter(colour, 0.2), darker(colour, 0.2))))
        plume(c, w * x, h * 0.64, 60, "#f1f6f7", 0.35)


def hank(c: Canvas, x: float, y: float, half: float, length: float, colour: Colour) -> None:
    outline = smooth(
        [(x - half * 0.7, y - 8), (x + half * 0.7, y - 8), (x + half, y + length * 0.5),
        (x + half * 0.8, y + length), (x, y + length + 14), (x - half * 0.8, y + length),
        (x - half, y + length * 0.5)],
    )
    c.fill(outline, Gradient((lighter(colour, 0.25), colour, darker(colour, 0.22))))
    with c.clipped(outline):
        for strand in range(-4, 5):
            c.line(
                [(x + strand * half * 0.2, y - 8), (x + strand * half * 0.26, y + length + 14)], 2.4,
                darker(colour, 0.3), 0.5,
            )
        c.fill(box(x - half, y + length * 0.8, x + half, y + length * 0.84), "#f6edd8", 0.85)


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
                        c, x + place * near, y + level * near, 88 * near,
                        yarns[(i + (level + place) // 30) % 5],
                    )


def heavy_rail(c: Canvas, p: Palette) -> None:
    """A heavy-haul train comes round the mountain towards us."""
    w, h = c.width, c.height
    sky(c, p, (0.3, 0.36), 4, disc=76)
    peaks(c, h * 0.52, h * 0.2, p.far, mix(p.far, p.sun, 0.55))
    hills(c, h * 0.56, 34, Gradient((p.mid, p.near)))
    for i in range(26, 0, -1):
        near = 0.93**i
        x, y = w * 0.84 - (1 - near) * w * (1.15 - 0.5 * near), h * 0.5 + near * h * 0.2
        tone = mix(p.far, p.near, 0.35 + 0.5 * (i % 2))
        c.fill(box(x - 120 * near, y - 190 * near, x + 120 * near, y), Gradient((lighter(tone, 0.15), tone)))
        c.fill(oval(x, y - 190 * near, 110 * near, 22 * near), "#241c2b")
        c.fill(box(x + 96 * near, y - 180 * near, x + 120 * near, y), p.sun, 0.3)
    c.fill([(0, h * 0.74), (w, h * 0.68), (w, h), (0, h)], Gradient((p.near, darker(p.near, 0.35))))
    c.fill([(w * 0.66, h * 0.73), (w * 1.02, h * 0.73), (w * 1.3, h), (w * 0.3, h)], darker(p.near, 0.3))
    for i in range(8):
        near = 1.35**i / 8
        y = h * 0.72 + near * h * 0.24
        c.fill(
            box(w * 0.84 - 160 - near * 200, y, w * 0.84 + 160 + near * 200, y + 5 + near * 20),
            darker(p.mid, 0.2),
        )
    c.line([(w * 0.76, h * 0.73), (w * 0.56, h)], 9, p.sun, 0.85)
    c.line([(w * 0.92, h * 0.73), (w * 1.12, h)], 9, p.sun, 0.85)
    locomotive(c, w * 0.84, h * 0.74, 0.92, "#2d6a9c", "#f4e6c8")


def city_street(c: Canvas, p: Palette) -> None:
    """An early bus in a waking town."""
    w, h = c.width, c.height
    sky(c, p, (0.4, 0.37), 3)
    for layer, (tone, foot, low, high) in enumerate(((p.far, 0.6, 0.16, 0.34), (p.mid, 0.63, 0.08, 0.22))):
        x = -20.0
        while x < w:
            wide, tall = c.random.uniform(56, 118), c.random.uniform(low, high) * h
            c.fill(box(x, h * foot - tall, x + wide, h * foot + 40), Gradient((lighter(tone, 0.15), tone)))
            for row in range(int(tall / 34)):
                for column in range(int(wide / 26)):
                    if c.random.random() < 0.34 + layer * 0.15:
                        x0, y0 = x + 10 + column * 25, h * foot - tall + 14 + row * 32
                        c.fill(box(x0, y0, x0 + 11, y0 + 15), "#ffe8ac", 0.9)
            x += wide + c.random.uniform(0, 14)
    for x in (0.04, 0.17, 0.3, 0.96):
        c.line([(w * x, h * 0.68), (w * x, h * 0.56)], 10, darker(p.near, 0.3))
        for dx, dy, r in ((0, -0.02, 58), (-34, 0.008, 44), (34, 0.004, 46)):
            c.fill(oval(w * x + dx, h * (0.53 + dy), r, r), mix("#5d8a6a", p.near, 0.25 + 0.15 * (dx > 0)))
    c.fill(box(0, h * 0.66, w, h), Gradient((lighter(p.mid, 0.12), p.near, darker(p.near, 0.35))))
    c.fill([(0, h * 0.69), (w, h * 0.69), (w, h * 0.7), (0, h * 0.7)], lighter(p.far, 0.4))
    for i in range(5):
        c.fill(
            [(w * 0.1 + i * 190, h * 0.84), (w * 0.1 + i * 190 + 100, h * 0.84),
            (w * 0.1 + i * 190 + 86, h * 0.855), (w * 0.1 + i * 190 - 16, h * 0.855)], "#f6ead2", 0.8,
        )
    bus(c, w * 0.72, h * 0.72, 0.95, "#f4efe4", p.accent)


def mountain_road(c: Canvas, p: Palette) -> None:
    """Snow on the pass, a winding road and the crew's lorry."""
    w, h = c.width, c.height
    sky(c, p, (0.16, 0.16), 3)
    peaks(c, h * 0.5, h * 0.27, p.mid, "#ffffff")
    hills(c, h * 0.5, 40, Gradient(("#ffffff", lighter(p.far, 0.35))))
    road = smooth(
        [(w * 0.5, h * 0.47), (w * 0.78, h * 0.5), (w * 0.85, h * 0.54), (w * 0.45, h * 0.58),
        (w * 0.06, h * 0.63), (w * 0.08, h * 0.7), (w * 0.55, h * 0.75), (w * 1.0, h * 0.85)], closed=False,
    )
    hills(c, h * 0.6, 24, Gradient(("#ffffff", "#dbe9f1")))
    for i, (a, b) in enumerate(pairwise(road)):
        c.fill(limb_outline(a, b, 5 + i * 0.75, 5 + i * 0.76), mix(p.near, "#3c4656", 0.6))
    for i in range(6, len(road) - 2, 4):
        c.line([road[i], road[i + 1]], 1 + i * 0.06, "#ffd35a")
    for i in range(9):
        x = w * (0.62 + i * 0.05)
        c.fill(
            [(x - 12, h * 0.54 - i * 3), (x, h * 0.49 - i * 3 - 28), (x + 12, h * 0.54 - i * 3)], "#3f6b73",
        )
    lorry(c, w * 0.86, h * 0.735, 1.0, p.accent, "#f2c230")
    for i in range(4):
        with c.at(w * (0.05 + i * 0.1), h * (0.77 + i * 0.006), 1.2):
            c.fill([(-18, 0), (-4, -46), (4, -46), (18, 0)], p.accent)
            c.fill([(-11, -20), (-8, -31), (8, -31), (11, -20)], "#ffffff")
            c.fill(box(-24, -5, 24, 2), darker(p.accent, 0.25))
    hills(c, h * 0.86, 16, Gradient(("#ffffff", "#c4dbe8")))
    snowfall(c, 70)


def freight_yard(c: Canvas, p: Palette) -> None:
    """Stacked containers under a gantry crane, lorries in line."""
    w, h = c.width, c.height
    sky(c, p, (0.55, 0.38), 3)
    hills(c, h * 0.54, 22, p.far)
    containers(c, -30, h * 0.68, ("rtybrw", "ybt rt", "tr  by", "w    r"), 76)
    containers(c, w * 0.66, h * 0.68, ("btwr", "yrb", "trg", "wb"), 80)
    steel = "#e7b23b"
    for x in (0.07, 0.93):
        c.line([(w * x - 46, h * 0.72), (w * x, h * 0.13)], 17, darker(steel, 0.12))
        c.line([(w * x + 46, h * 0.72), (w * x, h * 0.13)], 17, steel)
        c.line([(w * x - 30, h * 0.5), (w * x + 30, h * 0.5)], 11, darker(steel, 0.12))
    c.fill(box(-20, h * 0.105, w + 20, h * 0.145), Gradient((lighter(steel, 0.3), steel, darker(steel, 0.3))))
    for x in range(0, w, 60):
        c.line([(x, h * 0.145), (x + 30, h * 0.105), (x + 60, h * 0.145)], 4, darker(steel, 0.4), 0.6)
    c.fill(box(w * 0.2, h * 0.09, w * 0.3, h * 0.16, 6), "#3a3442")
    for rope in (0.2, 0.3):
        c.line([(w * rope, h * 0.16), (w * rope, h * 0.245)], 4, "#3a3442")
    containers(c, w * 0.165, h * 0.305, ("r",), 72)
    c.fill(box(0, h * 0.68, w, h), Gradient((p.mid, p.near, darker(p.near, 0.35))))
    lorry(c, w * 0.12, h * 0.79, 1.15, "#2f78b5", "#d9d2c4")
    lorry(c, w * 0.9, h * 0.77, 1.0, "#d6503f", "#2f8a86")


# --- Figures: units where a head is 240 high and (0, 0) is the pit of the neck --------------------------


SKIN = {"fair": "#f2c6a2", "warm": "#e3aa80", "tan": "#cf9064", "brown": "#b5774e"}
BLACK_HAIR, BROWN_HAIR, GREY_HAIR = "#231d26", "#3d2a25", "#8d8a90"


@dataclass(frozen=True)
class Figure:
    """Who is seen: what is named here picks the part functions below."""

    skin: str = "warm"
    hair: str = "short"
    hair_colour: Colour = BLACK_HAIR
    hat: str = ""
    hat_colour: Colour = "#f4c430"
    dress: str = "coverall"
    cloth: Colour = "#2f5b9c"
    trim: Colour = "#e8e4d8"
    pose: str = "down"
    tool: str = ""
    tool_colour: Colour = "#d9483b"
    glove: Colour = ""
    glasses: bool = False
    slim: bool = False
    turn: float = 0.5  # which way the face looks: -1 left … 1 right

    @property
    def skin_colour(self) -> Colour:
        return SKIN[self.skin]

    @property
    def span(self) -> float:
        return 0.87 if self.slim else 1.0


def draw_figure(
    c: Canvas, f: Figure, x: float, y: float, scale: float, p: Palette,
    from_left: bool = True, mirror: bool = False,
) -> None:
    with c.lit_layer(from_left, p.rim, p.shade, 7 * scale), c.at(x, y, scale, mirror=mirror):
        with tilted(c, f):
            back_hair(c, f)
        neck(c, f)
        body(c, f)
        with tilted(c, f):
            head(c, f)
            front_hair(c, f)
            if f.hat:
                HATS[f.hat](c, f)
        arms(c, f)


@contextmanager
def tilted(c: Canvas, f: Figure) -> Iterator[None]:
    """The head leans a little to where it looks."""
    with c.at(0, -50, 1, f.turn * 6), c.at(0, 50):
        yield


def torso(f: Figure) -> list[Point]:
    s = f.span
    half = [
        (0, -4), (60 * s, -22), (124 * s, 20), (196 * s, 56), (234 * s, 124), (226 * s, 260), (200 * s, 430),
        (214 * s, 820), (0, 830),
    ]
    return smooth(both_sides(half))


def neck(c: Canvas, f: Figure) -> None:
    wide = 40 if f.slim else 50
    outline = smooth(
        [(-wide, -110), (wide, -110), (wide + 4, -30), (wide + 34, 26), (0, 70), (-wide - 34, 26),
        (-wide - 4, -30)],
    )
    c.fill(outline, in_shade(f.skin_colour, 0.14))
    with c.clipped(outline):
        c.fill(oval(8 * f.turn, -84, 92, 70), in_shade(f.skin_colour, 0.42), 0.6, blur=6)


def head_outline(f: Figure) -> list[Point]:
    jaw = 0.86 if f.slim else 1.0
    half = [(0, -286), (60, -270), (90, -216), (92, -160), (80 * jaw + 4, -100), (50 * jaw, -58), (0, -42)]
    return [(px + 4 * f.turn, py) for px, py in smooth(both_sides(half))]


def in_shade(skin: Colour, share: float) -> Colour:
    return mix(skin, "#7a2f28", share)


def head(c: Canvas, f: Figure) -> None:
    skin, turn = f.skin_colour, f.turn
    for side in (-1, 1):
        if side * turn < 0.75:
            c.fill(oval(side * 92 - 8 * turn, -160, 17, 27), in_shade(skin, 0.12))
            c.fill(oval(side * 92 - 8 * turn, -158, 9, 16), in_shade(skin, 0.28), 0.6)
    outline = head_outline(f)
    c.fill(outline, skin)
    with c.clipped(outline):
        c.fill(oval(-turn * 150, -160, 96, 180), in_shade(skin, 0.4), 0.42, blur=12)
        for side in (-1, 1):
            c.fill(oval(side * 50 + 24 * turn, -118, 27, 20), "#d9624f", 0.26, blur=8)
        c.fill(oval(turn * 20, -214, 110, 44), in_shade(skin, 0.35), 0.22, blur=10)
        c.fill(
            smooth([(26 * turn - 5, -184), (26 * turn + 5 + 6 * turn, -150), (38 * turn + 3, -124),
            (22 * turn, -116), (14 * turn - 6, -124)]), in_shade(skin, 0.3), 0.3, blur=2,
        )
        c.fill(oval(24 * turn, -82, 20, 5), in_shade(skin, 0.35), 0.28, blur=3)
        if f.hair_colour == GREY_HAIR or f.hair == "stubble":
            c.fill(oval(12 * turn, -50, 78, 44), darker(f.hair_colour, 0.1), 0.26, blur=12)
    if f.glasses:
        for side in (-1, 1):
            rim = oval(side * 39 + 24 * turn, -164, 30, 26)
            c.fill(rim, "#ffffff", 0.34)
            c.line(rim, 5, "#2b2530")
        c.line([(-10 + 24 * turn, -168), (10 + 24 * turn, -168)], 5, "#2b2530")
        c.line([(-69 + 24 * turn, -168), (-90 - 4 * turn, -172)], 5, "#2b2530")
        c.line([(69 + 24 * turn, -168), (90 - 4 * turn, -172)], 5, "#2b2530")


def back_hair(c: Canvas, f: Figure) -> None:
    colour = f.hair_colour
    if f.hair == "bob":
        c.fill(
            smooth([(0, -306), (96, -272), (122, -180), (118, -70), (84, -40), (-84, -40), (-118, -70),
            (-122, -180), (-96, -272)]), colour,
        )
    elif f.hair == "long":
        c.fill(
            smooth([(0, -306), (98, -272), (124, -170), (136, -20), (120, 110), (60, 130), (-60, 130),
            (-120, 110), (-136, -20), (-124, -170), (-98, -272)]), colour,
        )
    elif f.hair == "bun":
        c.fill(oval(-58, -296, 56, 52), colour)
        c.line(oval(-58, -296, 34, 30, 200, 340), 5, lighter(colour, 0.18), 0.7)
    elif f.hair == "ponytail":
        c.fill(
            smooth([(-60, -270), (-128, -262), (-158, -180), (-150, -60), (-172, 40), (-112, -10),
            (-96, -120), (-80, -200)]), colour,
        )


def front_hair(c: Canvas, f: Figure) -> None:
    colour, t = f.hair_colour, f.turn * 16
    if f.hair == "none":
        return
    if f.hair in ("short", "stubble"):
        cap = [
            (-98, -164), (-106, -236), (-76, -300), (-10, -326), (66, -306), (106, -244), (98, -164),
            (88, -200), (70 + t / 3, -240), (20 + t, -252), (-34 + t, -238), (-72 + t, -240), (-88, -200),
        ]
    else:
        cap = [
            (-100, -120), (-110, -226), (-78, -294), (0, -318), (78, -294), (110, -226), (100, -120),
            (90, -190), (58 + t, -244), (-16 + t, -268), (-66 + t / 2, -226), (-90, -176),
        ]
    shape = smooth(cap)
    c.fill(shape, colour)
    with c.clipped(shape):
        c.fill(
            smooth([(-60, -300), (10, -316), (70, -288), (30, -286), (-30, -276)]), lighter(colour, 0.3),
            0.35, blur=4,
        )
    if f.hair == "braid":
        for i in range(8):
            c.fill(
                oval(-98 - 14 * math.sin(i * 0.5), -108 + i * 44, 30 - i * 1.4, 30),
                colour if i % 2 else lighter(colour, 0.1),
            )
            c.line(
                [(-120 - 12 * math.sin(i * 0.5), -118 + i * 44),
                (-82 - 12 * math.sin(i * 0.5), -96 + i * 44)], 3, lighter(colour, 0.25), 0.6,
            )
        c.fill(box(-128, 222, -94, 242, 6), "#e8486b")


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
        smooth([(-122, -214), (-60 + t, -222), (60 + t, -222), (122, -214), (118, -198), (60 + 2 * t, -186),
        (-60 + 2 * t, -186), (-118, -198)]), Gradient((colour, darker(colour, 0.26))),
    )
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
        smooth([(-86 + t, -218), (t, -226), (86 + t, -218), (70 + 2 * t, -186), (2 * t, -174),
        (-70 + 2 * t, -186)]), darker(colour, 0.5),
    )
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
        smooth([(-110, -218), (-128, -276), (-84, -336), (0, -352), (84, -336), (128, -276), (110, -218),
        (0, -242)]), Gradient((lighter(colour, 0.4), colour, darker(colour, 0.12))),
    )
    for fold in range(-3, 4):
        c.line([(fold * 30, -240), (fold * 36, -312)], 3, darker(colour, 0.2), 0.5)
    c.fill(
        smooth([(-112, -212), (-60, -244), (0, -252), (60, -244), (112, -212), (104, -192), (56, -222),
        (0, -230), (-56, -222), (-104, -192)]), f.trim,
    )


def kerchief(c: Canvas, f: Figure) -> None:
    colour, t = f.hat_colour, f.turn * 14
    shape = smooth(
        [(-112, -150), (-120, -238), (-82, -312), (0, -334), (82, -312), (120, -238), (112, -150), (92, -206),
        (50 + t, -246), (t, -256), (-50 + t, -246), (-92, -206)],
    )
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
            smooth([(side * 84, -234), (side * 128, -214), (side * 132, -120), (side * 112, -66),
            (side * 88, -110)]), colour,
        )
        fur(c, [(side * 118, y) for y in range(-200, -60, 22)], 24, "#dcc6a4")
    fur(c, [(x, -226 + abs(x) * 0.1) for x in range(-104, 105, 26)], 30, "#dcc6a4")


def fur(c: Canvas, where: Sequence[Point], size: float, colour: Colour) -> None:
    for i, (x, y) in enumerate(where):
        c.fill(oval(x, y, size, size), colour if i % 2 else darker(colour, 0.07))
    for x, y in where:
        c.fill(oval(x - size * 0.25, y - size * 0.3, size * 0.5, size * 0.45), lighter(colour, 0.4), 0.5)


HATS: dict[str, Callable[[Canvas, Figure], None]] = {
    "helmet": helmet, "lamp": lamp_helmet, "ears": ear_helmet, "peaked": peaked_cap, "cap": soft_cap,
    "mob": mob_cap, "kerchief": kerchief, "fur": fur_hat,
}


# Clothes


def body(c: Canvas, f: Figure) -> None:
    outline = torso(f)
    c.fill(outline, Gradient((lighter(f.cloth, 0.1), f.cloth, darker(f.cloth, 0.2))))
    with c.clipped(outline):
        for side in (-1, 1):
            c.fill(
                smooth([(side * 150, 170), (side * 196, 300), (side * 170, 520), (side * 150, 340)]),
                darker(f.cloth, 0.3), 0.4, blur=12,
            )
        DRESSES[f.dress](c, f)


def reflective(c: Canvas, f: Figure, y: float, x0: float = -260, x1: float = 260) -> None:
    c.fill(box(x0, y, x1, y + 46), darker(f.trim, 0.05))
    c.fill(box(x0, y + 11, x1, y + 35), Gradient(("#fdfcf5", "#cfd3d6", "#f7f6ee"), across=True))


def collar(c: Canvas, colour: Colour, spread: float = 1) -> None:
    c.fill([(0, 96), (-14, 90), (-98 * spread, -8), (-58, -52), (-44, -30)], colour)
    c.fill([(0, 96), (14, 90), (98 * spread, -8), (58, -52), (44, -30)], darker(colour, 0.1))
    c.line([(-98 * spread, -8), (-14, 90)], 4, darker(colour, 0.35), 0.7)
    c.line([(98 * spread, -8), (14, 90)], 4, darker(colour, 0.35), 0.7)


def coverall(c: Canvas, f: Figure) -> None:
    for side in (-1, 1):
        c.fill(box(side * 128 - 18, -60, side * 128 + 18, 330), darker(f.trim, 0.05))
        c.fill(box(side * 128 - 9, -60, side * 128 + 9, 330), "#eceae2")
        pocket = box(side * 70 - 40, 170, side * 70 + 40, 262, 8)
        c.fill(pocket, darker(f.cloth, 0.12))
        c.fill(box(side * 70 - 40, 170, side * 70 + 40, 194, 6), darker(f.cloth, 0.26))
    reflective(c, f, 330)
    c.line([(0, 70), (0, 840)], 7, darker(f.cloth, 0.4))
    c.fill(box(44, 150, 102, 166), "#f6f1e4")
    collar(c, lighter(f.cloth, 0.12))


def vest(c: Canvas, f: Figure) -> None:
    """A high-visibility waistcoat over a shirt or jacket."""
    hi = f.trim
    for side in (-1, 1):
        c.fill(
            [(side * 52, -50), (side * 172, 20), (side * 196, 200), (side * 210, 860), (0, 860), (0, 190)],
            Gradient((lighter(hi, 0.2), hi, darker(hi, 0.16))),
        )
        c.fill(box(side * 118 - 20, -60, side * 118 + 20, 860), Gradient(("#ffffff", "#d5d8d8")))
    for y in (300, 420):
        c.fill(box(-212, y, 212, y + 44), Gradient(("#d5d8d8", "#ffffff", "#c9cdd0"), across=True))
    c.line([(0, 190), (0, 860)], 6, darker(hi, 0.4))
    collar(c, lighter(f.cloth, 0.14))


def uniform(c: Canvas, f: Figure) -> None:
    """Shirt, tie and jacket of a driver."""
    c.fill([(-60, -50), (60, -50), (0, 330)], "#fbf7ee")
    c.fill([(-20, 22), (20, 22), (13, 54), (30, 240), (0, 290), (-30, 240), (-13, 54)], f.trim)
    for side in (-1, 1):
        c.fill(
            [(side * 60, -52), (side * 118, 10), (side * 96, 110), (side * 122, 124), (0, 340)],
            lighter(f.cloth, 0.12),
        )
        c.line(
            [(side * 118, 10), (side * 96, 110), (side * 122, 124), (0, 340)], 4, darker(f.cloth, 0.4), 0.8,
        )
        c.fill(box(side * 176 - 44, 36, side * 176 + 44, 62, 8), "#f2c94c")
        c.fill([(side * 58, -54), (side * 10, 20), (side * 40, 46), (side * 74, -20)], "#ffffff")
    c.fill(box(92, 176, 156, 200, 6), "#f2c94c")
    for y in (380, 470):
        c.fill(oval(16, y, 11, 11), "#f2c94c")


def apron(c: Canvas, f: Figure) -> None:
    bib = [(-112, 150), (112, 150), (140, 330), (190, 860), (-190, 860), (-140, 330)]
    for side in (-1, 1):
        c.line([(side * 96, 156), (side * 62, -30)], 24, f.trim)
    collar(c, lighter(f.cloth, 0.25), 0.9)
    c.fill(bib, Gradient((lighter(f.trim, 0.15), f.trim, darker(f.trim, 0.12))))
    c.fill(box(-80, 390, 80, 500, 14), darker(f.trim, 0.1))
    c.line([(-80, 398), (80, 398)], 5, darker(f.trim, 0.28))
    c.line([(-112, 156), (112, 156)], 6, darker(f.trim, 0.25))


def parka(c: Canvas, f: Figure) -> None:
    c.line([(0, 60), (0, 840)], 18, darker(f.cloth, 0.3))
    reflective(c, f, 300)
    for side in (-1, 1):
        c.fill(box(side * 96 - 52, 400, side * 96 + 52, 500, 12), darker(f.cloth, 0.16))
    fur(
        c, [(-128, 16), (-110, 52), (-76, 84), (-38, 104), (0, 112), (38, 104), (76, 84), (110, 52),
        (128, 16), (108, -20), (-108, -20)], 36, "#d9c4a6",
    )


def harness(c: Canvas, f: Figure) -> None:
    """Work at height: straps across chest and shoulders."""
    c.line([(0, 60), (0, 840)], 6, darker(f.cloth, 0.4))
    collar(c, lighter(f.cloth, 0.14))
    for side in (-1, 1):
        c.line([(side * 120, -40), (side * 92, 230), (side * 150, 640)], 32, f.trim)
        c.line([(side * 120, -40), (side * 92, 230), (side * 150, 640)], 5, darker(f.trim, 0.4), 0.8)
    c.line([(-96, 240), (96, 240)], 30, f.trim)
    c.fill(oval(0, 240, 34, 34), "#dfe3e6")
    c.fill(oval(0, 240, 18, 18), f.cloth)
    c.fill(box(-230, 470, 230, 520), darker(f.trim, 0.12))
    c.fill(box(-40, 462, 40, 528, 10), "#c9ced2")


def deel(c: Canvas, f: Figure) -> None:
    """A work jacket cut like a Mongolian deel, with a piped slanting front."""
    for row in range(7):
        for column in range(-4, 5):
            c.line(oval(column * 62 + 31 * (row % 2), 120 + row * 90, 13, 13), 3, lighter(f.cloth, 0.3), 0.45)
    edge = smooth([(0, 60), (70, 110), (150, 150), (196, 230), (200, 420)], closed=False)
    c.line(edge, 34, f.trim)
    c.line(edge, 10, darker(f.cloth, 0.2))
    for i in (8, 20, 32):
        c.fill(oval(*edge[i], 12, 12), "#f6e3b0")
    c.fill(smooth([(-84, -52), (84, -52), (92, 20), (0, 74), (-92, 20)]), f.trim)
    c.fill(smooth([(-62, -70), (62, -70), (58, 6), (0, 40), (-58, 6)]), darker(f.cloth, 0.2))
    c.fill(box(-260, 440, 260, 540), f.trim)
    c.fill(box(-260, 476, 260, 500), darker(f.trim, 0.2))


DRESSES: dict[str, Callable[[Canvas, Figure], None]] = {
    "coverall": coverall, "vest": vest, "uniform": uniform, "apron": apron, "parka": parka,
    "harness": harness, "deel": deel,
}


# Arms: elbow, wrist, whether it lies before the body's middle; the right one is the picture's right


@dataclass(frozen=True)
class Arm:
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
        limb_outline((shoulder[0] + inner[0], shoulder[1] + 70), (elbow[0] + inner[0], elbow[1] + 6), r0,
        r1 + 4), shade, 0.3, blur=7,
    )
    c.fill(limb_outline(shoulder, elbow, r0, r1), cloth)
    c.fill(
        limb_outline((elbow[0], elbow[1] + 6), (arm.wrist[0], arm.wrist[1] + 8), r1 + 4, r2 + 5), shade, 0.4,
        blur=6,
    )
    c.fill(limb_outline(elbow, arm.wrist, r1, r2), cloth)
    upper = limb_outline(shoulder, elbow, r0, r1)
    with c.clipped(upper):
        c.fill(
            limb_outline((shoulder[0] - 40, shoulder[1]), (elbow[0] - 40, elbow[1]), 22, 20),
            lighter(cloth, 0.3), 0.28, blur=10,
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
    length = math.hypot(dx, dy)
    with c.at(start[0] + dx * share, start[1] + dy * share, 1, math.degrees(math.atan2(dy, dx))):
        c.fill(
            smooth([(-width / 2, -radius), (width / 2, -radius), (width / 2 + 5, 0), (width / 2, radius),
            (-width / 2, radius), (-width / 2 + 5, 0)]) if length else [], colour,
        )


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


# Tools: (0, 0) is where the hand holds them


def wrench(c: Canvas, colour: Colour) -> None:
    with c.at(-30, -40, 1.15, -24):
        c.fill(box(-16, -170, 16, 190, 14), Gradient(("#f1f4f5", "#a9b4bb", "#6f7c86"), across=True))
        c.fill(
            smooth([(-50, -176), (-46, -250), (-18, -266), (-16, -222), (16, -222), (18, -266), (46, -250),
            (50, -176), (0, -150)]), Gradient(("#f1f4f5", "#8d99a2")),
        )
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
            smooth([(-190, -10), (-60, -30), (60, -30), (190, -10), (60, 40), (22, 180), (-22, 180),
            (-60, 40)]), "#3a3648",
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
            oval(-6 + turn * 5, 60 + turn * 3, 104 - turn * 4, 128), 12,
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
    "wrench": wrench, "tablet": tablet, "radio": radio, "shovel": shovel, "ladle": ladle,
    "cone": cone_of_yarn,
    "wheel": steering_wheel, "fleece": fleece, "jumper": folded_jumper, "hank": dyed_hank, "brush": brush,
    "seal": seal_ring, "camera": camera, "scraper": scraper, "broom": broom, "rope": rope,
    "clipboard": clipboard,
}


# --- Who stands where -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Portrait:
    scene: Callable[[Canvas, Palette], None]
    palette: Palette
    figure: Figure
    x: float = 450
    y: float = 560
    scale: float = 0.98
    from_left: bool = True
    mirror: bool = False
    at_work: tuple[Figure, ...] = ()  # a second, wide picture shows these


MINER = Figure(
    skin="tan", hair="stubble", hat="lamp", hat_colour="#d9432f", cloth="#2a4a78", trim="#f3c93a",
    pose="crossed", glove="#d8c9a8",
)
COMBER = Figure(
    skin="fair", hair="bob", hat="kerchief", hat_colour="#c8473d", dress="apron", cloth="#4d8f8b",
    trim="#f0b98a", pose="both", tool="fleece", tool_colour="#f7ead2", slim=True, turn=-0.4,
)
WIND_TECH = Figure(
    skin="brown", hat="helmet", hat_colour="#f4f1ea", dress="harness", cloth="#2c6e8f", trim="#f28c28",
    pose="raise", tool="wrench", glove="#3a3442", turn=0.6,
)
GASIFIER = Figure(
    skin="tan", hair="short", hair_colour=GREY_HAIR, hat="helmet", hat_colour="#2f6fb5", cloth="#7f8f94",
    trim="#f28c28", pose="pole", tool="ladle", glove="#c9784a", glasses=True, turn=0.5,
)
BUS_DRIVER = Figure(
    skin="fair", hair="bob", hair_colour=BROWN_HAIR, dress="uniform", cloth="#27406b", trim="#d8503f",
    pose="wheel", tool="wheel", tool_colour="#e2603f", slim=True, turn=-0.5,
)
SOLAR = Figure(
    skin="tan", hair="ponytail", hat="cap", hat_colour="#e2603f", dress="vest", cloth="#f4efe4",
    trim="#f2c230", pose="pole", tool="broom", tool_colour="#2e8b9a", slim=True, turn=0.5,
)
WASHER = Figure(
    skin="fair", hair="braid", hat="helmet", hat_colour="#f7f4ee", cloth="#1f6f78", trim="#f2a33a",
    pose="hold", tool="clipboard", tool_colour="#b5673c", glasses=True, slim=True, turn=-0.3,
)
TRAIN_DRIVER = Figure(
    skin="warm", hair="short", hair_colour=GREY_HAIR, hat="peaked", hat_colour="#2a3454", dress="uniform",
    cloth="#2f3d63", trim="#8c2f3b", pose="brim", turn=-0.5,
)
OPERATOR = Figure(
    skin="fair", hair="long", hair_colour=BLACK_HAIR, hat="helmet", hat_colour="#f2b632", cloth="#8c3f5e",
    trim="#f2d16b", pose="both", tool="tablet", tool_colour="#e2603f", slim=True, turn=0.3,
)
LINKER = Figure(
    skin="warm", hair="braid", hair_colour=BLACK_HAIR, hat="kerchief", hat_colour="#2f7fa3", dress="deel",
    cloth="#24527c", trim="#f0b84a", pose="both", tool="jumper", tool_colour="#f4e8d4", slim=True, turn=0.4,
)
ROADMAN = Figure(
    skin="tan", hair="stubble", hat="fur", hat_colour="#4c5a46", dress="vest", cloth="#33506e",
    trim="#f47b20", pose="pole", tool="shovel", glove="#5a4a3c", turn=0.4,
)
FITTER = Figure(
    skin="warm", hat="helmet", hat_colour="#d9432f", cloth="#5b6472", trim="#f2a33a", pose="hold",
    tool="scraper", tool_colour="#b5673c", glasses=True, turn=-0.4,
)
DYER = Figure(
    skin="warm", hair="short", hair_colour=BROWN_HAIR, dress="apron", cloth="#e8e1d4", trim="#37516b",
    pose="hold", tool="hank", tool_colour="#9a9ca3", glasses=True, turn=0.5, hat="",
)
BATTERY = Figure(
    skin="fair", hair="short", hat="helmet", hat_colour="#2fa97b", dress="coverall", cloth="#3f6fa8",
    trim="#b7e24a", pose="hold", tool="camera", tool_colour="#f2b632", glasses=True, turn=0.3,
)
PUMP = Figure(
    skin="brown", hair="stubble", hat="ears", hat_colour="#f4c430", cloth="#b5532f", trim="#f0ead8",
    pose="raise", tool="seal", tool_colour="#e2603f", turn=0.6,
)
TRUCKER = Figure(
    skin="brown", hat="helmet", hat_colour="#f28c28", dress="vest", cloth="#5b6b56", trim="#c7e03a",
    pose="hip", turn=0.5,
)
DISPATCH = Figure(
    skin="fair", hair="ponytail", hair_colour=BROWN_HAIR, dress="vest", cloth="#32406a", trim="#f2644b",
    pose="hold", tool="radio", slim=True, turn=0.5,
)
SPINNER = Figure(
    skin="fair", hair="bob", hat="mob", hat_colour="#fdf8ee", dress="apron", cloth="#d97f86", trim="#fbf3e4",
    pose="both", tool="cone", tool_colour="#6f7fc4", slim=True, turn=0.4,
)
INSTRUMENT = Figure(
    skin="warm", hat="fur", hat_colour="#2d3f63", dress="parka", cloth="#c8402f", trim="#f2dfb0",
    pose="crossed", glove="#3b3a48", turn=-0.5,
)
BLADE = Figure(
    skin="tan", hair="braid", hat="helmet", hat_colour="#e8486b", dress="harness", cloth="#f2efe6",
    trim="#e8486b", pose="hold", tool="brush", tool_colour="#fff2d0", glove="#44506b", slim=True, turn=-0.5,
)

PORTRAITS: dict[int, Portrait] = {
    1: Portrait(
        longwall, replace(NIGHT, accent="#c98a35", sun="#ffdf9f"), MINER, x=480,
        at_work=(MINER, replace(MINER, skin="warm", hat_colour="#f4c430", pose="hold", tool="tablet",
        turn=-0.5)),
    ),
    2: Portrait(carding_hall, CREAM, COMBER),
    3: Portrait(
        wind_farm, GRASS, WIND_TECH, x=440, from_left=False,
        at_work=(replace(WIND_TECH, pose="hold", tool="tablet"), replace(WIND_TECH, skin="warm",
        hat_colour="#f4c430", cloth="#b5532f", tool="rope", pose="hold", tool_colour="#f2b632", turn=-0.5)),
    ),
    4: Portrait(gasifiers, EMBER, GASIFIER, x=410),
    5: Portrait(city_street, PEACH, BUS_DRIVER, x=380, from_left=False, at_work=(BUS_DRIVER,)),
    6: Portrait(solar_desert, SAND, SOLAR, x=400, from_left=False),
    7: Portrait(washing_plant, TEAL, WASHER, x=440),
    8: Portrait(
        heavy_rail, EMBER, TRAIN_DRIVER, x=380, mirror=True,
        at_work=(replace(TRAIN_DRIVER, pose="crossed", turn=0.5), replace(TRAIN_DRIVER, skin="fair",
        hair_colour=BLACK_HAIR, pose="hold", tool="radio", turn=-0.5)),
    ),
    9: Portrait(night_plant, NIGHT, OPERATOR),
    10: Portrait(
        knitwear_room, ROSE, LINKER,
        at_work=(LINKER, replace(COMBER, hat_colour="#e7a36b", tool="jumper", tool_colour="#d9b48a",
        cloth="#6e8f86")),
    ),
    11: Portrait(
        mountain_road, ICE, ROADMAN, x=400,
        at_work=(replace(ROADMAN, pose="crossed", tool=""), replace(ROADMAN, skin="warm", hat="helmet",
        hat_colour="#f4c430", turn=-0.4)),
    ),
    12: Portrait(turbine_hall, SAGE, FITTER),
    13: Portrait(dye_house, replace(CREAM, sky=("#33485c", *CREAM.sky[1:])), DYER),
    14: Portrait(storage_yard, VIOLET, BATTERY),
    15: Portrait(olefin_unit, MINT, PUMP, x=420, from_left=False),
    16: Portrait(
        open_pit, OCHRE, TRUCKER, x=350,
        at_work=(replace(TRUCKER, pose="crossed"), replace(MINER, skin="brown", hat="helmet",
        hat_colour="#f7f4ee", pose="hold", tool="radio", turn=-0.5)),
    ),
    17: Portrait(freight_yard, DAWN, DISPATCH),
    18: Portrait(
        spinning_hall, LILAC, SPINNER,
        at_work=(SPINNER, replace(COMBER, hat="mob", hat_colour="#fdf8ee", cloth="#7b8fc4", tool="cone",
        tool_colour="#e07a6a")),
    ),
    19: Portrait(winter_plant, ICE, INSTRUMENT, from_left=False),
    20: Portrait(
        rotor_close, replace(VIOLET, sky=("#3a5f9a", "#a98fb8", "#f5a58a", "#ffd9a0")), BLADE, x=440,
    ),
}


def draw_portrait(number: int) -> Image.Image:
    plan = PORTRAITS[number]
    c = Canvas(900, 1200, f"portrait {number}")
    plan.scene(c, plan.palette)
    draw_figure(c, plan.figure, plan.x, plan.y, plan.scale, plan.palette, plan.from_left, plan.mirror)
    return c.finish()


def draw_at_work(number: int) -> Image.Image:
    """The same place in a wide view, often with a workmate."""
    plan = PORTRAITS[number]
    c = Canvas(1200, 900, f"at work {number}")
    plan.scene(c, plan.palette)
    places = (0.36,) if len(plan.at_work) == 1 else (0.62, 0.34)
    for i, figure in enumerate(reversed(plan.at_work)):
        share = places[i]
        scale = 0.62 if share == 0.62 else 0.7
        draw_figure(
            c, figure, c.width * share, c.height * 0.53 + (1 - scale) * 60, scale, plan.palette,
            plan.from_left,
        )
    return c.finish()


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
        (0.285, OPERATOR), (0.715, replace(SOLAR, pose="hip", tool="")), (0.39, replace(MINER, pose="down")),
        (0.61, replace(TRAIN_DRIVER, pose="down", turn=-0.4)), (0.5, LINKER),
    )
    for x, figure in team:
        draw_figure(c, figure, w * x, h * (0.725 if x == 0.5 else 0.71), 0.43, p, from_left=x > 0.5)
    return c.finish()


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


# --- Files ----------------------------------------------------------------------------------------------


def save(picture: Image.Image, path: Path) -> None:
    """The best quality up to 87 that stays within `LARGEST_FILE`."""
    for quality in range(87, 60, -3):
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= LARGEST_FILE:
            break
    path.write_bytes(buffer.getvalue())
    print(f"{path.name}: {buffer.tell() // 1000} kB, quality {quality}")


def pictures() -> dict[str, Callable[[], Image.Image]]:
    """File name without ending → how to draw it."""
    result: dict[str, Callable[[], Image.Image]] = {"cover": draw_cover}
    for number, plan in PORTRAITS.items():
        result[str(number)] = partial(draw_portrait, number)
        if plan.at_work:
            result[f"{number}-2"] = partial(draw_at_work, number)
    return result


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(
            "usage: draw_photos.py FOLDER [NAME …]   for example: draw_photos.py photos 3 3-2 cover",
            file=sys.stderr
        )
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    known = pictures()
    unknown = [name for name in arguments[1:] if name not in known]
    if unknown:
        print(f"no such picture: {', '.join(unknown)}", file=sys.stderr)
        return 2
    for name in arguments[1:] or known:
        save(known[name](), folder / f"{name}.jpg")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
