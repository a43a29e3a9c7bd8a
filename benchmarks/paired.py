"""Comparing on a noisy machine: the same rounds in turn, a ratio for each turn, and the median of those ratios.

A neighbour who takes the processor for a second disturbs both sides of one ratio, and one ratio of many. Nothing here
can fail: a figure is shown with its spread, and a reader judges.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Spread(NamedTuple):
    """The median of several values, with the first and third quartile."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(middle, low, high)


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Turn by turn, one side over the other."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def in_turn(
    sides: Mapping[str, Callable[[int], T]], turns: int, progress: Callable[[int, int], None]
) -> dict[str, list[T]]:
    """Run every side once a turn, in an order that changes from turn to turn; gives each side's results."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    names = list(sides)
    for turn in range(turns):
        for name in names:
            found[name].append(sides[name](turn))
        names = [*names[1:], names[0]]
        progress(turn + 1, turns)
    return found
