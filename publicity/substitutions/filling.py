"""Filling the place of one who has left: the next in line by one member; anything else (``out_of_turn``) by two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import _
from voting_service.two_people import PROPOSED

from .models import FILLED, LEFT, VACANT, OutOfTurn, Substitution
from .proposing import public_reason_problems
from .standing import ListStanding, list_of, substitution_of
from .standing_aside import require_part
from .succession import Succession

NOBODY = "nobody"
WAITS = Problem("", _("已有评委提出不按顺序递补，等待另一人确认。"), _("要另作处理的，请先将那项提议作罢。"))
TAKES_TWO = Problem("", _("不按顺序递补要两名评委：一人提出，另一人确认。"))


@dataclass(frozen=True)
class Filling:
    """What somebody decides, as typed."""

    successor: int | None
    """One of the reserve; None leaves the place empty."""
    reason: str = ""
    """Public. Due where it is not the next in line: another one, or nobody although somebody is."""
    seen: int | None = None
    """Who was next in line on the page from which this is decided."""

    @property
    def is_out_of_turn(self) -> bool:
        """Another one than the next in line, or nobody although somebody is: takes a second person."""
        return self.successor != self.seen


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
    if waiting_filling(session, substitution) is not None:
        raise ProblemsFound([WAITS])
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


def waiting_filling(session: Session, substitution: Substitution) -> OutOfTurn | None:
    """What one member has proposed for this place and another has not confirmed yet."""
    return session.scalar(
        select(OutOfTurn)
        .where(OutOfTurn.substitution_id == substitution.id, OutOfTurn.state == PROPOSED)
        .execution_options(populate_existing=True)
    )


def fill(
    session: Session, slug: str, number: int, substitution_id: int, filling: Filling, *, at: datetime,
    official: ActingOfficial,
) -> Substitution:  # fmt: skip
    """Fill the place with the next in line, or leave it empty where nobody is. Raises ProblemsFound, NotFound. The caller
    commits."""
    standing, substitution, found = check_filling(
        session, slug, number, substitution_id, filling, at=at, official=official, lock=True
    )
    if filling.is_out_of_turn:
        raise ProblemsFound([TAKES_TWO])
    substitution.state = VACANT if filling.successor is None else FILLED
    substitution.successor = filling.successor
    substitution.successor_reason = filling.reason.strip() or None
    substitution.next_in_line = found.chosen
    substitution.filled_by, substitution.filled_at = official.id, at
    journal(session, at=at, actor=official.name, act="fill_place", subject=f"{slug}/{standing.notice.name}",
            details={"substitution": substitution.id, "leaver": substitution.leaver, "successor": filling.successor,
                     "next_in_line": found.chosen, "passed_over": [one.number for one in found.passed_over]})  # fmt: skip
    return substitution
