"""The rest of a found hand: ballots that share a place, a user agent or an hour, and a candidate, with machines found before.

A hand that is found by two signs has ballots that show one or none. Where a group (network block, exact user agent,
hour; always with one candidate) holds a found hand, two more questions are asked of what is left in it: does it show
signs far more often than people do, and is it far more for this candidate than the group's other ballots explain?
Both ask for a review only, and never of a crowd behind one address. The second is asked only of ballots that share a place
with the hand: phones of one kind are no hand, and a candidate's share is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anti_fraud.scan.cells import Cell
from anti_fraud.scan.columns import Ballots, Flags, Floats, Ints
from anti_fraud.scan.families import AGENT, CLOCK, HASTE_S, HOSTING, SIGNS, Shown
from anti_fraud.scan.keys import HOUR_S, candidates_of
from anti_fraud.scan.rule import ALLOWANCE, QUICK_TAIL
from anti_fraud.scan.significance import discoveries, tail
from anti_fraud.scan.surroundings import crowds

HELD = 3  # found ballots of a group that make it one of a hand's
REST = 5  # smaller rests are nobody's
REST_GENUINE = (
    0.2  # share of a rest that people may explain, at the upper bound: a person looks at every ballot
)
POOLED = 0.1  # groups of which people explain so little, beside what was found, are also asked about together
POOLED_ALLOWANCE = 0.4  # of ``ALLOWANCE``: what is particular to one group of people evens out over several
MOSTLY = 0.5  # ballots without any sign are asked about only where so much of the group is found
WIDE = 3  # these cells join clusters and bind none


@dataclass(frozen=True)
class _Marker:
    """One way in which a hand's ballots are alike: ``codes`` of each row, 0 nowhere."""

    name: str
    codes: Ints
    inherent: int = 0  # the sign that the marker itself decides: it cannot count within the group


@dataclass(frozen=True)
class _Asked:
    """Rests that were asked about: group of each pair of row and candidate, and per group what people explain."""

    marker: _Marker
    rows: Ints  # of the pairs that lie in a rest
    groups: Ints  # of the same
    candidates: Ints  # of each group
    held: Ints  # ballots found before
    observed: Ints
    rate: Floats  # how often an unsuspected ballot of the group is as those of the rest …
    people: Floats  # … and of how many
    quick: Floats  # at least so many are the quick tail of quick people

    @property
    def expected(self) -> Floats:
        """What people explain of each group; one more than was seen, since few were seen."""
        explained: Floats = np.maximum(self.rate * (self.people + 1), self.quick)
        return explained

    @property
    def upper(self) -> Floats:
        """Its upper bound."""
        bound = self.rate * (self.people + 2 * np.sqrt(self.people) + 3)
        explained: Floats = np.maximum(bound, self.quick + 2 * np.sqrt(self.quick))
        return explained


class Hands:
    """Asks about the rests of the hands found so far."""

    def __init__(self, ballots: Ballots, shown: Shown) -> None:
        self._ballots, self._shown = ballots, shown
        self._names, self._rows, self._candidate = candidates_of(ballots.choices)
        self._hosting = shown.contexts & HOSTING > 0
        self._quick = (ballots.dwell_s >= HASTE_S) & (ballots.dwell_s < 2 * HASTE_S)

    def rests(self, found: Flags) -> Iterator[Cell]:
        """Cells for review: first what shows a sign, then, with that found too, what shows none."""
        found = found.copy()
        markers = list(self._markers())
        for question, reason in ((self._signed, "hand"), (self._unsigned, "companions")):
            crowd = crowds(self._ballots, self._shown, found)
            asked = [a for marker in markers if (a := question(marker, found, crowd)) is not None]
            for cell in _guilty(asked, reason):
                found[cell.rows] = True
                yield cell

    def _markers(self) -> Iterator[_Marker]:
        ballots = self._ballots
        hour = (ballots.cast_at // HOUR_S).astype(np.int64)
        hour -= hour.min(initial=hour[0] if len(hour) else 0) - 1
        if not ballots.ip.is_empty:
            yield _Marker("block", self._shown.places.block)
        if not ballots.user_agent.is_empty:
            yield _Marker("user_agent", ballots.user_agent.codes.astype(np.int64), AGENT)
        yield _Marker("hour", hour)
        yield _Marker("hosting_hour", hour * self._hosting)
        yield _Marker("hosting_asn", (ballots.asn.codes + 1).astype(np.int64) * self._hosting)

    def _groups(self, marker: _Marker, found: Flags) -> tuple[Ints, Ints, Ints] | None:
        """Rows and groups (from 0) of all pairs in a group that holds a hand, and the candidate of each group."""
        codes = marker.codes[self._rows]
        pairs = np.flatnonzero(codes > 0)
        rows = self._rows[pairs]
        group = codes[pairs] * len(self._names) + self._candidate[pairs]
        mine = found[rows]
        names, held = np.unique(group[mine], return_counts=True)
        names = names[held >= HELD]
        if not len(names):
            return None
        number = np.minimum(np.searchsorted(names, group), len(names) - 1)
        inside = names[number] == group
        return rows[inside], number[inside], names % len(self._names)

    def _signed(self, marker: _Marker, found: Flags, crowd: Flags) -> _Asked | None:
        """Does the rest show signs far more often than people do?"""
        if marker.name.startswith("hosting") or (groups := self._groups(marker, found)) is None:
            return None
        rows, group, candidates = groups
        counted = [sign for sign in SIGNS if sign not in (marker.inherent, CLOCK)]
        signed = self._shown.patterns[rows] & sum(counted) > 0
        rest = ~found[rows]
        asked = rest & signed & ~crowd[rows]
        count = _Count(group, len(candidates))
        usual = self._shown.rates[[SIGNS.index(sign) for sign in counted]].sum(axis=0)
        rate = ALLOWANCE * count(rest, usual[self._shown.strata[rows]]) / np.maximum(count(rest), 1)
        people = count(rest & ~signed)
        quick = QUICK_TAIL * count(rest & ~signed & self._quick[rows])
        held = count(found[rows])
        return _Asked(marker, rows[asked], group[asked], candidates, held, count(asked), rate, people, quick)

    def _unsigned(self, marker: _Marker, found: Flags, crowd: Flags) -> _Asked | None:
        """Is the rest far more for the hand's candidate than the group's other ballots explain?

        Whoever runs the machines chooses their user agent: it may be that of the rival's phones. So it names a rest only
        within data centres.
        """
        if marker.name == "hour" or (groups := self._groups(marker, found)) is None:
            return None
        rows, group, candidates = groups
        count = _Count(group, len(candidates))
        asked = ~found[rows] & ~crowd[rows]
        if marker.name == "user_agent":
            asked &= self._hosting[rows]
        unsuspected = np.bincount(marker.codes, weights=~found)  # of each place, user agent or hour
        with_marker = np.zeros(len(candidates))
        with_marker[group] = unsuspected[marker.codes[rows]]
        others = np.maximum(with_marker - count(~found[rows]), 0)
        chosen = np.bincount(self._candidate, weights=~found[self._rows], minlength=len(self._names))
        odds = (chosen + 1) / np.maximum(np.count_nonzero(~found) - chosen, 1)
        rate = ALLOWANCE * odds[candidates]
        held = count(found[rows])
        mostly = held >= MOSTLY * count(np.ones(len(rows), bool))
        asked &= mostly[group]
        nobody = np.zeros(len(candidates))
        return _Asked(marker, rows[asked], group[asked], candidates, held, count(asked), rate, others, nobody)


class _Count:
    """Counts, or sums, of flagged pairs by group."""

    def __init__(self, group: Ints, groups: int) -> None:
        self._group, self._groups = group, groups

    def __call__(self, flags: Flags, weights: Floats | None = None) -> NDArray[Any]:
        if weights is None:
            return np.bincount(self._group[flags], minlength=self._groups)
        return np.bincount(self._group[flags], weights[flags], minlength=self._groups)


def _guilty(asked: list[_Asked], reason: str) -> Iterator[Cell]:
    """Rests beyond chance and beyond people, those of one marker and candidate together."""
    tests = [test for a in asked for test in (_singly(a), _together(a))]
    if not tests:
        return
    passed = discoveries(np.concatenate([p for p, _, _ in tests]), sum(len(p) for p, _, _ in tests))
    for place, (p, upper, observed) in enumerate(tests):
        a, mine, passed = asked[place // 2], passed[: len(p)], passed[len(p) :]
        guilty = mine & (observed >= REST) & (upper <= REST_GENUINE * observed)
        for candidate in np.unique(a.candidates[guilty]) if place % 2 == 0 else np.flatnonzero(guilty):
            of_it = a.candidates == candidate
            yield _cell(a, of_it & (guilty if place % 2 == 0 else _bare(a)), float(p[guilty].min()), reason)


def _singly(a: _Asked) -> tuple[Floats, Floats, Ints]:
    """Chance, bound and count of each group by itself."""
    return _chance(a.observed, a.expected), a.upper, a.observed


def _together(a: _Asked) -> tuple[Floats, Floats, Ints]:
    """The same of all groups of one candidate that hold hardly anybody but the hand."""
    bare = _bare(a)
    observed = np.bincount(a.candidates, weights=a.observed * bare).astype(np.int64)
    mean = np.maximum(a.rate * a.people, a.quick) * bare
    groups = np.maximum(np.bincount(a.candidates, bare), 1)
    one_more = np.bincount(a.candidates, weights=a.rate * bare) / groups
    expected = POOLED_ALLOWANCE * (np.bincount(a.candidates, weights=mean) + one_more)
    return _chance(observed, expected), expected + 2 * np.sqrt(expected), observed


def _bare(a: _Asked) -> Flags:
    """Chosen without a look at the rest itself, so that it stays a fair test."""
    bare: Flags = a.expected <= POOLED * a.held
    return bare


def _chance(observed: Ints, expected: Floats) -> Floats:
    asked = observed >= REST
    p = np.ones(len(observed))
    p[asked] = tail(observed[asked], expected[asked])
    return p


def _cell(a: _Asked, chosen: Flags, p: float, reason: str) -> Cell:
    rows = np.unique(a.rows[chosen[a.groups]])
    explained = float(a.expected[chosen].sum()), float(a.upper[chosen].sum())
    if reason == "companions":  # nothing in these ballots speaks against any one of them
        explained = float(len(rows)), float(len(rows))
    context = HOSTING if a.marker.name.startswith("hosting") else 0
    key = f"{a.marker.name}_candidate"
    return Cell(reason, key, WIDE, 0, context, "review", rows, len(rows), *explained, p)
