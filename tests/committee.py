"""Two officials who decide on ballots, and ballots for them to decide on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.stage import Stage
from voting_service.ballots.ballot_box import BallotToCast
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.campaigns.models import Campaign
from voting_service.clock import to_ms
from voting_service.ledger import LedgerEntry
from voting_service.scanning.models import ScanCluster, ScanRun
from voting_service.tally.decisions.confirm import carry_out
from voting_service.tally.decisions.propose import Proposal, propose, propose_undo

PROPOSER, CONFIRMER = "王芳", "李伟"
REASON = "同一机房的脚本投出"


def cast_ballots(
    stage: Stage, count: int, choices: tuple[int, ...] = (1,), *, held: bool = False, slug: str = "test"
) -> list[str]:
    """So many ballots by as many voters, through the box; gives their ids. They wait to be recorded."""
    box, expires = stage.service.box, to_ms(stage.service.clock.now() + timedelta(hours=1))
    ids = [new_ballot_id() for _ in range(count)]
    state = box.state(slug)
    assert state is not None

    def cast(ballot_id: str) -> str:
        ballot = BallotToCast(
            ballot_id, f"voter {ballot_id}", choices, "browser", held, expires, 8 * 3600, policy=state.policy
        )
        return box.cast(slug, ballot).outcome

    # Side by side, as voters come: Redis then writes many to the disk at once.
    with ThreadPoolExecutor(16) as voters:
        assert set(voters.map(cast, ids)) == {"cast"}
    return ids


def recorded(stage: Stage, count: int, choices: tuple[int, ...] = (1,), *, held: bool = False) -> list[str]:
    """The same, in the ledger."""
    ids = cast_ballots(stage, count, choices, held=held)
    stage.record()
    return ids


def propose_on(
    stage: Stage,
    kind: str,
    ballots: Sequence[str],
    *,
    by: str = PROPOSER,
    reason: str = REASON,
    slug: str = "test",
) -> int:
    """A proposal; gives its number."""
    service = stage.service
    with service.database.write() as session:
        proposal = Proposal(kind, ballots, reason)
        return propose(
            session, slug, proposal, at=service.clock.now(), actor=by, keyring=service.keyring
        ).number


def confirm_it(stage: Stage, number: int, *, by: str = CONFIRMER, slug: str = "test") -> None:
    """The second person, and all that follows."""
    assert carry_out(stage.service.recorder_stores, slug, number, actor=by)


def decide(stage: Stage, kind: str, ballots: Sequence[str], *, slug: str = "test") -> int:
    """Both steps; gives the number."""
    number = propose_on(stage, kind, ballots, slug=slug)
    confirm_it(stage, number, slug=slug)
    return number


def undo(stage: Stage, number: int) -> int:
    """Both steps of taking a decision back; gives the number of the new one."""
    service = stage.service
    with service.database.write() as session:
        made = propose_undo(
            session, "test", number, reason="复核有误", at=service.clock.now(), actor=PROPOSER
        )
    confirm_it(stage, made.number)
    return made.number


def found_cluster(stage: Stage, plain: dict[str, Any], others: int = 0) -> None:
    """A cluster as the latest scan of the one campaign has it: ``plain`` is what ``clusters.json`` would say."""
    service, campaign, ballots = stage.service, campaign_of(stage), len(plain["ballots"])
    with service.database.write() as session:
        run = ScanRun(
            campaign_id=campaign.id, at=service.clock.now(), up_to_seq=ballots, ballots=ballots + others, review=0,
            quarantine=ballots, clusters=1, silent="province views", parameters_json="{}", networks="",
        )  # fmt: skip
        session.add(run)
        session.flush()
        place = f"scan_clusters.sealed.{campaign.slug}.{plain['id']}"
        sealed = service.keyring.seal(json.dumps(plain).encode(), place)
        session.add(
            ScanCluster(campaign_id=campaign.id, cluster=plain["id"], run_id=run.id, finding="quarantine",
                        ballots=ballots, sealed=sealed)
        )  # fmt: skip


def standings(stage: Stage) -> dict[str, str]:
    """Ballot id → standing in the ledger."""
    with stage.service.database.read() as session:
        return dict(session.execute(select(LedgerEntry.ballot_id, LedgerEntry.standing)).all())


def campaign_of(stage: Stage) -> Campaign:
    """The one campaign."""
    with stage.service.database.read() as session:
        return session.scalars(select(Campaign)).one()
