"""Cells: ballots of one group that show the same signs, beyond what the group's own people explain.

For each group and circumstance, the ballots that show a set of signs are compared with ballots of the *same* group
and circumstance that show all of them but one: people explain as many as those, times how often people show the
missing sign, times an allowance for signs that go together. So what a whole factory shares (one phone model, an
instruction to be quick, a cloud gateway) explains itself, and only what is added to it is left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anti_fraud.scan.columns import Ballots, Flags, Floats, Ints
from anti_fraud.scan.families import CONTEXTS, HASTE, HASTE_S, PATTERNS, SIGNS, Shown
from anti_fraud.scan.keys import Key
from anti_fraud.scan.rule import (
    ALLOWANCE,
    BLOCKS,
    GENUINE_AT_MOST,
    MODELS,
    QUICK_TAIL,
    TWO_SIGNS,
    Finding,
    machine_families,
    ruling_on,
)
from anti_fraud.scan.significance import discoveries, tail

# [context, signs] ballots below which no ruling can follow, even where many models and blocks are seen.
_BEST = [[ruling_on(signs, context, True, True) for signs in range(PATTERNS)] for context in range(CONTEXTS)]
SMALLEST = np.array(
    [[ruling.smallest if ruling.finding else np.iinfo(np.int32).max for ruling in row] for row in _BEST]
)


@dataclass(frozen=True)
class Cell:
    """One guilty cell with its figures.

    ``reason`` is ``excess`` (the rule above), ``inherent`` (such an excess, of signs that are its group's own),
    ``remainder`` (what is left of a data-centre block), ``hand`` (the rest of a found hand that shows signs),
    ``companions`` (… that shows none) or ``closed_link``.
    """

    reason: str
    key: str
    narrow: int
    pattern: int  # the signs that every ballot of the cell shows
    context: int
    finding: Finding
    rows: Ints
    observed: int
    expected: float
    upper: float
    p: float


@dataclass(frozen=True)
class _Tested:
    """The cells of one key that are large enough to be tested; arrays run over cells."""

    places: Ints  # suspicious ballots, in order of their home
    homes: Ints  # of each of these: group and context, as a number from 0
    context: Ints  # of each home
    home: Ints  # of each cell
    pattern: Ints
    observed: Ints
    expected: Floats
    upper: Floats
    p: Floats


def guilty_cells(ballots: Ballots, shown: Shown, keys: Iterable[Key]) -> list[Cell]:
    """All cells whose excess is neither chance nor explained by people."""
    tested = [(key, found) for key in keys if (found := _test(key, ballots, shown)) is not None]
    if not tested:
        return []
    p = np.concatenate([t.p for _, t in tested])
    rejected = discoveries(p, len(p))
    cells: list[Cell] = []
    for key, t in tested:
        mine, rejected = rejected[: len(t.p)], rejected[len(t.p) :]
        chosen = _widest(t, np.flatnonzero(mine & (t.upper <= GENUINE_AT_MOST * t.observed)))
        cells += _without_nested(cell for i in chosen if (cell := _cell(key, t, int(i), shown)) is not None)
    return _spare_crowds(cells, ballots, shown)


def _widest(t: _Tested, guilty: Ints) -> Ints:
    """Leave out cells that no ruling can follow, and those with two families that lie in another such cell."""
    guilty = guilty[t.observed[guilty] >= SMALLEST[t.context[t.home[guilty]], t.pattern[guilty]]]
    enough = np.array([machine_families(pattern) >= 2 for pattern in range(PATTERNS)])
    known = np.zeros((int(t.home.max(initial=-1)) + 1, PATTERNS), bool)
    known[t.home[guilty], t.pattern[guilty]] = True
    within = np.zeros_like(known)
    for pattern in np.flatnonzero(enough):
        wider = [other for other in np.flatnonzero(enough) if other != pattern and other & pattern == other]
        within[:, pattern] = known[:, wider].any(axis=1)
    return guilty[~within[t.home[guilty], t.pattern[guilty]]]


def _spare_crowds(cells: list[Cell], ballots: Ballots, shown: Shown) -> list[Cell]:
    """Take out of each cell the ballots that the people behind their own address explain.

    A wide cell (a whole cloud, a whole day) may be guilty and still hold the few ballots of a factory that show a
    sign, as a few of any thousand people do.
    """
    if not cells or ballots.ip.is_empty:
        return cells
    key = Key("ip", 0, ballots.ip.codes.astype(np.int64))
    home = key.groups * CONTEXTS + shown.contexts
    names = np.unique(home[rows_of(cells, len(ballots))])
    counted = _Counts(key, names, home, shown.patterns, ballots, shown)
    every = np.indices(counted.showing.shape)
    upper = counted.explained(every[0].ravel(), every[1].ravel())[1].reshape(counted.showing.shape)
    ordinary = upper >= counted.showing
    return [
        kept
        for cell in cells
        if (kept := _spared(cell, ordinary[np.searchsorted(names, home[cell.rows]), cell.pattern]))
    ]


def _spared(cell: Cell, explained: Flags) -> Cell | None:
    left = len(explained) - int(np.count_nonzero(explained))
    if left == len(explained):
        return cell
    if left < TWO_SIGNS or cell.upper > GENUINE_AT_MOST * left:
        return None
    return replace(cell, rows=cell.rows[~explained], observed=left)


def _cell(key: Key, t: _Tested, i: int, shown: Shown) -> tuple[int, Cell] | None:
    """The cell and its home, if the rule has a finding for its signs."""
    pattern, home = int(t.pattern[i]), int(t.home[i])
    start, end = np.searchsorted(t.homes, [home, home + 1])
    rows = key.row(t.places[start:end])
    rows = rows[shown.patterns[rows] & pattern == pattern]
    context = int(shown.contexts[rows[0]])
    many_models = effective_number(shown.models[rows]) >= MODELS
    ruling = ruling_on(pattern, context, many_models, effective_number(shown.places.block[rows]) >= BLOCKS)
    if ruling.finding is None or t.observed[i] < ruling.smallest:
        return None
    figures = int(t.observed[i]), float(t.expected[i]), float(t.upper[i]), float(t.p[i])
    return home, Cell("excess", key.name, key.narrow, pattern, context, ruling.finding, rows, *figures)


def _without_nested(found: Iterable[tuple[int, Cell]]) -> list[Cell]:
    """Leave out a cell that asks for more signs than another of the same home and finding: its ballots are in that."""
    kept: list[tuple[int, Cell]] = []
    for home, cell in sorted(found, key=lambda pair: (pair[0], pair[1].pattern.bit_count(), pair[1].pattern)):
        if not any(
            home == other and cell.finding == wider.finding and cell.pattern & wider.pattern == wider.pattern
            for other, wider in kept[-PATTERNS:]
        ):
            kept.append((home, cell))
    return [cell for _, cell in kept]


def effective_number(codes: NDArray[Any]) -> float:
    """How many equally common kinds would be as diverse (inverse Simpson index)."""
    counts = np.unique(codes, return_counts=True)[1].astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(counts) else 0.0


def _test(key: Key, ballots: Ballots, shown: Shown) -> _Tested | None:
    """Count the homes (group and context) with enough suspicious ballots, and test their cells."""
    pattern, home = (
        key.spread(shown.patterns) & ~key.inherent,
        key.groups * CONTEXTS + key.spread(shown.contexts),
    )
    suspicious = np.flatnonzero(pattern)
    names, number, size = np.unique(home[suspicious], return_inverse=True, return_counts=True)
    large = size >= TWO_SIGNS
    if not large.any():
        return None
    suspicious, number = suspicious[large[number]], (np.cumsum(large) - 1)[number[large[number]]]
    order = np.argsort(number, kind="stable")
    counted = _Counts(key, names[large], home, pattern, ballots, shown)
    homes, patterns = np.nonzero(counted.showing >= TWO_SIGNS)
    homes, patterns = homes[patterns > 0], patterns[patterns > 0]
    observed = counted.showing[homes, patterns]
    expected, upper = counted.explained(homes, patterns)
    p = tail(observed, expected)
    return _Tested(
        suspicious[order],
        number[order],
        names[large] % CONTEXTS,
        homes,
        patterns,
        observed,
        expected,
        upper,
        p,
    )


class _Counts:
    """Ballots of some homes by the signs they show: ``showing[home, signs]`` show at least these."""

    def __init__(
        self, key: Key, names: Ints, home: Ints, pattern: Ints, ballots: Ballots, shown: Shown
    ) -> None:
        # Homes are numbers without an upper end (hours, days, sets of choices): looked up, never an index.
        number = np.minimum(np.searchsorted(names, home), len(names) - 1)
        inside = np.flatnonzero(names[number] == home)
        code = number[inside] * PATTERNS + pattern[inside]
        self._shape = len(names), PATTERNS
        self.showing = at_least(self._bincount(code).astype(np.int64))
        rows = key.row(inside)
        dwell = ballots.dwell_s[rows]
        self.quick = at_least(
            self._bincount(code[(dwell >= HASTE_S) & (dwell < 2 * HASTE_S)]).astype(np.int64)
        )
        suspicious = pattern[inside] > 0
        self._rates = list(self._usual(code[suspicious], shown.strata[rows[suspicious]], shown.rates))

    def _bincount(self, code: Ints, weights: Floats | None = None) -> NDArray[Any]:
        return np.bincount(code, weights, minlength=self._shape[0] * self._shape[1]).reshape(self._shape)

    def _usual(self, code: Ints, strata: Ints, rates: Floats) -> Iterator[Floats]:
        """For each sign: how often people of the same strata as a cell's ballots show it."""
        for by_stratum in rates:
            total = at_least(self._bincount(code, by_stratum[strata]))
            yield total / np.maximum(self.showing, 1)

    def explained(self, homes: Ints, patterns: Ints) -> tuple[Floats, Floats]:
        """How many of each cell people explain: the expectation (for the test), its upper bound (for the judgement)."""
        expected, upper = np.zeros(len(patterns)), np.zeros(len(patterns))
        for usual, sign in zip(self._rates, SIGNS, strict=True):
            but_one = patterns & ~sign
            others = self.showing[homes, but_one] - self.showing[homes, patterns]
            rate = ALLOWANCE * usual[homes, patterns]
            mean, bound = rate * (others + 1), rate * (others + 2 * np.sqrt(others) + 3)
            if sign == HASTE:
                quick_tail = QUICK_TAIL * self.quick[homes, but_one]
                mean = np.maximum(mean, quick_tail)
                bound = np.maximum(bound, quick_tail + 2 * np.sqrt(quick_tail))
            has = patterns & sign > 0
            expected = np.where(has, np.maximum(expected, mean), expected)
            upper = np.where(has, np.maximum(upper, bound), upper)
        return expected, upper


def at_least(exactly: NDArray[Any]) -> NDArray[Any]:
    """From counts of exact sets of signs, [home, signs], those of all sets that include it."""
    sums = exactly.copy()
    patterns = np.arange(PATTERNS)
    for sign in SIGNS:
        without = patterns[patterns & sign == 0]
        sums[:, without] += sums[:, without | sign]
    return sums


def rows_of(cells: Iterable[Cell], total: int, finding: Finding | None = None) -> Flags:
    """Which rows lie in one of these cells (of this finding)?"""
    found = np.zeros(total, bool)
    for cell in cells:
        if finding in (None, cell.finding):
            found[cell.rows] = True
    return found
