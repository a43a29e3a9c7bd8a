"""Which candidates a campaign's embed has room for: the leaders where counts are public, and otherwise some of them in turn.
Pure but for the views that it is handed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from ...ballots.campaign_view import CampaignView
from ...ballots.ranking import RankingRow, ranking_rows
from ...candidates.showcase import CandidateView

LEADERS = 5
IN_TURN = 6
TURN_S = 3600
"""How long the same ones are shown."""
LONGEST_STORY = 110
"""Characters of a story, in a candidate's embed."""


def turn_at(now: datetime) -> int:
    """The number of the turn that is on: a page that shows some in turn is another page in the next one."""
    return int(now.timestamp()) // TURN_S


def leaders(view: CampaignView) -> list[RankingRow]:
    """The first of the ranking; nobody where counts are not shown, and nobody before anyone was chosen, when the first would
    be whoever has the lowest number."""
    rows = [row for row in ranking_rows(view) if row.rank is not None][:LEADERS]
    return rows if rows and rows[0].count else []


def in_turn(candidates: Sequence[CandidateView], slug: str, turn: int) -> list[CandidateView]:
    """So many of those who may be chosen, by chance and anew each turn: standing first on a front page is worth something,
    and nobody gets it by their number."""
    places = {
        one.number: hashlib.sha256(f"{slug}|{turn}|{one.number}".encode()).digest() for one in candidates
    }
    return sorted(candidates, key=lambda one: places[one.number])[:IN_TURN]


def short_story(person: CandidateView) -> str:
    """A few lines on somebody."""
    text = person.summary or person.story_text
    return text if len(text) <= LONGEST_STORY else text[: LONGEST_STORY - 1].rstrip() + "…"
