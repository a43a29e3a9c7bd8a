"""Early closings that wait for a second person, for the desk's first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import OPEN, Campaign
from ...text import _
from ...two_people import PROPOSED
from .models import EarlyClosing


def closings_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For the committee: those that somebody else has proposed, while voting goes on."""
    if not official.has("committee"):
        return None
    query = (
        select(Campaign.slug, Campaign.title)
        .join(EarlyClosing, EarlyClosing.campaign_id == Campaign.id)
        .where(
            EarlyClosing.state == PROPOSED,
            EarlyClosing.proposed_by != official.id,
            Campaign.phase == OPEN,
        )
        .order_by(EarlyClosing.id)
    )
    lines = tuple(
        DeskLine(
            _("%(title)s：提前结束投票，等待您或另一名评委确认", title=title),
            f"/desk/campaigns/{slug}/close",
            urgent=True,
        )
        for slug, title in session.execute(query)
        if official.may(slug, "committee")
    )
    return DeskSection(_("提前结束"), lines) if lines else None
