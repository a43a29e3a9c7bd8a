"""Who has read a docket and when (查阅记录), from the journal: for those who supervise and those who assign. Names and times; the
journal knows nothing of what was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import JournalEntry

_FILE = "read_attachment"
READING_ACTS = ("read_docket", _FILE)


@dataclass(frozen=True)
class Reading:
    """One person on one day."""

    name: str
    first: datetime
    last: datetime
    dockets: int
    """How often the docket was opened."""
    files: int
    """How often one of its files was."""


def may_see_readings(official: ActingOfficial, slug: str) -> bool:
    """Whether somebody may know who has read the dockets of a campaign."""
    return official.may(slug, "supervisor", "committee")


def readings_of(session: Session, number: str, zone: ZoneInfo) -> list[Reading]:
    """Of one docket, the latest first. ``zone``: by whose days it is counted."""
    rows = session.execute(
        select(JournalEntry.actor, JournalEntry.act, JournalEntry.at)
        .where(
            JournalEntry.belongs_to == number,
            JournalEntry.subject == number,
            JournalEntry.act.in_(READING_ACTS),
        )
        .order_by(JournalEntry.id)
    )
    by_day = summed(((name, act, at) for name, act, at in rows), zone)
    return sorted(by_day, key=lambda one: one.last, reverse=True)


def summed(readings: Iterable[tuple[str, str, datetime]], zone: ZoneInfo) -> list[Reading]:
    """Name, act and moment of each, in order, summed up by person and day."""
    found: dict[object, Reading] = {}
    for name, act, at in readings:
        key = name, at.astimezone(zone).date()
        one = found.get(key) or Reading(name, at, at, 0, 0)
        is_file = act == _FILE
        found[key] = replace(one, last=at, dockets=one.dockets + (not is_file), files=one.files + is_file)
    return list(found.values())
