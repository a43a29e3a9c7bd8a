"""Clockwork: times on the page that differ by hardly anything, or gaps between ballots that repeat.

People who follow one instruction are quick and alike, but they still differ by a tenth; a program's pause differs
by its network alone. Two measures, both silent where the file's own rounding would look like a clock.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anti_fraud.scan.columns import Ballots, Codes, Flags, Floats, Ints

WINDOW_S = 6 * 3600.0  # a program's setting is seldom kept longer
INNER = 0.03  # half width of the peak, as a share of the time on the page
PEAK = 30  # ballots in the peak
SHARPER = 3.0  # times as many as in the two rings of the same width beside it: a spread under about 2.8 %
CERTAIN = 4.5  # and so many standard deviations more than chance would put there
QUANTA = 5  # the peak must be at least so many units of the file's rounding wide
SAME_GAP = 0.02  # a gap repeats the one before within 2 %
RUN = 15  # repetitions in a row; by chance one gap in twenty-five repeats
SHORTEST_GAP_S = 1.0


def clockwork(ballots: Ballots) -> Flags:
    """Which ballots tick?"""
    return _sharp_dwell(ballots) | _even_gaps(ballots)


def resolution_of(values: Floats) -> float:
    """The unit to which these values were rounded: 1, 0.1, 0.01 or 0.001 (or finer, then 0.001)."""
    sample = values[np.isfinite(values)][:20_000]
    if not len(sample):
        return 1.0
    for unit in (1.0, 0.1, 0.01):
        steps = sample / unit
        if np.mean(np.abs(steps - np.round(steps)) < 1e-4) > 0.9:
            return unit
    return 0.001


def _sharp_dwell(ballots: Ballots) -> Flags:
    found = np.zeros(len(ballots), bool)
    dwell = ballots.dwell_s
    unit = resolution_of(dwell)
    rows = np.flatnonzero(np.isfinite(dwell) & (dwell * INNER >= QUANTA * unit))
    if not len(rows):
        return found
    window = ((ballots.cast_at[rows] - ballots.cast_at.min()) // WINDOW_S).astype(np.int64)
    group = ballots.choices.codes[rows].astype(np.int64) * (int(window.max()) + 1) + window
    group = np.unique(group, return_inverse=True)[1]
    keep = np.bincount(group)[group] >= PEAK
    rows, group = rows[keep], group[keep]
    # One long axis on which groups lie far apart, so that one sorted search counts neighbours of all.
    axis = group * 100.0 + np.log(dwell[rows])
    order = np.argsort(axis)
    inner = _within(axis[order], INNER)
    rings = _within(axis[order], 2 * INNER) - inner
    certain = inner - rings >= CERTAIN * np.sqrt(inner + rings)
    found[rows[order]] = (inner >= PEAK) & (inner >= SHARPER * rings) & certain
    return found


def _within(ordered: NDArray[np.floating[Any]], reach: float) -> Ints:
    """How many lie within ``reach`` of each, itself included."""
    upper = np.searchsorted(ordered, ordered + reach, "right")
    return (upper - np.searchsorted(ordered, ordered - reach, "left")).astype(np.int64)


def _even_gaps(ballots: Ballots) -> Flags:
    found = np.zeros(len(ballots), bool)
    shortest = max(SHORTEST_GAP_S, 50 * resolution_of(ballots.cast_at))
    for column in (ballots.ip, ballots.user_agent, ballots.share_token, ballots.choices):
        if not column.is_empty:
            found |= _runs(column.codes, ballots.cast_at, shortest)
    return found


def _runs(codes: Codes, cast_at: Floats, shortest: float) -> Flags:
    """Ballots of one code whose gaps repeat ``RUN`` times in a row."""
    found = np.zeros(len(codes), bool)
    order = np.lexsort((cast_at, codes))
    gap = np.diff(cast_at[order], prepend=np.nan)
    gap[1:][np.diff(codes[order]) != 0] = np.nan
    before = np.roll(gap, 1)
    repeats = (gap >= shortest) & (codes[order] > 0) & (np.abs(gap - before) <= SAME_GAP * before)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], repeats, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= RUN:
            found[order[max(start - 2, 0) : end]] = True
    return found
