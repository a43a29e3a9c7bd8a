"""Following the ledger: what was recorded and decided since the last look is added to the sums, some thousand rows at a time.

A turn reads in one snapshot, adds up without any lock, and writes in one short transaction, which is the commit point: a
crash before it leaves the sums where they were. First run, restart and making anew are the same code, begun at another row.
Ballots are added as the gate let them in and decisions applied in their order, but only to leaves that the checkpoint
covers; when nothing below it is left, the sums are those of exactly this checkpoint and are shown.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import structlog
from sqlalchemy import BigInteger, and_, or_, select, type_coerce, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from anti_fraud.networks.table import NetworkTable

from ...campaigns.models import Campaign
from ...candidates.departures import ballot_roster
from ...clock import from_ms
from ...errors import VotingError
from ...evidence import record
from ...evidence.models import BallotEvidence
from ...evidence.networks import Networks
from ...ledger import COUNTED, HELD, LedgerEntry, choices_of
from ...recorder.drain import Stores
from ...transparency.models import Log
from ..count import Tally
from ..decisions.models import Decision, DecisionBallot
from .models import FiguresProgress, MinuteFigures, TallyFigures
from .sums import UNKNOWN, Came, Moved, Reach, add_ballots, add_reach, by_minute, move

PAGE = 4_000
"""Rows of one turn: some tenths of a second, so that the recorder, which takes these turns, is back soon."""
EVERY_S = 1.0

_CAST_MS = type_coerce(LedgerEntry.cast_at, BigInteger)
_MINUTE_MS = 60_000

log = structlog.get_logger("figures")


class Follower:
    """Takes turns: at most once a second, but again at once where a turn was not enough."""

    def __init__(self, stores: Stores, networks: Networks) -> None:
        self._stores = stores
        self._networks = networks
        self._next = 0.0

    def turn(self) -> None:
        """One page for each campaign that has something new. A failure is logged and tried again."""
        if time.monotonic() < self._next:
            return
        more = False
        try:
            due = campaigns_behind(self._stores)
        except VotingError:
            due = []  # the recorder has said that the database is away
        for campaign_id in due:
            try:
                more |= follow_page(self._stores, self._networks.table, campaign_id)
            except (VotingError, SQLAlchemyError) as error:
                log.error("figures_failed", campaign=campaign_id, error=type(error).__name__)
        self._next = 0.0 if more else time.monotonic() + EVERY_S


def follow_figures(stores: Stores, networks: NetworkTable, *, page: int = PAGE) -> None:
    """Follow every campaign until nothing that is signed is left out."""
    for campaign_id in campaigns_behind(stores):
        follow_one(stores, networks, campaign_id, page=page)


def follow_one(
    stores: Stores, networks: NetworkTable, campaign_id: int, *, page: int = PAGE,
    done: Callable[[int], None] = lambda _rows: None,
) -> None:  # fmt: skip
    """Follow one campaign until nothing that is signed is left out; ``done`` hears of each page."""
    while follow_page(stores, networks, campaign_id, page=page):
        done(page)


def campaigns_behind(stores: Stores) -> list[int]:
    """Campaigns whose checkpoint covers more than their figures do."""
    query = (
        select(Log.campaign_id)
        .outerjoin(TallyFigures, TallyFigures.campaign_id == Log.campaign_id)
        .where(Log.signed_size > 0)
        .where(or_(TallyFigures.campaign_id.is_(None), TallyFigures.log_size != Log.signed_size))
        .order_by(Log.campaign_id)
    )
    with stores.database.read() as session:
        return list(session.scalars(query))


@dataclass
class _Step:
    """One page of work: where it began, what the sums are after it."""

    campaign_id: int
    began_at: tuple[int, int, int]
    seq: int
    decisions: int
    decision_seq: int
    reach_seq: int
    tally: Tally
    reach: Reach
    log_size: int
    checkpoint: str
    minutes: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    complete: bool = False
    """Whether nothing below the checkpoint is left."""

    @property
    def at(self) -> tuple[int, int, int]:
        """Where it is now."""
        return self.seq, self.decisions, self.decision_seq


def follow_page(stores: Stores, networks: NetworkTable, campaign_id: int, *, page: int = PAGE) -> bool:
    """Add one page; gives whether there is more to do. Safe to repeat and to run beside another."""
    with stores.database.read() as session:
        step = _begin(session, campaign_id)
        if step is None:
            return False
        _add_page(session, step, stores, networks, page)
    try:
        with stores.database.write() as session:
            _keep(session, step, stores.clock.now())
    except IntegrityError:
        return False  # another follower began this campaign at the same moment, and goes on
    return not step.complete


def _begin(session: Session, campaign_id: int) -> _Step | None:
    public_log = session.get(Log, campaign_id)
    if public_log is None or public_log.checkpoint is None:
        return None
    size, note = public_log.signed_size, public_log.checkpoint
    row = session.get(FiguresProgress, campaign_id)
    if row is None:
        numbers = [person.number for person in ballot_roster(session, campaign_id)]
        empty = Tally.from_json(
            {"ballots": {}, "by_candidate": {n: {} for n in numbers}, "by_day": {}, "by_channel": {}}
        )
        return _Step(campaign_id, (0, 0, 0), 0, 0, 0, 0, empty, Reach(), size, note)
    return _Step(
        campaign_id, (row.seq, row.decisions, row.decision_seq), row.seq, row.decisions, row.decision_seq, row.reach_seq,
        Tally.from_json(json.loads(row.tally_json)), Reach.from_json(json.loads(row.reach_json)), size, note,
    )  # fmt: skip


def _add_page(session: Session, step: _Step, stores: Stores, networks: NetworkTable, page: int) -> None:
    campaign = session.get_one(Campaign, step.campaign_id)
    days = _Days(campaign.rules.zone)
    added = _add_recorded(session, step, campaign.slug, stores, networks, days, page)
    # Every ballot that a decision below the checkpoint is about was recorded below it: with none left, all are in the sums.
    left = page - added
    while left > 0:
        moved = _apply_next(session, step, days, left)
        if moved is None:
            step.complete = True
            return
        left -= moved


def _add_recorded(
    session: Session, step: _Step, slug: str, stores: Stores, networks: NetworkTable, days: _Days, page: int
) -> int:
    rows = session.execute(
        select(
            LedgerEntry.seq, LedgerEntry.ballot_id, LedgerEntry.channel, LedgerEntry.choices,
            _CAST_MS.label("cast_ms"), LedgerEntry.held, BallotEvidence.sealed,
        )
        .outerjoin(
            BallotEvidence,
            and_(BallotEvidence.campaign_id == LedgerEntry.campaign_id, BallotEvidence.seq == LedgerEntry.seq),
        )
        .where(LedgerEntry.campaign_id == step.campaign_id, LedgerEntry.seq > step.seq)
        .where(LedgerEntry.leaf_index < step.log_size)
        .order_by(LedgerEntry.seq)
        .limit(page)
    ).all()  # fmt: skip
    if not rows:
        return 0
    came = []
    for row in rows:
        # What is known of an address today: a table that is loaded later tells more of later ballots.
        known = record.unseal(stores.keyring, slug, row.ballot_id, row.sealed) if row.sealed else None
        minute = row.cast_ms // _MINUTE_MS
        one = Came(
            minute,
            days.of(minute),
            choices_of(row.choices),
            row.channel,
            HELD if row.held else COUNTED,
            row.held,
        )
        if known is not None:
            one = one._replace(
                province=networks.lookup(known.address).province or UNKNOWN, entry=known.entry,
                challenged=known.challenge_ms is not None,
            )  # fmt: skip
        came.append(one)
    fresh = came[max(0, step.reach_seq - step.seq) :]
    add_ballots(step.tally, came)
    add_reach(step.reach, fresh)
    step.minutes = by_minute(came)
    step.seq = rows[-1].seq
    step.reach_seq = max(step.reach_seq, step.seq)
    return len(rows)


def _apply_next(session: Session, step: _Step, days: _Days, most: int) -> int | None:
    """Apply at most so many ballots of the next decision; gives how many that were, None where there is no next one."""
    number = session.scalar(
        select(Decision.number).where(
            Decision.campaign_id == step.campaign_id,
            Decision.sequence == step.decisions + 1,
            Decision.first_leaf < step.log_size,
        )
    )
    if number is None:
        return None
    rows = session.execute(
        select(
            DecisionBallot.seq, DecisionBallot.before, DecisionBallot.after,
            LedgerEntry.choices, LedgerEntry.channel, _CAST_MS.label("cast_ms"),
        )
        .join(
            LedgerEntry,
            and_(LedgerEntry.campaign_id == DecisionBallot.campaign_id, LedgerEntry.seq == DecisionBallot.seq),
        )
        .where(DecisionBallot.campaign_id == step.campaign_id, DecisionBallot.number == number)
        .where(DecisionBallot.seq > step.decision_seq)
        .order_by(DecisionBallot.seq)
        .limit(most)
    ).all()  # fmt: skip
    move(
        step.tally,
        (
            Moved(
                days.of(row.cast_ms // _MINUTE_MS),
                choices_of(row.choices),
                row.channel,
                row.before,
                row.after,
            )
            for row in rows
        ),
    )
    if len(rows) < most:
        step.decisions, step.decision_seq = step.decisions + 1, 0
    else:
        step.decision_seq = rows[-1].seq
    return len(rows)


class _Days:
    """Local days of minutes, each asked for once: the zone's offset is of whole minutes."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: dict[int, str] = {}

    def of(self, minute: int) -> str:
        """The day, ``2026-04-07``."""
        if minute not in self._known:
            self._known[minute] = from_ms(minute * _MINUTE_MS).astimezone(self._zone).date().isoformat()
        return self._known[minute]


def _keep(session: Session, step: _Step, now: datetime) -> None:
    """The commit point. Whoever finds that another follower has moved on leaves everything as it is."""
    row = session.get(FiguresProgress, step.campaign_id, with_for_update=True)
    stands_at = (row.seq, row.decisions, row.decision_seq) if row else (0, 0, 0)
    if stands_at != step.began_at:
        step.complete = True  # the other one goes on
        return
    if row is None:
        row = FiguresProgress(campaign_id=step.campaign_id)
        session.add(row)
    row.seq, row.decisions, row.decision_seq = step.at
    row.reach_seq = step.reach_seq
    row.tally_json, row.reach_json = json.dumps(step.tally.to_json()), json.dumps(step.reach.to_json())
    _add_minutes(session, step)
    if step.complete:
        session.merge(
            TallyFigures(
                campaign_id=step.campaign_id, seq=step.seq, decisions=step.decisions, log_size=step.log_size,
                checkpoint=step.checkpoint, tally_json=row.tally_json, reach_json=row.reach_json, computed_at=now,
            )
        )  # fmt: skip


def _add_minutes(session: Session, step: _Step) -> None:
    if not step.minutes:
        return
    known = set(
        session.scalars(
            select(MinuteFigures.minute).where(
                MinuteFigures.campaign_id == step.campaign_id,
                MinuteFigures.minute.between(min(step.minutes), max(step.minutes)),
            )
        )
    )
    for minute, (ballots, held, challenged) in step.minutes.items():
        if minute not in known:
            session.add(
                MinuteFigures(
                    campaign_id=step.campaign_id,
                    minute=minute,
                    ballots=ballots,
                    held=held,
                    challenged=challenged,
                )
            )
            continue
        session.execute(
            update(MinuteFigures)
            .where(MinuteFigures.campaign_id == step.campaign_id, MinuteFigures.minute == minute)
            .values(
                ballots=MinuteFigures.ballots + ballots,
                held=MinuteFigures.held + held,
                challenged=MinuteFigures.challenged + challenged,
            )
        )
