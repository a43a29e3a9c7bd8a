"""The tally as it is prepared beside the ledger, always bound to the checkpoint that it was computed from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ...ledger import COUNTED, LedgerEntry, choices_of
from ...read_ahead import ReadOf
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


def _tally_figures(session: Session, campaign_ids: Collection[int]) -> Mapping[int, TallyFigures | None]:
    rows = session.scalars(select(TallyFigures).where(TallyFigures.campaign_id.in_(campaign_ids)))
    return dict.fromkeys(campaign_ids) | {row.campaign_id: row for row in rows}


tally_figures = ReadOf(_tally_figures)
"""A campaign's prepared figures as their row has them; None before its first checkpoint is prepared."""


def prepared_tally(session: Session, campaign_id: int) -> PreparedTally | None:
    """The latest; None before the campaign's first checkpoint is prepared. It may lag behind the ledger by some seconds:
    whoever needs the ledger of this moment asks ``ledger_now``."""
    row = tally_figures(session, campaign_id)
    if row is None:
        return None
    return PreparedTally(
        Tally.from_json(json.loads(row.tally_json)), row.log_size, row.checkpoint, row.seq, row.computed_at, row.decisions
    )  # fmt: skip


def prepared_reach(session: Session, campaign_id: int) -> Reach | None:
    """How the ballots of ``prepared_tally`` came."""
    text = session.scalar(select(TallyFigures.reach_json).where(TallyFigures.campaign_id == campaign_id))
    return None if text is None else Reach.from_json(json.loads(text))


class LedgerNow(NamedTuple):
    """How ballots stand in the ledger at this very moment: in all, and of each candidate those that chose them."""

    ballots: Counter[str]
    by_candidate: dict[int, Counter[str]]


def ledger_now(session: Session, campaign_id: int) -> LedgerNow:
    """What is prepared, the ballots recorded since, and what decisions have moved since. Exact; where nothing is prepared,
    one walk through the ledger."""
    prepared = prepared_tally(session, campaign_id)
    now = LedgerNow(Counter(), {})
    if prepared is not None:
        now = LedgerNow(Counter(prepared.tally.ballots), dict(prepared.tally.by_candidate))
    seq, decisions = (prepared.seq, prepared.decisions) if prepared else (0, 0)
    for standing, choices, count in session.execute(_recorded_since(campaign_id, seq)):
        _add(now, standing, choices, count)
    decided = _decided_since(session, campaign_id, decisions) if prepared is not None else []
    if decided:
        for before, after, choices, count in session.execute(_moved_by(campaign_id, decided, seq)):
            _add(now, before, choices, -count)
            _add(now, after, choices, count)
    return now


def counts_now(session: Session, campaign_id: int) -> tuple[Counter[int], Counter[str]]:
    """Counted votes by candidate, and ballots by standing, of ``ledger_now``."""
    now = ledger_now(session, campaign_id)
    return Counter({number: by[COUNTED] for number, by in now.by_candidate.items()}), now.ballots


def _add(now: LedgerNow, standing: str, choices: str, count: int) -> None:
    now.ballots[standing] += count
    for number in choices_of(choices):
        now.by_candidate.setdefault(number, Counter())[standing] += count


def _recorded_since(campaign_id: int, seq: int) -> Select[str, str, int]:
    return (
        select(LedgerEntry.standing, LedgerEntry.choices, func.count())
        .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.seq > seq)
        .group_by(LedgerEntry.standing, LedgerEntry.choices)
    )


def _decided_since(session: Session, campaign_id: int, sequence: int) -> Sequence[int]:
    query = select(Decision.number).where(Decision.campaign_id == campaign_id, Decision.sequence > sequence)
    return session.scalars(query).all()


def _moved_by(campaign_id: int, numbers: Sequence[int], seq: int) -> Select[str, str, str, int]:
    """What these decisions did to ballots that are prepared; later ones are read as they stand."""
    return (
        select(DecisionBallot.before, DecisionBallot.after, LedgerEntry.choices, func.count())
        .join(
            LedgerEntry,
            (LedgerEntry.campaign_id == DecisionBallot.campaign_id) & (LedgerEntry.seq == DecisionBallot.seq),
        )
        .where(
            DecisionBallot.campaign_id == campaign_id,
            DecisionBallot.number.in_(numbers),
            # A sum is no column: SQLite would carry the bound over to the ledger, begin there, and walk through all of it.
            DecisionBallot.seq + 0 <= seq,
        )
        .group_by(DecisionBallot.before, DecisionBallot.after, LedgerEntry.choices)
    )
