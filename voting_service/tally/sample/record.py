"""Recording what a sample audit found: by one official, confirmed by another, then a notice in the log."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...clock import rfc3339
from ...errors import Problem, ProblemsFound
from ...ledger import LedgerEntry
from ...names import person_key
from ...recorder.drain import Stores, publish
from ...text import _
from ...transparency import entries, log
from ...transparency.after_voting import SAMPLE_AUDIT, final_checkpoint
from ...transparency.models import Log
from ..decisions.rules import name_problems
from .draw import audit_by_number, drawn_ballots
from .models import SampleAudit
from .outcome import outcome
from .worksheet import read_worksheet


def record(
    session: Session, slug: str, number: int | None, *, name: str, data: bytes, at: datetime, actor: str
) -> SampleAudit:
    """Check a filled worksheet and make the outcome of it; until it is confirmed it may be recorded anew. Raises
    ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    audit = audit_by_number(session, campaign.id, number)
    problems = name_problems(actor)
    if audit.confirmed_at is not None:
        problems.append(Problem(notice_id(audit), _("结果已确认并写入日志，不能再改。")))
    if problems:
        raise ProblemsFound(problems)
    ballots = drawn_ballots(session, audit)
    examined = read_worksheet(name, data, [row.ballot_id for row in ballots])
    public_log = session.get_one(Log, campaign.id)
    final = final_checkpoint(session, campaign.id)
    of_campaign = LedgerEntry.campaign_id == campaign.id
    about = {
        "log": public_log.origin,
        "log_size": public_log.size,
        "closed_size": final.size if final else None,
        "ballots": session.scalar(select(func.count()).select_from(LedgerEntry).where(of_campaign)),
        "drawn_at": rfc3339(audit.drawn_at),
        "recorded_at": rfc3339(at),
        "worksheet_sha256": sha256(data).hexdigest(),
    }
    document = outcome(audit, examined, {row.ballot_id: row.standing for row in ballots}, about)
    audit.document, audit.document_sha256 = document, sha256(document).hexdigest()
    audit.recorded_by, audit.recorded_by_key, audit.recorded_at = actor.strip(), person_key(actor), at
    journal(session, at=at, actor=actor, act="record_sample", subject=slug,
            details={"audit": audit.number, "sha256": audit.document_sha256})  # fmt: skip
    return audit


def carry_out(stores: Stores, slug: str, number: int | None, *, actor: str) -> SampleAudit:
    """Confirm, then sign the log. Raises ProblemsFound, NotFound."""
    with stores.database.write() as session:
        audit = confirm(session, slug, number, at=stores.clock.now(), actor=actor)
    publish(stores, audit.campaign_id)
    return audit


def confirm(session: Session, slug: str, number: int | None, *, at: datetime, actor: str) -> SampleAudit:
    """The second person: the outcome is public from now on, and its hash stands in the log. Raises ProblemsFound,
    NotFound. The caller commits, then signs the log."""
    campaign = campaign_by_slug(session, slug, lock=True)
    audit = audit_by_number(session, campaign.id, number)
    problems = name_problems(actor)
    if audit.document is None:
        problems.append(Problem(notice_id(audit), _("还没有登记结果，请先用 record 提交填好的核查表。")))
    elif audit.confirmed_at is not None:
        problems.append(Problem(notice_id(audit), _("结果已确认并写入日志，不能再改。")))
    if person_key(actor) == audit.recorded_by_key:
        problems.append(
            Problem("--by", _("登记和确认必须是两个人；结果由 %(name)s 登记。", name=audit.recorded_by))
        )
    if problems:
        raise ProblemsFound(problems)
    public_log = session.get_one(Log, campaign.id, with_for_update=True)
    notice = {"type": "notice", "at": rfc3339(at), "id": notice_id(audit), "sha256": audit.document_sha256}
    log.append(session, public_log, [entries.encode(notice)])
    audit.confirmed_by, audit.confirmed_by_key, audit.confirmed_at = actor.strip(), person_key(actor), at
    # The archive is to hold the notice too; publication makes it anew.
    campaign.counts_json = None
    campaign.version += 1
    journal(session, at=at, actor=actor, act="confirm_sample", subject=slug,
            details={"audit": audit.number, "sha256": audit.document_sha256})  # fmt: skip
    return audit


def notice_id(audit: SampleAudit) -> str:
    """The notice's id in the log; the document lies under this name beside it."""
    return f"{SAMPLE_AUDIT}{audit.number}"
