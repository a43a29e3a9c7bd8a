"""Which entries an official sees, and the pages of them.

Administrators and supervisors of all campaigns see everything; whoever administers, supervises or decides in a campaign sees the
acts of that campaign. A docket's acts are called by its number and belong to no campaign here: who may read a docket is asked
in the docket's own room.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session, aliased

from ..accounts.officials import EVERYWHERE, ROLE_NAMES, ActingOfficial, Role
from ..activity import JournalEntry
from ..activity.chain import GENESIS, Link
from ..activity.reading import BATCH, link_of
from ..activity.words import DETAIL_WORDS
from ..errors import NotFound
from ..text import Text, _, enumerated

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
            return [_of_campaign([slug])]
        return [] if self.everything else [_of_campaign(self.slugs)]


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty fields ask for nothing."""

    slug: str = ""
    actor: str = ""
    act: str = ""
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
    query = _query(sight, wanted, zone).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(JournalEntry.id < before)
    links = [_as_link(row) for row in session.execute(query)]
    shown = links[:PAGE]
    return Page(shown, shown[-1].number if len(links) > PAGE else None)


def all_of(session: Session, sight: Sight, wanted: Wanted, zone: ZoneInfo) -> Iterator[list[Link]]:
    """Every entry in order, in batches."""
    query, after = _query(sight, wanted, zone).order_by(JournalEntry.id).limit(BATCH), 0
    while rows := session.execute(query.where(JournalEntry.id > after)).all():
        yield [_as_link(row) for row in rows]
        after = rows[-1][0].id
        session.expunge_all()


def spoken_details(link: Link) -> list[tuple[Text | str, Text | str]]:
    """An entry's details as pairs of name and value; what holds nothing is left out."""
    found: dict[str, Any] = json.loads(link.details)
    return [
        (DETAIL_WORDS.get(name, name), _spoken(name, value))
        for name, value in found.items()
        if value not in (None, "", [], {})
    ]


def _spoken(name: str, value: Any) -> Text | str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in ("roles", "given", "taken") and isinstance(value, list):
        return enumerated(_spoken_role(str(one)) for one in value) or ""
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return "、".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _spoken_role(spelled: str) -> Text:
    """``judge@slug`` with the role in words; everywhere goes without saying."""
    role, _at, where = spelled.partition("@")
    named = next((words for known, words in ROLE_NAMES.items() if known == role), _("%(role)s", role=role))
    return named if where in ("", "*") else _("%(role)s（%(where)s）", role=named, where=where)


def _query(sight: Sight, wanted: Wanted, zone: ZoneInfo) -> Select[JournalEntry, str]:
    query = (
        select(JournalEntry, _Before.sha256)
        .outerjoin(_Before, _Before.id == JournalEntry.id - 1)
        .where(*sight.condition(wanted.slug))
    )
    if wanted.actor:
        query = query.where(JournalEntry.actor == wanted.actor)
    if wanted.act:
        query = query.where(JournalEntry.act == wanted.act)
    if wanted.day:
        start = datetime.combine(wanted.day, time(), zone)
        query = query.where(JournalEntry.at >= start, JournalEntry.at < start + timedelta(days=1))
    return query


def _of_campaign(slugs: Sequence[str]) -> ColumnElement[bool]:
    if not slugs:
        return false()
    below = [JournalEntry.subject.startswith(f"{slug}/", autoescape=True) for slug in slugs]
    return or_(JournalEntry.subject.in_(slugs), *below)


def _as_link(row: Any) -> Link:
    return link_of(row[0], row[1] or GENESIS)
