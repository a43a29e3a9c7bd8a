"""Tokens that are in use and end soon, or have stopped because nobody stands behind them any more, on the desk's first page: the
other system's data would stop without a word."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...names import in_quotes
from ...text import _
from ..desk_home import DeskLine, DeskSection
from ..officials import ActingOfficial
from ..register import acting
from .models import ApiToken
from .standing import may_manage, standing_of

SOON = timedelta(days=14)


def tokens_ending(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
    """For whoever manages them: those that have stopped, and those that end within two weeks."""
    in_use = session.scalars(
        select(ApiToken)
        .where(
            ApiToken.revoked_at.is_(None), ApiToken.last_used_on.is_not(None), ApiToken.expires_at > now
        )
        .order_by(ApiToken.expires_at)
    )  # fmt: skip
    theirs = [kept for kept in in_use if may_manage(official, kept.campaign_slug)]
    acting.ahead(session, [kept.vouched_by for kept in theirs if kept.vouched_by is not None])
    lines = tuple(line for kept in theirs if (line := _line(session, kept, now)))
    return DeskSection(_("接口令牌"), lines) if lines else None


def _line(session: Session, kept: ApiToken, now: datetime) -> DeskLine | None:
    if standing_of(session, kept, now) == "stopped":
        text = _(
            "令牌“%(name)s”已停用：负责人已无此权限。还要用的请接手，不用的请撤销", name=in_quotes(kept.name)
        )
        return DeskLine(text, f"/desk/api-tokens/{kept.id}/take-over", urgent=True)
    if kept.expires_at > now + SOON:
        return None
    days = (kept.expires_at - now).days + 1
    text = _(
        "令牌“%(name)s”还有 %(days)s 天到期，需要继续使用的请重新签发", name=in_quotes(kept.name), days=days
    )
    return DeskLine(text, "/desk/api-tokens")
