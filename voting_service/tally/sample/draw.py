"""Drawing a sample: only after closing, when nobody can change the seed any more. Each draw is numbered and stands in the
log at once, so that nobody can draw again and again and show the one they like."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.models import CLOSED, Campaign
from ...campaigns.queries import campaign_by_slug
from ...clock import rfc3339
from ...errors import NotFound, Problem, ProblemsFound
from ...ledger import LedgerEntry, LedgerRow, choices_of
from ...text import _
from ...transparency import entries, log
from ...transparency.after_voting import SAMPLE_DRAW, FinalCheckpoint, final_checkpoint
from ...transparency.models import Log
from ..decisions.rules import name_problems
from .lottery import RULE, dice_figures, drawn, seed_text
from .models import SampleAudit

LARGEST = 5000
"""More than any committee looks at by hand."""


def seed_source(session: Session, slug: str) -> FinalCheckpoint:
    """What the seed is made of, for announcing it before the draw. Raises ProblemsFound before the close."""
    campaign = campaign_by_slug(session, slug)
    final = final_checkpoint(session, campaign.id)
    if final is None:
        raise ProblemsFound([Problem(slug, _("投票还没有结束，没有最终检查点，种子还不存在。"))])
    return final


def draw(
    session: Session, slug: str, *, size: int, dice: str | None, at: datetime, actor: str
) -> SampleAudit:
    """Register one draw of so many ballots. Raises ProblemsFound, NotFound. The caller commits, then signs the log."""
    campaign = campaign_by_slug(session, slug, lock=True)
    figures = dice_figures(dice) if dice else None
    problems = name_problems(actor)
    final = final_checkpoint(session, campaign.id)
    if campaign.phase != CLOSED or final is None:
        problems.append(Problem(slug, _("投票还没有结束，没有最终检查点，种子还不存在。")))
    if dice and not figures:
        problems.append(Problem("--dice", _("骰子点数只能是数字，例如 3 5 1 6。")))
    ballots = (
        session.scalar(
            select(func.count()).select_from(LedgerEntry).where(LedgerEntry.campaign_id == campaign.id)
        )
        or 0
    )
    most = min(ballots, LARGEST)
    if not 1 <= size <= most:
        problems.append(Problem("--size", _("抽取张数应在 1 到 %(most)s 之间。", most=most)))
    if problems or final is None:
        raise ProblemsFound(problems)
    last = session.scalar(select(func.max(SampleAudit.number)).where(SampleAudit.campaign_id == campaign.id))
    audit = SampleAudit(
        campaign_id=campaign.id,
        number=(last or 0) + 1,
        seed=seed_text(final.root_hash, figures),
        dice=figures,
        sample_size=size,
        drawn_by=actor.strip(),
        drawn_at=at,
    )
    session.add(audit)
    _announce(session, campaign, audit, at)
    journal(session, at=at, actor=actor, act="draw_sample", subject=slug,
            details={"audit": audit.number, "seed": audit.seed, "size": size})  # fmt: skip
    return audit


def _announce(session: Session, campaign: Campaign, audit: SampleAudit, at: datetime) -> None:
    public_log = session.get_one(Log, campaign.id, with_for_update=True)
    digest = sha256(draw_document(audit)).hexdigest()
    notice = {"type": "notice", "at": rfc3339(at), "id": f"{SAMPLE_DRAW}{audit.number}", "sha256": digest}
    log.append(session, public_log, [entries.encode(notice)])
    # The archive is to hold the notice too; publication makes it anew.
    campaign.counts_json = None
    campaign.version += 1


def draw_document(audit: SampleAudit) -> bytes:
    """What was drawn, as canonical JSON: with the log alone anyone can draw the same ballots from it."""
    return entries.canonical_json(
        {
            "audit": audit.number,
            "dice": audit.dice,
            "rule": RULE,
            "seed": audit.seed,
            "size": audit.sample_size,
        }
    )


def audit_by_number(session: Session, campaign_id: int, number: int | None) -> SampleAudit:
    """One audit of a campaign, the latest where none is named. Raises NotFound."""
    query = select(SampleAudit).where(SampleAudit.campaign_id == campaign_id)
    if number is not None:
        query = query.where(SampleAudit.number == number)
    audit = session.scalar(query.order_by(SampleAudit.number.desc()).limit(1))
    if audit is None:
        raise NotFound(_("没有这次抽样。"), _("请先用 voting-service fraud sample draw 抽样。"))
    return audit


def drawn_ballots(session: Session, audit: SampleAudit) -> list[LedgerRow]:
    """The ballots of an audit in the order of their draw, as they stand now."""
    of_campaign = LedgerEntry.campaign_id == audit.campaign_id
    ids = drawn(
        audit.seed, session.scalars(select(LedgerEntry.ballot_id).where(of_campaign)), audit.sample_size
    )
    columns = [getattr(LedgerEntry, name) for name in LedgerRow._fields]
    rows = session.execute(select(*columns).where(of_campaign, LedgerEntry.ballot_id.in_(ids)))
    by_id = {row.ballot_id: LedgerRow(*row)._replace(choices=choices_of(row.choices)) for row in rows}
    return [by_id[ballot_id] for ballot_id in ids]
