"""Reads of campaigns that more than one place needs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..text import _
from .models import DRAFT, Campaign


def campaign_by_slug(session: Session, slug: str, *, lock: bool = False) -> Campaign:
    """The campaign, drafts too. Raises NotFound. ``lock`` keeps others from moving its phase meanwhile,
    and leaves the recorder free to add ballots that refer to it."""
    query = select(Campaign).where(Campaign.slug == slug)
    campaign = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if campaign is None:
        raise NotFound(
            _("没有名为 %(slug)s 的评选活动。", slug=slug), _("可用 voting-service campaign list 查看全部。")
        )
    return campaign


def campaign_titles(session: Session) -> list[tuple[str, str]]:
    """Slug and title of every campaign, drafts too, the latest first; for rooms below this one."""
    rows = session.execute(select(Campaign.slug, Campaign.title).order_by(Campaign.id.desc()))
    return [(row.slug, row.title) for row in rows]


def public_campaigns(session: Session) -> Sequence[Campaign]:
    """Every campaign that the public may see, the latest first."""
    return session.scalars(select(Campaign).where(Campaign.phase != DRAFT).order_by(Campaign.id.desc())).all()


def campaigns_in(session: Session, *phases: str) -> Sequence[Campaign]:
    """Campaigns in any of these phases, in the order of their making."""
    return session.scalars(select(Campaign).where(Campaign.phase.in_(phases)).order_by(Campaign.id)).all()
