"""How the committee voted on a subject, for whoever acts upon it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import DRAFT, OPEN, PASSED, QUESTION, REJECTED, VOTING, Motion, MotionMember, MotionOption
from .rules import ABSTAIN, AGREE, DISAGREE


@dataclass(frozen=True)
class MotionOutcome:
    """The result of a closed committee ballot; nobody's own vote is in it, nor kept anywhere."""

    number: int
    """Shown as ``M-0001``."""
    passed: bool
    members: int
    """Without those recused."""
    present: int
    agree: int
    disagree: int
    abstain: int
    opened_at: datetime
    """What was asked has been fixed since."""
    closed_at: datetime


def ballot_at_hand(session: Session, campaign_id: int, subject: str) -> int | None:
    """The number of the ballot on a subject that is drafted or held just now; None where there is none."""
    return session.scalar(
        select(Motion.number)
        .where(Motion.campaign_id == campaign_id, Motion.subject == subject)
        .where(Motion.state.in_((DRAFT, OPEN, VOTING)))
        .order_by(Motion.number.desc())
        .limit(1)
    )


def was_opened(session: Session, campaign_id: int, subject: str, since: datetime) -> bool:
    """Whether a ballot on a subject was opened from this moment on. Its members, two at least, were fixed with it: that fewer
    sit on the committee now takes nothing back."""
    query = (
        select(Motion.id)
        .where(Motion.campaign_id == campaign_id, Motion.subject == subject, Motion.kind == QUESTION)
        .where(Motion.opened_at >= since)
        .limit(1)
    )
    return session.scalar(query) is not None


def outcome_of(session: Session, campaign_id: int, subject: str) -> MotionOutcome | None:
    """The latest ballot on a subject (``final-list-1``) that has a result; None where there is none. One that was withdrawn
    or lacked its quorum has none, and leaves an earlier result as it was."""
    motion = session.scalars(
        select(Motion)
        .where(Motion.campaign_id == campaign_id, Motion.subject == subject, Motion.kind == QUESTION)
        .where(Motion.outcome.in_((PASSED, REJECTED)))
        .order_by(Motion.closed_at.desc(), Motion.number.desc())
        .limit(1)
    ).first()
    if motion is None or motion.opened_at is None or motion.closed_at is None:
        return None
    sat = (MotionMember.motion_id == motion.id) & MotionMember.recused_at.is_(None)
    members, present = session.execute(
        select(func.count(), func.count(MotionMember.present_at)).where(sat)
    ).one()
    rows = session.execute(
        select(MotionOption.key, MotionOption.papers).where(MotionOption.motion_id == motion.id)
    )
    papers: dict[str, int] = dict(rows.all())
    return MotionOutcome(
        motion.number, motion.outcome == PASSED, members, present,
        papers[AGREE], papers[DISAGREE], papers[ABSTAIN], motion.opened_at,
        motion.closed_at,
    )  # fmt: skip
