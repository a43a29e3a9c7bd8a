"""Closing a worksheet: an operator proposes it, a committee member confirms what they see; numbered A-0001, frozen, hashed."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...transparency.entries import canonical_json
from ...two_people import CONFIRMED, PROPOSED
from ..models import Worksheet
from ..two_people import confirm_row, drop_row
from .document import worksheet_document
from .gathering import gather, problems_before_closing


def worksheet_now(session: Session, campaign: Campaign) -> tuple[dict[str, Any], list[Problem]]:
    """The worksheet as it would be closed now, and everything that keeps it from that."""
    found = gather(session, campaign)
    return worksheet_document(found), problems_before_closing(found)


def encoded(document: dict[str, Any]) -> tuple[str, str]:
    """Its canonical JSON and the SHA-256 of that."""
    data = canonical_json(document)
    return data.decode(), sha256(data).hexdigest()


def propose_worksheet(
    session: Session, slug: str, *, seen: str, at: datetime, official: ActingOfficial
) -> Worksheet:
    """An operator asks the committee to close what they see; ``seen`` is its SHA-256. One that was proposed before is let
    go. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    document, problems = worksheet_now(session, campaign)
    text, digest = encoded(document)
    if not problems and seen != digest:
        problems = [Problem("", _("测算表与您刚才看到的不同，请重新核对。"))]
    last = latest_closed(session, campaign.id)
    if not problems and last is not None and last.sha256 == digest:
        problems = [Problem("", _("与已定稿的 %(name)s 完全相同，不用再定稿。", name=last.name))]
    if problems:
        raise ProblemsFound(problems)
    if (waiting := worksheet_waiting(session, campaign.id)) is not None:
        drop_row(waiting)
    made = Worksheet(
        campaign_id=campaign.id, document=text, sha256=digest, proposed_by=official.id, proposed_at=at
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_worksheet", subject=slug,
            details={"sha256": digest})  # fmt: skip
    return made


def close_worksheet(
    session: Session, slug: str, *, seen: str, at: datetime, official: ActingOfficial
) -> Worksheet:
    """A committee member closes it. What it is made of must still be the same. Raises ProblemsFound, NotFound. The caller
    commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = worksheet_waiting(session, campaign.id)
    if row is None:
        raise NotFound(_("没有等待定稿的测算表。"))
    document, problems = worksheet_now(session, campaign)
    if not problems and encoded(document)[1] != row.sha256:
        problems = [Problem("", _("提出定稿以后，数据有了变化。"), _("请经办人重新核对、重新提出。"))]
    elif not problems and seen != row.sha256:
        problems = [Problem("", _("测算表与您刚才看到的不同，请重新核对。"))]
    if problems:
        raise ProblemsFound(problems)
    last = session.scalar(select(func.max(Worksheet.number)).where(Worksheet.campaign_id == campaign.id))
    confirm_row(row, official, at)
    row.number = (last or 0) + 1
    journal(session, at=at, actor=official.name, act="close_worksheet", subject=f"{slug}/{row.name}",
            details={"sha256": row.sha256})  # fmt: skip
    return row


def drop_worksheet(session: Session, slug: str, *, at: datetime, official: ActingOfficial) -> None:
    """Let a proposal go. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = worksheet_waiting(session, campaign.id)
    if row is None:
        raise NotFound(_("没有等待定稿的测算表。"))
    drop_row(row)
    journal(session, at=at, actor=official.name, act="drop_worksheet", subject=slug,
            details={"sha256": row.sha256})  # fmt: skip


def worksheet_waiting(session: Session, campaign_id: int) -> Worksheet | None:
    """What waits for a committee member."""
    return session.scalar(
        select(Worksheet)
        .where(Worksheet.campaign_id == campaign_id, Worksheet.state == PROPOSED)
        .order_by(Worksheet.id.desc())
        .limit(1)
    )


def closed_worksheets(session: Session, campaign_id: int) -> list[Worksheet]:
    """All that were closed, the latest first."""
    query = (
        select(Worksheet)
        .where(Worksheet.campaign_id == campaign_id, Worksheet.state == CONFIRMED)
        .order_by(Worksheet.number.desc())
    )
    return list(session.scalars(query))


def latest_closed(session: Session, campaign_id: int) -> Worksheet | None:
    """The last one that was closed."""
    return next(iter(closed_worksheets(session, campaign_id)), None)


def closed_worksheet(session: Session, slug: str, number: int) -> Worksheet:
    """One that was closed. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    found = [row for row in closed_worksheets(session, campaign.id) if row.number == number]
    if not found:
        raise NotFound(_("没有编号为 A-%(number)s 的测算表。", number=f"{number:04d}"))
    return found[0]


def document_of(row: Worksheet) -> dict[str, Any]:
    """Its document as values."""
    document: dict[str, Any] = json.loads(row.document)
    return document
