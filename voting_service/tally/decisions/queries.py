"""Reads of decisions that more than one place needs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ...errors import NotFound
from ...ledger import LedgerEntry, choices_of
from ...read_ahead import ReadOf
from ...text import _
from .models import CONFIRMED, WITHDRAWN, Decision, DecisionBallot
from .rules import Change, CountChange, shown_number


def decision_by_number(session: Session, campaign_id: int, number: int) -> Decision:
    """One decision of a campaign. Raises NotFound."""
    decision = session.get(Decision, (campaign_id, number))
    if decision is None:
        raise NotFound(
            _("没有编号为 %(number)s 的决定。", number=shown_number(number)),
            _("请在决定的列表中核对编号。"),
        )
    return decision


def decisions_of(session: Session, campaign_id: int) -> Sequence[Decision]:
    """All decisions of a campaign in the order of proposing."""
    query = select(Decision).where(Decision.campaign_id == campaign_id).order_by(Decision.number)
    return session.scalars(query).all()


def decisions_by_origin(session: Session, campaign_id: int) -> dict[str, list[str]]:
    """Origin → the shown numbers of the decisions from there, those that were withdrawn left out."""
    query = (
        select(Decision.origin, Decision.number)
        .where(Decision.campaign_id == campaign_id, Decision.origin.is_not(None), Decision.state != WITHDRAWN)
        .order_by(Decision.number)
    )
    found: dict[str, list[str]] = {}
    for origin, number in session.execute(query):
        found.setdefault(origin or "", []).append(shown_number(number))
    return found


def sizes_of(session: Session, campaign_id: int) -> dict[int, int]:
    """Decision number → how many ballots it is about."""
    query = (
        select(DecisionBallot.number, func.count())
        .where(DecisionBallot.campaign_id == campaign_id)
        .group_by(DecisionBallot.number)
    )
    return dict(session.execute(query).all())


def changes_of(session: Session, decision: Decision) -> list[Change]:
    """Its ballots with their standing in the ledger *now* as ``before``: the digest of these is the proposed one for as
    long as nothing has changed."""
    return _ballots_of(session, decision, DecisionBallot.after)


def changes_back(session: Session, decision: Decision) -> list[Change]:
    """Its ballots on their way back to where the decision found them."""
    return _ballots_of(session, decision, DecisionBallot.before)


def decided_since(session: Session, decision: Decision) -> int:
    """How many of its ballots a later decision has changed."""
    numbers = list(
        session.scalars(
            select(Decision.number).where(
                Decision.campaign_id == decision.campaign_id, Decision.sequence > decision.sequence
            )
        )
    )
    if not numbers:
        return 0
    later = aliased(DecisionBallot)
    query = (
        select(func.count(DecisionBallot.seq.distinct()))
        .join(later, (later.campaign_id == DecisionBallot.campaign_id) & (later.seq == DecisionBallot.seq))
        .where(DecisionBallot.campaign_id == decision.campaign_id, DecisionBallot.number == decision.number)
        .where(later.number.in_(numbers))
    )
    return session.scalar(query) or 0


def _ballots_of(session: Session, decision: Decision, after: InstrumentedAttribute[str]) -> list[Change]:
    query = (
        select(
            LedgerEntry.seq,
            LedgerEntry.ballot_id,
            LedgerEntry.choices,
            LedgerEntry.standing,
            after,
            LedgerEntry.decided_leaf,
        )
        .join(
            DecisionBallot,
            (DecisionBallot.campaign_id == LedgerEntry.campaign_id) & (DecisionBallot.seq == LedgerEntry.seq),
        )
        .where(DecisionBallot.campaign_id == decision.campaign_id, DecisionBallot.number == decision.number)
        .order_by(LedgerEntry.seq)
    )
    return [
        Change(seq, ballot_id, choices_of(choices), now, then, decided_leaf)
        for seq, ballot_id, choices, now, then, decided_leaf in session.execute(query)
    ]


def _last_sequences(session: Session, campaign_ids: Collection[int]) -> Mapping[int, int]:
    query = (
        select(Decision.campaign_id, func.max(Decision.sequence))
        .where(Decision.campaign_id.in_(campaign_ids), Decision.sequence.is_not(None))
        .group_by(Decision.campaign_id)
    )
    found = {campaign_id: last for campaign_id, last in session.execute(query)}  # noqa: C416 - rows, not tuples
    return {campaign_id: found.get(campaign_id) or 0 for campaign_id in campaign_ids}


last_sequence = ReadOf(_last_sequences)
"""How many decisions of a campaign are confirmed; its ledger contains exactly these."""


def count_changes_after(session: Session, campaign_id: int, sequence: int) -> list[tuple[int, CountChange]]:
    """What the decisions confirmed after this one did to the counts, in their order, each with its sequence number."""
    query = (
        select(Decision.sequence, Decision.votes_json)
        .where(Decision.campaign_id == campaign_id, Decision.sequence > sequence)
        .order_by(Decision.sequence)
    )
    return [
        (later, CountChange.from_json(json.loads(votes)))
        for later, votes in session.execute(query)
        if later is not None and votes is not None  # both are there, or the row would not be
    ]


def standings_at(session: Session, campaign_id: int, leaves: int) -> dict[int, str]:
    """Ledger seq → standing, of ballots that decisions beyond this size of the log have changed: as it was then."""
    query = (
        select(DecisionBallot.seq, DecisionBallot.before)
        .join(
            Decision,
            (Decision.campaign_id == DecisionBallot.campaign_id) & (Decision.number == DecisionBallot.number),
        )
        .where(
            Decision.campaign_id == campaign_id, Decision.state == CONFIRMED, Decision.first_leaf >= leaves
        )
        # The earliest comes last and stays: what it found is how the ballot stood.
        .order_by(Decision.sequence.desc())
    )
    return dict(session.execute(query).all())
