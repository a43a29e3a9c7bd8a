"""The result of a notice (公示结果) as the document that is published when it is closed: numbers and changes, never who
objected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.clock import rfc3339
from voting_service.transparency import entries

from ..docket.queries import Statistics, statistics
from ..notices.events import NOTICE_CLOSED
from ..notices.models import CLOSED, Notice
from ..notices.publishing import current_dates
from ..notices.queries import document_of
from ..substitutions.models import DROPPED, Substitution
from ..substitutions.standing import list_of


def result_document(session: Session, notice: Notice, *, at: datetime) -> dict[str, Any]:
    """What closing at a moment would publish. The notice is published, and so is whatever tells of its changes: see
    ``closing.problems_before_closing``."""
    found, dates = statistics(session, notice.id), current_dates(notice)
    changes = list(_changes(_substitutions(session, notice)))
    return {
        "type": "notice_closed",
        "campaign": notice.campaign.slug,
        "id": notice.number,
        "title": notice.title,
        "notice_sha256": notice.events[0].document_sha256,
        "at": rfc3339(at),
        "outcome": outcome_of(found, changes),
        "window": {
            "first_day": dates.first_day.isoformat(),
            "last_day": dates.last_day.isoformat(),
            "accepted_until": dates.accepted_until.isoformat(),
        },
        "objections": {
            "received": found.received,
            "came_by": dict(sorted(found.came_by.items())),
            "accepted": found.accepted,
            "declined": dict(sorted(found.declined.items())),
            "upheld": found.upheld,
            "dismissed": found.dismissed,
            "withdrawn": found.withdrawn,
        },
        "changes": changes,
        "list": _list(session, notice),
    }


def outcome_of(found: Statistics, changes: Sequence[object]) -> str:
    """One of ``notices.models.OUTCOMES``: that the list has changed tells more than that there were objections."""
    if changes:
        return "changed"
    return "objections_ruled" if found.received else "no_objection"


def digest_of(result: Mapping[str, Any]) -> str:
    """Of all that a result says but its moment, in hex: whether two of them tell the same."""
    return sha256(entries.canonical_json({**result, "at": ""})).hexdigest()


def published_result(notice: Notice) -> dict[str, Any] | None:
    """The result of a closed notice as it was published; None while it is not closed."""
    for event in notice.events:
        if event.act == NOTICE_CLOSED:
            document: dict[str, Any] = json.loads(event.document)
            return document
    return None


def _list(session: Session, notice: Notice) -> list[dict[str, Any]]:
    """Who is on the list now, that of its first notice with all supplements; by number. ``supplementary``:
    the notice that named whoever took a place, ``closed``: whether that one has ended."""
    standing = list_of(session, notice.campaign.slug, notice.number)
    told = {person["number"]: one for one in standing.family[1:] for person in document_of(one)["people"]}
    listed = []
    for number in sorted(standing.people()):
        one, by = standing.candidates[number], told.get(number)
        listed.append(
            {"number": number, "name": one.name, "organisation": one.organisation, "title": one.title,
             "supplementary": by.number if by else None, "closed": by is None or by.state == CLOSED or by is notice}
        )  # fmt: skip
    return listed


def _substitutions(session: Session, notice: Notice) -> Sequence[Substitution]:
    return session.scalars(
        select(Substitution).where(Substitution.notice_id == notice.id, Substitution.state != DROPPED)
        .order_by(Substitution.proposed_at, Substitution.id)
    ).all()  # fmt: skip


def _changes(found: Iterable[Substitution]) -> Iterator[dict[str, Any]]:
    """As the supplements have told them: who came and went before anybody was told stands in none, and is not named here."""
    told = {one.supplementary.id: one.supplementary for one in found if one.supplementary is not None}
    for supplement in told.values():
        document = document_of(supplement)
        people = {person["number"]: person for person in document["people"]}
        for change in document["supplements"]["changes"]:
            successor = people.get(change["successor"])
            yield {
                "number": change["number"],
                "name": change["name"],
                "cause": change["cause"],
                "reason": change["reason"],
                "successor": change["successor"],
                "successor_name": successor["name"] if successor else "",
                "successor_organisation": successor["organisation"] if successor else "",
                "supplementary": document["id"],
                "supplementary_title": document["title"],
                "supplementary_published_at": document["published_at"],
            }
