"""Could this many be chance? An over-dispersed null and a bound on false discoveries, in plain numpy."""

from __future__ import annotations

from math import factorial

import numpy as np

from anti_fraud.scan.columns import Flags, Floats, Ints

SHAPE = 4  # people come in bunches: the variance of a count with mean m is m + m²/4
FALSE_DISCOVERIES = 0.01


def tail(observed: Ints, expected: Floats) -> Floats:
    """P(X ≥ observed) for a negative binomial of shape 4 and this mean.

    With a whole shape r it is the chance that among ``observed + r - 1`` trials fewer than r succeed: four terms.
    """
    success = SHAPE / (SHAPE + expected)
    trials = observed + (SHAPE - 1)
    with np.errstate(divide="ignore"):
        log_failure = np.log1p(-success)
    terms = [_ways(trials, j) * success**j * np.exp((trials - j) * log_failure) for j in range(SHAPE)]
    return np.where(observed <= 0, 1.0, np.minimum(np.sum(terms, axis=0), 1.0))


def _ways(trials: Ints, chosen: int) -> Floats:
    """Binomial coefficients, as floats so that large counts do not overflow."""
    product = np.ones(len(trials), np.float64)
    for step in range(chosen):
        product *= trials - step
    return product / factorial(chosen)


def discoveries(p: Floats, tests: int, rate: float = FALSE_DISCOVERIES) -> Flags:
    """Benjamini-Hochberg: which of these to reject so that at most ``rate`` of the rejected are chance.

    ``tests`` counts all cells that were looked at, also those whose p was not worth computing (taken as 1).
    """
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(tests, 1))
    rejected = np.zeros(len(p), bool)
    if len(passed):
        rejected[order[: passed[-1] + 1]] = True
    return rejected
