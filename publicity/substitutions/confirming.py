"""Confirming that a candidate leaves: the second person. The departure is written; from then on nobody can choose them.

The SQL transaction is the commit point. The box is told right after it; one that is away is told by the recorder, or by
whoever meets it next, before it takes another ballot.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.ballots.attest import tell_departures
from voting_service.ballots.ballot_box import BoxUnavailable
from voting_service.campaigns.models import OPEN
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import depart
from voting_service.errors import Problem, ProblemsFound
from voting_service.recorder.drain import Stores
from voting_service.text import _

from .models import DROPPED, LEFT, PROPOSED, Substitution
from .standing import list_of, substitution_of
from .standing_aside import require_part


def carry_out(
    stores: Stores, slug: str, number: int, substitution_id: int, *, official: ActingOfficial
) -> bool:
    """Confirm, then tell the box. Gives False where voting is open and the box does not know yet. Raises ProblemsFound,
    NotFound."""
    with stores.database.write() as session:
        confirm_leave(session, slug, number, substitution_id, at=stores.clock.now(), official=official)
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
    if campaign.phase != OPEN:
        return True
    try:
        return tell_departures(stores.database, stores.box, campaign.id, slug)
    except BoxUnavailable:
        return False


def confirm_leave(
    session: Session, slug: str, number: int, substitution_id: int, *, at: datetime, official: ActingOfficial
) -> Substitution:
    """Put it into effect. Raises ProblemsFound, NotFound. The caller commits, then tells the box."""
    standing = list_of(session, slug, number, lock=True)
    substitution = substitution_of(standing, substitution_id)
    require_part(session, official, substitution)
    problems = []
    if substitution.state != PROPOSED:
        problems.append(Problem("", _("已经确认过了。")))
    elif substitution.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这项是您提出的。")))
    if problems:
        raise ProblemsFound(problems)
    # The campaign after the notice, as publishing locks them.
    campaign = campaign_by_slug(session, slug, lock=True)
    depart(session, campaign, substitution.leaver, substitution.cause, at=at)
    substitution.state = LEFT
    substitution.confirmed_by, substitution.confirmed_at = official.id, at
    journal(session, at=at, actor=official.name, act="confirm_leave", subject=f"{slug}/{standing.notice.name}",
            details={"substitution": substitution.id, "leaver": substitution.leaver, "cause": substitution.cause})  # fmt: skip
    return substitution


def drop_leave(
    session: Session, slug: str, number: int, substitution_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let a proposal go that nobody has confirmed. Raises ProblemsFound, NotFound. The caller commits."""
    standing = list_of(session, slug, number, lock=True)
    substitution = substitution_of(standing, substitution_id)
    require_part(session, official, substitution)
    if substitution.state != PROPOSED:
        raise ProblemsFound([Problem("", _("已经确认，不能作罢。"))])
    substitution.state = DROPPED
    journal(session, at=at, actor=official.name, act="drop_leave", subject=f"{slug}/{standing.notice.name}",
            details={"substitution": substitution.id, "leaver": substitution.leaver})  # fmt: skip
