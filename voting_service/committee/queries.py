"""Reads of motions that more than one place needs, and how things stand in a sitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..campaigns.queries import campaign_by_slug
from ..errors import NotFound
from ..text import _
from .models import DISCARDED, Motion, MotionMember
from .quorum import QuorumRule


@dataclass(frozen=True)
class Sitting:
    """An opened motion's members and figures. What is in the urn is not among them."""

    rule: QuorumRule
    members: tuple[MotionMember, ...]
    """Those who count (应到)."""
    recused: tuple[MotionMember, ...]

    @property
    def present(self) -> tuple[MotionMember, ...]:
        """Those who have signed in (实到)."""
        return tuple(one for one in self.members if one.present_at is not None)

    @property
    def absent(self) -> tuple[MotionMember, ...]:
        """Those who have not."""
        return tuple(one for one in self.members if one.present_at is None)

    @property
    def voted(self) -> int:
        """How many papers are in the urn (已投)."""
        return sum(one.has_voted for one in self.members)

    @property
    def present_needed(self) -> int:
        """So many must be present (法定人数)."""
        return self.rule.present_needed(len(self.members))

    @property
    def agree_needed(self) -> int:
        """So many of those present must agree."""
        return self.rule.agree_needed(len(self.present))

    @property
    def has_quorum(self) -> bool:
        """Whether enough are present."""
        return len(self.present) >= self.present_needed

    def member(self, official_id: int) -> MotionMember | None:
        """One on the list, recused or not; None for anybody else."""
        return next((one for one in (*self.members, *self.recused) if one.official_id == official_id), None)


def motion_by_number(session: Session, slug: str, number: int, *, lock: bool = False) -> Motion:
    """One motion with its members and options. ``lock`` keeps everybody else from it until the commit. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    query = select(Motion).where(Motion.campaign_id == campaign.id, Motion.number == number)
    # The members are read after the lock is had, or they would be those of before the wait.
    motion = session.scalar(query.with_for_update() if lock else query)
    if motion is None or motion.state == DISCARDED:
        raise NotFound(_("没有这项表决。"))
    return motion


def motions_of(session: Session, campaign_id: int) -> Sequence[Motion]:
    """All motions of a campaign but those discarded, the latest first."""
    query = (
        select(Motion)
        .where(Motion.campaign_id == campaign_id, Motion.state != DISCARDED)
        .order_by(Motion.number.desc())
        .options(selectinload(Motion.members))
    )
    return session.scalars(query).all()


def sitting_of(motion: Motion) -> Sitting:
    """Of a motion that was opened."""
    rule = QuorumRule(Fraction(motion.present_rule or "1"), Fraction(motion.agree_rule or "1"))
    sat = tuple(one for one in motion.members if one.recused_at is None)
    return Sitting(rule, sat, tuple(one for one in motion.members if one.recused_at is not None))
