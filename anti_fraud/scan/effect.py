"""What a void would change: each candidate's count and rank with and without a cluster. Never evidence, only shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from anti_fraud.scan.columns import Ballots, Ints
from anti_fraud.scan.keys import candidates_of


@dataclass(frozen=True)
class Effect:
    """One candidate's count of ballots and rank (1 is first; equals share a rank), now and without the cluster."""

    candidate: str
    in_cluster: int
    count_before: int
    count_after: int
    rank_before: int
    rank_after: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Counts:
    """Counts of all ballots of the scan."""

    def __init__(self, ballots: Ballots) -> None:
        self.numbers, self._rows, self._candidates = candidates_of(ballots.choices)
        self._total = len(ballots)
        self._all = np.bincount(self._candidates, minlength=len(self.numbers))

    def without(self, cluster: Ints) -> list[Effect]:
        """The effect on every candidate, the most affected first."""
        inside = np.zeros(self._total, bool)
        inside[cluster] = True
        lost = np.bincount(self._candidates[inside[self._rows]], minlength=len(self.numbers))
        after = self._all - lost
        before_ranks, after_ranks = ranks(self._all), ranks(after)
        return [
            Effect(
                self.numbers[i], int(lost[i]), int(self._all[i]), int(after[i]),
                int(before_ranks[i]), int(after_ranks[i]),
            )
            for i in np.argsort(-lost, kind="stable")
        ]  # fmt: skip


def ranks(counts: Ints) -> Ints:
    """1 for the highest; equal counts share the better rank."""
    return (len(counts) - np.searchsorted(np.sort(counts), counts, "right") + 1).astype(np.int64)
