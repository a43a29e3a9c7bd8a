"""Leaves that wait for a second person, for the desk's first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import Campaign
from ...text import _
from ...two_people import PROPOSED
from .models import DepartureProposal


def departures_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For the committee: those that somebody else has proposed."""
    if not official.has("committee"):
        return None
    query = (
        select(Campaign.slug, DepartureProposal)
        .join(DepartureProposal, DepartureProposal.campaign_id == Campaign.id)
        .where(DepartureProposal.state == PROPOSED, DepartureProposal.proposed_by != official.id)
        .order_by(DepartureProposal.id)
    )
    lines = tuple(
        DeskLine(
            _("%(number)s 号 %(name)s 退出评选，等待您或另一名评委确认", number=one.number, name=one.name),
            f"/desk/campaigns/{slug}/candidates/{one.number}/leave",
        )
        for slug, one in session.execute(query)
        if official.may(slug, "committee")
    )
    return DeskSection(_("候选人退出"), lines) if lines else None
