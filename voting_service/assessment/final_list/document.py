"""A final list as canonical JSON: what is proposed, voted on, confirmed, and handed on to the notice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from ...campaigns.composition import RuleState
from ...campaigns.composition_words import demand_text, people_text, state_text
from ...clock import rfc3339
from ...transparency.entries import canonical_json
from ..composite import shown
from ..selection import Choice, Contender, Selection, choice_of, edge_of
from .basis import Basis

RANKING, SMALLEST, OWN = "ranking", "smallest_change", "own"
"""How the list came about: the ranking as it is, the smallest change that was computed, or the committee's own."""


def final_list_document(
    basis: Basis, found: Selection, numbers: Iterable[int], reason: str
) -> dict[str, Any]:
    """Everything but who proposed it and when, which the row and the journal have."""
    chosen = choice_of(basis.contenders, basis.seats, numbers)
    assert basis.assessment is not None, "no list without a worksheet"
    campaign = basis.campaign
    return {
        "type": "final_list",
        "campaign": campaign.slug,
        "campaign_title": campaign.title,
        "organiser": campaign.organiser,
        "assessment": {"id": f"A-{basis.assessment.number:04d}", "sha256": basis.assessment.sha256},
        "certification": _certification(basis),
        "seats": basis.seats,
        "people": [_line(basis, one, seat) for seat, one in enumerate(_in_order(basis, chosen.chosen), 1)],
        "reserve": [_line(basis, one, turn) for turn, one in enumerate(reserve_of(basis, chosen.chosen), 1)],
        "left": list(basis.left),
        "rules": [_rule(basis, state) for state in basis.states(chosen.chosen)],
        "way": way_of(chosen, found),
        "deviations": [
            {"out": one.out, "into": one.into, "lost": exact(one.lost)} for one in chosen.exchanges
        ],
        "lost": exact(chosen.lost),
        "ties": [
            {"place": tie.place, "inside": list(tie.inside), "outside": list(tie.outside)}
            for tie in chosen.ties
        ],
        "reason": reason,
    }


def encoded(document: dict[str, Any], number: int, at: datetime) -> tuple[bytes, str]:
    """Its bytes with number and moment, and their SHA-256."""
    data = canonical_json({**document, "id": f"L-{number:04d}", "proposed_at": rfc3339(at)})
    return data, sha256(data).hexdigest()


def digest(document: dict[str, Any]) -> str:
    """Of the document alone: what the last look showed is what is proposed."""
    return sha256(canonical_json(document)).hexdigest()


def way_of(chosen: Choice, found: Selection) -> str:
    """How a list came about. Settling a tie at the edge replaces nobody."""
    if not chosen.replaced:
        return RANKING
    return SMALLEST if found.best is not None and chosen.chosen == found.best.chosen else OWN


def reserve_of(basis: Basis, numbers: Sequence[int]) -> list[Contender]:
    """Everyone else in the order of the ranking, as many as the campaign keeps in reserve."""
    others = [one for one in basis.contenders if one.number not in set(numbers)]
    return others[: basis.reserve]


def needs_reason(basis: Basis, found: Selection, numbers: Sequence[int]) -> bool:
    """Whether the public must be told why: someone of the top is passed over, a tie at the edge is settled, or a rule broken."""
    chosen = choice_of(basis.contenders, basis.seats, numbers)
    edge = edge_of(basis.contenders, basis.seats)
    tied = edge is not None and any(tie.place == edge.place for tie in chosen.ties)
    return bool(chosen.replaced) or tied or not all(state.kept for state in basis.states(numbers))


def exact(value: Fraction) -> str:
    """``173/2``, or a whole number."""
    return str(value)


def _in_order(basis: Basis, numbers: Sequence[int]) -> list[Contender]:
    return [one for one in basis.contenders if one.number in set(numbers)]


def _line(basis: Basis, one: Contender, turn: int) -> dict[str, Any]:
    candidate = basis.candidates[one.number]
    return {
        "turn": turn,
        "number": one.number,
        "name": candidate.name,
        "organisation": candidate.organisation,
        "title": candidate.title,
        "place": one.place,
        "composite": shown(one.composite),
        "composite_exact": exact(one.composite),
    }


def _rule(basis: Basis, state: RuleState) -> dict[str, Any]:
    """In words and figures. Who fits is not told: a list of ages and sexes is nobody's business."""
    return {
        "name": state.rule.name,
        "demand": str(demand_text(state.rule, basis.categories)),
        "people": str(people_text(state)),
        "state": str(state_text(state, basis.categories)),
        "kept": state.kept,
    }


def _certification(basis: Basis) -> dict[str, Any] | None:
    found = basis.certification
    if found is None:
        return None
    return {"id": f"C-{found.number:04d}", "sha256": found.sha256, "leaf_index": found.leaf_index}
