"""How often do people show this sign? Learned from the ballots themselves, so that fraud cannot easily teach it.

The ballots are cut into blocks in several ways (by time, by candidate, by candidate and day, by network); the rate is the
mean of blocks a little below the middle, and the lowest cut counts: an attack that fills the blocks of one cut is
concentrated in few blocks of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anti_fraud.scan.columns import Flags, Floats, Ints

BLOCK = 200  # ballots; with fewer, a rate of one in a hundred cannot be read
BLOCKS = 8  # with fewer blocks there is no middle
FROM, TO = 0.3, 0.6  # the part of the blocks that teaches, by rate: fraud may fill four in ten
RATE_FLOOR = 0.002  # nobody has seen enough people to say that a sign never happens


class Population:
    """The ballots that may teach a rate, cut into blocks once, for each stratum and for all together."""

    def __init__(self, strata: Ints, usable: Flags, cast_at: Floats, cuts: Sequence[Ints]) -> None:
        self.strata = int(strata.max(initial=-1)) + 1
        by_time = np.argsort(cast_at, kind="stable")
        by_time = by_time[usable[by_time]]
        self._rows = [by_time] + [by_time[strata[by_time] == stratum] for stratum in range(self.strata)]
        self._cuts = [
            [_time_slices(len(rows)), *(cut[rows] for cut in cuts)] if len(rows) >= BLOCK * BLOCKS else []
            for rows in self._rows
        ]

    def rates(self, sign: Flags, among: Flags | None = None) -> Floats:
        """The rate of a sign in each stratum, ``among`` these rows only; a stratum with too few takes that of all."""
        everywhere, *by_stratum = (
            _rate(sign[rows], None if among is None else among[rows], cuts)
            for rows, cuts in zip(self._rows, self._cuts, strict=True)
        )
        if everywhere is None:
            rows = self._rows[0]
            taught = sign[rows] if among is None else sign[rows[among[rows]]]
            everywhere = max(float(taught.mean()) if len(taught) else 0.0, RATE_FLOOR)
        return np.array([everywhere if rate is None else rate for rate in by_stratum], np.float64)


def _rate(sign: Flags, among: Flags | None, cuts: Sequence[Ints]) -> float | None:
    """The lowest of the cuts' rates; None where no cut has enough blocks."""
    if among is not None:
        sign, cuts = sign[among], [cut[among] for cut in cuts]
    found = [rate for cut in cuts if (rate := _middle_rate(sign, cut)) is not None]
    return max(min(found), RATE_FLOOR) if found else None


def _time_slices(rows: int) -> Ints:
    """Slices of equal numbers of ballots, for rows in order of time."""
    slices = min(max(rows // (2 * BLOCK), BLOCKS), 40)
    return np.arange(rows) * slices // max(rows, 1)


def _middle_rate(sign: Flags, cut: Ints) -> float | None:
    """Mean rate of the blocks about the middle, weighted by their ballots; None with too few blocks."""
    total = np.bincount(cut)
    wide = total >= BLOCK
    if np.count_nonzero(wide) < BLOCKS:
        return None
    shown = np.bincount(cut, weights=sign)[wide]
    total = total[wide]
    order = np.argsort(shown / total, kind="stable")
    reached = np.cumsum(total[order]) / total.sum()
    middle = order[(reached > FROM) & (reached <= TO)]
    if not len(middle):
        middle = order[np.searchsorted(reached, 0.5) :][:1]
    return float(shown[middle].sum() / total[middle].sum())
