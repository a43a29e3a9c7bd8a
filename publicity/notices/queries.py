"""Reads of notices that several rooms use."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.candidates.showcase import NoticeLine, NoticeStage
from voting_service.errors import NotFound
from voting_service.text import _
from voting_service.workdays.wording import spoken_date

from .drafting import NoticeText
from .models import DRAFT, Notice
from .rules import Standing, standing
from .words import standing_text

_LARGEST = 2**31 - 1
"""Beyond this no notice is numbered, and the databases disagree on what a number is."""


def notice_by_number(
    session: Session, slug: str, number: int, *, drafts: bool = False, lock: bool = False
) -> Notice:
    """One notice of a campaign. Raises NotFound, for a draft too unless drafts are asked for."""
    query = (
        select(Notice).join(Campaign, Notice.campaign_id == Campaign.id)
        .where(Campaign.slug == slug, Notice.number == number)
    )  # fmt: skip
    found = None
    if number <= _LARGEST:
        found = session.scalar(query.with_for_update(of=Notice) if lock else query)
    if found is None or (found.state == DRAFT and not drafts):
        raise NotFound(_("没有这份公示公告，或者它还没有发布。"))
    return found


def notices_of(session: Session, campaign_id: int, *, drafts: bool = False) -> list[Notice]:
    """A campaign's notices, the latest first."""
    query = select(Notice).where(Notice.campaign_id == campaign_id).order_by(Notice.number.desc())
    return list(session.scalars(query if drafts else query.where(Notice.state != DRAFT)))


def published_lines(session: Session, campaign: Campaign, *, zone: ZoneInfo) -> list[NoticeLine]:
    """A campaign's published notices as its pages lead to them, the latest first."""
    return [
        NoticeLine(notice.title, f"/c/{campaign.slug}/notices/{notice.number}", _stages(notice, zone))
        for notice in notices_of(session, campaign.id)
    ]


def _stages(notice: Notice, zone: ZoneInfo) -> tuple[NoticeStage, ...]:
    """Where it stands from each moment on at which that changes by the clock."""
    assert notice.published_at is not None, "a published notice has its dates"
    assert notice.first_day is not None
    assert notice.last_day is not None
    assert notice.accepts_until is not None
    extended = any(event.act == "extended" for event in notice.events)
    first, after = (
        datetime.combine(day, time(), zone) for day in (notice.first_day, notice.last_day + timedelta(1))
    )
    moments = sorted(
        {notice.published_at, *(m for m in (first, after, notice.accepts_until) if m > notice.published_at)}
    )
    return tuple(
        _stage(notice, moment, standing(notice, moment, zone, extended=extended)) for moment in moments
    )


def _stage(notice: Notice, since: datetime, stands: Standing) -> NoticeStage:
    assert notice.first_day is not None
    assert notice.last_day is not None
    assert notice.accepted_until is not None
    running = stands not in ("over", "closed")
    until = spoken_date(notice.accepted_until)
    if not running:
        dates = _(
            "%(first)s—%(last)s", first=spoken_date(notice.first_day), last=spoken_date(notice.last_day)
        )
    elif notice.provisional:
        dates = _("异议受理至%(until)s（暂定）", until=until)
    else:
        dates = _("异议受理至%(until)s", until=until)
    return NoticeStage(since, standing_text(stands, notice.first_day), dates, running)


def document_of(notice: Notice) -> dict[str, Any]:
    """The document as it was published: the first event's. See ``document.py`` for what is in it."""
    document: dict[str, Any] = json.loads(notice.events[0].document)
    return document


def steps_of(notice: Notice) -> list[dict[str, Any]]:
    """The documents that set the notice's dates, in order: publication, extensions, confirmations."""
    documents = (json.loads(event.document) for event in notice.events)
    return [document for document in documents if "schedule" in document]


def text_of(notice: Notice) -> NoticeText:
    """What it says, with the reserve list: as drafted, and as published since."""
    return NoticeText.from_json(notice.draft_json)
