"""How the committee voted on a subject, for whoever acts upon it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class MotionOutcome:
    """The result of a closed committee ballot; nobody's own vote is in it, nor kept anywhere."""

    number: int
    """Shown as ``M-0001``."""
    passed: bool
    members: int
    present: int
    agree: int
    disagree: int
    abstain: int
    closed_at: datetime


def outcome_of(session: Session, campaign_id: int, subject: str) -> MotionOutcome | None:
    """The latest closed ballot on a subject (``final-list-1``); None where there is none."""
    raise NotImplementedError
