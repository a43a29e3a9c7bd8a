"""Cells: ballots of one group that show one pattern, beyond what the group's own people explain.

For each group and context, ballots with a pattern are compared with ballots of the *same* group and context that
show all of the pattern but one sign: people explain as many as those, times how often people show the missing
sign, times an allowance for signs that go together. So what a whole factory shares (one phone model, an instruction
to be quick, a cloud gateway) explains itself, and only what is added to it is left over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anti_fraud.scan.columns import Ballots, Flags, Floats, Ints
from anti_fraud.scan.families import CONTEXTS, HASTE, HASTE_S, PATTERNS, SIGNS, Shown
from anti_fraud.scan.keys import Key
from anti_fraud.scan.rule import ALLOWANCE, GENUINE_AT_MOST, MODELS, TWO_SIGNS, Finding, ruling_on
from anti_fraud.scan.significance import discoveries, tail

# A crowd whose typical time on the page is over 1.2 s has fewer ballots under 1.2 s than this share of those between
# 1.2 and 2.4 s (lognormal, spread up to 0.5): the quick tail of quick people is not haste of machines.
QUICK_TAIL = 0.3


@dataclass(frozen=True)
class Cell:
    """One guilty cell with its figures.

    ``reason`` is ``excess`` (the rule above), ``remainder`` (what is left of a data-centre block) or ``closed_link``.
    """

    reason: str
    key: str
    narrow: int
    pattern: int
    context: int
    finding: Finding
    rows: Ints
    observed: int
    expected: float
    upper: float
    p: float


@dataclass(frozen=True)
class _Tested:
    """Cells of one key that are large enough to be tested; arrays run over cells."""

    key: Key
    places: Ints  # places of suspicious ballots within the key, sorted by cell
    starts: Ints  # where each cell begins in ``places``
    pattern: Ints
    context: Ints
    observed: Ints
    expected: Floats
    upper: Floats
    p: Floats


def guilty_cells(ballots: Ballots, shown: Shown, keys: Iterable[Key]) -> list[Cell]:
    """All cells whose excess is neither chance nor explained by people."""
    tested = [found for key in keys if (found := _test(key, ballots, shown)) is not None]
    if not tested:
        return []
    rejected = discoveries(np.concatenate([t.p for t in tested]), sum(len(t.p) for t in tested))
    cells: list[Cell] = []
    for t in tested:
        mine, rejected = rejected[: len(t.p)], rejected[len(t.p) :]
        chosen = np.flatnonzero(mine & (t.upper <= GENUINE_AT_MOST * t.observed))
        cells += [cell for i in chosen if (cell := _cell(t, int(i), shown)) is not None]
    return cells


def _cell(t: _Tested, i: int, shown: Shown) -> Cell | None:
    rows = t.key.row(t.places[t.starts[i] : t.starts[i] + t.observed[i]])
    pattern, context = int(t.pattern[i]), int(t.context[i])
    ruling = ruling_on(pattern, context, effective_number(shown.models[rows]) >= MODELS)
    if ruling.finding is None or t.observed[i] < ruling.smallest:
        return None
    figures = int(t.observed[i]), float(t.expected[i]), float(t.upper[i]), float(t.p[i])
    return Cell("excess", t.key.name, t.key.narrow, pattern, context, ruling.finding, rows, *figures)


def effective_number(codes: Ints) -> float:
    """How many equally common kinds would be as diverse (inverse Simpson index)."""
    counts = np.unique(codes, return_counts=True)[1].astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(counts) else 0.0


def _test(key: Key, ballots: Ballots, shown: Shown) -> _Tested | None:
    """Count this key's cells and test the large ones."""
    pattern = key.spread(shown.patterns)
    context = key.spread(shown.contexts)
    suspicious = np.flatnonzero(pattern)
    code = (key.groups[suspicious] * CONTEXTS + context[suspicious]) * PATTERNS + pattern[suspicious]
    order = np.argsort(code, kind="stable")
    cells, starts, observed = np.unique(code[order], return_index=True, return_counts=True)
    large = np.flatnonzero(observed >= TWO_SIGNS)
    if not len(large):
        return None
    places = suspicious[order]
    rates = _rates_among(shown, key.row(places), starts, observed)[:, large]
    cells, starts, observed = cells[large], starts[large], observed[large]
    groups = np.unique(cells // (PATTERNS * CONTEXTS))
    counts, slow = _counts(key, groups, pattern, context, ballots)
    where = np.searchsorted(groups, cells // (PATTERNS * CONTEXTS)) * CONTEXTS + cells // PATTERNS % CONTEXTS
    expected, upper = _explained(cells % PATTERNS, rates, counts[where], slow[where])
    return _Tested(
        key, places, starts, cells % PATTERNS, cells // PATTERNS % CONTEXTS, observed, expected, upper,
        tail(observed, expected),
    )  # fmt: skip


def _rates_among(shown: Shown, rows: Ints, starts: Ints, observed: Ints) -> Floats:
    """For each sign and cell: how often people of the strata of the cell's ballots show the sign."""
    strata = shown.strata[rows]
    return np.array([np.add.reduceat(rates[strata], starts) / observed for rates in shown.rates])


def _counts(key: Key, groups: Ints, pattern: Ints, context: Ints, ballots: Ballots) -> tuple[Ints, Ints]:
    """[group and context, pattern] ballots in these groups, all and those that took 1.2 to 2.4 seconds."""
    place = np.full(int(key.groups.max()) + 1, -1, np.int64)
    place[groups] = np.arange(len(groups))
    group = place[key.groups]
    inside = group >= 0
    code = (group[inside] * CONTEXTS + context[inside]) * PATTERNS + pattern[inside]
    shape = len(groups) * CONTEXTS, PATTERNS
    dwell = ballots.dwell_s if key.rows is None else ballots.dwell_s[key.rows]
    quick = (dwell[inside] >= HASTE_S) & (dwell[inside] < 2 * HASTE_S)
    everyone = np.bincount(code, minlength=shape[0] * shape[1]).reshape(shape)
    return everyone, np.bincount(code[quick], minlength=shape[0] * shape[1]).reshape(shape)


def _explained(patterns: Ints, rates: Floats, counts: Ints, quick: Ints) -> tuple[Floats, Floats]:
    """How many of each cell people explain: the expectation (for the test) and its upper bound (for the judgement)."""
    expected, upper = np.zeros(len(patterns)), np.zeros(len(patterns))
    cells = np.arange(len(patterns))
    for number, sign in enumerate(SIGNS):
        has = patterns & sign > 0
        others = counts[cells, patterns & ~sign]
        mean = ALLOWANCE * rates[number] * (others + 1)
        bound = ALLOWANCE * rates[number] * (others + 2 * np.sqrt(others) + 3)
        if sign == HASTE:
            tail_of = QUICK_TAIL * quick[cells, patterns & ~sign]
            mean, bound = np.maximum(mean, tail_of), np.maximum(bound, tail_of + 2 * np.sqrt(tail_of))
        expected = np.where(has, np.maximum(expected, mean), expected)
        upper = np.where(has, np.maximum(upper, bound), upper)
    return expected, upper


def rows_of(cells: Iterable[Cell], total: int, finding: Finding | None = None) -> Flags:
    """Which rows lie in one of these cells (of this finding)?"""
    found = np.zeros(total, bool)
    for cell in cells:
        if finding in (None, cell.finding):
            found[cell.rows] = True
    return found
