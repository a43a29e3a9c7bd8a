"""A ledger of a million ballots with decisions and clusters, made by the recorder's own commit: every row, leaf and tile is
there, as after weeks of voting."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from anti_fraud.scan import scan_files
from publicity.substitutions.proposing import Leave, propose_leave
from tests.committee import confirm_it, propose_on
from tests.desk import Desk
from tests.notices import draft, published
from tests.objectors import form, lodge_by_api
from tests.stage import rules
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.ballots.box_contents import WaitingBallot
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import to_ms
from voting_service.evidence.record import Evidence, seal
from voting_service.ledger import HELD, LedgerEntry, RecorderPosition
from voting_service.recorder.drain import publish, record
from voting_service.scanning.models import ScanCluster, ScanRun
from voting_service.tally.figures.follow import follow_one
from voting_service.tally.rebuild import rebuild_box

from .desk_campaign import CANDIDATES, declare
from .run import Progress
from .stand import Stand
from .traffic import PRESETS, write

DAYS = 10
_BATCH = 10_000
_EVIDENCE_EVERY = 20
"""Of twenty ballots one carries evidence: sealing all of them would take longer than everything else."""
_CLUSTERS, _IN_CLUSTER = 20, 2_000
_ENTRIES = ("menu", "search", "direct", "share", "qr")


def open_campaign(place: Stand, slug: str) -> int:
    """An open campaign with no ballot in it; gives its id."""
    now = place.service.clock.now()
    window = rules(opens_at=now - timedelta(days=DAYS), closes_at=now + timedelta(days=2))
    place.stage.draft(slug, CANDIDATES, window)
    declare(place, slug)
    place.stage.open(slug)
    with place.service.database.read() as session:
        campaign_id = campaign_by_slug(session, slug).id
    _publicity(place, slug)
    publish(place.service.recorder_stores, campaign_id)
    _prepare(place, campaign_id)
    return campaign_id


def _publicity(place: Stand, slug: str) -> None:
    """A published notice with an objection to it and a candidate who is about to leave, and a draft."""
    stage, at = place.stage, place.service.clock.now() - timedelta(days=1)
    official = Desk(stage, f"经办人 {slug}", "operator", slug=slug).official
    notice = published(stage, official, slug=slug, at=at, reserve=(4, 5))
    draft(stage, official, slug=slug)
    lodged = lodge_by_api(stage.client(), slug, **form())
    if lodged.status_code != 201:
        raise RuntimeError(f"an objection was answered {lodged.status}")
    leave = Leave(3, "withdrawn", "本人书面提出，不再参加评选。", "")
    with place.service.database.write() as session:
        propose_leave(session, place.service.keyring, slug, notice.number, leave, at=at, official=official)


def fill(place: Stand, slug: str, campaign_id: int, count: int, progress: Progress) -> None:
    """So many ballots, then decisions and the clusters that they are about."""
    database, done = place.service.database, 0
    ballots = _ballots(place, slug, count)
    while done < count:
        batch = [next(ballots) for _ in range(min(_BATCH, count - done))]
        with database.read() as session:
            position = session.get_one(RecorderPosition, campaign_id)
        record(database, campaign_id, position, batch)
        done += len(batch)
        progress(done, count)
    publish(place.service.recorder_stores, campaign_id)
    # Nobody cast these by the box: it is rebuilt from the ledger, with every voter, as after a Redis that was lost.
    rebuild_box(database, place.service.box, place.service.clock, slug, keep_s=1, actor="benchmark")
    groups = _suspects(place, campaign_id, count)
    _decide(place, slug, groups)
    _add_clusters(place, slug, campaign_id, count, groups)
    _prepare(place, campaign_id)


def _prepare(place: Stand, campaign_id: int) -> None:
    follow_one(place.service.recorder_stores, place.service.networks.table, campaign_id, page=50_000)


def _ballots(place: Stand, slug: str, count: int) -> Iterator[WaitingBallot]:
    """Evenly over the days; one of fifty is set aside by the gate."""
    now, keyring = place.service.clock.now(), place.service.keyring
    step = timedelta(days=DAYS - 1) / count
    for number in range(1, count + 1):
        ballot_id = new_ballot_id()
        first = 1 + number % CANDIDATES
        choices = tuple(sorted({first, 1 + number * 7 % CANDIDATES, 1 + number * number % CANDIDATES}))
        sealed = ""
        if number % _EVIDENCE_EVERY == 0:
            evidence = Evidence(
                f"198.51.{number % 256}.{number // 256 % 256}", entry=_ENTRIES[number % 5], dwell_ms=9_000
            )
            sealed = seal(keyring, slug, ballot_id, evidence)
        yield WaitingBallot(
            f"{number}-0", ballot_id, number, to_ms(now - (count - number) * step), secrets.token_urlsafe(16), choices,
            ("wechat", "browser", "code")[number % 3], number % 50 == 0, False, sealed,
        )  # fmt: skip


def _suspects(place: Stand, campaign_id: int, count: int) -> list[list[str]]:
    """Ballots in groups, side by side in the ledger."""
    size = max(1, min(_IN_CLUSTER, count // (2 * _CLUSTERS)))
    query = (
        select(LedgerEntry.ballot_id)
        .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.standing != HELD)
        .order_by(LedgerEntry.seq)
        .limit(size * _CLUSTERS)
    )
    with place.service.database.read() as session:
        ids = list(session.scalars(query))
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _decide(place: Stand, slug: str, groups: list[list[str]]) -> None:
    """Three voided, one set aside, one proposed and not confirmed yet."""
    for kind, group in zip(("voided", "voided", "voided", "held"), groups, strict=False):
        confirm_it(place.stage, propose_on(place.stage, kind, group, slug=slug), slug=slug)
    propose_on(place.stage, "voided", groups[4], slug=slug)


def _add_clusters(place: Stand, slug: str, campaign_id: int, count: int, groups: list[list[str]]) -> None:
    service, at = place.service, place.service.clock.now()
    patterns = _found_clusters(place.directory / "clusters")
    with service.database.write() as session:
        run = ScanRun(
            campaign_id=campaign_id, at=at, up_to_seq=count, ballots=count, review=0, quarantine=0,
            clusters=len(groups), silent="", parameters_json="{}", networks="",
        )  # fmt: skip
        session.add(run)
        session.flush()
        for index, group in enumerate(groups):
            plain = {
                **patterns[index % len(patterns)],
                "id": f"{index:010x}",
                "ballots": group,
                "size": len(group),
            }
            text = json.dumps(plain, ensure_ascii=False).encode()
            session.add(
                ScanCluster(
                    campaign_id=campaign_id, cluster=plain["id"], run_id=run.id, finding=plain["finding"],
                    ballots=len(group), sealed=service.keyring.seal(text, f"scan_clusters.sealed.{slug}.{plain['id']}"),
                )
            )  # fmt: skip


def _found_clusters(directory: Path) -> list[dict[str, Any]]:
    """What a scan says of simulated attacks: real sheets, to be put around ballots of ours."""
    write(PRESETS["attacked"].traffic(90_001, 4_000), directory)
    scan_files(directory / "ballots.csv", directory / "views.csv", directory / "found")
    found: list[dict[str, Any]] = json.loads(
        (directory / "found" / "clusters.json").read_text(encoding="utf-8")
    )["clusters"]
    return found
