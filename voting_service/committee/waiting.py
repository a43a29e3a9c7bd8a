"""What waits for a member of the committee, on the desk's first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..accounts.desk_home import DeskLine, DeskSection
from ..accounts.officials import ActingOfficial
from ..campaigns.models import Campaign
from ..text import Text, _
from .desk_page import waits_for
from .minutes import unconfirmed_by
from .models import MOTION, OPEN, VOTING, Motion
from .rules import shown_number


def motions_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """Motions that are open, urgent since people sit together; minutes that wait to be confirmed."""
    if not official.has("committee"):
        return None
    rows = session.execute(
        select(Motion, Campaign.slug)
        .join(Campaign, Campaign.id == Motion.campaign_id)
        .where(Motion.state.in_((OPEN, VOTING)))
        .order_by(Motion.id)
        .options(selectinload(Motion.members))
    )
    lines = [
        DeskLine(_line(motion), _url(slug, motion.number), urgent=True)
        for motion, slug in rows
        if official.may(slug, "committee") and waits_for(motion, official.id)
    ]
    lines += [
        DeskLine(_("请确认表决纪要：%(motion)s", motion=shown_number(number)), _url(slug, number))
        for slug, number in unconfirmed_by(session, MOTION, official.id)
        if official.may(slug, "committee")
    ]
    return DeskSection(_("评委会表决"), tuple(lines)) if lines else None


def _line(motion: Motion) -> Text:
    if motion.state == OPEN:
        return _("正在签到：%(title)s", title=motion.title)
    return _("请投票：%(title)s", title=motion.title)


def _url(slug: str, number: int) -> str:
    return f"/desk/campaigns/{slug}/motions/{number}"
