"""Filling the place of one who has left: the next in line, another of the reserve with a reason, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _

from .models import FILLED, LEFT, VACANT, Substitution
from .proposing import public_reason_problems
from .standing import ListStanding, list_of, substitution_of
from .standing_aside import require_part
from .succession import Succession

NOBODY = "nobody"


@dataclass(frozen=True)
class Filling:
    """What somebody decides, as typed."""

    successor: int | None
    """One of the reserve; None leaves the place empty."""
    reason: str = ""
    """Public. Due where it is not the next in line: another one, or nobody although somebody is."""
    seen: int | None = None
    """Who was next in line on the page from which this is decided."""


def check_filling(
    session: Session, slug: str, number: int, substitution_id: int, filling: Filling, *, at: datetime, official: ActingOfficial,
    lock: bool = False,
) -> tuple[ListStanding, Substitution, Succession]:  # fmt: skip
    """Everything that keeps this from being done now, for the preview and for the act alike. Raises ProblemsFound,
    NotFound."""
    standing = list_of(session, slug, number, lock=lock)
    substitution = substitution_of(standing, substitution_id)
    require_part(session, official, substitution)
    if substitution.state != LEFT:
        sentence = _("名额已经处理过了。") if substitution.confirmed_at else _("退出名单还没有确认。")
        raise ProblemsFound([Problem("", sentence)])
    found = standing.succession(substitution.leaver, at)
    problems = []
    if filling.seen != found.chosen:
        problems.append(Problem("", _("名单刚刚有变动，按规则递补的人选已经不同，请重新核对。")))
    if filling.successor is not None and filling.successor not in standing.reserve:
        problems.append(Problem("successor", _("所选的人不在递补名单上，或已不能递补。")))
    if filling.successor != found.chosen or filling.reason.strip():
        problems += public_reason_problems(filling.reason, _("没有按顺序递补的，请写明理由。"))
    if problems:
        raise ProblemsFound(problems)
    return standing, substitution, found


def fill(
    session: Session, slug: str, number: int, substitution_id: int, filling: Filling, *, at: datetime,
    official: ActingOfficial,
) -> Substitution:  # fmt: skip
    """Fill the place, or leave it empty. Raises ProblemsFound, NotFound. The caller commits."""
    standing, substitution, found = check_filling(
        session, slug, number, substitution_id, filling, at=at, official=official, lock=True
    )
    substitution.state = VACANT if filling.successor is None else FILLED
    substitution.successor = filling.successor
    substitution.successor_reason = filling.reason.strip() or None
    substitution.filled_by, substitution.filled_at = official.id, at
    journal(session, at=at, actor=official.name, act="fill_place", subject=f"{slug}/{standing.notice.name}",
            details={"substitution": substitution.id, "leaver": substitution.leaver, "successor": filling.successor,
                     "next_in_line": found.chosen, "passed_over": [one.number for one in found.passed_over]})  # fmt: skip
    return substitution
