"""Lists that wait for somebody, on the desk's first page: to be drawn up, voted on, confirmed, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import CLOSED, Campaign
from ...names import in_quotes
from ...text import _
from ...two_people import CONFIRMED
from ..models import Worksheet
from .deciding import member_among, problems_before_confirming
from .models import FINAL, PROPOSED, WITHDRAWN, FinalList
from .queries import motion_problems, motions_ahead


def list_url(slug: str, number: int) -> str:
    """Where one list is."""
    return f"/desk/campaigns/{slug}/list/{number}"


def lists_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For operators closed worksheets without a list; proposed lists to be voted on or confirmed, and withdrawals that wait for
    the second person."""
    if not official.has("operator", "committee"):
        return None
    query = (
        select(FinalList, Campaign.slug)
        .join(Campaign, Campaign.id == FinalList.campaign_id)
        .where(FinalList.state.in_((PROPOSED, FINAL)))
        .order_by(FinalList.id)
    )
    rows = [
        (row, slug) for row, slug in session.execute(query) if official.may(slug, "operator", "committee")
    ]
    motions_ahead(session, [(row, slug) for row, slug in rows if row.state == PROPOSED])
    lines = (
        *_to_draw_up(session, official),
        *(line for row, slug in rows for line in _lines(session, row, slug, official)),
    )
    return DeskSection(_("最终名单"), lines) if lines else None


def _to_draw_up(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    in_force = exists().where(FinalList.campaign_id == Campaign.id, FinalList.state != WITHDRAWN)
    closed = exists().where(Worksheet.campaign_id == Campaign.id, Worksheet.state == CONFIRMED)
    query = select(Campaign).where(Campaign.phase == CLOSED, closed, ~in_force).order_by(Campaign.id)
    for campaign in session.scalars(query):
        if official.may(campaign.slug, "operator"):
            yield DeskLine(
                _("“%(title)s”测算表已经定稿，请拟定最终名单", title=in_quotes(campaign.title)),
                f"/desk/campaigns/{campaign.slug}/list",
            )


def _lines(session: Session, row: FinalList, slug: str, official: ActingOfficial) -> Iterator[DeskLine]:
    url, shown = list_url(slug, row.number), row.name
    if row.state == PROPOSED:
        if motion_problems(session, slug, row):
            yield DeskLine(_("名单 %(number)s 要由评审委员会表决", number=shown), url)
        elif official.may(slug, "committee") and not problems_before_confirming(session, slug, row, official):
            yield DeskLine(_("名单 %(number)s 等待您或另一名评委确认", number=shown), url)
    elif (
        row.state == FINAL
        and row.withdrawal_asked_by not in (None, official.id)
        and member_among(session, row, official)
    ):
        yield DeskLine(_("最终名单 %(number)s 有人提出撤回，等待另一人", number=shown), url)
