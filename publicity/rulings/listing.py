"""Lists of dockets: numbers, dates, states and who handles them. Nothing that is sealed is even fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign

from ..docket.models import PENDING, RECEIVED, Assignment, DocketEntry, Objection, Ruling
from ..docket.queries import news_of
from ..notices.models import Notice
from .admission import may_see
from .handlers import assignments_of
from .overdue import Due, Standing, Today, dues


@dataclass(frozen=True)
class Listed:
    """One docket in a list."""

    objection_id: int
    number: str
    slug: str
    campaign_title: str
    notice_number: int
    notice_title: str
    kind: str
    worth: str
    came_by: str
    state: str
    received_at: datetime
    standing: Standing
    handlers: tuple[tuple[int, str], ...]
    """Those who handle it now: id and name."""
    proposed_by: int | None
    """Who proposed the ruling that waits for a second person."""
    dues: tuple[Due, ...]
    news: str = ""
    """What the objector has sent since an official last acted: a key of ``words.NEWS_WORDS``."""

    @property
    def late(self) -> bool:
        """Whether a promised day has passed."""
        return any(due.late for due in self.dues)

    @property
    def pending(self) -> bool:
        """Whether it is still to be handled."""
        return self.state in PENDING

    @property
    def due(self) -> date:
        """By when the next step is due, while it is still to be handled."""
        return self.standing.decide_by if self.state == RECEIVED else self.standing.reply_by

    def handled_by(self, official_id: int) -> bool:
        """Whether this official handles it now."""
        return any(handler == official_id for handler, _name in self.handlers)


_COLUMNS = (
    Objection.id, Objection.docket_number, Objection.kind, Objection.worth, Objection.came_by, Objection.state, Objection.received_at,
    Objection.decide_by, Objection.reply_by, Objection.taken_up_at, Objection.ruled_at,
    Notice.number, Notice.title, Campaign.slug, Campaign.title.label("campaign_title"),
)  # fmt: skip


def all_dockets(session: Session, today: Today, *, pending: bool = False) -> list[Listed]:
    """Every docket of the service, or every one still to be handled: the latest received first."""
    query = (
        select(*_COLUMNS)
        .join(Notice, Objection.notice_id == Notice.id)
        .join(Campaign, Notice.campaign_id == Campaign.id)
        .order_by(Objection.received_at.desc(), Objection.id.desc())
    )
    rows = session.execute(query.where(Objection.state.in_(PENDING)) if pending else query).all()
    return _listed(session, rows, today)


def dockets_of(session: Session, official: ActingOfficial, today: Today) -> list[Listed]:
    """Those that this official may know of."""
    own = {
        row.objection_id: row
        for row in session.scalars(select(Assignment).where(Assignment.official_id == official.id))
    }
    return [
        docket
        for docket in all_dockets(session, today)
        if may_see(official, docket.slug, own.get(docket.objection_id))
    ]


def _listed(session: Session, rows: Sequence[Any], today: Today) -> list[Listed]:
    ids = [row.id for row in rows]
    assigned, asked, news = assignments_of(session, ids), _unanswered(session), news_of(session, ids)
    waiting = session.execute(
        select(Ruling.objection_id, Ruling.proposed_by).where(Ruling.state == "proposed")
    )
    proposed = {objection_id: official_id for objection_id, official_id in waiting}  # noqa: C416 - rows, not tuples
    return [
        _one(row, [(a.official_id, a.name) for a in assigned.get(row.id, ()) if a.handles], proposed.get(row.id),
             asked.get(row.id), today, news.get(row.id, "") if row.state in PENDING else "")
        for row in rows
    ]  # fmt: skip


def _one(
    row: Any, handlers: Iterable[tuple[int, str]], proposed_by: int | None,
    asked_at: datetime | None, today: Today, news: str,
) -> Listed:  # fmt: skip
    handlers = tuple(handlers)
    standing = Standing(
        state=row.state, received=today.on(row.received_at), decide_by=row.decide_by, reply_by=row.reply_by,
        handled=bool(handlers), asked=today.on(asked_at) if asked_at else None,
        taken_up=today.on(row.taken_up_at) if row.taken_up_at else None,
        ruled=today.on(row.ruled_at) if row.ruled_at else None,
    )  # fmt: skip
    return Listed(
        objection_id=row.id, number=row.docket_number, slug=row.slug, campaign_title=row.campaign_title, notice_number=row.number,
        notice_title=row.title, kind=row.kind, worth=row.worth, came_by=row.came_by, state=row.state, received_at=row.received_at,
        standing=standing, handlers=handlers, proposed_by=proposed_by, dues=dues(standing, today), news=news,
    )  # fmt: skip


def _unanswered(session: Session) -> dict[int, datetime]:
    """When the earliest question was put that no answer follows, by objection."""
    steps = session.execute(
        select(DocketEntry.objection_id, DocketEntry.act, DocketEntry.at)
        .where(DocketEntry.act.in_(("asked", "answered")))
        .order_by(DocketEntry.objection_id, DocketEntry.seq)
    )
    waiting: dict[int, datetime] = {}
    for objection_id, act, at in steps:
        if act == "asked":
            waiting.setdefault(objection_id, at)
        else:
            waiting.pop(objection_id, None)
    return waiting
