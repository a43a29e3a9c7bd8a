"""Reads of the roster that more than one place needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ..accounts.places import Place
from ..campaigns.composition import Person
from ..campaigns.models import Campaign
from ..errors import NotFound
from ..read_ahead import ReadOf, grouped
from ..text import _
from .models import Candidate


def _rosters(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[Candidate]]:
    query = (
        select(Candidate)
        .where(Candidate.campaign_id.in_(campaign_ids))
        .order_by(Candidate.number)
        .options(selectinload(Candidate.category), selectinload(Candidate.photos))
    )
    return grouped(campaign_ids, session.scalars(query), lambda one: one.campaign_id)


roster = ReadOf(_rosters)
"""All candidates of a campaign by number, with their categories and photos."""


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


def units_by_campaign(session: Session) -> dict[str, list[str]]:
    """Campaign slug → the organisations of its roster, each once, in the roster's order; drafts too, the latest first."""
    units: dict[str, list[str]] = {
        slug: [] for slug in session.scalars(select(Campaign.slug).order_by(Campaign.id.desc()))
    }
    rows = session.execute(
        select(Campaign.slug, Candidate.organisation)
        .join(Candidate, Candidate.campaign_id == Campaign.id)
        .order_by(Candidate.number)
    )
    for slug, organisation in rows:
        if organisation not in units[slug]:
            units[slug].append(organisation)
    return units


def desk_places(session: Session) -> list[Place]:
    """Where roles may be given: every campaign, the latest first, with its units."""
    units = units_by_campaign(session)
    titles = dict(session.execute(select(Campaign.slug, Campaign.title)).all())
    return [Place(slug, titles[slug], tuple(units[slug])) for slug in units]


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
