"""Candidates who leave: disqualified, withdrawn, deceased. The roster stays as voting has frozen it; a departure stands
beside it, for good.

``depart`` is a part of an act that two people have agreed upon (``publicity.substitutions.confirming``): whoever calls it
journals it, commits, and then tells the box.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..campaigns.models import Campaign
from ..errors import NotFound
from ..read_ahead import ReadOf
from ..text import Text, _
from .models import Candidate, Departure
from .queries import roster

DISQUALIFIED, WITHDRAWN, DECEASED = "disqualified", "withdrawn", "deceased"

CAUSE_WORDS: Mapping[str, Text] = {
    DISQUALIFIED: _("已取消资格"),
    WITHDRAWN: _("已退出"),
    DECEASED: _("已去世"),
}
"""What stands beside the name from then on."""


def depart(session: Session, campaign: Campaign, number: int, cause: str, *, at: datetime) -> bool:
    """From now on this one is no candidate. False where they had left already: the first cause stands. The campaign is
    locked by the caller, so that neither opening nor rebuilding the box can overlook it. Raises NotFound."""
    candidate_id = session.scalar(
        select(Candidate.id).where(Candidate.campaign_id == campaign.id, Candidate.number == number)
    )
    if candidate_id is None:
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    if session.get(Departure, candidate_id) is not None:
        return False
    session.add(Departure(candidate_id=candidate_id, cause=cause, at=at, voting_began=campaign.frozen))
    campaign.version += 1
    session.flush()
    return True


def _departures(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Mapping[int, str]]:
    query = (
        select(Candidate.campaign_id, Candidate.number, Departure.cause)
        .join(Departure, Departure.candidate_id == Candidate.id)
        .where(Candidate.campaign_id.in_(campaign_ids))
        .order_by(Candidate.number)
    )
    found: dict[int, dict[int, str]] = {campaign_id: {} for campaign_id in campaign_ids}
    for campaign_id, number, cause in session.execute(query):
        found[campaign_id][number] = cause
    return found


departures_of = ReadOf(_departures)
"""Candidate number → cause, of everyone who has left a campaign."""


def standing_roster(session: Session, campaign_id: int) -> list[Candidate]:
    """The roster without those who have left: who may be chosen now."""
    gone = departures_of(session, campaign_id)
    return [candidate for candidate in roster(session, campaign_id) if candidate.number not in gone]


def rosters_ahead(session: Session, campaign_ids: Collection[int]) -> None:
    """The standing roster of each of these is asked for in a moment."""
    departures_of.ahead(session, campaign_ids)
    roster.ahead(session, campaign_ids)


def roster_sizes(session: Session, campaign_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By campaign: how many are on the roster, and how many of them have left."""
    query = (
        select(Candidate.campaign_id, func.count(Candidate.id), func.count(Departure.candidate_id))
        .outerjoin(Departure, Departure.candidate_id == Candidate.id)
        .where(Candidate.campaign_id.in_(campaign_ids))
        .group_by(Candidate.campaign_id)
    )
    found = {campaign_id: (people, left) for campaign_id, people, left in session.execute(query)}
    return {campaign_id: found.get(campaign_id, (0, 0)) for campaign_id in campaign_ids}


def ballot_roster(session: Session, campaign_id: int) -> Sequence[Candidate]:
    """The roster as voting froze it: whoever left before is on no ballot, whoever left since stays in the count."""
    query = (
        select(Candidate.number)
        .join(Departure, Departure.candidate_id == Candidate.id)
        .where(Candidate.campaign_id == campaign_id, Departure.voting_began.is_(False))
    )
    never = set(session.scalars(query))
    return [candidate for candidate in roster(session, campaign_id) if candidate.number not in never]
