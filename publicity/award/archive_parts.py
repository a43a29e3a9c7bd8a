"""What the rooms up to the award have to keep of a campaign, as files of the closing archive. Public documents as they were
published; of decisions what the log says, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.clock import rfc3339
from voting_service.sheets import to_csv
from voting_service.tally.decisions.models import CONFIRMED as DECIDED
from voting_service.tally.decisions.queries import decisions_of, sizes_of
from voting_service.tally.decisions.rules import shown_number
from voting_service.tally.sample.draw import draw_document
from voting_service.tally.sample.models import SampleAudit

from ..notices.models import Notice, NoticeEvent
from .awarding import awards_of
from .certificates import shown_code
from .models import CONFIRMED


def decisions(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Decisions on ballots that were confirmed."""
    sizes = sizes_of(session, campaign.id)
    found = [
        {
            "decision": shown_number(one.number),
            "kind": one.kind,
            "ballots": sizes.get(one.number, 0),
            "reason": one.reason,
            "undoes": shown_number(one.undoes) if one.undoes else None,
            "proposed_by": one.proposed_by,
            "proposed_at": rfc3339(one.proposed_at),
            "confirmed_by": one.confirmed_by,
            "confirmed_at": rfc3339(one.confirmed_at) if one.confirmed_at else None,
            "first_leaf": one.first_leaf,
        }
        for one in decisions_of(session, campaign.id)
        if one.state == DECIDED
    ]
    yield "decisions/decisions.json", _json(found)


def sample_audits(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """What was drawn and found, byte for byte as the log has the hash of."""
    for audit in session.scalars(
        select(SampleAudit).where(SampleAudit.campaign_id == campaign.id).order_by(SampleAudit.number)
    ):
        yield f"notices/sample-draw-{audit.number}.json", draw_document(audit)
        if audit.document is not None and audit.confirmed_at is not None:
            yield f"notices/sample-audit-{audit.number}.json", audit.document


def notices(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Every public step of every notice, byte for byte."""
    for event in session.scalars(
        select(NoticeEvent)
        .join(Notice, Notice.id == NoticeEvent.notice_id)
        .where(Notice.campaign_id == campaign.id)
        .order_by(NoticeEvent.notice_id, NoticeEvent.seq)
    ):
        yield f"notices/{event.log_name}.json", bytes(event.document)


def awards(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Awards as they were confirmed, and their certificates."""
    for award in awards_of(session, campaign):
        if award.state != CONFIRMED:
            continue
        yield f"award/award-{award.number}.json", bytes(award.document)
        rows = [
            (one.number, one.name, one.organisation, shown_code(one.code), one.state, one.revoke_reason)
            for one in award.certificates
        ]
        head = ("证书编号", "姓名", "单位", "查验码", "状态", "撤销理由")
        yield f"award/certificates-{award.number}.csv", to_csv(head, rows)


PARTS = (decisions, sample_audits, notices, awards)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
