"""The ranking's rows: competition ranking, so that equal counts share a place. Whoever has left is in no place, and stands
with the ballots that name them at the end."""

from __future__ import annotations

from dataclasses import dataclass

from ..candidates.showcase import CandidateView
from .campaign_view import CampaignView


@dataclass(frozen=True)
class RankingRow:
    """One candidate's place."""

    rank: int | None
    """None for one who has left."""
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
    """Every candidate by count, then by number, those who have left last; empty where counts are not shown."""
    counts, aside = view.counted.counts, view.counted.set_aside
    if not view.counted.shown:
        return []
    ordered = sorted(view.show.standing, key=lambda c: (-counts.get(c.number, 0), c.number))
    gone = [candidate for candidate in view.show.candidates if candidate.departed]
    most = counts.get(ordered[0].number, 0) if ordered else 0
    ballots = view.counted.ballots or 0
    rows: list[RankingRow] = []
    for place, candidate in enumerate([*ordered, *gone], start=1):
        count = counts.get(candidate.number, 0)
        rank = None if candidate.departed else rows[-1].rank if rows and rows[-1].count == count else place
        rows.append(
            RankingRow(
                rank,
                view.with_count(candidate),
                count,
                round(100 * count / most, 1) if most and rank else 0.0,
                round(100 * count / ballots, 1) if ballots else 0.0,
                aside.held.get(candidate.number, 0),
                aside.voided.get(candidate.number, 0),
            )
        )
    return rows
