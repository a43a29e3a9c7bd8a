"""Who handles a docket now: assigned, not standing aside, still an official, still with the role."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.models import Official
from voting_service.accounts.officials import ActingOfficial
from voting_service.accounts.register import acting
from voting_service.campaigns.models import Campaign

from ..docket.models import Assignment, Objection
from ..notices.models import Notice


@dataclass(frozen=True)
class Assigned:
    """One official and a docket, as everybody who may know of the docket sees it."""

    official_id: int
    name: str
    assigned_at: datetime
    ended_at: datetime | None
    recused: bool
    handles: bool
    """Whether they may read it and act on it now."""


def may_handle(official: ActingOfficial, slug: str) -> bool:
    """Whether somebody can be assigned in a campaign at all. Whoever supervises it handles nothing in it."""
    return official.may(slug, "handler", "committee") and not official.may(slug, "supervisor")


def handles_now(official: ActingOfficial | None, slug: str, assignment: Assignment | None) -> bool:
    """Whether this official may read and handle this docket at this moment. ``None``: has ended, or was never assigned."""
    if official is None or assignment is None or assignment.ended_at is not None or assignment.recused:
        return False
    return may_handle(official, slug)


def assignments_of(session: Session, objection_ids: Collection[int]) -> dict[int, list[Assigned]]:
    """Everyone who was ever assigned or stood aside, by objection, the earliest first."""
    rows = session.execute(
        select(Assignment, Official.name, Campaign.slug)
        .join(Official, Assignment.official_id == Official.id)
        .join(Objection, Assignment.objection_id == Objection.id)
        .join(Notice, Objection.notice_id == Notice.id)
        .join(Campaign, Notice.campaign_id == Campaign.id)
        .where(Assignment.objection_id.in_(objection_ids))
        .order_by(Assignment.assigned_at, Assignment.official_id)
    ).all()
    known = {
        official_id: acting(session, official_id) for official_id in {row.official_id for row, *_ in rows}
    }
    found: dict[int, list[Assigned]] = {}
    for row, name, slug in rows:
        handles = handles_now(known[row.official_id], slug, row)
        found.setdefault(row.objection_id, []).append(
            Assigned(row.official_id, name, row.assigned_at, row.ended_at, row.recused, handles)
        )
    return found
