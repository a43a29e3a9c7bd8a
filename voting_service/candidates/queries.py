"""Reads of the roster that more than one place needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..campaigns.composition import Person
from ..errors import NotFound
from ..text import _
from .models import Candidate


def roster(session: Session, campaign_id: int) -> Sequence[Candidate]:
    """All candidates of a campaign by number, with their categories and photos."""
    query = (
        select(Candidate)
        .where(Candidate.campaign_id == campaign_id)
        .order_by(Candidate.number)
        .options(selectinload(Candidate.category), selectinload(Candidate.photos))
    )
    return session.scalars(query).all()


def published_roster(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """The roster as ``opened`` publishes and freezes it."""
    return [
        {
            "number": candidate.number,
            "name": candidate.name,
            "organisation": candidate.organisation,
            "category": candidate.category.key if candidate.category else None,
        }
        for candidate in candidates
    ]


def categories_by_number(candidates: Sequence[Candidate]) -> dict[int, str | None]:
    """Candidate number → category key, as the box keeps it."""
    return {c.number: c.category.key if c.category else None for c in candidates}


def names_by_number(session: Session, campaign_id: int) -> dict[int, str]:
    """Candidate number → name."""
    query = select(Candidate.number, Candidate.name).where(Candidate.campaign_id == campaign_id)
    return dict(session.execute(query).all())


def candidate_by_number(session: Session, campaign_id: int, number: int) -> Candidate:
    """One candidate of a campaign, with category and photos. Raises NotFound."""
    # Beyond this no candidate is numbered, and the databases disagree on what a number is.
    found = None
    if number < 10**7:
        found = session.scalar(
            select(Candidate)
            .where(Candidate.campaign_id == campaign_id, Candidate.number == number)
            .options(selectinload(Candidate.category), selectinload(Candidate.photos))
        )
    if found is None:
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    return found


def composition_person(candidate: Candidate) -> Person:
    """One candidate as composition rules ask of them."""
    return Person(
        candidate.gender,
        candidate.birth_date,
        candidate.category.key if candidate.category else None,
        candidate.organisation,
        candidate.front_line,
    )
