"""Which notices of a campaign take objections now, about whom, from whom: read from what was published and frozen."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.candidates.departures import departures_of

from ..notices.models import Notice
from ..notices.queries import document_of, notices_of
from ..notices.rules import acceptance
from .form import Offer, Person
from .models import KINDS

REFUSED = "refused"


@dataclass(frozen=True)
class NoticeOnOffer:
    """A notice that takes objections, as the form shows it."""

    number: int
    title: str
    accepted_until: date | None
    provisional: bool
    offer: Offer
    decide_within_workdays: int
    reply_within_workdays: int
    contacts: tuple[dict[str, str], ...]
    """The offices that take objections otherwise: ``notices.drafting.Office`` as plain values."""


def notices_on_offer(session: Session, campaign: Campaign, now: datetime) -> list[NoticeOnOffer]:
    """Those that take objections at this moment, the latest first. One about a place that stays empty has nobody to object
    to."""
    notices = notices_of(session, campaign.id)
    gone = departures_of(session, campaign.id)
    offered = [on_offer(notice, gone) for notice in notices if acceptance(notice, now) == "open"]
    return [one for one in offered if one.offer.people]


def on_offer(notice: Notice, gone: Container[int] = ()) -> NoticeOnOffer:
    """A published notice as the form shows it, whether it still takes objections or not: without those who have ``gone``
    since, about whom there is nothing left to object to."""
    document = document_of(notice)
    objections = document["objections"]
    people = tuple(
        Person(one["number"], one["name"], one["organisation"])
        for one in document["people"]
        if one["number"] not in gone
    )
    worth = {kind: objections[kind]["worth"] for kind in KINDS if objections[kind]["worth"] != REFUSED}
    return NoticeOnOffer(
        number=notice.number,
        title=notice.title,
        accepted_until=notice.accepted_until,
        provisional=bool(notice.provisional),
        offer=Offer(notice.number, people, worth),
        decide_within_workdays=objections["decide_within_workdays"],
        reply_within_workdays=objections["reply_within_workdays"],
        contacts=contacts_of(document),
    )


def contacts_of(document: dict[str, Any]) -> tuple[dict[str, str], ...]:
    """Whom to turn to, as a notice names them."""
    return tuple({key: text for key, text in office.items() if text} for office in document["offices"])


def contacts_of_campaign(session: Session, campaign: Campaign, asked: str = "") -> tuple[dict[str, str], ...]:
    """Whom to turn to where no notice takes objections: as the notice of the number that was ``asked`` about names them, else
    the latest one, or else the declaration."""
    notices = notices_of(session, campaign.id)
    for notice in sorted(notices, key=lambda one: str(one.number) != asked):
        if contacts := contacts_of(document_of(notice)):
            return contacts
    contact = campaign.plan.get("publicity", {}).get("contact") or {}
    return (contact,) if contact else ()
