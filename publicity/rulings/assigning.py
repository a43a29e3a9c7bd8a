"""Assigning dockets (指派), taking an assignment back, and standing aside (回避).

Whoever assigns sees about whom and on which ground, nothing else. Whoever stands aside is out for good: never assigned to this
docket again, and it is to them as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.models import Official, OfficialRole
from voting_service.accounts.officials import EVERYWHERE, ActingOfficial
from voting_service.accounts.register import acting
from voting_service.activity import journal
from voting_service.encryption import Keyring
from voting_service.text import _

from ..docket.models import PENDING, Assignment
from ..docket.record import append_entry
from .admission import Case, case_of, may_assign
from .handlers import handles_now, may_handle


def assignable(session: Session, slug: str) -> list[ActingOfficial]:
    """Everyone who can be assigned in a campaign, by name."""
    ids = session.scalars(
        select(Official.id)
        .join(OfficialRole, OfficialRole.official_id == Official.id)
        .where(
            Official.ended_at.is_(None),
            OfficialRole.role.in_(("handler", "committee")),
            OfficialRole.campaign_slug.in_((slug, EVERYWHERE)),
        )
        .distinct()
        .order_by(Official.id)
    )
    return sorted(_who_may_handle((acting(session, each) for each in ids), slug), key=lambda one: one.name)


def _who_may_handle(officials: Iterable[ActingOfficial | None], slug: str) -> list[ActingOfficial]:
    return [one for one in officials if one is not None and may_handle(one, slug)]


def assign(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, handler_id: int, *, at: datetime
) -> Assignment:  # fmt: skip
    """Give a docket to one more official. Raises ProblemsFound, NotFound. The caller commits."""
    case = _case_to_assign(session, official, number)
    case.require_state(*PENDING)
    handler = acting(session, handler_id)
    assignment = session.get(Assignment, (case.objection.id, handler_id))
    if handler is None or not may_handle(handler, case.slug):
        case.refuse(
            _("这名工作人员不能承办本次评选的异议。"),
            _("请选择有承办人或评委角色、且不担任监督员的人员。"),
            "handler",
        )
    elif assignment is not None and assignment.recused:
        case.refuse(_("%(name)s 已回避，不能再承办这件案卷。", name=handler.name), where="handler")
    elif assignment is not None and assignment.ended_at is None:
        case.refuse(_("%(name)s 已经在承办这件案卷。", name=handler.name), where="handler")
    case.settle()
    assert handler is not None  # a missing one is a problem
    if assignment is None:
        assignment = Assignment(objection_id=case.objection.id, official_id=handler_id)
        session.add(assignment)
    assignment.assigned_by, assignment.assigned_at, assignment.ended_at = official.id, at, None
    append_entry(
        session,
        keyring,
        case.objection,
        "assigned",
        handler.name,
        at=at,
        official_id=official.id,
        shown=False,
    )
    journal(session, at=at, actor=official.name, act="assign_docket", subject=number,
            details={"handler": handler.name})  # fmt: skip
    return assignment


def release(
    session: Session,
    keyring: Keyring,
    official: ActingOfficial,
    number: str,
    handler_id: int,
    *,
    at: datetime,
) -> None:
    """Take an assignment back, as when somebody is away, or when the docket is done with and need not be read any more. While
    it is pending they may be assigned again. Raises ProblemsFound, NotFound. The caller commits."""
    case = _case_to_assign(session, official, number)
    assignment = session.get(Assignment, (case.objection.id, handler_id))
    if assignment is None or assignment.ended_at is not None:
        case.refuse(_("这名工作人员现在没有承办这件案卷。"), _("请刷新页面查看。"))
    case.settle()
    assert assignment is not None  # a missing one is a problem
    assignment.ended_at = at
    name = session.get_one(Official, handler_id).name
    append_entry(
        session, keyring, case.objection, "released", name, at=at, official_id=official.id, shown=False
    )
    journal(session, at=at, actor=official.name, act="release_docket", subject=number,
            details={"handler": name})  # fmt: skip


def stand_aside(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, reason: str, *, at: datetime
) -> None:
    """A handler stands aside. Raises ProblemsFound, NotFound. The caller commits."""
    case = case_of(session, official, number, lock=True)
    if not handles_now(official, case.slug, case.assignment):
        case.refuse(_("您没有承办这件案卷，不需要回避。"))
    reason = case.require_text("recusal_reason", reason, _("请写明回避的理由。"))
    case.settle()
    assert case.assignment is not None  # whoever handles has one
    case.assignment.recused, case.assignment.ended_at = True, at
    append_entry(
        session, keyring, case.objection, "recused", reason, at=at, official_id=official.id, shown=False
    )
    journal(session, at=at, actor=official.name, act="stand_aside", subject=number)


def mark_recused(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, person_id: int, reason: str,
    *, at: datetime,
) -> None:  # fmt: skip
    """The committee keeps somebody away from a docket, assigned or not. Raises ProblemsFound, NotFound. The caller commits."""
    case = _case_to_assign(session, official, number)
    person = session.get(Official, person_id)
    assignment = session.get(Assignment, (case.objection.id, person_id))
    if person is None:
        case.refuse(_("请选择要回避的人员。"), where="person")
    elif assignment is not None and assignment.recused:
        case.refuse(_("%(name)s 已经回避。", name=person.name), where="person")
    reason = case.require_text("mark_reason", reason, _("请写明要求回避的理由。"))
    case.settle()
    assert person is not None  # a missing one is a problem
    if assignment is None:
        assignment = Assignment(
            objection_id=case.objection.id, official_id=person_id, assigned_by=official.id, assigned_at=at
        )
        session.add(assignment)
    assignment.recused, assignment.ended_at = True, assignment.ended_at or at
    body = f"{person.name}：{reason}"
    append_entry(
        session, keyring, case.objection, "recused", body, at=at, official_id=official.id, shown=False
    )
    journal(session, at=at, actor=official.name, act="mark_recused", subject=number,
            details={"person": person.name})  # fmt: skip


def _case_to_assign(session: Session, official: ActingOfficial, number: str) -> Case:
    case = case_of(session, official, number, lock=True)
    if not may_assign(official, case.slug):
        case.refuse(_("只有评委和经办人可以指派案卷、决定回避。"))
    return case
