"""Three groups of the same size beside a cluster: the largest address that many people share, other ballots for the
same candidates, and other ballots of the same hours. Whoever reads the figures sees what ordinary looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from anti_fraud.scan.columns import Ballots, Flags, Ints
from anti_fraud.scan.families import HOSTING, Shown
from anti_fraud.scan.profile import Profile, profile_of

PART = 200_000  # of more ballots than that, an even part is looked at first
MUCH = 0.25  # a candidate counts as the cluster's if so much of it chose them

Name = Literal["largest_shared_address", "same_candidates", "same_hours"]


@dataclass(frozen=True)
class Comparison:
    """One comparison group. It is smaller than the cluster only where no more such ballots exist."""

    name: Name
    profile: Profile

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"name": self.name, **self.profile.as_dict()}


class Comparisons:
    """Finds comparison groups among the ballots that are under no suspicion."""

    def __init__(self, ballots: Ballots, shown: Shown, suspected: Flags) -> None:
        self._ballots, self._shown = ballots, shown
        clean = ~suspected
        self._clean_by_time = np.argsort(ballots.cast_at, kind="stable")
        self._clean_by_time = self._clean_by_time[clean[self._clean_by_time]]
        self._clean_choices = ballots.choices.codes[self._clean_by_time]
        self._marked = marks_of(ballots.choices.names)
        self._shared = self._largest_shared()

    def _largest_shared(self) -> Ints:
        """Ballots of the non-hosting address with the most of them, in order of time."""
        rows: Ints = self._clean_by_time
        rows = rows[(self._shown.contexts[rows] & HOSTING == 0) & (self._ballots.ip.codes[rows] > 0)]
        if not len(rows):
            return rows
        codes = self._ballots.ip.codes[rows]
        largest: Ints = rows[codes == np.bincount(codes).argmax()]
        return largest

    def beside(self, cluster: Ints) -> list[Comparison]:
        """The three groups for this cluster, each drawn evenly over time: the same input gives the same groups."""
        size = len(cluster)
        times = self._ballots.cast_at[cluster]
        clean = self._clean_by_time
        same_candidates = self._same_candidates(cluster, size)
        from_, to = np.searchsorted(self._ballots.cast_at[clean], [times.min(), times.max()])
        return [
            self._of("largest_shared_address", self._shared, size),
            self._of("same_candidates", same_candidates, size),
            self._of("same_hours", _around(clean, int(from_), int(to), size), size),
        ]

    def _same_candidates(self, cluster: Ints, size: int) -> Ints:
        """Enough ballots for the same candidates: of an even part of all where that has enough."""
        like = self._like(cluster)
        part = slice(None, None, max(len(self._clean_by_time) // PART, 1))
        found = self._clean_by_time[part][like[self._clean_choices[part]]]
        return found if len(found) >= size else self._clean_by_time[like[self._clean_choices]]

    def _like(self, cluster: Ints) -> Flags:
        """Which sets of choices hold a candidate whom much of the cluster chose."""
        chosen = self._marked[self._ballots.choices.codes[cluster]].sum(axis=0)
        main = chosen >= min(MUCH * len(cluster), chosen.max(initial=0))
        return np.asarray(self._marked[:, main].any(axis=1))

    def _of(self, name: Name, rows: Ints, size: int) -> Comparison:
        return Comparison(name, profile_of(evenly(rows, size), self._ballots, self._shown))


def marks_of(names: Sequence[str]) -> Flags:
    """[set of choices, candidate] is the candidate marked?"""
    numbers: dict[str, int] = {}
    marked = [
        (row, numbers.setdefault(number, len(numbers)))
        for row, name in enumerate(names)
        for number in name.split(";")
    ]
    table = np.zeros((len(names), len(numbers)), bool)
    table[tuple(zip(*marked, strict=True))] = True
    return table


def evenly(rows: Ints, size: int) -> Ints:
    """At most ``size`` of these rows, at even distances."""
    if len(rows) <= size:
        return rows
    return rows[np.arange(size) * len(rows) // size]


def _around(ordered: Ints, from_: int, to: int, size: int) -> Ints:
    """``ordered[from_:to]``, widened to both sides until it has ``size`` rows."""
    missing = max(size - (to - from_), 0)
    start = max(from_ - missing // 2 - 1, 0)
    return ordered[start : max(to, start + size)]
