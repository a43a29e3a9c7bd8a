"""Proposing that a candidate leaves: disqualified, withdrawn or deceased, with a reason that will be public. Nothing
changes until another official confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.candidates.departures import CAUSE_WORDS, DISQUALIFIED
from voting_service.candidates.personal_data import contact_data_in
from voting_service.encryption import Keyring
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _

from ..docket.models import UPHELD, Objection
from ..docket.numbers import read_docket_number
from ..docket.queries import objection_by_number
from ..docket.sealing import open_heading
from .models import CAUSES, PROPOSED, Substitution
from .standing import ListStanding, list_of
from .standing_aside import stood_aside_from

LONGEST_REASON = 300


@dataclass(frozen=True)
class Leave:
    """What somebody proposes, as typed."""

    leaver: int | None
    """The candidate's number."""
    cause: str
    """One of ``models.CAUSES``."""
    reason: str
    """Public: it will stand in the supplementary notice."""
    docket_number: str = ""
    """The objection that was upheld, where that is the cause."""


def check_leave(
    session: Session,
    keyring: Keyring,
    slug: str,
    number: int,
    leave: Leave,
    *,
    official: ActingOfficial,
    lock: bool = False,
) -> ListStanding:
    """Everything that keeps this from being proposed now, for the preview and for the act alike. Raises ProblemsFound,
    NotFound."""
    standing = list_of(session, slug, number, lock=lock)
    problems = [
        *_leaver_problems(standing, leave),
        *_cause_problems(standing, leave),
        *public_reason_problems(leave.reason, _("请写明原因，它会写进补充公示。")),
        *_docket_problems(session, keyring, standing, leave, official),
    ]
    if problems:
        raise ProblemsFound(problems)
    return standing


def propose_leave(
    session: Session, keyring: Keyring, slug: str, number: int, leave: Leave, *, at: datetime, official: ActingOfficial
) -> Substitution:  # fmt: skip
    """Propose it. Raises ProblemsFound, NotFound. The caller commits."""
    standing = check_leave(session, keyring, slug, number, leave, official=official, lock=True)
    assert leave.leaver is not None  # checked
    substitution = Substitution(
        notice_id=standing.notice.id, leaver=leave.leaver, cause=leave.cause, reason=leave.reason.strip(),
        docket_number=read_docket_number(leave.docket_number), state=PROPOSED, proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(substitution)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_leave", subject=f"{slug}/{standing.notice.name}",
            details={"substitution": substitution.id, "leaver": leave.leaver, "cause": leave.cause,
                     "by_objection": substitution.docket_number is not None})  # fmt: skip
    return substitution


def upheld_dockets(session: Session, standing: ListStanding, official: ActingOfficial) -> list[str]:
    """Docket numbers of objections to this notice that were upheld and have led to nothing yet: of those that this official
    may know of."""
    used = {row.docket_number for row in standing.substitutions}
    query = (
        select(Objection.docket_number)
        .where(Objection.notice_id == standing.notice.id, Objection.state == UPHELD)
        .order_by(Objection.ruled_at)
    )
    found = [number for number in session.scalars(query) if number not in used]
    hidden = stood_aside_from(session, official, found)
    return [number for number in found if number not in hidden]


def leave_by_docket(
    session: Session, keyring: Keyring, standing: ListStanding, docket: str, official: ActingOfficial
) -> Leave:
    """What follows from an objection that was upheld and has led to nothing yet; empty for any other number. Raises
    SealBroken."""
    number = read_docket_number(docket)
    if number is None or number not in upheld_dockets(session, standing, official):
        return Leave(None, "", "")
    leaver = open_heading(keyring, objection_by_number(session, number)).candidate
    return Leave(leaver, DISQUALIFIED, "", number)


def public_reason_problems(reason: str, empty: Text) -> list[Problem]:
    """What is wrong with a reason that everyone is going to read."""
    reason = reason.strip()
    if not reason:
        return [Problem("reason", empty)]
    problems = []
    if len(reason) > LONGEST_REASON:
        problems.append(
            Problem("reason", _("原因有 %(n)s 个字，最多 %(most)s 个。", n=len(reason), most=LONGEST_REASON))
        )
    if found := contact_data_in(reason):
        problems.append(Problem("reason", found, _("原因会公开，请删去。")))
    return problems


def _leaver_problems(standing: ListStanding, leave: Leave) -> list[Problem]:
    if leave.leaver is None:
        return [Problem("leaver", _("请选择退出名单的候选人。"))]
    if leave.leaver not in standing.own:
        return [Problem("leaver", _("%(number)s 号不在这份公告的名单上。", number=leave.leaver))]
    if any(row.leaver == leave.leaver and row.state == PROPOSED for row in standing.substitutions):
        return [
            Problem("leaver", _("%(who)s退出名单已经提出，等待确认。", who=standing.called(leave.leaver)))
        ]
    return []


def _cause_problems(standing: ListStanding, leave: Leave) -> list[Problem]:
    if leave.cause not in CAUSES:
        return [Problem("cause", _("请选择退出的原因。"))]
    known = standing.gone.get(leave.leaver or 0)
    if known is not None and known != leave.cause:
        word = CAUSE_WORDS[known]
        return [Problem("cause", _("该候选人已登记为“%(word)s”，原因要一致。", word=word))]
    return []


def _docket_problems(
    session: Session, keyring: Keyring, standing: ListStanding, leave: Leave, official: ActingOfficial
) -> list[Problem]:
    if not leave.docket_number.strip():
        return []
    if leave.cause != DISQUALIFIED:
        return [Problem("docket_number", _("只有取消资格才写受理编号。"))]
    number = read_docket_number(leave.docket_number)
    if number is None or number not in upheld_dockets(session, standing, official):
        # The same answer for one that does not exist and for one from which they stood aside.
        return [Problem("docket_number", _("没有这个受理编号的异议成立而尚未处理名单的案卷。"))]
    objection = objection_by_number(session, number)
    # Asked only of an objection that was upheld: it says no more than the disqualification itself is going to.
    if open_heading(keyring, objection).candidate != leave.leaver:
        return [Problem("docket_number", _("这份案卷反映的不是所选的候选人，请核对。"))]
    return []
