"""Reads of notices that several rooms use."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.candidates.showcase import NoticeLine
from voting_service.errors import NotFound
from voting_service.text import _

from .drafting import NoticeText
from .models import DRAFT, Notice

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


def published_lines(session: Session, campaign: Campaign) -> list[NoticeLine]:
    """A campaign's published notices as its pages lead to them, the latest first."""
    return [
        NoticeLine(notice.title, f"/c/{campaign.slug}/notices/{notice.number}")
        for notice in notices_of(session, campaign.id)
    ]


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
