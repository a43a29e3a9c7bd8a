"""The exact interval for a share found in a sample (Clopper and Pearson, 1934), pure and in whole numbers at its end.

It is wider than it need be and never too narrow: whoever reads "at most 2.1 %" is not misled.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, floor, lgamma, log, log1p

CONFIDENCE = "0.95"
_TAIL = 0.025
_STEPS = 60
"""Bisections; each halves the interval, so that doubles are exhausted long before."""


def interval(found: int, size: int) -> tuple[str, str]:
    """Lower and upper limit of the share at 95 %, as decimals of six places, rounded outwards. Raises ValueError."""
    if not 0 <= found <= size or size < 1:
        raise ValueError(f"{found} of {size} is no share of a sample")
    # At the lower limit, so many or more would be found once in 40 times; at the upper one, so few or fewer.
    lower = 0.0 if found == 0 else _share_where(lambda p: 1 - _at_most(found - 1, size, p) > _TAIL)
    upper = 1.0 if found == size else _share_where(lambda p: _at_most(found, size, p) <= _TAIL)
    return f"{floor(lower * 1e6) / 1e6:.6f}", f"{min(ceil(upper * 1e6) / 1e6, 1.0):.6f}"


def _share_where(reached: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return (low + high) / 2


def _at_most(found: int, size: int, share: float) -> float:
    """The chance of at most so many in the sample, where the share is ``share``: a sum over the binomial."""
    if not 0.0 < share < 1.0:
        return 1.0 if share <= 0.0 else float(found >= size)
    yes, no, all_ways = log(share), log1p(-share), lgamma(size + 1)
    return sum(
        exp(all_ways - lgamma(k + 1) - lgamma(size - k + 1) + k * yes + (size - k) * no)
        for k in range(found + 1)
    )
