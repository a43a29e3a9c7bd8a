"""The ranking's rows: competition ranking, so that equal counts share a place."""

from __future__ import annotations

from dataclasses import dataclass

from ..candidates.showcase import CandidateView
from .campaign_view import CampaignView


@dataclass(frozen=True)
class RankingRow:
    """One candidate's place."""

    rank: int
    candidate: CandidateView
    count: int
    share: float
    """Per cent of the leader's count, for the bar."""
    percent: float
    """Per cent of the ballots counted that chose them."""
    held: int
    voided: int
    """Ballots that chose them and are not counted."""


def ranking_rows(view: CampaignView) -> list[RankingRow]:
    """Every candidate by count, then by number; empty where counts are not shown."""
    counts, aside = view.counted.counts, view.counted.set_aside
    if not view.counted.shown:
        return []
    ordered = sorted(view.show.candidates, key=lambda c: (-counts.get(c.number, 0), c.number))
    most = counts.get(ordered[0].number, 0) if ordered else 0
    ballots = view.counted.ballots or 0
    rows: list[RankingRow] = []
    for place, candidate in enumerate(ordered, start=1):
        count = counts.get(candidate.number, 0)
        rank = rows[-1].rank if rows and rows[-1].count == count else place
        rows.append(
            RankingRow(
                rank,
                view.with_count(candidate),
                count,
                round(100 * count / most, 1) if most else 0.0,
                round(100 * count / ballots, 1) if ballots else 0.0,
                aside.held.get(candidate.number, 0),
                aside.voided.get(candidate.number, 0),
            )
        )
    return rows
