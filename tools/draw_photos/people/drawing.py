"""Puts a figure together, from the hair behind the neck to the arms in front."""

from collections.abc import Iterator
from contextlib import contextmanager

from canvas import Canvas
from palettes import Palette

from people.arms import arms
from people.clothes import body
from people.figure import Figure
from people.hats import HATS
from people.head import back_hair, front_hair, head, neck


def draw_figure(
    c: Canvas,
    f: Figure,
    x: float,
    y: float,
    scale: float,
    p: Palette,
    from_left: bool = True,
    mirror: bool = False,
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
