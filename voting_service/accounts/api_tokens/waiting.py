"""Tokens that end soon and are in use, on the desk's first page: the other system's data would stop without a word."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...text import _
from ..desk_home import DeskLine, DeskSection
from ..officials import ActingOfficial
from .issuing import may_manage
from .models import ApiToken

SOON = timedelta(days=14)


def tokens_ending(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
    """For whoever manages them: those that end within two weeks."""
    ending = session.scalars(
        select(ApiToken)
        .where(
            ApiToken.revoked_at.is_(None),
            ApiToken.last_used_on.is_not(None),
            ApiToken.expires_at > now,
            ApiToken.expires_at <= now + SOON,
        )
        .order_by(ApiToken.expires_at)
    )
    lines = tuple(
        DeskLine(
            _("令牌“%(name)s”还有 %(days)s 天到期，需要继续使用的请重新签发",
              name=kept.name, days=(kept.expires_at - now).days + 1),
            "/desk/api-tokens",
        )
        for kept in ending
        if may_manage(official, kept.campaign_slug)
    )  # fmt: skip
    return DeskSection(_("接口令牌"), lines) if lines else None
