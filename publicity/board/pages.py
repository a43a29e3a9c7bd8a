"""Notices as the API has them, and as files: plain values of what the board knows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from voting_service.clock import rfc3339
from voting_service.documents.official_text import OfficialText
from voting_service.documents.pdf import to_pdf
from voting_service.documents.word import to_docx

from ..notices.official_text import official_text
from .board import PublicNotice

MOST_FILES = 16


def notice_summary(notice: PublicNotice, now: datetime, base_url: str) -> dict[str, Any]:
    """One line of the list."""
    return {
        "id": notice.number,
        "title": notice.title,
        "level": notice.row.level,
        "state": notice.standing(now),
        "published_at": rfc3339(notice.published_at),
        "first_day": notice.first_day.isoformat(),
        "last_day": notice.last_day.isoformat(),
        "accepted_until": notice.accepted_until.isoformat(),
        "provisional": notice.provisional,
        "takes_objections": notice.accepts(now),
        "outcome": notice.row.outcome,
        "url": base_url + notice.url,
    }


def notice_in_full(notice: PublicNotice, now: datetime, base_url: str) -> dict[str, Any]:
    """One notice: as it stands, what was published, its steps, and what became of objections."""
    figures = notice.statistics
    return notice_summary(notice, now, base_url) | {
        "sentences": list(notice.sentences),
        "document": notice.document,
        "steps": [
            {
                "act": step.act, "at": rfc3339(step.at), "reason": step.reason, "name": step.log_name,
                "sha256": step.sha256, "leaf_index": step.leaf_index, "document_url": base_url + step.url,
            }
            for step in notice.steps
        ],
        "objections": asdict(figures) | {"pending": figures.pending},
    }  # fmt: skip


def text_of(notice: PublicNotice, now: datetime, base_url: str) -> OfficialText:
    """The official text, with the dates as they stand, and a dated line on whoever has left since."""
    remark = notice.remarks_text(now)
    return official_text(
        notice.document,
        zone=notice.zone,
        sentences=notice.sentences,
        address=base_url + notice.url,
        sha256=notice.steps[0].sha256,
        remark=str(remark) if remark else "",
    )


@lru_cache(maxsize=MOST_FILES)
def pdf_of(text: OfficialText) -> bytes:
    """As a PDF; the last few are kept, since setting one takes longer than reading it."""
    return to_pdf(text)


@lru_cache(maxsize=MOST_FILES)
def docx_of(text: OfficialText) -> bytes:
    """As a Word document."""
    return to_docx(text)
