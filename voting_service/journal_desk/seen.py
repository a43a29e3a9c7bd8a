"""Which entries an official sees, and the pages of them.

Administrators and supervisors of all campaigns see everything; whoever administers, supervises or decides in a campaign sees the
acts of that campaign. A docket's acts are called by its number and belong to no campaign here: who may read a docket is asked
in the docket's own room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session, aliased

from ..accounts.officials import EVERYWHERE, ActingOfficial, Role
from ..activity import JournalEntry
from ..activity.chain import GENESIS, Link
from ..activity.reading import BATCH, link_of
from ..errors import NotFound
from ..text import _
from .speaking import actors_called

READERS: tuple[Role, ...] = ("admin", "supervisor", "committee")
PAGE = 50

_Before = aliased(JournalEntry)


@dataclass(frozen=True)
class Sight:
    """What one official may see."""

    everything: bool
    slugs: tuple[str, ...]
    """The campaigns whose acts they see."""

    def condition(self, slug: str) -> list[ColumnElement[bool]]:
        """For a campaign, or for all that they see where ``slug`` is empty. Raises NotFound for one that is not theirs."""
        if slug and slug not in self.slugs:
            raise NotFound(_("没有这个评选活动，或者您没有权限查看它的工作日志。"))
        if slug:
            return [JournalEntry.belongs_to == slug]
        return [] if self.everything else [_of_campaigns(self.slugs)]


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty fields ask for nothing."""

    slug: str = ""
    actor: str = ""
    act: str = ""
    """An act, or a group of acts, as the form has it."""
    words: str = ""
    """Some letters of an act's words, as typed."""
    acts: frozenset[str] | None = None
    """Which acts these two come to; None for all."""
    day: date | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether entries are left out, so that what is shown is no whole chain."""
        return self != Wanted()


class Page(NamedTuple):
    """Some entries, the newest first."""

    links: Sequence[Link]
    older: int | None
    """Show those before this number next; None where there are no more."""


def sight_of(official: ActingOfficial, slugs: Iterable[str]) -> Sight:
    """What this official sees. ``slugs``: every campaign's."""
    return Sight(
        official.may(EVERYWHERE, "admin", "supervisor"),
        tuple(slug for slug in slugs if official.may(slug, *READERS)),
    )


def page_of(
    session: Session, sight: Sight, wanted: Wanted, zone: ZoneInfo, before: int | None = None
) -> Page:
    """Entries, the newest first, from those before a number on."""
    query = query_of(sight, wanted, zone).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(JournalEntry.id < before)
    links = [_as_link(row) for row in session.execute(query)]
    shown = links[:PAGE]
    return Page(shown, shown[-1].number if len(links) > PAGE else None)


def all_of(session: Session, sight: Sight, wanted: Wanted, zone: ZoneInfo) -> Iterator[list[Link]]:
    """Every entry in order, in batches."""
    query, after = query_of(sight, wanted, zone).order_by(JournalEntry.id).limit(BATCH), 0
    while rows := session.execute(query.where(JournalEntry.id > after)).all():
        yield [_as_link(row) for row in rows]
        after = rows[-1][0].id
        session.expunge_all()


def query_of(sight: Sight, wanted: Wanted, zone: ZoneInfo) -> Select[JournalEntry, str]:
    """Entries, each with the hash of the one before, in no order yet. Raises NotFound for a campaign that is not theirs."""
    query = (
        select(JournalEntry, _Before.sha256)
        .outerjoin(_Before, _Before.id == JournalEntry.id - 1)
        .where(*sight.condition(wanted.slug))
    )
    if wanted.actor:
        query = query.where(JournalEntry.actor.in_(actors_called(wanted.actor)))
    if wanted.acts is not None:
        query = query.where(JournalEntry.act.in_(sorted(wanted.acts)))
    if wanted.day:
        start = datetime.combine(wanted.day, time(), zone)
        query = query.where(JournalEntry.at >= start, JournalEntry.at < start + timedelta(days=1))
    return query


def _of_campaigns(slugs: Sequence[str]) -> ColumnElement[bool]:
    if not slugs:
        return false()
    # Of many campaigns the newest entries are near the journal's end: it is read from there, and no index gathers and sorts
    # the whole of it first.
    return func.coalesce(JournalEntry.belongs_to, "").in_(slugs)


def _as_link(row: Any) -> Link:
    return link_of(row[0], row[1] or GENESIS)
