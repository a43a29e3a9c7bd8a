"""The effect of a decision, for whoever is to confirm it: counts, places and standings without it and with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import ballot_roster
from ...ledger import COUNTED, LedgerEntry, RecorderPosition, choices_of
from ...text import Text, _
from ..count import STANDINGS
from ..figures.prepared import counts_now, prepared_tally
from .models import CONFIRMED, PROPOSED, Decision, DecisionBallot
from .rules import CountChange, ranks

WALKED_AT_MOST = 20_000
"""Ballots of a ledger that a page may walk through; more would keep its reader waiting."""
NO_LEAF = 2**62
STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class CandidateEffect:
    """One candidate's count and place without the decision and with it."""

    number: int
    name: str
    count_before: int
    count_after: int
    rank_before: int
    rank_after: int


@dataclass(frozen=True)
class Effect:
    """What a decision changes. ``candidates`` are those whose count or place it changes, the most affected first."""

    ballots: int
    standings_before: Mapping[str, int]
    standings_after: Mapping[str, int]
    candidates: tuple[CandidateEffect, ...]
    holds: bool
    """Whether its ballots still stand as they did when it was proposed."""


def effect_of(session: Session, campaign: Campaign, decision: Decision) -> Effect:
    """Of a proposal: the counts of this moment and what they would be. Of a confirmed decision: the counts of this
    moment, and what they would be without it."""
    now, standings = counts_now(session, campaign.id)
    moved, change, holds = _moved(session, decision)
    names = {person.number: person.name for person in ballot_roster(session, campaign.id)}
    votes = {number: now[number] for number in names}
    other = {number: votes[number] + _sign(decision) * change.votes.get(number, 0) for number in names}
    shifted = standings.copy()
    for (before, after), count in moved.items():
        shifted[before] -= _sign(decision) * count
        shifted[after] += _sign(decision) * count
    with_it, without = (votes, other) if decision.state == CONFIRMED else (other, votes)
    stand_with, stand_without = (standings, shifted) if decision.state == CONFIRMED else (shifted, standings)
    return Effect(
        ballots=sum(moved.values()),
        standings_before={standing: stand_without[standing] for standing in STANDINGS},
        standings_after={standing: stand_with[standing] for standing in STANDINGS},
        candidates=_candidates(names, without, with_it),
        holds=holds,
    )


def _moved(session: Session, decision: Decision) -> tuple[Counter[tuple[str, str]], CountChange, bool]:
    """How many ballots go from which standing to which, what that does to the counts, and whether the ballots still stand
    as they did when it was proposed. Grouped by the database: fifty thousand ballots are a few hundred groups."""
    mine = (
        (DecisionBallot.campaign_id == decision.campaign_id) & (DecisionBallot.number == decision.number)
    )  # fmt: skip
    if decision.state == CONFIRMED:
        query = (
            select(DecisionBallot.before, DecisionBallot.after, func.count())
            .where(mine)
            .group_by(DecisionBallot.before, DecisionBallot.after)
        )
        moved = Counter({(before, after): n for before, after, n in session.execute(query)})
        return moved, CountChange.from_json(json.loads(decision.votes_json or "{}")), True
    # Touched since: the latest decision on it is one that was confirmed after this was proposed. The digest, which confirming
    # compares, says the same of every ballot one by one.
    since = session.scalar(
        select(func.min(Decision.first_leaf)).where(
            Decision.campaign_id == decision.campaign_id,
            Decision.state == CONFIRMED,
            Decision.confirmed_at >= decision.proposed_at,
        )
    )
    touched = (LedgerEntry.standing != DecisionBallot.before) | (
        func.coalesce(LedgerEntry.decided_leaf, -1) >= (since if since is not None else NO_LEAF)
    )
    grouped = (
        select(
            LedgerEntry.standing, DecisionBallot.after, LedgerEntry.choices, func.count(),
            func.sum(case((touched, 1), else_=0)),
        )
        .select_from(DecisionBallot)
        .join(
            LedgerEntry,
            (LedgerEntry.campaign_id == DecisionBallot.campaign_id) & (LedgerEntry.seq == DecisionBallot.seq),
        )
        .where(mine)
        .group_by(LedgerEntry.standing, DecisionBallot.after, LedgerEntry.choices)
    )  # fmt: skip
    moved, changes, holds = Counter[tuple[str, str]](), Counter[int](), decision.state == PROPOSED
    ballots = 0
    for before, after, choices, count, changed in session.execute(grouped):
        moved[before, after] += count
        holds = holds and not changed
        more = ((after == COUNTED) - (before == COUNTED)) * count
        ballots += more
        for number in choices_of(choices) if more else ():
            changes[number] += more
    return (
        moved,
        CountChange(ballots, {number: more for number, more in sorted(changes.items()) if more}),
        holds,
    )


def _sign(decision: Decision) -> int:
    """Of a confirmed decision the other case lies before it, of any other ahead."""
    return -1 if decision.state == CONFIRMED else 1


def is_quick(session: Session, campaign_id: int) -> bool:
    """Whether ``effect_of`` needs no long walk: the figures are prepared, or the ledger is short."""
    position = session.get(RecorderPosition, campaign_id)
    return (
        position is None or position.seq <= WALKED_AT_MOST or prepared_tally(session, campaign_id) is not None
    )


def _candidates(
    names: Mapping[int, str], without: Mapping[int, int], with_it: Mapping[int, int]
) -> tuple[CandidateEffect, ...]:
    ranks_without, ranks_with = ranks(without), ranks(with_it)
    rows = (
        CandidateEffect(
            number, name, without[number], with_it[number], ranks_without[number], ranks_with[number]
        )
        for number, name in names.items()
    )
    changed = [
        row for row in rows if (row.count_before, row.rank_before) != (row.count_after, row.rank_after)
    ]
    return tuple(sorted(changed, key=lambda row: (-abs(row.count_after - row.count_before), row.number)))


def blind_names(effect: Effect, salt: str) -> dict[int, Text]:
    """A name for each candidate that does not say who it is: 候选人甲, 候选人乙 … in an order that says nothing either."""
    order = sorted(
        (row.number for row in effect.candidates), key=lambda n: sha256(f"{salt}:{n}".encode()).digest()
    )
    return {number: blind_name(index) for index, number in enumerate(order)}


def blind_name(index: int) -> Text:
    """候选人甲 for 0, 候选人乙 for 1, and so on."""
    return _("候选人%(stem)s", stem=_stems(index))


def _stems(index: int) -> str:
    return (_stems(index // len(STEMS) - 1) if index >= len(STEMS) else "") + STEMS[index % len(STEMS)]
