"""How the committee voted on a subject, for whoever acts upon it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..read_ahead import ReadOf
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


class _Question(NamedTuple):
    """A question that was put to the committee, and whom it reached."""

    number: int
    subject: str | None
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None
    members: int
    present: int
    papers: Mapping[str, int]


def _questions(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[_Question]]:
    put = Motion.campaign_id.in_(campaign_ids), Motion.kind == QUESTION, Motion.opened_at.is_not(None)
    sat = (
        select(MotionMember.motion_id, func.count(), func.count(MotionMember.present_at))
        .join(Motion, Motion.id == MotionMember.motion_id)
        .where(*put, MotionMember.recused_at.is_(None))
        .group_by(MotionMember.motion_id)
    )
    seats = {motion: (members, present) for motion, members, present in session.execute(sat)}
    papers: dict[int, dict[str, int]] = {}
    for motion, key, count in session.execute(
        select(MotionOption.motion_id, MotionOption.key, MotionOption.papers)
        .join(Motion, Motion.id == MotionOption.motion_id)
        .where(*put)
    ):
        papers.setdefault(motion, {})[key] = count
    rows = session.execute(
        select(
            Motion.id, Motion.campaign_id, Motion.number, Motion.subject, Motion.outcome, Motion.opened_at, Motion.closed_at
        ).where(*put)
    )  # fmt: skip
    found: dict[int, list[_Question]] = {one: [] for one in campaign_ids}
    for motion, campaign_id, number, subject, outcome, opened_at, closed_at in rows:
        assert opened_at is not None, "asked for above"
        members, present = seats.get(motion, (0, 0))
        found[campaign_id].append(
            _Question(
                number, subject, outcome, opened_at, closed_at, members, present, papers.get(motion, {})
            )
        )
    return found


questions_of = ReadOf(_questions)
"""Every question of a campaign that was opened to its members."""


def was_opened(session: Session, campaign_id: int, subject: str, since: datetime) -> bool:
    """Whether a ballot on a subject was opened from this moment on. Its members, two at least, were fixed with it: that fewer
    sit on the committee now takes nothing back."""
    questions = questions_of(session, campaign_id)
    return any(one.subject == subject and one.opened_at >= since for one in questions)


def outcome_of(session: Session, campaign_id: int, subject: str) -> MotionOutcome | None:
    """The latest ballot on a subject (``final-list-1``) that has a result; None where there is none. One that was withdrawn
    or lacked its quorum has none, and leaves an earlier result as it was."""
    closed = [
        (one.closed_at, one.number, one)
        for one in questions_of(session, campaign_id)
        if one.subject == subject and one.outcome in (PASSED, REJECTED) and one.closed_at is not None
    ]
    if not closed:
        return None
    closed_at, number, latest = max(closed)
    return MotionOutcome(
        number, latest.outcome == PASSED, latest.members, latest.present,
        latest.papers[AGREE], latest.papers[DISAGREE], latest.papers[ABSTAIN], latest.opened_at, closed_at,
    )  # fmt: skip
