"""Recording what was found out: for the docket, never shown to the objector."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.encryption import Keyring
from voting_service.text import _

from ..docket.models import PENDING
from ..docket.record import append_entry
from .admission import case_to_handle


def record_finding(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, finding: str, *, at: datetime
) -> None:
    """Keep a finding. Raises ProblemsFound, NotFound. The caller commits."""
    case = case_to_handle(session, official, number)
    case.require_state(*PENDING)
    finding = case.require_text("finding", finding, _("请写下核查到的情况。"))
    case.settle()
    append_entry(
        session, keyring, case.objection, "found", finding, at=at, official_id=official.id, shown=False
    )
    journal(session, at=at, actor=official.name, act="record_finding", subject=number)
