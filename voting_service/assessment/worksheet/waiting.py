"""Worksheets of which everything is known and that nobody has put to the committee, on the operators' first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import CLOSED, Campaign
from ...names import in_quotes
from ...text import _
from ...two_people import CONFIRMED, PROPOSED
from ..models import Worksheet
from ..scheme import scheme_of
from ..scoring.waiting import assessment_url
from .gathering import gather, gather_ahead, problems_before_closing


def worksheets_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For operators. Of a campaign that has a worksheet, closed or proposed, nothing is gathered."""
    if not official.has("operator"):
        return None
    begun = exists().where(Worksheet.campaign_id == Campaign.id, Worksheet.state.in_((PROPOSED, CONFIRMED)))
    query = select(Campaign).where(Campaign.phase == CLOSED, ~begun).order_by(Campaign.id)
    campaigns = [
        one
        for one in session.scalars(query)
        if official.may(one.slug, "operator") and scheme_of(one.plan).criteria
    ]
    gather_ahead(session, campaigns)
    lines = tuple(
        DeskLine(
            _("“%(title)s”得分的数据已经齐全，请提请测算表定稿", title=in_quotes(campaign.title)),
            f"{assessment_url(campaign.slug)}/close",
        )
        for campaign in campaigns
        if not problems_before_closing(gather(session, campaign))
    )
    return DeskSection(_("测算表"), lines) if lines else None
