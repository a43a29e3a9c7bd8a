"""What waits on the desk's first page: lists that can be awarded, awards and revocations that wait for the second person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign
from voting_service.names import in_quotes, in_title_marks
from voting_service.text import _

from ..notices.models import CLOSED, Notice
from .awarding import awardable_in
from .models import PROPOSED, REVOKING, WITHDRAWN, Award, Certificate


def awards_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For operators what can be proposed, for the committee what another has proposed."""
    if not official.has("operator", "committee"):
        return None
    lines = (*_to_propose(session, official), *_to_confirm(session, official), *_to_revoke(session, official))
    return DeskSection(_("表彰和证书"), lines) if lines else None


def _to_propose(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    # What has an award, or nothing closed, is not looked at further: of old campaigns there are many.
    awarded = exists().where(Award.notice_id == Notice.id, Award.state != WITHDRAWN)
    closed = select(Notice.campaign_id).where(Notice.state == CLOSED, Notice.supplements.is_(None), ~awarded)
    campaigns = session.scalars(select(Campaign).where(Campaign.id.in_(closed)).order_by(Campaign.id))
    mine = [one for one in campaigns if official.may(one.slug, "operator")]
    for notice in awardable_in(session, mine):
        yield DeskLine(
            _("《%(title)s》公示已经结束，可以拟定表彰", title=in_title_marks(notice.title)),
            f"{_url(notice.campaign.slug)}/new/{notice.number}",
        )


def _to_confirm(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    rows = session.execute(
        select(Award, Campaign.slug)
        .join(Campaign, Campaign.id == Award.campaign_id)
        .where(Award.state == PROPOSED, Award.proposed_by != official.id)
        .order_by(Award.id)
    )
    for award, slug in rows:
        if official.may(slug, "committee"):
            yield DeskLine(
                _("表彰“%(honour)s”等待您或另一名评委确认", honour=in_quotes(award.honour)),
                f"{_url(slug)}/{award.number}",
            )


def _to_revoke(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    rows = session.execute(
        select(Certificate, Award.number, Campaign.slug)
        .join(Award, Award.id == Certificate.award_id)
        .join(Campaign, Campaign.id == Award.campaign_id)
        .where(Certificate.state == REVOKING, Certificate.revoke_proposed_by != official.id)
        .order_by(Certificate.award_id, Certificate.ordinal)
    )
    for certificate, award, slug in rows:
        if official.may(slug, "committee"):
            yield DeskLine(
                _("证书 %(number)s 有人提出撤销，等待另一人", number=certificate.number),
                f"{_url(slug)}/{award}",
            )


def _url(slug: str) -> str:
    return f"/desk/campaigns/{slug}/award"
