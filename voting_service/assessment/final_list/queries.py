"""Reads of final lists."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...committee.members import committee_members
from ...committee.outcome import MotionOutcome, outcome_of, questions_of, was_opened
from ...errors import NotFound, Problem
from ...read_ahead import ReadOf, grouped
from ...text import _
from .models import FINAL, WITHDRAWN, FinalList

_LARGEST = 2**31 - 1


def list_by_number(session: Session, slug: str, number: int, *, lock: bool = False) -> FinalList:
    """One list of a campaign. Raises NotFound."""
    query = (
        select(FinalList)
        .join(Campaign, Campaign.id == FinalList.campaign_id)
        .where(Campaign.slug == slug, FinalList.number == number)
    )
    if lock:
        query = query.with_for_update(of=FinalList).execution_options(populate_existing=True)
    found = session.scalar(query) if number <= _LARGEST else None
    if found is None:
        raise NotFound(_("没有这份名单。"))
    return found


def _in_force(session: Session, campaign_ids: Collection[int]) -> Mapping[int, FinalList | None]:
    rows = session.scalars(
        select(FinalList).where(FinalList.campaign_id.in_(campaign_ids), FinalList.state != WITHDRAWN)
    )
    return dict.fromkeys(campaign_ids) | {row.campaign_id: row for row in rows}


list_in_force = ReadOf(_in_force)
"""A campaign's list that is proposed or final; None where there is none."""


def final_list_of(session: Session, campaign_id: int) -> FinalList | None:
    """The final list; None as long as there is none."""
    found = list_in_force(session, campaign_id)
    return found if found is not None and found.state == FINAL else None


def listed_among(session: Session, campaign_ids: Collection[int]) -> Collection[int]:
    """Of these campaigns, those that have a final list."""
    query = select(FinalList.campaign_id).where(
        FinalList.campaign_id.in_(campaign_ids), FinalList.state == FINAL
    )
    return session.scalars(query).all()


def _lists(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[FinalList]]:
    query = select(FinalList).where(FinalList.campaign_id.in_(campaign_ids)).order_by(FinalList.number.desc())
    return grouped(campaign_ids, session.scalars(query), lambda row: row.campaign_id)


lists_of = ReadOf(_lists)
"""All lists of a campaign, the latest first; those withdrawn too."""


def document_of(row: FinalList) -> dict[str, Any]:
    """What was proposed."""
    document: dict[str, Any] = json.loads(row.document)
    return document


def motion_needed(session: Session, slug: str, row: FinalList) -> bool:
    """Whether the committee must vote on a list: as soon as there are two who could; and once a ballot on it was opened,
    whoever sits there by now, since its members were fixed then."""
    opened = was_opened(session, row.campaign_id, row.subject, row.proposed_at)
    return opened or len(committee_members(session, slug)) > 1


def motion_on(session: Session, row: FinalList) -> MotionOutcome | None:
    """How the committee voted on it; a ballot that was opened before it was proposed asked about something else, whatever
    subject it was given."""
    found = outcome_of(session, row.campaign_id, row.subject)
    return found if found is not None and found.opened_at >= row.proposed_at else None


def motions_ahead(session: Session, lists: Sequence[tuple[FinalList, str]]) -> None:
    """Whether the committee voted on each of these (a list, its campaign's slug) is asked for in a moment."""
    questions_of.ahead(session, [row.campaign_id for row, _slug in lists])
    committee_members.ahead(session, [slug for _row, slug in lists])


def motion_problems(session: Session, slug: str, row: FinalList) -> list[Problem]:
    """What the committee's ballot still lacks."""
    if not motion_needed(session, slug, row):
        return []
    found = motion_on(session, row)
    if found is None:
        return [Problem("", _("评审委员会还没有对这份名单表决。"), _("请先提交表决，通过后再确认。"))]
    if not found.passed:
        return [Problem("", _("评审委员会没有通过这份名单。"), _("请撤回，另行拟定；或者再次表决。"))]
    return []


def archived_lists(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Each list byte for byte, and what became of it, as files of the closing archive. Who acted is in the journal."""
    rows = lists_of(session, campaign.id)
    for row in rows:
        yield f"lists/{row.name}.json", bytes(row.document)
    told = [
        {
            "id": row.name,
            "sha256": row.document_sha256,
            "state": row.state,
            "motion": f"M-{row.motion:04d}" if row.motion else None,
            "withdrawal_reason": row.withdrawal_reason if row.state == WITHDRAWN else None,
        }
        for row in reversed(rows)
    ]
    yield "lists/lists.json", json.dumps(told, ensure_ascii=False, indent=1).encode()
