"""The group's opinion (集体评议意见): what the committee said together, of one candidate or of all. It stands beside the scores
and never changes one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...candidates.queries import names_by_number
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...two_people import DROPPED
from ..models import GroupOpinion
from ..two_people import confirm_row, drop_row, reason_problems

LONGEST = 2000


def propose_opinion(
    session: Session,
    slug: str,
    candidate: int | None,
    opinion: str,
    *,
    at: datetime,
    official: ActingOfficial,
) -> GroupOpinion:
    """A committee member writes it down; ``candidate`` None: of all. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = reason_problems("opinion", opinion, _("请填写评议意见。"), LONGEST)
    if candidate is not None and candidate not in names_by_number(session, campaign.id):
        problems.append(Problem("candidate", _("没有 %(number)s 号候选人。", number=candidate)))
    if problems:
        raise ProblemsFound(problems)
    made = GroupOpinion(
        campaign_id=campaign.id, candidate=candidate, opinion=opinion.strip(), proposed_by=official.id, proposed_at=at
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_group_opinion", subject=slug,
            details={"opinion": made.id, "candidate": candidate})  # fmt: skip
    return made


def confirm_opinion(
    session: Session, slug: str, opinion_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Another member confirms that it was said so. Raises ProblemsFound, NotFound. The caller commits."""
    row = _row(session, slug, opinion_id)
    confirm_row(row, official, at)
    journal(session, at=at, actor=official.name, act="confirm_group_opinion", subject=slug,
            details={"opinion": row.id, "candidate": row.candidate})  # fmt: skip


def drop_opinion(
    session: Session, slug: str, opinion_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let it go before it was confirmed. Raises ProblemsFound, NotFound. The caller commits."""
    row = _row(session, slug, opinion_id)
    drop_row(row)
    journal(session, at=at, actor=official.name, act="drop_group_opinion", subject=slug,
            details={"opinion": row.id})  # fmt: skip


def opinions(session: Session, campaign_id: int) -> list[GroupOpinion]:
    """All that stand or wait, those of all candidates first."""
    rows = session.scalars(
        select(GroupOpinion)
        .where(GroupOpinion.campaign_id == campaign_id, GroupOpinion.state != DROPPED)
        .order_by(GroupOpinion.id)
    )
    return sorted(rows, key=lambda row: row.candidate or 0)


def _row(session: Session, slug: str, opinion_id: int) -> GroupOpinion:
    campaign = campaign_by_slug(session, slug, lock=True)
    row = session.get(GroupOpinion, opinion_id)
    if row is None or row.campaign_id != campaign.id:
        raise NotFound(_("没有这一项。"))
    return row
