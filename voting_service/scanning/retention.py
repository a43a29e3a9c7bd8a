"""The end of evidence: when a campaign's retention period is over, addresses, devices and times are deleted for good.

Ledger, log, decisions and the scans' figures stay: they hold none of it. The journal keeps that it was done, and when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.gate_policies import current_policy
from ..campaigns.models import CLOSED, Campaign
from ..campaigns.queries import campaign_by_slug, campaigns_in
from ..errors import Problem, ProblemsFound
from ..evidence.models import BallotEvidence, EvidenceDeletion, ViewBatch
from ..text import _
from .models import ScanCluster


def due_for_deletion(session: Session, now: datetime) -> list[str]:
    """Closed campaigns whose retention period is over and whose evidence is still there."""
    done = set(session.scalars(select(EvidenceDeletion.campaign_id)))
    return [
        campaign.slug
        for campaign in campaigns_in(session, CLOSED)
        if campaign.id not in done and (until := keeps_until(session, campaign)) and now >= until
    ]


def keeps_until(session: Session, campaign: Campaign) -> datetime | None:
    """When a closed campaign's evidence is to go; None for one that still votes."""
    if campaign.closed_at is None:
        return None
    _version, policy = current_policy(session, campaign.id)
    return campaign.closed_at + timedelta(days=policy.retention_days)


def day_of_deletion(session: Session, slug: str) -> str | None:
    """The local day on which a campaign's evidence was deleted; None where it is still there. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    deletion = session.get(EvidenceDeletion, campaign.id)
    return f"{deletion.deleted_at.astimezone(campaign.rules.zone):%Y-%m-%d}" if deletion else None


def delete_evidence(session: Session, slug: str, *, at: datetime, actor: str) -> tuple[int, int]:
    """Delete a closed campaign's evidence; gives how many ballots' and how many page views. The caller commits, and then
    has Redis forget what its file still holds (``BallotBox.forget_history``). Raises ProblemsFound."""
    campaign = campaign_by_slug(session, slug, lock=True)
    if campaign.phase != CLOSED:
        raise ProblemsFound([Problem(slug, _("投票还没有结束，证据不能删除。"))])
    if day := day_of_deletion(session, slug):
        raise ProblemsFound([Problem(slug, _("证据已于 %(day)s 删除。", day=day))])
    ballots = session.scalar(
        select(func.count()).select_from(BallotEvidence).where(BallotEvidence.campaign_id == campaign.id)
    )
    views = session.scalar(select(func.sum(ViewBatch.views)).where(ViewBatch.campaign_id == campaign.id))
    ballots, views = int(ballots or 0), int(views or 0)
    for table in (BallotEvidence, ViewBatch, ScanCluster):
        session.execute(delete(table).where(table.campaign_id == campaign.id))
    session.add(EvidenceDeletion(campaign_id=campaign.id, deleted_at=at, ballots=ballots, views=views))
    journal(session, at=at, actor=actor, act="delete_evidence", subject=slug,
            details={"ballots": ballots, "views": views})  # fmt: skip
    return ballots, views
