"""The public form of a notice and of its steps, as canonical JSON: what is frozen, hashed and served. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from voting_service.campaigns.models import Campaign
from voting_service.clock import rfc3339

from .dates import Dates, Extension
from .drafting import NoticeText
from .models import Notice
from .terms import DEFAULTS, ObjectionTerms, terms_texts, worth_text


def notice_document(
    campaign: Campaign, notice: Notice, text: NoticeText, dates: Dates, terms: ObjectionTerms, *,
    published_at: datetime, supplements: Notice | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The notice as it is published. The reserve list is not among it."""
    return {
        "type": "notice",
        "campaign": campaign.slug,
        "campaign_title": campaign.title,
        "id": notice.number,
        "level": notice.level,
        "title": notice.title,
        "organiser": campaign.organiser,
        "published_at": rfc3339(published_at),
        "text": list(text.lead),
        "people": [asdict(person) for person in text.people],
        "offices": [asdict(office) for office in text.offices],
        "closing": list(text.closing),
        "schedule": dates.to_json(),
        "supplements": _supplements(text, supplements),
        "objections": _objections(terms),
    }


def _supplements(text: NoticeText, supplements: Notice | None) -> dict[str, Any] | None:
    if supplements is None:
        return None
    return {"id": supplements.number, "changes": [asdict(change) for change in text.changes]}


def _objections(terms: ObjectionTerms) -> dict[str, Any]:
    return {
        **{kind: {"worth": str(terms.worth(kind)), "text": str(worth_text(kind, terms.worth(kind)))}
           for kind in DEFAULTS},
        "decide_within_workdays": terms.decide_within_workdays,
        "reply_within_workdays": terms.reply_within_workdays,
        "sentences": [str(text) for text in terms_texts(terms)],
    }  # fmt: skip


def extension_document(
    notice: Notice, dates: Dates, extension: Extension, *, reason: str, at: datetime
) -> dict[str, Any]:
    """An extension: the dates from now on, how they came about, and why."""
    return {**_step("notice_extended", notice, dates, at), "extension": extension.to_json(), "reason": reason}


def confirmation_document(notice: Notice, dates: Dates, *, at: datetime) -> dict[str, Any]:
    """Dates that were provisional and are not any more."""
    return _step("notice_dates_confirmed", notice, dates, at)


def _step(kind: str, notice: Notice, dates: Dates, at: datetime) -> dict[str, Any]:
    return {
        "type": kind,
        "campaign": notice.campaign.slug,
        "id": notice.number,
        "title": notice.title,
        "notice_sha256": notice.events[0].document_sha256,
        "at": rfc3339(at),
        "schedule": dates.to_json(),
    }
