"""The scan of a live campaign. What was read is kept in memory, so that the next scan reads only what came since; what is
computed is computed anew each time, so that a scan never depends on the scans before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from anti_fraud.networks.table import NetworkTable
from anti_fraud.scan import Outcome, scan
from anti_fraud.scan.columns import Ballots, ballots_of, concatenate, views_of
from anti_fraud.scan.detect import Progress

from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring
from ..errors import NotFound, Problem, ProblemsFound
from ..evidence.views import PageView
from ..ledger import VOIDED, LedgerEntry
from ..sealed import SealedColumn
from ..text import _
from .evidence_rows import EvidenceRow, ballot_rows, page_views, view_columns
from .models import ScanCluster, ScanRun
from .retention import day_of_deletion

CHUNK = 100_000


@dataclass
class _Read:
    """What has been read of one campaign so far."""

    campaign_id: int
    last_seq: int = 0
    last_batch: int = 0
    ballots: Ballots = field(default_factory=lambda: ballots_of([]))
    seqs: list[int] = field(default_factory=list)
    own_tokens: list[str] = field(default_factory=list)
    voters: set[str] = field(default_factory=set)
    views: dict[tuple[str, str], PageView] = field(default_factory=dict)
    """The first view of each visitor by each link."""
    passed_on: set[str] = field(default_factory=set)
    """Share tokens that somebody came by."""


class LiveScan:
    """Scans campaigns of one installation, as often as it is asked to."""

    def __init__(self, database: Database, keyring: Keyring, networks: NetworkTable, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._networks = networks
        self._clock = clock
        self._read: dict[str, _Read] = {}

    def scan(self, slug: str, progress: Progress | None = None) -> Outcome:
        """Look through what the ledger holds now, keep the findings, and give them. Raises NotFound."""
        with self._database.read() as session:
            campaign_id = campaign_by_slug(session, slug).id
            _require_evidence(session, slug)
            read = self._read.setdefault(slug, _Read(campaign_id))
            self._read_on(session, slug, read, progress)
            voided = _voided(session, campaign_id)
        counted = ~np.isin(np.array(read.seqs, np.int64), voided)
        ballots = only(replace(read.ballots, reshared=self._reshared(read)), counted)
        without_ballot = [v for v in read.views.values() if v.voter_tag not in read.voters]
        outcome = scan(ballots, views_of(view_columns(view) for view in without_ballot), progress)
        with self._database.write() as session:
            # Proposals keep clusters under the same lock: none is replaced between being judged and being kept.
            campaign_by_slug(session, slug, lock=True)
            self._keep(session, slug, read, outcome, self._clock.now())
        return outcome

    @property
    def known(self) -> tuple[str, ...]:
        """Campaigns of which something is kept in memory."""
        return tuple(self._read)

    def forget(self, slug: str) -> None:
        """Let go of what was read, when the evidence is deleted."""
        self._read.pop(slug, None)

    def _read_on(self, session: Session, slug: str, read: _Read, progress: Progress | None) -> None:
        newest = session.scalar(
            select(func.max(LedgerEntry.seq)).where(LedgerEntry.campaign_id == read.campaign_id)
        )
        rows = ballot_rows(session, read.campaign_id, slug, self._keyring, self._networks, read.last_seq)
        for chunk in _chunks(rows, CHUNK):
            _take(read, chunk)
            if progress:
                progress("reading", read.last_seq, newest or 0)
        for number, views in page_views(session, read.campaign_id, slug, self._keyring, read.last_batch):
            read.last_batch = number
            for view in views:
                if view.share_token:  # the scan asks of links alone how many visits led to no ballot
                    read.views.setdefault((view.voter_tag, view.share_token), view)
                    read.passed_on.add(view.share_token)

    @staticmethod
    def _reshared(read: _Read) -> Any:
        return np.fromiter(
            (token in read.passed_on for token in read.own_tokens), np.int8, len(read.own_tokens)
        )

    def _keep(self, session: Session, slug: str, read: _Read, outcome: Outcome, at: datetime) -> None:
        totals = outcome.as_dict()["totals"]
        run = ScanRun(
            campaign_id=read.campaign_id,
            at=at,
            up_to_seq=read.last_seq,
            ballots=totals["ballots"],
            review=totals["review"],
            quarantine=totals["quarantine"],
            clusters=totals["clusters"],
            silent=" ".join(outcome.silent),
            parameters_json=json.dumps(outcome.parameters),
            networks=self._networks.version,
        )
        session.add(run)
        session.flush()
        session.execute(
            delete(ScanCluster).where(
                ScanCluster.campaign_id == read.campaign_id, ScanCluster.kept.is_(False)
            )
        )
        kept = {one.cluster: one for one in session.scalars(_of_campaign(read.campaign_id))}
        for cluster in outcome.clusters:
            plain = cluster.as_dict()
            if same := kept.get(plain["id"]):
                same.run_id = run.id  # found again; what is being judged stays as it was judged
                continue
            text = json.dumps(plain, ensure_ascii=False).encode()
            session.add(
                ScanCluster(
                    campaign_id=read.campaign_id,
                    cluster=plain["id"],
                    run_id=run.id,
                    finding=plain["finding"],
                    ballots=len(plain["ballots"]),
                    sealed=self._keyring.seal(text, _place(slug, plain["id"])),
                )
            )


def _require_evidence(session: Session, slug: str) -> None:
    """A scan without evidence would find nothing, and say so as if it had looked."""
    if day := day_of_deletion(session, slug):
        raise ProblemsFound([Problem(slug, _("证据已于 %(day)s 删除，不能再排查。", day=day))])


def clusters_of(session: Session, slug: str, keyring: Keyring) -> list[dict[str, Any]]:
    """The clusters of the latest scan, as ``clusters.json`` has them, quarantine first, the largest first."""
    run = last_run(session, slug)
    if run is None:
        return []
    rows = session.scalars(
        _of_campaign(run.campaign_id)
        .where(ScanCluster.run_id == run.id)
        .order_by(ScanCluster.finding, ScanCluster.ballots.desc(), ScanCluster.cluster)
    )
    return [json.loads(keyring.open(row.sealed, _place(slug, row.cluster))) for row in rows]


def cluster_of(session: Session, slug: str, keyring: Keyring, cluster: str) -> dict[str, Any]:
    """One of them, or one that a proposal still waits on. Raises NotFound."""
    row = session.get(ScanCluster, (campaign_by_slug(session, slug).id, cluster))
    if row is None:
        raise NotFound(
            _("最近一次排查中没有这个票群。"), _("每次排查都会重新归并票群；请回到列表查看现在的。")
        )
    found: dict[str, Any] = json.loads(keyring.open(row.sealed, _place(slug, row.cluster)))
    return found


def _of_campaign(campaign_id: int) -> Select[ScanCluster]:
    return select(ScanCluster).where(ScanCluster.campaign_id == campaign_id)


def last_run(session: Session, slug: str) -> ScanRun | None:
    """The latest scan of a campaign."""
    query = select(ScanRun).where(ScanRun.campaign_id == campaign_by_slug(session, slug).id)
    return session.scalar(query.order_by(ScanRun.id.desc()).limit(1))


def only(ballots: Ballots, wanted: Any) -> Ballots:
    """The rows that are wanted."""
    parts: dict[str, Any] = {}
    for name in ballots.__dataclass_fields__:
        column = getattr(ballots, name)
        parts[name] = (
            replace(column, codes=column.codes[wanted]) if hasattr(column, "codes") else column[wanted]
        )
    return Ballots(**parts)


def _take(read: _Read, rows: list[EvidenceRow]) -> None:
    read.ballots = concatenate(read.ballots, ballots_of(row.columns for row in rows))
    read.seqs += [row.seq for row in rows]
    read.own_tokens += [row.own_token for row in rows]
    read.voters.update(row.columns["voter_tag"] for row in rows)
    read.passed_on.update(token for row in rows if (token := row.columns["share_token"]))
    read.last_seq = rows[-1].seq


def _voided(session: Session, campaign_id: int) -> Any:
    query = select(LedgerEntry.seq).where(
        LedgerEntry.campaign_id == campaign_id, LedgerEntry.standing == VOIDED
    )
    return np.array(list(session.scalars(query)), np.int64)


def _chunks(rows: Iterator[EvidenceRow], size: int) -> Iterable[list[EvidenceRow]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def _place(slug: str, cluster: str) -> str:
    return f"scan_clusters.sealed.{slug}.{cluster}"


SEALED = (
    SealedColumn(
        ScanCluster.sealed,
        _place,
        (Campaign.slug, ScanCluster.cluster),
        joined=((Campaign, Campaign.id == ScanCluster.campaign_id),),
    ),
)
