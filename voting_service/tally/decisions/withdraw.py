"""Withdrawing: a proposal that nobody will confirm. It stays on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import _
from .blind_first import let_go
from .models import PROPOSED, WITHDRAWN, Decision
from .queries import decision_by_number
from .rules import name_problems, shown_number


def withdraw(session: Session, slug: str, number: int, *, at: datetime, actor: str) -> Decision:
    """Give a proposal up; whoever made it, and anybody else. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    decision = decision_by_number(session, campaign.id, number)
    problems = name_problems(actor)
    if decision.state != PROPOSED:
        problems.append(
            Problem(shown_number(number), _("已经生效或已撤回，不能再撤回；生效的决定可以提出撤销。"))
        )
    if problems:
        raise ProblemsFound(problems)
    decision.state = WITHDRAWN
    decision.withdrawn_by, decision.withdrawn_at = actor.strip(), at
    let_go(session, decision)
    journal(session, at=at, actor=actor, act="withdraw_decision", subject=slug,
            details={"decision": shown_number(number)})  # fmt: skip
    return decision
