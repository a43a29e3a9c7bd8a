"""The latest scan as its page shows it: when, over what, what it could not ask, what it found, and when the next comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from ..decisions.effect import blind_name
from ..decisions.queries import decisions_by_origin
from .sheet import FINDINGS, GROUPS, PROFILE, SILENT, figure

SHOWN = 200


@dataclass(frozen=True)
class ClusterLine:
    """One cluster in the list."""

    id: str
    finding: str
    word: Text
    ballots: int
    since: datetime
    until: datetime
    decisions: Sequence[str]
    """Decisions that were proposed from it."""


@dataclass(frozen=True)
class Overview:
    """What the page of a campaign's clusters says."""

    run: ScanRun | None
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


def overview(session: Session, campaign: Campaign, keyring: Keyring, now: datetime) -> Overview:
    """As of now."""
    slug = campaign.slug
    run = last_run(session, slug)
    position = session.get(RecorderPosition, campaign.id)
    recorded = position.seq if position else 0
    unseen = max(0, recorded - (run.up_to_seq if run else 0))
    deleted = day_of_deletion(session, slug)
    may_ask = campaign.phase in (OPEN, CLOSED) and recorded > 0 and deleted is None
    lines = _lines(session, campaign, keyring)
    return Overview(
        run=run,
        silent=[SILENT.get(name, name) for name in run.silent.split()] if run else (),
        request=waiting_request(session, campaign.id, run.at if run else None) if may_ask else None,
        unseen=unseen,
        next_by=max(now, run.at + EVERY if run else now) if may_ask and unseen else None,
        deleted_on=deleted,
        may_ask=may_ask,
        clusters=lines[:SHOWN],
        left_out=max(0, len(lines) - SHOWN),
    )


def _lines(session: Session, campaign: Campaign, keyring: Keyring) -> list[ClusterLine]:
    decided = decisions_by_origin(session, campaign.id)
    return [
        ClusterLine(
            id=one["id"],
            finding=one["finding"],
            word=FINDINGS[one["finding"]],
            ballots=len(one["ballots"]),
            since=datetime.fromisoformat(one["window"]["from"]),
            until=datetime.fromisoformat(one["window"]["to"]),
            decisions=decided.get(f"cluster {one['id']}", ()),
        )
        for one in clusters_of(session, campaign.slug, keyring)
    ]


@dataclass(frozen=True)
class ClusterSheet:
    """One cluster as its page shows it, with candidates or without."""

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
    effect: Sequence[tuple[Text | str, int, int, int, int]]
    """Candidate, or 候选人甲 …; count now and without the cluster; place now and without it."""
    sample: Sequence[Mapping[str, Any]]
    """What the scan measured of some ballots: no address, no device's own words, and no choice unless candidates show."""
    decisions: Sequence[str]


SAMPLE: Mapping[str, Text] = {
    "cast_at": _("投出"),
    "channel": _("渠道"),
    "network_type": _("网络"),
    "province": _("省份"),
    "os": _("系统"),
    "entry": _("来路"),
    "dwell_s": _("用时（秒）"),
    "touches": _("点按"),
    "challenge_ms": _("验证（毫秒）"),
}
"""What of a sample's rows is shown."""


def cluster_sheet(
    session: Session, campaign: Campaign, cluster: Mapping[str, Any], *, names: Mapping[int, str] | None
) -> ClusterSheet:
    """``names``: candidate number → name, where candidates may be shown; None hides them."""
    groups = [cluster["profile"], *cluster["comparison"]]
    origin = f"cluster {cluster['id']}"
    return ClusterSheet(
        id=cluster["id"],
        finding=cluster["finding"],
        word=FINDINGS[cluster["finding"]],
        size=len(cluster["ballots"]),
        since=datetime.fromisoformat(cluster["window"]["from"]),
        until=datetime.fromisoformat(cluster["window"]["to"]),
        paragraph=cluster["paragraph"]["blinded" if names is None else "named"],
        figures=cluster["figures"],
        groups=[GROUPS.get(one["name"], one["name"]) for one in groups[1:]],
        profile=[
            (label, [figure(name, group.get(name)) for group in groups]) for name, label in PROFILE.items()
        ],
        effect=_effect(cluster, names),
        sample=[_sample_row(row, names) for row in cluster["sample"]],
        decisions=decisions_by_origin(session, campaign.id).get(origin, ()),
    )


def _effect(
    cluster: Mapping[str, Any], names: Mapping[int, str] | None
) -> list[tuple[Text | str, int, int, int, int]]:
    rows: list[tuple[Text | str, int, int, int, int]] = []
    for place, row in enumerate(cluster["effect"]):
        if not row["in_cluster"]:
            continue
        # In the paragraph's own order, so that 候选人甲 is the same one there and here.
        who = blind_name(place) if names is None else _called(row["candidate"], names)
        rows.append((who, row["count_before"], row["count_after"], row["rank_before"], row["rank_after"]))
    return rows


def _called(number: str, names: Mapping[int, str]) -> Text:
    return _("%(number)s 号 %(name)s", number=number, name=names.get(int(number), ""))


def _sample_row(row: Mapping[str, Any], names: Mapping[int, str] | None) -> dict[str, Any]:
    shown: dict[str, Any] = {name: row.get(name) for name in SAMPLE}
    shown["cast_at"] = datetime.fromisoformat(row["cast_at"])
    return {
        "code": tracking_code(row["ballot_id"]),
        **shown,
        **({} if names is None else {"choices": row["choices"]}),
    }
