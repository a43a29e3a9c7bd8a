"""Blind first: who proposes or confirms a decision about ballots of a cluster has judged that cluster blind. A cluster's open
sheet is shown after one's own judgement, so that "blind" is the only way to it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...encryption import Keyring
from ...errors import Problem
from ...names import person_key
from ...scanning.live import clusters_of
from ...scanning.models import ScanCluster
from ...text import _
from ..blind.reviewing import judged_blind, of_cluster
from .models import PROPOSED, Decision


def clusters_touched(session: Session, slug: str, keyring: Keyring, ballot_ids: Collection[str]) -> list[str]:
    """The clusters of the latest scan that hold one of these ballots, by whatever way they were named: a list that was
    typed is no way around."""
    wanted = set(ballot_ids)
    return [
        str(one["id"]) for one in clusters_of(session, slug, keyring) if not wanted.isdisjoint(one["ballots"])
    ]


def not_judged(session: Session, campaign_id: int, clusters: Iterable[str], actor: str) -> list[str]:
    """Those that this person has not judged before seeing whom they helped."""
    person = person_key(actor)
    return [one for one in clusters if not judged_blind(session, campaign_id, of_cluster(one), person)]


def problems_of_proposer(
    session: Session, campaign_id: int, clusters: Sequence[str], actor: str, origin: str | None
) -> list[Problem]:
    """Why this person may not propose yet. A cluster is named only where the proposal came from it: to be told which
    cluster a typed ballot lies in would be to be told, by the public log, whom that cluster helped."""
    missing = not_judged(session, campaign_id, clusters, actor)
    if not missing:
        return []
    if [of_cluster(one) for one in missing] == [origin]:
        sentence = _("您还没有盲评异常票群 %(id)s，不能提出对它的决定。", id=missing[0])
        return [Problem("cluster", sentence, _("请先打开这个票群，写下您的判断。"))]
    return [
        Problem(
            "ballots",
            _("其中有的选票属于您还没有盲评的异常票群。"),
            _("请先到“异常票群”逐个写下您的判断，再提出。"),
        )
    ]


def problems_of_confirmer(session: Session, decision: Decision, actor: str) -> list[Problem]:
    """Why this person may not confirm yet."""
    missing = not_judged(session, decision.campaign_id, decision.blind_clusters, actor)
    return [
        Problem(
            "cluster",
            _("您还没有盲评异常票群 %(id)s，不能确认对它的决定。", id=one),
            _("请先打开这个票群，写下您的判断；证据已按期删除的，不能再确认，只能撤回。"),
        )
        for one in missing
    ]


def keep_for_judging(session: Session, campaign_id: int, clusters: Collection[str]) -> None:
    """Keep these through later scans: the second person judges what the first one judged."""
    _mark(session, campaign_id, clusters, True)


def let_go(session: Session, decision: Decision) -> None:
    """The proposal is confirmed or withdrawn: the next scan may replace its clusters where no other proposal waits."""
    others = session.scalars(
        select(Decision).where(
            Decision.campaign_id == decision.campaign_id,
            Decision.state == PROPOSED,
            Decision.number != decision.number,
        )
    )
    still = {cluster for one in others for cluster in one.blind_clusters}
    _mark(session, decision.campaign_id, set(decision.blind_clusters) - still, False)


def _mark(session: Session, campaign_id: int, clusters: Collection[str], kept: bool) -> None:
    if clusters:
        session.execute(
            update(ScanCluster)
            .where(ScanCluster.campaign_id == campaign_id, ScanCluster.cluster.in_(clusters))
            .values(kept=kept)
            .execution_options(synchronize_session=False)
        )


def as_column(clusters: Sequence[str]) -> str:
    """As the decision's row keeps them."""
    return json.dumps(list(clusters))
