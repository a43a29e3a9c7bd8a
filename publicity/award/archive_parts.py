"""What the rooms up to the award have to keep of a campaign, as files of the closing archive. Documents byte for byte as they
were published, certified, closed or frozen, so that their hashes hold; of decisions what the log says, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.assessment.final_list.queries import archived_lists
from voting_service.assessment.worksheet.closing import closed_worksheets, document_of
from voting_service.assessment.worksheet.workbook import worksheet_xlsx
from voting_service.campaigns.models import Campaign
from voting_service.clock import rfc3339
from voting_service.committee.minutes import minutes_on_show
from voting_service.committee.models import CERTIFICATION, Minutes
from voting_service.committee.rules import shown_number as shown_motion
from voting_service.documents.pdf import to_pdf
from voting_service.sheets import to_csv
from voting_service.tally.certification.queries import certification_of
from voting_service.tally.certification.queries import shown_number as shown_certification
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


def certified(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """The certified tally whose hash is in the log."""
    row = certification_of(session, campaign.id)
    if row is not None:
        yield f"tally/{shown_certification(row.number)}.json", bytes(row.document)


def minutes(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Minutes as they were frozen, and as they are printed with whoever has confirmed them."""
    query = select(Minutes).where(Minutes.campaign_id == campaign.id).order_by(Minutes.kind, Minutes.number)
    for row in session.scalars(query).all():
        name = shown_certification(row.number) if row.kind == CERTIFICATION else shown_motion(row.number)
        yield f"minutes/{name}.json", bytes(row.document)
        shown = minutes_on_show(session, campaign.id, row.kind, row.number)
        if shown is not None:
            yield f"minutes/{name}.pdf", to_pdf(shown.printed(campaign.rules.zone))


def worksheets(session: Session, campaign: Campaign) -> Iterator[tuple[str, bytes]]:
    """Closed worksheets, as what has the hash and as the book with its formulas."""
    for row in reversed(closed_worksheets(session, campaign.id)):
        yield f"assessment/{row.name}.json", row.document.encode()
        yield f"assessment/{row.name}.xlsx", worksheet_xlsx(document_of(row), row.name, row.sha256)


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


PARTS = (decisions, sample_audits, certified, minutes, worksheets, archived_lists, notices, awards)
"""In flow order."""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
