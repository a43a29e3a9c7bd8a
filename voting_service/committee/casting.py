"""Casting a paper in secret, and closing.

Attendance and urn are written in one transaction, under the motion's lock: a member has voted if and only if the urn has
their paper. Nothing is written down of when: the journal has no line for a paper, and whoever reads it learns from the
attendance alone that somebody voted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, case, update
from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial
from ..errors import Problem, ProblemsFound, VotingError
from ..text import _
from .drafting import require_state
from .models import DECIDED, LIST, NO_QUORUM, PASSED, REJECTED, VOTING, Motion, MotionMember, MotionOption
from .queries import Sitting, sitting_of
from .rules import ABSTAIN, AGREE, shown_number
from .sitting import finish, require_presiding


class UrnDisagrees(VotingError):
    """The urn does not hold as many papers as members have voted; nothing is decided until somebody has looked."""

    code = "unavailable"


def cast_paper(
    session: Session, slug: str, motion: Motion, ticks: Sequence[str], *, at: datetime, official: ActingOfficial
) -> bool:  # fmt: skip
    """Cast one paper; tells whether it was the last, and the motion is closed. The motion is locked by the caller, who
    commits. Raises ProblemsFound, UrnDisagrees."""
    require_state(motion, VOTING, _("现在不在表决中，票没有投出。"))
    keys = _keys(motion, ticks)
    # By its own condition and not by what was read: whatever came between, one member has one paper.
    voted = session.execute(
        update(MotionMember)
        .where(MotionMember.motion_id == motion.id, MotionMember.official_id == official.id)
        .where(MotionMember.present_at.is_not(None), MotionMember.has_voted.is_(False))
        .values(has_voted=True)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", voted).rowcount != 1:
        raise ProblemsFound([_refusal(sitting_of(motion), official)])
    # Every number of the urn is written, changed or not, so that none was last written by somebody's own transaction.
    session.execute(
        update(MotionOption)
        .where(MotionOption.motion_id == motion.id)
        .values(papers=MotionOption.papers + case((MotionOption.key.in_(keys), 1), else_=0))
        .execution_options(synchronize_session=False)
    )
    session.expire(motion, ["members", "options"])
    sitting = sitting_of(motion)
    if sitting.voted < len(sitting.present):
        return False
    finish(session, slug, motion, _outcome(motion, sitting), at=at, official=None)
    return True


def close_voting(
    session: Session, slug: str, motion: Motion, *, at: datetime, official: ActingOfficial
) -> None:
    """Whoever presides closes, and the papers are counted: those present who have not voted are not waited for. With fewer
    papers than the quorum the urn is emptied uncounted, and there is no result. The motion is locked by the caller, who
    commits. Raises ProblemsFound, UrnDisagrees."""
    require_presiding(session, slug, motion, official)
    require_state(motion, VOTING, _("现在不在表决中。"))
    sitting = sitting_of(motion)
    outcome = _outcome(motion, sitting)
    if outcome == NO_QUORUM:
        session.execute(
            update(MotionOption)
            .where(MotionOption.motion_id == motion.id)
            .values(papers=0)
            .execution_options(synchronize_session=False)
        )
        session.expire(motion, ["options"])
    finish(session, slug, motion, outcome, at=at, official=official)


def _keys(motion: Motion, ticks: Sequence[str]) -> list[str]:
    known = {option.key for option in motion.options} - ({ABSTAIN} if motion.kind == LIST else set())
    keys = list(dict.fromkeys(ticks))
    most = motion.most if motion.kind == LIST else 1
    if not known.issuperset(keys) or (motion.kind != LIST and not keys):
        raise ProblemsFound([Problem("paper", _("请选择一项。"), _("票还没有投出。"))])
    if len(keys) > (most or 1):
        raise ProblemsFound(
            [Problem("paper", _("最多选 %(most)s 项，您选了 %(n)s 项。", most=most, n=len(keys)), _("票还没有投出。"))]
        )  # fmt: skip
    return keys or [ABSTAIN]


def _refusal(sitting: Sitting, official: ActingOfficial) -> Problem:
    member = sitting.member(official.id)
    if member is None:
        return Problem("", _("您不在这项表决的评委名单上。"))
    if member.has_voted:
        return Problem("", _("您已经投过票，每人一票，不能更改。"))
    return Problem("", _("您没有在表决开始前签到，不能投票。"))


def _outcome(motion: Motion, sitting: Sitting) -> str:
    papers = {option.key: option.papers for option in motion.options}
    # A paper of a list may have several marks: of those none can have more than there are papers.
    marks = max(papers.values()) if motion.kind == LIST else sum(papers.values())
    if marks > sitting.voted or (motion.kind != LIST and marks != sitting.voted):
        raise UrnDisagrees(
            _("%(motion)s 的票箱与投票人数不符，不能计票。", motion=shown_number(motion.number)),
            _("请管理员检查数据库。"),
        )
    if sitting.voted < sitting.present_needed:
        return NO_QUORUM
    if motion.kind == LIST:
        return DECIDED
    return PASSED if papers[AGREE] >= sitting.agree_needed else REJECTED
