"""Filling a place out of turn: one member of the committee proposes it for a reason, another confirms it, or it is let go.

Whom the rules put next is arithmetic; to pass them over is a decision, and no single member's.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _
from voting_service.two_people import CONFIRMED, DROPPED

from .filling import Filling, check_filling, waiting_filling
from .models import FILLED, VACANT, OutOfTurn, Substitution
from .standing import ListStanding, list_of, substitution_of
from .standing_aside import require_part

_ANEW = _("请作罢，重新提出。")


def propose_filling(
    session: Session, slug: str, number: int, substitution_id: int, filling: Filling, *, at: datetime, official: ActingOfficial
) -> OutOfTurn:  # fmt: skip
    """Propose it; nothing changes yet. Raises ProblemsFound, NotFound. The caller commits."""
    standing, substitution, found = check_filling(
        session, slug, number, substitution_id, filling, at=at, official=official, lock=True
    )
    if not filling.is_out_of_turn:
        raise ProblemsFound([Problem("", _("按顺序递补的，一名评委就可以确定。"))])
    row = OutOfTurn(
        substitution_id=substitution.id, successor=filling.successor, next_in_line=found.chosen,
        reason=filling.reason.strip(), proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, slug, standing, row, "propose_filling", at, official)
    return row


def confirm_filling(
    session: Session, slug: str, number: int, substitution_id: int, *, seen: int | None, at: datetime,
    official: ActingOfficial,
) -> Substitution:  # fmt: skip
    """The second person: the place is filled, or left empty. ``seen``: the proposal that was looked at, which never changes.
    Raises ProblemsFound, NotFound. The caller commits."""
    standing, substitution, row = _waiting(session, slug, number, substitution_id, official)
    problems = stale_problems(standing, substitution, row, at)
    if row.id != seen:
        problems.append(Problem("", _("提议已经不是您看到的那一项。"), _("请重新核对。")))
    if row.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这项是您提出的。")))
    if problems:
        raise ProblemsFound(problems)
    row.state, row.confirmed_by, row.confirmed_at = CONFIRMED, official.id, at
    substitution.state = VACANT if row.successor is None else FILLED
    substitution.successor, substitution.successor_reason = row.successor, row.reason
    substitution.next_in_line, substitution.filling_proposed_by = row.next_in_line, row.proposed_by
    substitution.filled_by, substitution.filled_at = official.id, at
    _note(session, slug, standing, row, "confirm_filling", at, official)
    return substitution


def drop_filling(
    session: Session, slug: str, number: int, substitution_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let a proposal go that nobody has confirmed. Raises ProblemsFound, NotFound. The caller commits."""
    standing, _substitution, row = _waiting(session, slug, number, substitution_id, official)
    row.state = DROPPED
    _note(session, slug, standing, row, "drop_filling", at, official)


def stale_problems(
    standing: ListStanding, substitution: Substitution, row: OutOfTurn, at: datetime
) -> list[Problem]:
    """What has changed since it was proposed, so that it is not what was weighed."""
    problems = []
    if standing.succession(substitution.leaver, at).chosen != row.next_in_line:
        problems.append(Problem("", _("提出之后名单有变动，按规则递补的人选已经不同。"), _ANEW))
    if row.successor is not None and row.successor not in standing.reserve:
        problems.append(Problem("", _("提议的人选已不能递补。"), _ANEW))
    return problems


def _waiting(
    session: Session, slug: str, number: int, substitution_id: int, official: ActingOfficial
) -> tuple[ListStanding, Substitution, OutOfTurn]:
    standing = list_of(session, slug, number, lock=True)
    substitution = substitution_of(standing, substitution_id)
    require_part(session, official, substitution)
    row = waiting_filling(session, substitution)
    if row is None:
        raise ProblemsFound([Problem("", _("没有等待确认的递补提议，可能已经确认或作罢。"))])
    return standing, substitution, row


def _note(
    session: Session, slug: str, standing: ListStanding, row: OutOfTurn, act: str, at: datetime, official: ActingOfficial
) -> None:  # fmt: skip
    journal(session, at=at, actor=official.name, act=act, subject=f"{slug}/{standing.notice.name}",
            details={"substitution": row.substitution_id, "successor": row.successor, "next_in_line": row.next_in_line,
                     "reason": row.reason})  # fmt: skip
