"""Asking the objector, who sees the question when they come back and answers it there."""

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


def ask(
    session: Session, keyring: Keyring, official: ActingOfficial, number: str, question: str, *, at: datetime
) -> None:
    """Ask a question. Raises ProblemsFound, NotFound. The caller commits."""
    case = case_to_handle(session, official, number)
    case.require_state(*PENDING)
    question = case.require_text("question", question, _("请写下要问异议人的问题。"))
    case.settle()
    append_entry(
        session, keyring, case.objection, "asked", question, at=at, official_id=official.id, shown=True
    )
    journal(session, at=at, actor=official.name, act="ask_objector", subject=number)
