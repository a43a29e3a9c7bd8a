"""Ending the voting before its time: one official proposes with a reason, another confirms, then the box is sealed.

The confirmation is the commit point. The box is sealed right after it; where that fails, the recorder seals it at its next
turn. First try and recovery are the same code: sealing is safe to repeat.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.models import Official
from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import OPEN, Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound, VotingError
from ...text import _
from ...two_people import CONFIRMED, DROPPED, PROPOSED
from ..closing import seal_early
from ..drain import Stores
from .models import EarlyClosing

LONGEST_REASON = 300
log = structlog.get_logger("recorder")


def propose_closing(
    session: Session, slug: str, reason: str, *, at: datetime, official: ActingOfficial
) -> EarlyClosing:
    """Voting goes on until another confirms. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = closing_problems(campaign, at)
    if standing_closing(session, campaign.id) is not None:
        problems.append(Problem("", _("提前结束已经提出。")))
    length = len(reason.strip())
    if not length:
        problems.append(Problem("reason", _("请写明提前结束的理由。")))
    elif length > LONGEST_REASON:
        problems.append(
            Problem("reason", _("有 %(n)s 个字，最多 %(most)s 个字。", n=length, most=LONGEST_REASON))
        )
    if problems:
        raise ProblemsFound(problems)
    closing = EarlyClosing(
        campaign_id=campaign.id, reason=reason.strip(), state=PROPOSED, proposed_by=official.id, proposed_at=at
    )  # fmt: skip
    session.add(closing)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_early_closing", subject=slug,
            details={"closing": closing.id, "reason": closing.reason})  # fmt: skip
    return closing


def confirm_closing(
    session: Session, slug: str, seen: int, *, at: datetime, official: ActingOfficial
) -> EarlyClosing:
    """The second person. ``seen``: the proposal that they have read. Raises ProblemsFound, NotFound. The caller commits, then
    seals (``seal_confirmed``)."""
    campaign = campaign_by_slug(session, slug, lock=True)
    closing = _pending(session, campaign.id)
    problems = closing_problems(campaign, at)
    if closing.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这项是您提出的。")))
    if closing.id != seen:
        problems.append(Problem("", _("这项提议在您查看之后有了变化，请重新核对。")))
    if problems:
        raise ProblemsFound(problems)
    closing.state, closing.confirmed_by, closing.confirmed_at = CONFIRMED, official.id, at
    journal(session, at=at, actor=official.name, act="confirm_early_closing", subject=slug,
            details={"closing": closing.id})  # fmt: skip
    return closing


def drop_closing(session: Session, slug: str, *, at: datetime, official: ActingOfficial) -> None:
    """Let a proposal go that nobody has confirmed. Raises NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    closing = _pending(session, campaign.id)
    closing.state = DROPPED
    journal(session, at=at, actor=official.name, act="drop_early_closing", subject=slug,
            details={"closing": closing.id})  # fmt: skip


def carry_out(stores: Stores, slug: str, seen: int, *, official: ActingOfficial) -> bool:
    """Confirm, then seal. False where the box cannot be sealed now: the recorder does it. Raises ProblemsFound, NotFound."""
    with stores.database.write() as session:
        confirm_closing(session, slug, seen, at=stores.clock.now(), official=official)
    return _sealed(stores, slug, official.name)


def seal_confirmed(stores: Stores) -> None:
    """What was confirmed and is not sealed yet, because Redis was away or the process died in between. A turn of the
    recorder's."""
    with stores.database.read() as session:
        due = session.execute(
            select(Campaign.slug, Official.name)
            .join(EarlyClosing, EarlyClosing.campaign_id == Campaign.id)
            .join(Official, Official.id == EarlyClosing.confirmed_by)
            .where(EarlyClosing.state == CONFIRMED, Campaign.phase == OPEN, Campaign.sealed_at.is_(None))
        ).all()
    for slug, name in due:
        _sealed(stores, slug, name)


def closing_problems(campaign: Campaign, now: datetime) -> list[Problem]:
    """Why its voting cannot be ended before its time."""
    if campaign.phase != OPEN:
        return [Problem("", _("投票没有在进行，不用提前结束。"))]
    if campaign.sealed_at is not None or campaign.rules.closes_at <= now:
        return [Problem("", _("已经封箱，正在入账，很快就会结束。"))]
    return []


def standing_closing(session: Session, campaign_id: int) -> EarlyClosing | None:
    """The one that was not dropped."""
    return session.scalar(
        select(EarlyClosing).where(EarlyClosing.campaign_id == campaign_id, EarlyClosing.state != DROPPED)
    )


def _pending(session: Session, campaign_id: int) -> EarlyClosing:
    closing = standing_closing(session, campaign_id)
    if closing is None or closing.state != PROPOSED:
        raise NotFound(_("没有等待确认的提前结束，可能已经办好或作罢。"))
    return closing


def _sealed(stores: Stores, slug: str, name: str) -> bool:
    try:
        seal_early(stores, slug, actor=name)
    except VotingError as error:
        log.warning("not_sealed_yet", campaign=slug, code=error.code)
        return False
    return True
