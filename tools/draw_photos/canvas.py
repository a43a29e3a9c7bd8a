"""The surface every part draws on, and its light: glows, haze, rims, grain."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from colours import Colour, Gradient, Paint, mix
from outlines import Point, limb_outline, oval
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SUPERSAMPLE = 2


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
            (a * cos + b * sin) * flip,
            -a * sin + b * cos,
            a * x + b * y + c,
            (d * cos + e * sin) * flip,
            -d * sin + e * cos,
            d * x + e * y + f,
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
        small = alpha.resize((alpha.width // 8, alpha.height // 8))
        halo = small.filter(ImageFilter.GaussianBlur(9)).resize(alpha.size)
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
