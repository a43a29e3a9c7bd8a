"""The latest scan as its page shows it: when, over what, what it could not ask, what it found, and when the next comes. Of
clusters that a reader has yet to judge, sizes and times stand in steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...ballots.ballot_id import tracking_code
from ...campaigns.models import CLOSED, OPEN, Campaign
from ...encryption import Keyring
from ...ledger import RecorderPosition
from ...scanning.asking import waiting_request
from ...scanning.live import clusters_of, last_run
from ...scanning.models import ScanRequest, ScanRun
from ...scanning.retention import day_of_deletion
from ...scanning.watch import EVERY
from ...text import Text, _
from ..blind.coarse import about
from ..blind.reviewing import of_cluster
from ..decisions.queries import decisions_by_origin
from .blind_sheet import SAMPLE as BLIND_SAMPLE
from .blind_sheet import blind_sheet, window_of
from .sheet import FINDINGS, GROUPS, PROFILE, SILENT, figure

SHOWN = 200


@dataclass(frozen=True)
class ClusterLine:
    """One cluster in the list."""

    id: str
    finding: str
    word: Text
    ballots: Text
    since: datetime
    until: datetime
    is_open: bool
    """Whether this reader sees its whole sheet; otherwise its size is a step, and its times are days."""
    decisions: Sequence[str]
    """Decisions that were proposed from it."""


@dataclass(frozen=True)
class Overview:
    """What the page of a campaign's clusters says."""

    run: ScanRun | None
    quarantine: Text
    review: Text
    """Ballots in clusters of either finding; steps while a cluster waits for this reader's judgement."""
    silent: Sequence[Text | str]
    request: ScanRequest | None
    """Asked for, and not answered yet."""
    unseen: int
    """Recorded ballots that the latest scan has not seen."""
    next_by: datetime | None
    """When the watch will have scanned again; None where nothing is to be scanned."""
    deleted_on: str | None
    """The local day on which the evidence was deleted, and the clusters with it."""
    may_ask: bool
    """Whether there is anything to scan."""
    clusters: Sequence[ClusterLine]
    left_out: int


def overview(
    session: Session, campaign: Campaign, keyring: Keyring, now: datetime, open_to: Collection[str] | None
) -> Overview:
    """As of now. ``open_to``: the clusters that the reader has judged; None for one who sees all."""
    slug = campaign.slug
    run = last_run(session, slug)
    position = session.get(RecorderPosition, campaign.id)
    recorded = position.seq if position else 0
    unseen = max(0, recorded - (run.up_to_seq if run else 0))
    deleted = day_of_deletion(session, slug)
    may_ask = campaign.phase in (OPEN, CLOSED) and recorded > 0 and deleted is None
    lines = _lines(session, campaign, keyring, open_to)
    is_open = all(line.is_open for line in lines)
    return Overview(
        run=run,
        quarantine=_size(run.quarantine if run else 0, is_open),
        review=_size(run.review if run else 0, is_open),
        silent=[SILENT.get(name, name) for name in run.silent.split()] if run else (),
        request=waiting_request(session, campaign.id, run.at if run else None) if may_ask else None,
        unseen=unseen,
        next_by=max(now, run.at + EVERY if run else now) if may_ask and unseen else None,
        deleted_on=deleted,
        may_ask=may_ask,
        clusters=lines[:SHOWN],
        left_out=max(0, len(lines) - SHOWN),
    )


def _lines(
    session: Session, campaign: Campaign, keyring: Keyring, open_to: Collection[str] | None
) -> list[ClusterLine]:
    decided = decisions_by_origin(session, campaign.id)
    return [
        _line(one, campaign, open_to is None or one["id"] in open_to, decided.get(of_cluster(one["id"]), ()))
        for one in clusters_of(session, campaign.slug, keyring)
    ]


def _line(one: Mapping[str, Any], campaign: Campaign, is_open: bool, decisions: Sequence[str]) -> ClusterLine:
    blind, window = blind_sheet(one, campaign.rules.zone), window_of(one)
    return ClusterLine(
        id=one["id"],
        finding=one["finding"],
        word=FINDINGS[one["finding"]],
        ballots=_size(len(one["ballots"]), is_open),
        since=window[0] if is_open else blind.since,
        until=window[1] if is_open else blind.until,
        is_open=is_open,
        decisions=decisions,
    )


def _size(ballots: int, is_open: bool) -> Text:
    return Text(f"{ballots:,}") if is_open or not ballots else about(ballots)


@dataclass(frozen=True)
class ClusterSheet:
    """One cluster as its page shows it to those who have judged it: everything."""

    id: str
    finding: str
    word: Text
    size: int
    since: datetime
    until: datetime
    paragraph: Mapping[str, str]
    """In Chinese and English."""
    figures: Mapping[str, Any]
    groups: Sequence[Text | str]
    profile: Sequence[tuple[Text, Sequence[str]]]
    effect: Sequence[tuple[Text, int, int, int, int]]
    """Candidate; count now and without the cluster; place now and without it."""
    sample: Sequence[Mapping[str, Any]]
    """What the scan measured of some ballots: no address, and no device's own words."""
    decisions: Sequence[str]


SAMPLE: Mapping[str, Text] = {"cast_at": _("投出"), **BLIND_SAMPLE}
"""What of a sample's rows is shown, beside the tracking code and the choices."""


def cluster_sheet(
    session: Session, campaign: Campaign, cluster: Mapping[str, Any], names: Mapping[int, str]
) -> ClusterSheet:
    """``names``: candidate number → name."""
    groups, (since, until) = [cluster["profile"], *cluster["comparison"]], window_of(cluster)
    return ClusterSheet(
        id=cluster["id"],
        finding=cluster["finding"],
        word=FINDINGS[cluster["finding"]],
        size=len(cluster["ballots"]),
        since=since,
        until=until,
        paragraph=cluster["paragraph"]["named"],
        figures=cluster["figures"],
        groups=[GROUPS.get(one["name"], one["name"]) for one in groups[1:]],
        profile=[
            (label, [figure(name, group.get(name)) for group in groups]) for name, label in PROFILE.items()
        ],
        effect=_effect(cluster, names),
        sample=[_sample_row(row) for row in cluster["sample"]],
        decisions=decisions_by_origin(session, campaign.id).get(of_cluster(cluster["id"]), ()),
    )


def _effect(cluster: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[Text, int, int, int, int]]:
    return [
        (
            _called(row["candidate"], names),
            row["count_before"],
            row["count_after"],
            row["rank_before"],
            row["rank_after"],
        )
        for row in cluster["effect"]
        if row["in_cluster"]
    ]


def _called(number: str, names: Mapping[int, str]) -> Text:
    return _("%(number)s 号 %(name)s", number=number, name=names.get(int(number), ""))


def _sample_row(row: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: row.get(name) for name in SAMPLE}
    shown["cast_at"] = datetime.fromisoformat(row["cast_at"])
    return {"code": tracking_code(row["ballot_id"]), **shown, "choices": row["choices"]}
