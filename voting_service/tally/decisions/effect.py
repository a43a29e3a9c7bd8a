"""The effect of a decision, for whoever is to confirm it: counts, places and standings without it and with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import ballot_roster
from ...text import Text, _
from ..count import STANDINGS
from ..figures.prepared import counts_now
from .models import CONFIRMED, PROPOSED, Decision, DecisionBallot
from .queries import changes_of
from .rules import CountChange, count_change, effect_sha256, ranks

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
    moves = _moves(session, decision)
    if decision.state == CONFIRMED:
        change, holds = CountChange.from_json(json.loads(decision.votes_json or "{}")), True
    else:
        changes = changes_of(session, decision)
        change = count_change(changes)
        holds = (
            decision.state == PROPOSED and effect_sha256(decision.reason, changes) == decision.effect_sha256
        )
    names = {person.number: person.name for person in ballot_roster(session, campaign.id)}
    votes, standings = counts_now(session, campaign.id)
    now = {number: votes[number] for number in names}
    other = {number: votes[number] + _sign(decision) * change.votes.get(number, 0) for number in names}
    moved = Counter(standings)
    for before, after, count in moves:
        moved[before] -= _sign(decision) * count
        moved[after] += _sign(decision) * count
    with_it, without = (now, other) if decision.state == CONFIRMED else (other, now)
    stand_with, stand_without = (standings, moved) if decision.state == CONFIRMED else (moved, standings)
    return Effect(
        ballots=sum(count for _before, _after, count in moves),
        standings_before={standing: stand_without[standing] for standing in STANDINGS},
        standings_after={standing: stand_with[standing] for standing in STANDINGS},
        candidates=_candidates(names, without, with_it),
        holds=holds,
    )


def _sign(decision: Decision) -> int:
    """Of a confirmed decision the other case lies before it, of any other ahead."""
    return -1 if decision.state == CONFIRMED else 1


def _moves(session: Session, decision: Decision) -> list[tuple[str, str, int]]:
    query = (
        select(DecisionBallot.before, DecisionBallot.after, func.count())
        .where(DecisionBallot.campaign_id == decision.campaign_id, DecisionBallot.number == decision.number)
        .group_by(DecisionBallot.before, DecisionBallot.after)
    )
    return [(before, after, count) for before, after, count in session.execute(query)]


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
