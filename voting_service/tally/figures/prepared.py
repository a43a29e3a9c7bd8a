"""The tally as it is prepared beside the ledger, always bound to the checkpoint that it was computed from."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ...ledger import COUNTED, LedgerEntry, choices_of
from ..count import Tally
from ..decisions.models import Decision, DecisionBallot
from .models import TallyFigures
from .sums import Reach


@dataclass(frozen=True)
class PreparedTally:
    """What the first ``log_size`` leaves of the log count to."""

    tally: Tally
    log_size: int
    checkpoint: str
    """The signed note of exactly this size."""
    seq: int
    """The last ballot of the ledger that is in it."""
    computed_at: datetime
    decisions: int = 0
    """The sequence number of the last decision that is in it."""


def prepared_tally(session: Session, campaign_id: int) -> PreparedTally | None:
    """The latest; None before the campaign's first checkpoint is prepared. It may lag behind the ledger by some seconds:
    whoever needs the ledger of this moment asks ``counts_now``."""
    row = session.get(TallyFigures, campaign_id)
    if row is None:
        return None
    return PreparedTally(
        Tally.from_json(json.loads(row.tally_json)), row.log_size, row.checkpoint, row.seq, row.computed_at, row.decisions
    )  # fmt: skip


def prepared_reach(session: Session, campaign_id: int) -> Reach | None:
    """How the ballots of ``prepared_tally`` came."""
    text = session.scalar(select(TallyFigures.reach_json).where(TallyFigures.campaign_id == campaign_id))
    return None if text is None else Reach.from_json(json.loads(text))


def counts_now(session: Session, campaign_id: int) -> tuple[Counter[int], Counter[str]]:
    """Counted votes by candidate, and ballots by standing, of the ledger at this very moment: what is prepared, the
    ballots recorded since, and what decisions have moved since. Where nothing is prepared, one walk through the ledger."""
    prepared = prepared_tally(session, campaign_id)
    votes, standings = Counter[int](), Counter[str]()
    if prepared is not None:
        votes.update(prepared.tally.counted())
        standings.update(prepared.tally.ballots)
    seq, decisions = (prepared.seq, prepared.decisions) if prepared else (0, 0)
    for standing, choices, count in session.execute(_recorded_since(campaign_id, seq)):
        _add(votes, standings, standing, choices, count)
    if prepared is not None:
        for before, after, choices, count in session.execute(_moved_since(campaign_id, seq, decisions)):
            _add(votes, standings, before, choices, -count)
            _add(votes, standings, after, choices, count)
    return votes, standings


def _add(votes: Counter[int], standings: Counter[str], standing: str, choices: str, count: int) -> None:
    standings[standing] += count
    if standing == COUNTED:
        for number in choices_of(choices):
            votes[number] += count


def _recorded_since(campaign_id: int, seq: int) -> Select[str, str, int]:
    return (
        select(LedgerEntry.standing, LedgerEntry.choices, func.count())
        .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.seq > seq)
        .group_by(LedgerEntry.standing, LedgerEntry.choices)
    )


def _moved_since(campaign_id: int, seq: int, decisions: int) -> Select[str, str, str, int]:
    """Of ballots that are prepared; later ones are read as they stand."""
    return (
        select(DecisionBallot.before, DecisionBallot.after, LedgerEntry.choices, func.count())
        .join(
            Decision,
            (Decision.campaign_id == DecisionBallot.campaign_id) & (Decision.number == DecisionBallot.number),
        )
        .join(
            LedgerEntry,
            (LedgerEntry.campaign_id == DecisionBallot.campaign_id) & (LedgerEntry.seq == DecisionBallot.seq),
        )
        .where(Decision.campaign_id == campaign_id, Decision.sequence > decisions, DecisionBallot.seq <= seq)
        .group_by(DecisionBallot.before, DecisionBallot.after, LedgerEntry.choices)
    )
