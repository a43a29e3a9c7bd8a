"""Ruling (处理决定): one handler proposes, another confirms or sends back. Confirming is what rules and answers.

Both have read the docket and handle it at the moment of the ruling: whoever confirms must be assigned to it as well, a proposal
by somebody who handles it no more can only be sent back, and neither decides upon a docket that has grown since they opened it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.accounts.register import acting
from voting_service.activity import journal
from voting_service.encryption import Keyring
from voting_service.text import _

from ..docket.models import ACCEPTED, Assignment, Objection, Ruling
from ..docket.record import append_entry
from ..docket.sealing import RulingText, open_ruling, ruling_place, seal_value
from ..docket.words import OUTCOME_WORDS
from .admission import Case, case_to_handle
from .handlers import handles_now

PROPOSED, CONFIRMED, RETURNED = "proposed", "confirmed", "returned"


@dataclass(frozen=True)
class RulingDraft:
    """What a handler proposes, as typed."""

    outcome: str
    """``upheld`` or ``dismissed``."""
    finding: str
    """Why, for the record."""
    reply: str
    """The body of the letter; empty where the campaign promised no answer."""


def check_draft(
    session: Session, official: ActingOfficial, number: str, draft: RulingDraft, seen: int
) -> tuple[Case, RulingText]:
    """Everything that keeps this from being proposed now, for the preview and for the act alike. Locks the docket.
    Raises ProblemsFound, NotFound."""
    case = case_to_handle(session, official, number)
    case.require_state(ACCEPTED)
    case.require_seen(session, seen)
    if open_proposal(session, case.objection.id) is not None:
        case.refuse(_("已有一份处理意见在等待确认。"), _("确认或退回之后才能另提。"))
    case.require_choice("outcome", draft.outcome, OUTCOME_WORDS, _("请选择异议成立还是不成立。"))
    finding = case.require_text("ruling_finding", draft.finding, _("请写明认定的事实和理由。"))
    reply = draft.reply.strip()
    if case.objection.worth == "answered":
        reply = case.require_text("reply", reply, _("请写答复内容，异议人会看到。"))
    elif reply:
        case.refuse(_("本次评选对这一类异议不作书面答复，答复内容不会送达。"), _("请留空。"), "reply")
    case.settle()
    return case, RulingText(finding, reply)


def propose(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, draft: RulingDraft, seen: int,
    *, at: datetime,
) -> Ruling:  # fmt: skip
    """Put it before the second person. ``seen``: the last entry on the page from which this is done. Raises ProblemsFound,
    NotFound. The caller commits."""
    case, text = check_draft(session, official, number, draft, seen)
    objection = case.objection
    last = session.scalar(select(func.max(Ruling.number)).where(Ruling.objection_id == objection.id)) or 0
    ruling = Ruling(
        objection_id=objection.id, number=last + 1, outcome=draft.outcome, proposed_by=official.id, proposed_at=at,
        state=PROPOSED, reasons_sealed=seal_value(keyring, text, ruling_place(number, last + 1)),
    )  # fmt: skip
    session.add(ruling)
    session.flush()
    append_entry(session, keyring, objection, "proposed", at=at, official_id=official.id, shown=False)
    journal(session, at=at, actor=official.name, act="propose_ruling", subject=number,
            details={"ruling": ruling.number})  # fmt: skip
    return ruling


def confirm(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, ruling_number: int, seen: int,
    *, at: datetime,
) -> Objection:  # fmt: skip
    """Rule as proposed, and answer the objector where that was promised. Raises ProblemsFound, NotFound. The caller commits:
    that is the moment of the ruling."""
    case, ruling = _proposal_before(session, official, number, ruling_number)
    case.require_seen(session, seen)
    if ruling is not None and ruling.proposed_by == official.id:
        case.refuse(_("处理意见是您提出的，须由另一名承办人员确认。"))
    if ruling is not None:
        _require_author(session, case, ruling)
    case.settle()
    assert ruling is not None  # a missing one is a problem
    objection = case.objection
    _decide(ruling, CONFIRMED, official, at)
    objection.state, objection.ruled_at = ruling.outcome, at
    append_entry(session, keyring, objection, "ruled", at=at, official_id=official.id, shown=True)
    if objection.worth == "answered":
        reply = open_ruling(keyring, number, ruling).reply
        append_entry(
            session, keyring, objection, "replied", reply, at=at, official_id=official.id, shown=True
        )
    journal(session, at=at, actor=official.name, act="confirm_ruling", subject=number,
            details={"ruling": ruling.number, "outcome": ruling.outcome})  # fmt: skip
    return objection


def send_back(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, ruling_number: int, reason: str,
    *, at: datetime,
) -> None:  # fmt: skip
    """Not as proposed, with a reason; the proposal stays in the docket. Raises ProblemsFound, NotFound. The caller commits."""
    case, ruling = _proposal_before(session, official, number, ruling_number)
    if ruling is not None and ruling.proposed_by == official.id:
        case.refuse(_("处理意见是您提出的，须由另一名承办人员退回。"))
    reason = case.require_text("return_reason", reason, _("请写明退回的理由。"))
    case.settle()
    assert ruling is not None  # a missing one is a problem
    _decide(ruling, RETURNED, official, at)
    append_entry(
        session, keyring, case.objection, "returned", reason, at=at, official_id=official.id, shown=False
    )
    journal(session, at=at, actor=official.name, act="return_ruling", subject=number,
            details={"ruling": ruling.number})  # fmt: skip


def open_proposal(session: Session, objection_id: int) -> Ruling | None:
    """The one that waits for the second person."""
    return session.scalar(select(Ruling).where(Ruling.objection_id == objection_id, Ruling.state == PROPOSED))


def _proposal_before(
    session: Session, official: ActingOfficial, number: str, ruling_number: int
) -> tuple[Case, Ruling | None]:
    case = case_to_handle(session, official, number)
    case.require_state(ACCEPTED)
    ruling = open_proposal(session, case.objection.id)
    if ruling is None or ruling.number != ruling_number:
        ruling = None
        case.refuse(_("没有这份等待确认的处理意见。"), _("可能刚刚有人确认或退回，请刷新页面查看。"))
    return case, ruling


def _require_author(session: Session, case: Case, ruling: Ruling) -> None:
    """Whoever proposed it still handles the docket: otherwise one person would decide alone."""
    assignment = session.get(Assignment, (case.objection.id, ruling.proposed_by))
    if handles_now(acting(session, ruling.proposed_by), case.slug, assignment):
        return
    if assignment is not None and assignment.recused:
        sentence = _("提出处理意见的人已经回避，这份意见不能确认。")
    else:
        sentence = _("提出处理意见的人现在不承办这件案卷，这份意见不能确认。")
    case.refuse(sentence, _("请退回，由另一名承办人员重新提出。"))


def _decide(ruling: Ruling, state: str, official: ActingOfficial, at: datetime) -> None:
    ruling.state, ruling.decided_by, ruling.decided_at = state, official.id, at
