"""What waits for whom with profiles, for the desk's first page: reviews, what was returned, corrections to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import DRAFT, SCHEDULED, Campaign
from ...campaigns.queries import campaigns_in
from ...text import _
from ...two_people import PROPOSED
from ..departures import rosters_ahead, standing_roster
from ..models import Candidate
from .desk_page import DECIDERS
from .models import ProfileCorrection
from .reviewing import has_reviewers, latest_reviews, may_review, reviews_of


def profiles_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For reviewers, operators and the committee."""
    if not official.has("reviewer", *DECIDERS):
        return None
    lines = (*_reviews(session, official), *_corrections(session, official))
    return DeskSection(_("候选人主页"), lines) if lines else None


def _reviews(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    campaigns = [one for one in campaigns_in(session, DRAFT, SCHEDULED) if _has_part(official, one.slug)]
    reviewed = has_reviewers.each(session, [one.slug for one in campaigns])
    campaigns = [one for one in campaigns if reviewed[one.slug]]
    rosters_ahead(session, [one.id for one in campaigns])
    latest_reviews.ahead(session, [one.id for one in campaigns])
    for campaign in campaigns:
        slug, writes = campaign.slug, official.may(campaign.slug, "operator")
        people = standing_roster(session, campaign.id)
        states = reviews_of(session, campaign.id, people)
        mine = [one for one in people if may_review(official, slug, one)]
        todo = sum(1 for one in mine if states[one.number].state in ("unreviewed", "changed"))
        at = f"/desk/campaigns/{slug}/candidates"
        if todo:
            yield DeskLine(
                _("%(title)s：%(n)s 名候选人的主页待审核", title=campaign.title, n=todo), f"{at}?view=todo"
            )
        returned = sum(1 for found in states.values() if found.state == "returned")
        if returned and writes:
            yield DeskLine(
                _("%(title)s：%(n)s 名候选人的主页被退回，待修改", title=campaign.title, n=returned),
                f"{at}?view=returned",
            )


def _has_part(official: ActingOfficial, slug: str) -> bool:
    return official.may(slug, "operator", "reviewer") or bool(official.units(slug, "reviewer"))


def _corrections(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    query = (
        select(Campaign.slug, Candidate.number, Candidate.name)
        .join(Candidate, Candidate.campaign_id == Campaign.id)
        .join(ProfileCorrection, ProfileCorrection.candidate_id == Candidate.id)
        .where(ProfileCorrection.state == PROPOSED, ProfileCorrection.proposed_by != official.id)
        .order_by(ProfileCorrection.id)
    )
    for slug, number, name in session.execute(query):
        if official.may(slug, *DECIDERS):
            yield DeskLine(
                _("%(number)s 号 %(name)s 的主页更正，等待您或另一人确认", number=number, name=name),
                f"/desk/campaigns/{slug}/candidates/{number}/correction",
            )
