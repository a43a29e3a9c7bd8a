"""What waits on the desk's first page: notices whose last day is over. They stay as they are until somebody closes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.names import in_title_marks
from voting_service.text import _

from ..notices.models import CLOSED, PUBLISHED, Notice
from ..notices.rules import acceptance
from .closing import problems_ahead, problems_before_closing


def publicised_among(session: Session, campaign_ids: Collection[int]) -> Collection[int]:
    """Of these campaigns, those whose publicity is behind them: something was made public, and nothing is running."""
    query = select(Notice.campaign_id, Notice.state).where(Notice.campaign_id.in_(campaign_ids)).distinct()
    found = {(campaign_id, state) for campaign_id, state in session.execute(query)}
    return [one for one in campaign_ids if (one, CLOSED) in found and (one, PUBLISHED) not in found]


def notices_to_close(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
    """For the committee and the operators: each once, with whether anything still keeps it open."""
    running = session.scalars(
        select(Notice)
        .where(Notice.state == PUBLISHED)
        .order_by(Notice.accepts_until)
        .options(selectinload(Notice.campaign))
    )
    over = [
        notice
        for notice in running
        if acceptance(notice, now) == "over" and official.may(notice.campaign.slug, "committee", "operator")
    ]
    problems_ahead(session, over)
    lines = [_line(session, notice, now) for notice in over]
    return DeskSection(_("期满待结束的公示"), tuple(lines)) if lines else None


def _line(session: Session, notice: Notice, now: datetime) -> DeskLine:
    ready = not problems_before_closing(session, notice, now)
    told = (
        _("《%(title)s》已经期满，请核对报告，结束公示。", title=in_title_marks(notice.title))
        if ready
        else _("《%(title)s》已经期满，还有事项没有办结。", title=in_title_marks(notice.title))
    )
    return DeskLine(told, f"/desk/notices/{notice.campaign.slug}/{notice.number}/close")
