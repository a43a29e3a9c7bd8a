"""The lists of a campaign as they were made public after its voting: in their window, settled, awarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.media.results.result import Listed, PublishedList
from voting_service.text import _

from ..notices.models import Notice
from ..notices.queries import notices_of
from ..substitutions.standing import ListStanding, list_of
from .awarding import document_of, list_problems
from .models import CONFIRMED, REVOKED, Award


def published_lists(session: Session, campaign: Campaign) -> list[PublishedList]:
    """The latest first. Notices from before the voting ended were about something else."""
    if campaign.closed_at is None:
        return []
    found = [
        notice
        for notice in notices_of(session, campaign.id)
        if notice.supplements is None and notice.published_at and notice.published_at >= campaign.closed_at
    ]
    return [one for notice in found if (one := _published(session, campaign.slug, notice)) is not None]


def _published(session: Session, slug: str, notice: Notice) -> PublishedList | None:
    standing = list_of(session, slug, notice.number)
    if not standing.listed:
        return None
    url = f"/c/{slug}/notices/{notice.number}"
    award = session.scalar(select(Award).where(Award.notice_id == notice.id, Award.state == CONFIRMED))
    if award is not None:
        return PublishedList(
            notice.title,
            _("已表彰：%(honour)s", honour=award.honour),
            url,
            tuple(_awarded(slug, standing, award)),
        )
    if list_problems(standing):
        return PublishedList(notice.title, _("正在公示，名单见公告"), url)
    return PublishedList(notice.title, _("公示期满"), url, tuple(_settled(slug, standing)))


def _awarded(slug: str, standing: ListStanding, award: Award) -> Iterable[Listed]:
    revoked = {one.candidate_number for one in award.certificates if one.state == REVOKED}
    for person in document_of(award)["people"]:
        if person["number"] not in revoked:
            yield _listed(slug, person, standing)


def _settled(slug: str, standing: ListStanding) -> Iterable[Listed]:
    for number in standing.people():
        one = standing.candidates[number]
        person = {"number": number, "name": one.name, "organisation": one.organisation, "title": one.title}
        yield _listed(slug, person, standing)


def _listed(slug: str, person: dict[str, Any], standing: ListStanding) -> Listed:
    number = person["number"]
    url = f"/c/{slug}/candidates/{number}" if number in standing.candidates else None
    return Listed(person["name"], person["organisation"], person["title"], url)
