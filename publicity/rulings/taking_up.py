"""Taking up (受理) or declining (不予受理). Late is late, and shown as late; it is never refused, since an objection that
nobody may take up any more would be lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.encryption import Keyring
from voting_service.text import _

from ..docket.models import ACCEPTED, DECLINE_CLASSES, DECLINED, RECEIVED, Objection
from ..docket.record import append_entry
from .admission import Case, case_to_handle


def accept(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, *, at: datetime
) -> Objection:
    """Take it up; the objector is told. Raises ProblemsFound, NotFound. The caller commits."""
    case = case_to_handle(session, official, number)
    case.require_state(RECEIVED)
    case.settle()
    objection = case.objection
    objection.state, objection.taken_up_at = ACCEPTED, at
    append_entry(session, keyring, objection, "accepted", at=at, official_id=official.id, shown=True)
    journal(session, at=at, actor=official.name, act="accept_objection", subject=number)
    return objection


def check_decline(
    session: Session, official: ActingOfficial, number: str, decline_class: str, reason: str, seen: int
) -> tuple[Case, str]:
    """Everything that keeps it from being declined so now, for the last look and for the act alike; gives the reason without
    the space around it. Locks the docket. Raises ProblemsFound, NotFound."""
    case = case_to_handle(session, official, number)
    case.require_state(RECEIVED)
    case.require_seen(session, seen)
    case.require_choice("decline_class", decline_class, DECLINE_CLASSES, _("请选择不予受理的理由类别。"))
    reason = case.require_text("decline_reason", reason, _("请写明不予受理的理由，异议人会看到。"))
    case.settle()
    return case, reason


def decline(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, decline_class: str, reason: str,
    seen: int, *, at: datetime,
) -> Objection:  # fmt: skip
    """Refuse it, by a class that is counted in public and a reason that the objector is shown. ``seen``: the last entry on
    the page from which this is done. Raises ProblemsFound, NotFound. The caller commits."""
    case, reason = check_decline(session, official, number, decline_class, reason, seen)
    objection = case.objection
    objection.state, objection.taken_up_at, objection.decline_class = DECLINED, at, decline_class
    append_entry(session, keyring, objection, "declined", reason, at=at, official_id=official.id, shown=True)
    journal(session, at=at, actor=official.name, act="decline_objection", subject=number,
            details={"class": decline_class})  # fmt: skip
    return objection
