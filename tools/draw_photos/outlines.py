"""Shapes as lists of points: ovals, boxes, limbs, curves. No picture is needed to build one."""

import math
from collections.abc import Sequence

Point = tuple[float, float]


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
            result.append((_catmull(p0[0], p1[0], p2[0], p3[0], t), _catmull(p0[1], p1[1], p2[1], p3[1], t)))
    return result if closed else [*result, points[-1]]


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def both_sides(half: Sequence[Point]) -> list[Point]:
    """A symmetrical outline from its right half, given from top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half) if x)]


def limb_outline(start: Point, end: Point, r0: float, r1: float) -> list[Point]:
    """A rounded bar that narrows from `r0` to `r1`."""
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    return [
        *oval(*start, r0, r0, angle + 90, angle + 270)[::4],
        *oval(*end, r1, r1, angle - 90, angle + 90)[::4],
    ]
