"""The public notice board: published notices as pages show them, kept in each process and read anew after a moment.

A page view costs no SQL when warm. A database that is away leaves the last known notices standing.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from voting_service.campaigns.models import DRAFT as CAMPAIGN_DRAFT
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import departures_of
from voting_service.database import Database
from voting_service.errors import NotFound, Unavailable
from voting_service.text import Text, _
from voting_service.transparency.models import Log
from voting_service.web.addresses import SLUG

from ..docket.queries import Statistics, statistics
from ..notices.models import CLOSED, DRAFT, Notice, NoticeEvent
from ..notices.queries import document_of
from ..notices.rules import Standing, acceptance, standing
from ..notices.words import ACT_WORDS, LEVEL_WORDS, OUTCOME_WORDS, STANDING_TONES, standing_text
from .remarks import Remark, remarks_of, remarks_text

FRESH_S = 2.0
MOST_CAMPAIGNS = 200
_NO_CAMPAIGN = _("没有这个评选活动，或者它还没有公布。")
_NO_NOTICE = _("没有这份公示公告，或者它还没有发布。")
_LOOK_AGAIN = _("请检查网址是否完整，或回到首页查看。")

log = structlog.get_logger("board")


@dataclass(frozen=True)
class Step:
    """One public step, with the document that was published."""

    act: str
    words: Text
    at: datetime
    reason: str
    sentences: tuple[str, ...]
    """What it said of the dates; empty for closing."""
    log_name: str
    sha256: str
    leaf_index: int | None
    url: str
    """Where the document lies, byte for byte what the hash is of."""


@dataclass(frozen=True)
class PublicNotice:
    """One published notice."""

    row: Notice
    slug: str
    document: Mapping[str, Any]
    steps: tuple[Step, ...]
    statistics: Statistics
    original: tuple[str, str] | None
    """Title and path of the notice that this one follows up."""
    followed_by: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]
    """Those on its list who have left since."""
    zone: ZoneInfo

    @property
    def number(self) -> int:
        """Its number in the campaign."""
        return self.row.number

    @property
    def url(self) -> str:
        """Its page."""
        return f"/c/{self.slug}/notices/{self.number}"

    @property
    def objection_url(self) -> str:
        """Where an objection to it is written."""
        return f"/c/{self.slug}/objections/new?notice={self.number}"

    @property
    def title(self) -> str:
        """As published."""
        return self.row.title

    @property
    def level(self) -> Text:
        """Its level in words."""
        return LEVEL_WORDS[self.row.level]

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        return self.steps[0].at

    @property
    def first_day(self) -> date:
        """The window's first working day."""
        return _there(self.row.first_day)

    @property
    def last_day(self) -> date:
        """The window's last working day, as it stands now."""
        return _there(self.row.last_day)

    @property
    def accepted_until(self) -> date:
        """The last day on which objections are taken, as it stands now."""
        return _there(self.row.accepted_until)

    @property
    def provisional(self) -> bool:
        """Whether its dates may still move."""
        return bool(self.row.provisional)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What holds of its dates now."""
        return next(step.sentences for step in reversed(self.steps) if step.sentences)

    @property
    def extensions(self) -> tuple[Step, ...]:
        """Extensions in order, each with its reason."""
        return tuple(step for step in self.steps if step.act == "extended")

    @property
    def outcome(self) -> Text | None:
        """How it ended, in words; None while it has not."""
        return OUTCOME_WORDS[self.row.outcome] if self.row.outcome else None

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self.row.state == CLOSED

    def accepts(self, now: datetime) -> bool:
        """Whether objections are taken; about nobody none are."""
        return bool(self.document["people"]) and acceptance(self.row, now) == "open"

    def standing(self, now: datetime) -> Standing:
        """Where it stands at a moment."""
        return standing(self.row, now, self.zone, extended=bool(self.extensions))

    def standing_words(self, now: datetime) -> Text:
        """The same in words."""
        return standing_text(self.standing(now), self.row.first_day)

    def remarks_text(self, now: datetime) -> Text | None:
        """What has become of its list until today; None where nothing has."""
        return remarks_text(self.remarks, now.astimezone(self.zone).date())

    def tone(self, now: datetime) -> str:
        """How its state is coloured."""
        return STANDING_TONES[self.standing(now)]


@dataclass(frozen=True)
class CampaignNotices:
    """A campaign's published notices, the latest first."""

    slug: str
    title: str
    organiser: str
    public: bool
    """Whether the campaign itself has pages; its first notices may come before it does."""
    has_log: bool
    notices: tuple[PublicNotice, ...]

    @property
    def url(self) -> str:
        """The campaign's page."""
        return f"/c/{self.slug}"

    @property
    def notices_url(self) -> str:
        """The list of its notices."""
        return f"{self.url}/notices"

    @property
    def rules_url(self) -> str:
        """The rules page."""
        return f"{self.url}/rules"

    @property
    def verify_url(self) -> str:
        """The page that explains how to check."""
        return f"{self.url}/verify"

    @property
    def log_url(self) -> str | None:
        """The log, once it has begun."""
        return f"/log/{self.slug}" if self.has_log else None


class NoticeBoard:
    """The notices of this process."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._known: OrderedDict[str, tuple[float, CampaignNotices]] = OrderedDict()
        self._lock = threading.Lock()

    def campaign(self, slug: str) -> CampaignNotices:
        """A campaign's notices. Raises NotFound where neither the campaign nor a notice of it is public, Unavailable if
        they were never read."""
        if not SLUG.fullmatch(slug):
            raise NotFound(_NO_CAMPAIGN, _LOOK_AGAIN)
        known = self._known.get(slug)
        if known and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        # One thread reads while the others go on with what they have.
        if not self._lock.acquire(blocking=known is None):
            return known[1] if known else self.campaign(slug)
        try:
            return self._renewed(slug)
        finally:
            self._lock.release()

    def notice(self, slug: str, number: int) -> PublicNotice:
        """One notice. Raises NotFound, Unavailable."""
        for notice in self.campaign(slug).notices:
            if notice.number == number:
                return notice
        raise NotFound(_NO_NOTICE, _LOOK_AGAIN)

    def _renewed(self, slug: str) -> CampaignNotices:
        known = self._known.get(slug)
        if known and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        try:
            with self._database.read() as session:
                found = _read(session, slug, self._zone)
        except Unavailable as error:
            log.error(error.code)
            if known is None:
                raise
            found = known[1]
        except NotFound:
            self._known.pop(slug, None)
            raise
        self._known[slug] = (time.monotonic(), found)
        self._known.move_to_end(slug)
        while len(self._known) > MOST_CAMPAIGNS:
            self._known.popitem(last=False)
        return found


def document_bytes(session: Session, slug: str, log_name: str) -> bytes | None:
    """A step's document as it was hashed, by its name in the log."""
    query = (
        select(NoticeEvent.document).join(Notice).join(Campaign, Campaign.id == Notice.campaign_id)
        .where(Campaign.slug == slug, NoticeEvent.log_name == log_name)
    )  # fmt: skip
    return session.scalar(query)


def _read(session: Session, slug: str, zone: ZoneInfo) -> CampaignNotices:
    try:
        campaign = campaign_by_slug(session, slug)
    except NotFound as error:
        # What helps at the command line helps no reader.
        raise NotFound(_NO_CAMPAIGN, _LOOK_AGAIN) from error
    rows = session.scalars(
        select(Notice).where(Notice.campaign_id == campaign.id, Notice.state != DRAFT)
        .order_by(Notice.number.desc()).options(selectinload(Notice.events))
    ).all()  # fmt: skip
    public = campaign.phase != CAMPAIGN_DRAFT
    if not rows and not public:
        raise NotFound(_NO_CAMPAIGN, _LOOK_AGAIN)
    gone = departures_of(session, campaign.id)
    return CampaignNotices(
        slug, campaign.title, campaign.organiser, public,
        session.get(Log, campaign.id) is not None,
        tuple(_public(session, slug, row, rows, gone, zone) for row in rows),
    )  # fmt: skip


def _public(
    session: Session, slug: str, row: Notice, rows: Any, gone: Mapping[int, str], zone: ZoneInfo
) -> PublicNotice:
    def link(other: Notice) -> tuple[str, str]:
        return other.title, f"/c/{slug}/notices/{other.number}"

    document = document_of(row)
    return PublicNotice(
        row=row,
        slug=slug,
        document=document,
        steps=tuple(_step(slug, event) for event in row.events),
        statistics=statistics(session, row.id),
        original=next((link(other) for other in rows if other.id == row.supplements), None),
        followed_by=tuple(link(other) for other in reversed(rows) if other.supplements == row.id),
        remarks=remarks_of(document, gone, map(document_of, rows)),
        zone=zone,
    )


def _step(slug: str, event: NoticeEvent) -> Step:
    document = json.loads(event.document)
    return Step(
        event.act, ACT_WORDS[event.act], event.at, event.reason,
        tuple(document.get("schedule", {}).get("sentences", ())), event.log_name, event.document_sha256,
        event.leaf_index, f"/log/{slug}/{event.log_name}.json",
    )  # fmt: skip


def _there(day: date | None) -> date:
    assert day is not None, "a published notice has its dates"
    return day
