"""A candidate leaves outside of a notice: withdrawn, deceased, disqualified. One official proposes with a reason, another
confirms; then nobody can choose them any more.

The SQL transaction is the commit point. The box is told right after it; one that is away is told by the recorder. Whoever
stands on a published notice leaves from there (``publicity.substitutions``), where somebody takes the place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import OPEN, Campaign
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import CAUSE_WORDS, depart, departures_of
from ...candidates.models import Candidate
from ...candidates.queries import candidate_by_number
from ...clock import Clock
from ...database import Database
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...two_people import CONFIRMED, DROPPED, PROPOSED
from ..attest import tell_departures
from ..ballot_box import BallotBox, BoxUnavailable
from .models import DepartureProposal

LONGEST_REASON = 300

LeavesFrom = Callable[[Session, Campaign, int], str | None]
"""The address of the room where this candidate's leaving is seen to, since a published notice names them; None where none
does. From ``publicity``, which this room does not know."""


@dataclass(frozen=True)
class Leave:
    """What somebody proposes, as typed."""

    cause: str
    reason: str


def check_leave(
    session: Session, campaign: Campaign, candidate: Candidate, leave: Leave, leaves_from: LeavesFrom
) -> None:
    """For the preview and for the act alike. Raises ProblemsFound with everything that keeps it from being proposed."""
    problems = _standing_problems(session, campaign, candidate, leaves_from)
    if pending_leave(session, campaign.id, candidate.number) is not None:
        problems.append(Problem("", _("退出已经提出，等待确认。")))
    if leave.cause not in CAUSE_WORDS:
        problems.append(Problem("cause", _("请选择退出的原因。")))
    length = len(leave.reason.strip())
    if not length:
        problems.append(Problem("reason", _("请写明情况和依据。")))
    elif length > LONGEST_REASON:
        problems.append(
            Problem("reason", _("有 %(n)s 个字，最多 %(most)s 个字。", n=length, most=LONGEST_REASON))
        )
    if problems:
        raise ProblemsFound(problems)


def propose_leave(
    session: Session, slug: str, number: int, leave: Leave, leaves_from: LeavesFrom, *, at: datetime,
    official: ActingOfficial,
) -> DepartureProposal:  # fmt: skip
    """Nothing changes until another confirms. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    candidate = candidate_by_number(session, campaign.id, number)
    check_leave(session, campaign, candidate, leave, leaves_from)
    proposal = DepartureProposal(
        campaign_id=campaign.id, number=number, name=candidate.name, cause=leave.cause, reason=leave.reason.strip(),
        state=PROPOSED, proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_departure", subject=f"{slug}/{number}",
            details={"proposal": proposal.id, "cause": leave.cause, "reason": proposal.reason})  # fmt: skip
    return proposal


def confirm_leave(
    session: Session, slug: str, number: int, seen: int, leaves_from: LeavesFrom, *, at: datetime,
    official: ActingOfficial,
) -> DepartureProposal:  # fmt: skip
    """The second person. ``seen``: the proposal that they have read. Raises ProblemsFound, NotFound. The caller commits, then
    tells the box."""
    campaign = campaign_by_slug(session, slug, lock=True)
    candidate = candidate_by_number(session, campaign.id, number)
    proposal = _pending(session, campaign.id, number)
    problems = _standing_problems(session, campaign, candidate, leaves_from)
    if proposal.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这项是您提出的。")))
    if proposal.id != seen:
        problems.append(Problem("", _("这项退出在您查看之后有了变化，请重新核对。")))
    if proposal.name != candidate.name:
        problems.append(Problem("", _("这个编号在提出之后换了人，请作罢后重新提出。")))
    if problems:
        raise ProblemsFound(problems)
    depart(session, campaign, number, proposal.cause, at=at)
    proposal.state, proposal.confirmed_by, proposal.confirmed_at = CONFIRMED, official.id, at
    journal(session, at=at, actor=official.name, act="confirm_departure", subject=f"{slug}/{number}",
            details={"proposal": proposal.id, "cause": proposal.cause})  # fmt: skip
    return proposal


def carry_out(
    database: Database, box: BallotBox, clock: Clock, slug: str, number: int, seen: int, leaves_from: LeavesFrom, *,
    official: ActingOfficial,
) -> bool:  # fmt: skip
    """Confirm, then tell the box. False where voting is open and the box does not know yet; the recorder tells it. Raises
    ProblemsFound, NotFound."""
    with database.write() as session:
        confirm_leave(session, slug, number, seen, leaves_from, at=clock.now(), official=official)
        campaign = campaign_by_slug(session, slug)
    if campaign.phase != OPEN:
        return True
    try:
        return tell_departures(database, box, campaign.id, slug)
    except BoxUnavailable:
        return False


def drop_leave(session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial) -> None:
    """Let a proposal go that nobody has confirmed. Raises NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    proposal = _pending(session, campaign.id, number)
    proposal.state = DROPPED
    journal(session, at=at, actor=official.name, act="drop_departure", subject=f"{slug}/{number}",
            details={"proposal": proposal.id})  # fmt: skip


def pending_leave(session: Session, campaign_id: int, number: int) -> DepartureProposal | None:
    """The one that waits for a second person."""
    return session.scalar(
        select(DepartureProposal).where(
            DepartureProposal.campaign_id == campaign_id, DepartureProposal.number == number,
            DepartureProposal.state == PROPOSED,
        )
    )  # fmt: skip


def _pending(session: Session, campaign_id: int, number: int) -> DepartureProposal:
    proposal = pending_leave(session, campaign_id, number)
    if proposal is None:
        raise NotFound(_("没有等待确认的退出，可能已经办好或作罢。"))
    return proposal


def _standing_problems(
    session: Session, campaign: Campaign, candidate: Candidate, leaves_from: LeavesFrom
) -> list[Problem]:
    problems = []
    if candidate.number in departures_of(session, campaign.id):
        problems.append(Problem("", _("这位候选人已经退出。")))
    if leaves_from(session, campaign, candidate.number) is not None:
        problems.append(
            Problem("", _("这位候选人在已发布的公告名单上，要在那份公告的“名单变动和递补”里办理。"))
        )
    return problems
